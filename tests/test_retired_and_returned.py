"""A request that was sent back while its dataset or licence was retired: it is sent again, and the hub decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.rules import Denied, may
from access_requests.waiting import standing
from access_requests.workflow import Answer, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, License
from tests import cast
from tests.cast import RequestAt, draft_of, fill, license_of, set_policy
from tests.mails import HUB
from tests.support.asking import read

pytestmark = pytest.mark.django_db

GOES_ON = "this one goes on: AIDA Data Hub decides on it then."


def retire_dataset(dataset: Dataset) -> None:
    Dataset.objects.filter(pk=dataset.pk).update(retired_at=timezone.now())


def retire_license(dataset: Dataset) -> None:
    License.objects.filter(pk=license_of(dataset).pk).update(retired_at=timezone.now())


Retire = Callable[[Dataset], None]
RETIRE = pytest.mark.parametrize("retire", [retire_dataset, retire_license])


def again(request: AccessRequest) -> AccessRequest:
    return AccessRequest.objects.get(pk=request.pk)


@RETIRE
@pytest.mark.parametrize("triage", [False, True])
def test_it_is_sent_again_and_the_hub_decides(
    request_at: RequestAt, brgandi: Dataset, ada: User, per: User, hedda: User, retire: Retire, triage: bool
) -> None:
    request = request_at(Status.RETURNED)
    set_policy(license_of(brgandi), triage=triage)
    retire(brgandi)
    assert may(ada, Verb.SUBMIT, again(request)).ok
    request = actions.submit(request=fill(again(request), planned_use="The new scanner."), by=ada)
    assert (request.status, request.rounds.latest("number").by_hub) == (Status.IN_REVIEW, True)
    assert Mail.objects.filter(about__startswith=f"{request.reference}/3", kind="decide").get().recipient == HUB
    assert not may(cast.fresh(per), Verb.DECIDE, request).ok
    assert actions.decide(request=request, by=hedda, answer=Answer.APPROVE).status == Status.APPROVED


@RETIRE
def test_the_pages_say_so(client: Client, request_at: RequestAt, brgandi: Dataset, ada: User, retire: Retire) -> None:
    request = request_at(Status.RETURNED)
    assert GOES_ON not in standing(request, ada).sentence
    retire(brgandi)
    assert GOES_ON in standing(again(request), ada).sentence
    assert GOES_ON in read(client, ada, again(request))
    fill(again(request))
    page = client.get(f"/requests/{request.reference}/edit/review/").content.decode()
    assert "AIDA Data Hub decides." in page
    assert client.post(f"/requests/{request.reference}/edit/review/").status_code == 302
    assert again(request).status == Status.IN_REVIEW


@RETIRE
def test_a_draft_is_not_sent(brgandi: Dataset, ada: User, retire: Retire) -> None:
    draft = draft_of(ada, brgandi)
    retire(brgandi)
    with pytest.raises(Denied, match="takes no requests"):
        actions.submit(request=draft, by=ada)
