"""The list of one's requests: what waits for me first."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, draft_of, license_of, make_dataset, sent, set_policy

pytestmark = pytest.mark.django_db


def listed(client: Client, user: User, query: str = "") -> str:
    """The list as one person sees it."""
    client.force_login(user)
    response = client.get(f"/requests/{query}")
    assert response.status_code == 200
    return response.content.decode()


def names(html: str) -> list[str]:
    """Headings and references, as they follow each other."""
    found = re.finditer(r"<h2>([^<]+)</h2>|/requests/(AIDA-[0-9-]+)/", html)
    return [match[1] or match[2] for match in found]


def test_what_waits_for_me_comes_first(client: Client, ada: User, per: User, brgandi: Dataset) -> None:
    in_review = sent(ada, brgandi)
    over = actions.withdraw(request=sent(ada, make_dataset("10.23698/aida/one")), by=ada)
    draft = draft_of(ada, make_dataset("10.23698/aida/two"))
    three = make_dataset("10.23698/aida/three")
    set_policy(license_of(three), needed="applicant")
    granted = sent(ada, three)
    actions.decide(request=granted, by=_provider(granted.dataset), answer=Answer.APPROVE)
    assert names(listed(client, ada)) == [
        "Waits for you", draft.reference, "In progress", in_review.reference, "Access", granted.reference, "Finished",
        over.reference,
    ]  # fmt: skip


def _provider(dataset: Dataset) -> User:
    from tests.cast import act_for, make_user, provider_of

    return act_for(make_user("one.more@provider.example", "One More"), provider_of(dataset, 1))


def test_a_returned_and_an_approved_request_wait_for_the_applicant(
    client: Client, request_at: RequestAt, ada: User, rut: User
) -> None:
    request = request_at(Status.RETURNED)
    assert names(listed(client, ada)) == ["Waits for you", request.reference]
    assert names(listed(client, rut)) == ["In progress", request.reference], "it does not wait for Rut"


def test_requests_that_name_me_are_there_and_say_whose_they_are(
    client: Client, request_at: RequestAt, rut: User
) -> None:
    html = listed(client, rut)
    assert "No requests yet" in html
    request = request_at(Status.IN_REVIEW)
    html = listed(client, rut)
    assert request.reference in html
    assert "asked by Ada Berg" in html


def test_a_draft_that_names_me_is_not_there(client: Client, request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.DRAFT)
    assert request.reference not in listed(client, rut)


def test_other_people_s_requests_are_not_there_not_even_for_providers_and_the_hub(
    client: Client, request_at: RequestAt, alva: User, per: User, hedda: User, otto: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    for person in (alva, per, hedda, otto):
        html = listed(client, person)
        assert request.reference not in html
        assert "No requests yet" in html


def test_long_lists_have_pages(client: Client, ada: User, brgandi: Dataset) -> None:
    pattern = draft_of(ada, brgandi)
    for number in range(25):
        pattern.pk, pattern.reference = None, f"AIDA-2026-1{number:04}"
        pattern._state.adding = True
        pattern.save()
    first, second = listed(client, ada), listed(client, ada, "?page=2")
    assert len([name for name in names(first) if name.startswith("AIDA")]) == 20
    assert len([name for name in names(second) if name.startswith("AIDA")]) == 6
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert listed(client, ada, "?page=x").count("Waits for you") == 1
    assert listed(client, ada, "?page=999").count('rel="prev"') == 1


def test_the_number_of_queries_does_not_grow_with_the_list(client: Client, ada: User, brgandi: Dataset) -> None:
    pattern = sent(ada, brgandi)
    client.force_login(ada)
    client.get("/requests/")
    with CaptureQueriesContext(connection) as few:
        client.get("/requests/")
    for number in range(10):
        draft_of(ada, make_dataset(f"10.23698/aida/more-{number}"))
        sent(ada, make_dataset(f"10.23698/aida/sent-{number}"))
    with CaptureQueriesContext(connection) as many:
        html = client.get("/requests/").content.decode()
    assert len(many) == len(few) <= 8
    assert AccessRequest.objects.count() == 21
    assert pattern.reference in html or 'rel="next"' in html


def test_only_reading(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.post("/requests/").status_code == 405
