"""Sending a request: the review, the second click, sending again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access_requests import actions
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import (
    BRGANDI_DOI,
    RESEARCH_ANSWERS,
    RequestAt,
    draft_of,
)
from tests.support.asking import PROJECT, draft, part, said, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    """Ada's browser."""
    client.force_login(ada)
    return client


# Review and send


def test_the_review_reads_like_the_letter_and_says_who_gets_it(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    html = as_ada.get(step(draft_of(ada, brgandi), "review")).content.decode()
    for words in ("Synthetic brain tumor images", BRGANDI_DOI, RESEARCH_ANSWERS["planned_use"], "Sweden", "Rut Ek",
                  "Muhammad Usman Akbar", "Anders Eklund", "AIDA Data Hub", "How long it is kept",
                  "public record under Swedish law", "Send the request"):  # fmt: skip
        assert words in html


def test_the_review_of_an_incomplete_draft_leads_to_what_is_missing(
    as_ada: Client, ada: User, brgandi: Dataset
) -> None:
    request = draft(ada, brgandi)
    html = as_ada.get(step(request, "review")).content.decode()
    assert f'href="{step(request, "project")}#div_id_planned_use"' in html
    assert f'href="{step(request, "terms")}#div_id_accept_license"' in html
    assert 'id="div_id_planned_use"' in as_ada.get(step(request, "project")).content.decode()
    assert 'id="div_id_accept_license"' in as_ada.get(step(request, "terms")).content.decode()
    assert "Send the request" not in html


def test_an_incomplete_draft_is_not_sent(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi)
    response = as_ada.post(step(request, "review"), follow=True)
    assert response.redirect_chain[-1][0] == step(request, "review")
    assert "Something is still missing" in response.content.decode()
    request.refresh_from_db()
    assert request.status == Status.DRAFT


def test_a_second_click_on_send_leads_to_the_same_request(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft_of(ada, brgandi)
    as_ada.post(step(request, "review"))
    response = as_ada.post(step(request, "review"))
    assert response["Location"] == request.get_absolute_url()
    assert "has been sent already" in said(response)
    assert request.submissions.count() == 1
    assert as_ada.get(step(request, "review"))["Location"] == request.get_absolute_url()


def test_a_second_open_request_for_the_same_is_refused_with_a_sentence(
    as_ada: Client, ada: User, brgandi: Dataset
) -> None:
    actions.submit(request=draft_of(ada, brgandi), by=ada)
    again = draft_of(ada, brgandi)
    response = as_ada.post(step(again, "review"))
    assert response.status_code == 403
    assert "You already have an open request" in response.content.decode()


def test_a_returned_request_is_changed_and_sent_again(as_ada: Client, request_at: RequestAt, brgandi: Dataset) -> None:
    request = request_at(Status.RETURNED)
    html = as_ada.get(step(request, "project")).content.decode()
    assert "The request was sent back to you" in html
    as_ada.post(step(request, "project"), {**part(PROJECT), "planned_use": "With one scanner."})
    as_ada.post(step(request, "review"))
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW
    assert [submission.answers["planned_use"] for submission in request.submissions.order_by("number")] == [
        RESEARCH_ANSWERS["planned_use"], "With one scanner.",
    ]  # fmt: skip


# How much it asks of the database


def test_sending_reads_once_what_it_needs_and_writes_its_mails_at_once(ada: User, brgandi: Dataset) -> None:
    request = draft_of(ada, brgandi)
    with CaptureQueriesContext(connection) as asked:
        actions.submit(request=request, by=User.objects.get(pk=ada.pk))
    words = [query["sql"] for query in asked]
    assert Mail.objects.filter(about__startswith=request.reference).count() >= 5
    found = {table: sum(f'"{table}"' in word for word in words) for table in STATEMENTS}
    assert found == STATEMENTS
    assert len(words) <= 40


# How many statements name each of these, reading or writing.
STATEMENTS = {"outbox_mail": 2, "access_requests_participant": 2, "access_requests_submission": 2}
