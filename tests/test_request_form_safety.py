"""The request form loses nothing and lets nobody else in: other people, bad answers, sign-ins that run out."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import (
    PASSWORD,
    RequestAt,
)
from tests.support.asking import PROJECT, YOU, draft, people, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    """Ada's browser."""
    client.force_login(ada)
    return client


# Who may


def test_a_draft_is_nobody_else_s(
    client: Client, ada: User, brgandi: Dataset, otto: User, hedda: User, per: User
) -> None:
    request = draft(ada, brgandi)
    for person in (otto, hedda, per):
        client.force_login(person)
        for slug in ("you", "project", "people", "terms", "review"):
            assert client.get(step(request, slug)).status_code == 404
            assert client.post(step(request, slug), {"planned_use": "Mine."}).status_code == 404
        assert client.get(f"/requests/{request.reference}/edit/").status_code == 404
    request.refresh_from_db()
    assert "planned_use" not in request.draft


def test_who_sees_a_sent_request_may_still_not_write_in_it(client: Client, request_at: RequestAt, per: User) -> None:
    request = request_at(Status.RETURNED)
    client.force_login(per)
    for response in (client.get(step(request, "you")), client.post(step(request, "you"), {"applicant_name": "X"}),
                     client.post(step(request, "review")), client.get(step(request, "review"))):  # fmt: skip
        assert response.status_code == 403
        assert "Only the applicant can do this" in response.content.decode()


def test_a_sent_request_is_not_changed(as_ada: Client, request_at: RequestAt) -> None:
    request = request_at(Status.IN_REVIEW)
    response = as_ada.post(step(request, "project"), {"planned_use": "Something else."})
    assert response.status_code == 403
    assert "not possible now" in response.content.decode()


def test_steps_and_references_that_are_not_there(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    assert as_ada.get(step(draft(ada, brgandi), "price")).status_code == 404
    assert as_ada.get("/requests/AIDA-2026-99999/edit/you/").status_code == 404


def test_anonymous_people_cannot_tell_what_is_there(client: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi)
    for method in (client.get, client.post):
        real, invented = method(step(request, "you")), method(f"/requests/{request.reference}9/edit/you/")
        assert real.status_code == invented.status_code == 302
        assert real["Location"].replace(request.reference, "R") == invented["Location"].replace(
            f"{request.reference}9", "R"
        )


# Bad answers


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("x" * 1_000_000, marks=pytest.mark.slow), "a\x00b", "\u202egpj.exe", "<script>alert(1)</script>",
        "{{ 7|add:7 }}", "'; DROP TABLE x; --", "Subject: x\r\nBcc: eve@evil.example", "\ufffe\uffff", "\u0301" * 4000,
    ],
)  # fmt: skip
def test_bad_answers_break_nothing(as_ada: Client, ada: User, brgandi: Dataset, bad: str) -> None:
    request = draft(ada, brgandi)
    for slug, keys in (("you", YOU), ("project", PROJECT), ("people", set(people()))):
        few = sorted(keys)[:3] if len(bad) > 10_000 else keys
        response = as_ada.post(step(request, slug), dict.fromkeys(few, bad))
        assert response.status_code == 200
        assert b"<script>alert" not in response.content
        assert as_ada.get(step(request, slug)).status_code == 200
    assert as_ada.get(step(request, "review")).status_code == 200
    request.refresh_from_db()
    assert all("\x00" not in str(value) and "\u202e" not in str(value) for value in request.draft.values())
    assert all(len(str(value)) <= 50_000 for value in request.draft.values())


# Signed out while writing


def sign_in(client: Client, email: str, next_page: str) -> Any:
    """Sign in by password, as a browser does."""
    return client.post(
        f"/accounts/login/?next={next_page}", {"login": email, "password": PASSWORD, "next": next_page}, follow=True
    )


def test_what_was_written_after_the_sign_in_ran_out_is_in_the_draft_afterwards(
    as_ada: Client, ada: User, brgandi: Dataset
) -> None:
    request = draft(ada, brgandi)
    as_ada.cookies.clear()
    answers = {**people(), "recipient_name": "Written for an hour", "recipient_email": "not yet"}
    response = as_ada.post(step(request, "people"), answers)
    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [step(request, "people")]
    response = sign_in(as_ada, ada.email, step(request, "people"))
    request.refresh_from_db()
    assert request.draft["recipient_name"] == "Written for an hour"
    assert request.draft["recipient_email"] == "not yet", "wrong answers are kept, too"
    assert request.draft["recipient_phd"] is True
    assert "Your answers were kept" in response.content.decode()
    as_ada.post(step(request, "people"), {"recipient_name": "Newer"})
    as_ada.get(step(request, "people"))
    request.refresh_from_db()
    assert request.draft["recipient_name"] == "Newer", "they are put back once"


def test_somebody_else_who_signs_in_there_does_not_get_it(
    as_ada: Client, ada: User, otto: User, brgandi: Dataset
) -> None:
    request, ottos = draft(ada, brgandi), draft(otto, brgandi)
    as_ada.cookies.clear()
    as_ada.post(step(request, "project"), {"planned_use": "My secret plan"})
    response = sign_in(as_ada, otto.email, step(request, "project"))
    assert response.status_code == 404
    html = as_ada.get(step(ottos, "project")).content.decode()
    assert "My secret plan" not in html
    ottos.refresh_from_db()
    request.refresh_from_db()
    assert "planned_use" not in ottos.draft
    assert "planned_use" not in request.draft


def test_a_page_of_a_megabyte_is_not_kept_for_anonymous_people(client: Client, ada: User, brgandi: Dataset) -> None:
    client.post(step(draft(ada, brgandi), "project"), {"planned_use": "x" * 1_000_000})
    assert len(str(dict(client.session))) < 1000


def test_a_page_that_is_too_old_for_its_token_shows_what_was_written(ada: User, brgandi: Dataset) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    request = draft(ada, brgandi)
    response = browser.post(step(request, "project"), {"planned_use": "Written for an hour"})
    html = response.content.decode()
    assert "Written for an hour" in html
    assert "too old" in html
    request.refresh_from_db()
    assert "planned_use" not in request.draft, "it is shown, not saved: nobody knows who sent it"
