"""What verbs have at hand: it says the same as the database would, and nobody reads it when it may be old."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_requests import actions
from access_requests.at_hand import all_at_hand, is_at_hand, voters_at_hand
from access_requests.models import AccessRequest, Participant
from access_requests.rules import parts_in
from access_requests.workflow import Answer, Quorum, Status
from aidahub.accounts.models import User
from datasets.models import Dataset, DatasetProvider
from tests import cast

pytestmark = pytest.mark.django_db

HELD = ("participants", "submissions", "attachments", "rounds")


def _as_it_is(request: AccessRequest) -> None:
    """Nothing is otherwise."""


def _dropped(request: AccessRequest) -> None:
    request.dataset.dataset_providers.update(retired_at=timezone.now())


def _named_since(request: AccessRequest) -> None:
    request.dataset.dataset_providers.update(confirmed=False, added_at=timezone.now())


def _informed(request: AccessRequest) -> None:
    request.dataset.dataset_providers.update(part=DatasetProvider.Part.INFORMED)


def _excused(request: AccessRequest) -> None:
    for round_ in request.rounds.all():
        round_.deciders.update(excused_at=timezone.now())


CHANGES = (_as_it_is, _dropped, _named_since, _informed, _excused)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DRAFT}))
def test_parts_are_the_same_at_hand_and_asked_of_the_database(
    request_at: cast.RequestAt, per: User, petra: User, otto: User, status: Status, change: Callable[..., None]
) -> None:
    change(request_at(status))
    for person in (per, petra, otto):
        request = AccessRequest.objects.locked(AccessRequest.objects.get())
        from_database = parts_in(cast.fresh(person), request)
        with voters_at_hand(request):
            assert parts_in(cast.fresh(person), request) == from_database


def test_nothing_stays_at_hand_after_a_verb(brgandi: Dataset, ada: User, per: User) -> None:
    request = cast.sent(ada, brgandi)
    assert not [name for name in HELD if is_at_hand(request, name)]
    request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
    assert not [name for name in HELD if is_at_hand(request, name)]
    assert not is_at_hand(request.dataset, "dataset_providers")
    assert not is_at_hand(request.license, "texts")


def test_what_is_written_by_sending_is_at_hand_as_it_stands_in_the_database(brgandi: Dataset, ada: User) -> None:
    request = AccessRequest.objects.locked(cast.sent(ada, brgandi))
    with all_at_hand(request):
        held = {name: set(getattr(request, name).all()) for name in HELD}
    assert held == {name: set(getattr(request, name).all()) for name in HELD}
    assert held["participants"] == set(Participant.objects.filter(request=request))


def test_a_vote_asks_little_of_the_database(brgandi: Dataset, ada: User, per: User) -> None:
    cast.set_policy(cast.license_of(brgandi), quorum=Quorum.ALL)
    request, voter = cast.sent(ada, brgandi), cast.fresh(per)
    with CaptureQueriesContext(connection) as asked:
        actions.decide(request=request, by=voter, answer=Answer.APPROVE)
    assert len(asked) <= 16
