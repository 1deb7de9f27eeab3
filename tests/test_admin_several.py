"""The same step with several requests at once."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access_requests import actions
from access_requests.models import AccessRequest, Decision
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import act_for, draft_of, make_user, provider_of, sent
from tests.support.requests import copy_of

LIST = reverse("admin:access_requests_accessrequest_changelist")


def several_url(slug: str) -> str:
    return reverse("admin:access_requests_accessrequest_several", args=(slug,))


def statuses(*requests: AccessRequest) -> list[str]:
    return [AccessRequest.objects.get(pk=request.pk).status for request in requests]


def choose(client: Client, action: str, *requests: AccessRequest) -> Any:
    """Tick requests in the list and press the button below it; the page that follows."""
    references = [request.reference for request in requests]
    return client.post(LIST, {"action": action, "index": "0", "_selected_action": references}, follow=True)


def test_one_page_names_each_and_changes_nothing(
    brgandi: Dataset, ada: User, alva: User, per: User, client: Client
) -> None:
    one, two = sent(ada, brgandi), sent(alva, brgandi)
    client.force_login(per)
    page = choose(client, "approve", one, two)
    text = page.content.decode()
    assert page.status_code == 200
    assert one.reference in text
    assert two.reference in text
    assert statuses(one, two) == [Status.IN_REVIEW] * 2


def test_one_that_fails_does_not_stop_the_others(
    brgandi: Dataset, ada: User, alva: User, per: User, client: Client
) -> None:
    over, open_ = sent(ada, brgandi), sent(alva, brgandi)
    actions.decide(request=over, by=per, answer=Answer.REJECT, reason="No.")
    rut = act_for(make_user("rut.ek@uu.example", "Rut Ek"), provider_of(brgandi, 1))
    client.force_login(per)
    page = client.post(several_url("approve"), {"reference": [over.reference, open_.reference]})
    results = {result.shown.reference: result for result in page.context["results"]}
    assert not results[over.reference].done
    assert "This is not possible now" in results[over.reference].sentence
    assert results[open_.reference].done
    assert statuses(over, open_) == [Status.REJECTED, Status.APPROVED]
    client.force_login(rut)
    page = client.post(several_url("reject"), {"reference": [open_.reference], "reason": "Mine."})
    assert not page.context["results"][0].done


def test_nobody_decides_a_request_that_names_them(brgandi: Dataset, ada: User, client: Client) -> None:
    rut = act_for(make_user("rut.ek@uu.example", "Rut Ek"), provider_of(brgandi, 1))
    request = sent(ada, brgandi)
    client.force_login(rut)
    page = client.post(several_url("approve"), {"reference": [request.reference]})
    assert "You are named in this request" in page.context["results"][0].sentence
    assert not Decision.objects.exists()


def test_rejecting_several_needs_a_reason(brgandi: Dataset, ada: User, alva: User, per: User, client: Client) -> None:
    one, two = sent(ada, brgandi), sent(alva, brgandi)
    references = [one.reference, two.reference]
    client.force_login(per)
    page = client.post(several_url("reject"), {"reference": references})
    assert "Something is missing" in page.content.decode()
    assert statuses(one, two) == [Status.IN_REVIEW] * 2
    client.post(several_url("reject"), {"reference": references, "reason": "The data is being replaced."})
    assert statuses(one, two) == [Status.REJECTED] * 2


def test_sending_several_back(brgandi: Dataset, ada: User, alva: User, per: User, client: Client) -> None:
    one, two = sent(ada, brgandi), sent(alva, brgandi)
    client.force_login(per)
    client.post(several_url("send-back"), {"reference": [one.reference, two.reference], "reason": "Which scanner?"})
    assert statuses(one, two) == [Status.RETURNED] * 2


def test_requests_of_others_are_passed_over(
    brgandi: Dataset, other: Dataset, ada: User, alva: User, per: User, client: Client
) -> None:
    mine, foreign, draft = sent(ada, brgandi), sent(ada, other), draft_of(alva, brgandi)
    client.force_login(per)
    page = choose(client, "approve", mine, foreign, draft)
    assert mine.reference in page.content.decode()
    assert foreign.reference not in page.content.decode()
    assert draft.reference not in page.content.decode()
    page = client.post(several_url("approve"), {"reference": [mine.reference, foreign.reference, draft.reference]})
    assert [result.shown.reference for result in page.context["results"]] == [mine.reference]
    assert statuses(foreign, draft) == [Status.IN_REVIEW, Status.DRAFT]
    assert client.get(several_url("approve"), {"reference": foreign.reference}).status_code == 404
    assert client.get(several_url("approve"), {"reference": "AIDA-2020-99999"}).status_code == 404


def test_odd_choices_do_no_harm(brgandi: Dataset, ada: User, per: User, client: Client) -> None:
    request = sent(ada, brgandi)
    client.force_login(per)
    assert client.get(several_url("approve")).status_code == 404
    assert client.get(several_url("record"), {"reference": request.reference}).status_code == 404
    assert client.get(several_url("approve"), {"reference": "\0"}).status_code == 404
    for action, chosen in (("approve", "\0"), ("approve", str(request.pk)), ("delete_selected", request.reference)):
        data = {"action": action, "index": "0", "_selected_action": chosen}
        assert client.post(LIST, data).status_code == 302
    assert client.post(LIST, {"action": "approve", "index": "0"}).status_code == 302
    assert statuses(request) == [Status.IN_REVIEW]


def test_the_page_takes_as_many_queries_for_thirty_as_for_three(
    brgandi: Dataset, ada: User, per: User, client: Client
) -> None:
    request = sent(ada, brgandi)
    copies = [copy_of(request, number).reference for number in range(30)]
    client.force_login(per)
    counts = []
    for number in (3, 30):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(several_url("reject"), {"reference": copies[:number]})
        assert len(page.context["lines"]) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
