"""What a change of a dataset's page must not open: requests that were sent before it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, DatasetProvider, Provider
from tests.cast import RequestAt, act_for, fill, fresh, make_user, sent
from tests.register.pages import a_page
from tests.test_import import change, import_, write

pytestmark = pytest.mark.django_db

EVE = "eve@evil.example"


def name_on_page(dataset: Dataset, part: DatasetProvider.Part) -> User:
    """Eve, whom a later edit of the page names as a provider, and who signs in at once."""
    provider = Provider.objects.create(name="Eve", email=EVE)
    DatasetProvider.objects.create(dataset=dataset, provider=provider, name="Eve", order=9, part=part, confirmed=False)
    return act_for(make_user(EVE, "Eve"), provider)


@pytest.mark.parametrize("part", list(DatasetProvider.Part))
def test_a_provider_named_later_learns_nothing_when_a_request_is_sent_again(
    request_at: RequestAt, brgandi: Dataset, ada: User, part: DatasetProvider.Part
) -> None:
    """Neither is she asked in the new round, nor mailed what it is about, nor does she see it."""
    request = request_at(Status.RETURNED)
    eve = name_on_page(brgandi, part)
    request = actions.submit(request=fill(request), by=ada)
    round_ = request.rounds.get(closed_at=None)
    assert not round_.deciders.filter(provider__email=EVE).exists()
    assert not round_.by_hub
    assert not Mail.objects.filter(recipient=EVE).exists()
    assert not AccessRequest.objects.visible_to(fresh(eve)).exists()


def test_once_hub_staff_confirmed_them_they_are_asked(request_at: RequestAt, brgandi: Dataset, ada: User) -> None:
    request = request_at(Status.RETURNED)
    eve = name_on_page(brgandi, DatasetProvider.Part.DECIDER)
    brgandi.dataset_providers.update(confirmed=True)
    request = actions.submit(request=fill(request), by=ada)
    assert request.rounds.get(closed_at=None).deciders.filter(provider__email=EVE).exists()
    assert Mail.objects.filter(recipient=EVE, kind="decide").exists()
    assert AccessRequest.objects.visible_to(fresh(eve)).exists()


def test_a_new_request_goes_to_the_new_provider_too(brgandi: Dataset, ada: User) -> None:
    eve = name_on_page(brgandi, DatasetProvider.Part.DECIDER)
    sent(ada, brgandi)
    assert Mail.objects.filter(recipient=EVE, kind="decide").exists()
    assert AccessRequest.objects.visible_to(fresh(eve)).exists()


def test_a_provider_who_comes_back_is_as_new_as_one_who_never_was_there(tmp_path: Path) -> None:
    """Else whoever was named for a day would see, once named again, all that was sent in between."""
    page = write(tmp_path, "testset.md", a_page())
    import_(page)
    long_ago = timezone.now() - timedelta(days=300)
    DatasetProvider.objects.update(added_at=long_ago, retired_at=long_ago)
    change(page, ("A set for tests", "Changed"))
    found = DatasetProvider.objects.get(name="Per Lind")
    assert (found.retired_at, found.confirmed) == (None, False)
    assert timezone.now() - found.added_at < timedelta(minutes=5)
