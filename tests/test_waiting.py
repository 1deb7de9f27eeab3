"""Where a request stands, whose turn it is, and how working days are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from access_requests.views.pages import stages
from access_requests.waiting import LOOKS, is_working_day, standing, working_days_since
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.environment import ROOT
from datasets.models import Dataset
from tests.cast import (
    REACHED,
    RequestAt,
    sent,
)
from tests.support.asking import read

pytestmark = pytest.mark.django_db


# Where it stands


@pytest.mark.parametrize("status", REACHED)
def test_each_status_has_a_sentence_a_word_and_an_icon(
    client: Client, request_at: RequestAt, ada: User, status: Status
) -> None:
    request = request_at(status)
    html = read(client, ada, request)
    now = standing(request, ada)
    assert now.sentence.endswith(".")
    assert "%(" not in now.sentence
    assert f"icons.svg#{now.icon}" in html.replace(".", ".") or now.icon in html
    assert now.word in html
    assert now.sentence.replace("'", "&#x27;") in html


def test_no_status_is_without_looks() -> None:
    assert set(LOOKS) == set(Status)


@pytest.mark.parametrize(
    ("status", "button"),
    [
        (Status.DRAFT, "Continue"),
        (Status.RETURNED, "Change your answers"),
    ],
)
def test_the_one_thing_to_do_now_is_a_button(
    client: Client, request_at: RequestAt, ada: User, status: Status, button: str
) -> None:
    html = read(client, ada, request_at(status))
    assert button in html
    assert html.count("btn-primary") == 1


def test_when_others_must_still_confirm_there_is_no_button(client: Client, request_at: RequestAt, ada: User) -> None:
    html = read(client, ada, request_at(Status.APPROVED))
    assert "You need not do anything now" in html
    assert html.count("btn-primary") == 0


def test_whoever_waits_is_told_so(client: Client, request_at: RequestAt, ada: User, rut: User) -> None:
    request = request_at(Status.IN_REVIEW)
    assert "You need not do anything now" in read(client, ada, request)
    assert "Change your answers" not in read(client, rut, request)
    assert "Withdraw the request" not in read(client, rut, request)


def test_providers_and_the_hub_find_their_own_page(
    client: Client, request_at: RequestAt, ada: User, per: User, hedda: User, rut: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    url = f"/admin/access_requests/accessrequest/{request.reference}/change/"
    assert url in read(client, per, request)
    assert url in read(client, hedda, request)
    assert url not in read(client, ada, request)
    assert url not in read(client, rut, request)


def test_the_sentence_counts_the_working_days(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    assert standing(request, ada).sentence.endswith("An answer is promised within 6 working days.")
    request.status_since -= timedelta(days=7)
    assert standing(request, ada).sentence.endswith("5 working days so far; at most 6 are promised.")
    assert not standing(request, ada).late
    request.status_since -= timedelta(days=21)
    assert "longer than the 6 that are promised" in standing(request, ada).sentence
    assert standing(request, ada).late


def test_who_is_waited_for_is_named_by_what_they_are(request_at: RequestAt, ada: User, brgandi: Dataset) -> None:
    assert "the dataset's providers" in standing(request_at(Status.IN_REVIEW), ada).sentence
    by_hub = sent(ada, brgandi, "AIDA BY license")
    assert "AIDA Data Hub to decide" in standing(by_hub, ada).sentence


@pytest.mark.parametrize("status", REACHED)
def test_the_line_of_steps(request_at: RequestAt, status: Status) -> None:
    states = [stage.state for stage in stages(request_at(status))]
    expected = {
        Status.DRAFT: ["now", "next", "next", "next"],
        Status.RETURNED: ["done", "now", "next", "next"],
        Status.APPROVED: ["done", "done", "done", "now"],
        Status.GRANTED: ["done"] * 4,
        Status.REJECTED: ["done", "done", "done", "end"],
        Status.WITHDRAWN: ["done", "done", "end"],
        Status.CLOSED: ["done", "done", "end"],
        Status.EXPIRED: ["done", "done", "done", "done", "end"],
        Status.REVOKED: ["done", "done", "done", "done", "end"],
    }
    assert states == expected.get(status, ["done", "done", "now", "next"])


# Working days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-23", True),  # a Monday
        ("2026-11-21", False),  # a Saturday
        ("2026-11-22", False),  # a Sunday
        ("2026-12-24", False),  # Christmas Eve
        ("2026-12-25", False),
        ("2026-12-31", False),
        ("2026-01-06", False),  # Epiphany
        ("2026-06-19", False),  # Midsummer's Eve
        ("2026-06-12", True),
        ("2026-04-03", False),  # Good Friday
        ("2026-05-14", False),  # Ascension
        ("2026-05-15", True),
        ("2026-06-05", True),  # the day before the National Day
        ("2025-06-06", False),  # the National Day
    ],
)
def test_swedish_working_days(day: str, works: bool) -> None:
    assert is_working_day(datetime.fromisoformat(day).date()) is works


@pytest.mark.parametrize(
    ("since", "now", "days"),
    [
        ("2026-11-23T09:00", "2026-11-23T15:00", 0),
        ("2026-11-23T09:00", "2026-11-24T01:00", 1),
        ("2026-11-20T16:00", "2026-11-23T09:00", 1),  # over a weekend
        ("2026-12-23T09:00", "2026-12-28T09:00", 1),  # over Christmas
        ("2026-11-23T23:30", "2026-11-24T08:00", 0),  # already the 24th in Stockholm
        ("2026-11-24T09:00", "2026-11-23T09:00", 0),
        ("1990-01-01T09:00", "2026-11-23T09:00", 400),
    ],
)
def test_working_days_since(since: str, now: str, days: int) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (since, now)]
    assert working_days_since(*moments) == days


def test_promised_time_stands_once() -> None:
    """The setting is the only place; a template that writes the number out would go on saying it when that changes."""
    said = [
        path.name
        for path in (ROOT / "templates").rglob("*.html")
        if f"{settings.PROMISED_DAYS} working days" in path.read_text("utf-8")
    ]
    assert said == []
