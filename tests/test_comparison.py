"""What was sent, and what changed between two sendings."""

from __future__ import annotations

import pytest
from django.test import Client

from access_requests import actions, comparison
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import (
    RequestAt,
    draft_of,
    fill,
)
from tests.support.asking import read

pytestmark = pytest.mark.django_db


# What was sent


def test_the_answers_are_shown_as_sent(client: Client, request_at: RequestAt, ada: User) -> None:
    html = read(client, ada, request_at(Status.IN_REVIEW))
    for words in ("Planned use", "We compare segmentation networks", "Sweden", "Head of department"):
        assert words in html


def test_a_second_sending_shows_what_changed_answer_by_answer(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.RETURNED)
    fill(request, planned_use="With one scanner.", signatory_same="yes", applicant_department="")
    request = actions.submit(request=request, by=ada)
    first, second = request.submissions.order_by("number")
    changed = {line.key: (line.before, line.answer) for line in comparison.changes(second, first)}
    assert set(changed) == {
        "planned_use", "signatory_same", "signatory_name", "signatory_title", "signatory_email", "applicant_department",
    }  # fmt: skip
    assert changed["planned_use"][1] == "With one scanner."
    assert changed["signatory_same"] == ("Another person", "The recipient scientist")
    assert changed["signatory_name"] == ("Sune Holm", "")
    html = read(client, ada, request)
    assert "You sent the request again." in html
    assert html.count("<del>") == len(changed)
    assert html.count('class="submission"') == 2


def test_the_first_sending_has_nothing_to_compare_with(request_at: RequestAt) -> None:
    submission = request_at(Status.IN_REVIEW).last_submission
    assert submission is not None
    assert not any(line.changed for line in comparison.lines(submission))
    assert comparison.changes(submission, submission) == []


def test_answers_keep_the_form_s_order(request_at: RequestAt) -> None:
    submission = request_at(Status.IN_REVIEW).last_submission
    assert submission is not None
    keys = [line.key for line in comparison.lines(submission)]
    order = [question["key"] for question in submission.form_version.questions]
    assert keys == [key for key in order if key in keys]


def test_nothing_that_was_written_is_taken_for_markup(client: Client, ada: User, brgandi: Dataset) -> None:
    request = fill(draft_of(ada, brgandi), planned_use="<script>alert(1)</script>", recipient_name="<b>Rut</b>")
    request = actions.submit(request=request, by=ada)
    html = read(client, ada, request)
    assert "<script>alert" not in html
    assert "<b>Rut" not in html
