"""What the clock reads to find what is due: by indexes, however many requests have ended; one fault stops none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_requests import actions, clock, notifications, tasks
from access_requests.models import AccessRequest, Grant
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.cast import RequestAt, draft_of, license_of, make_dataset, set_policy

pytestmark = pytest.mark.django_db

LISTS: dict[str, Callable[[], Any]] = {
    "turns": clock.turns,
    "ended": clock.ended,
    "ending": clock.ending,
    "uncertain copies": clock.uncertain_copies,
    "forgotten drafts": clock.forgotten_drafts,
}
BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Plans are written otherwise elsewhere.")
@pytest.mark.parametrize("name", LISTS)
def test_lists_are_found_by_an_index(name: str, db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        list(LISTS[name]())
    assert queries.captured_queries
    for query in queries.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
        assert [step for step in plan if step.startswith("SCAN")] == []
        first = next(step for step in plan if step.startswith("SEARCH"))
        assert "request_waiting" in first or "grant_in_force" in first or "grant_with_copies" in first, plan


@pytest.mark.parametrize("name", LISTS)
def test_what_has_ended_long_ago_is_in_no_list(name: str, request_at: RequestAt) -> None:
    for status in (Status.EXPIRED, Status.REJECTED, Status.WITHDRAWN, Status.REVOKED):
        with time_machine.travel(BEGUN, tick=False):
            request_at(status)
    with time_machine.travel(BEGUN + timedelta(days=200), tick=False):
        assert list(LISTS[name]()) == []


@pytest.fixture
def on_a_working_day() -> Iterator[None]:
    """Nobody is reminded on a Sunday."""
    with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def three(ada: User, alva: User, brgandi: Dataset, other: Dataset) -> list[AccessRequest]:
    """Three requests that have waited for a week."""
    with time_machine.travel(timezone.now() - timedelta(days=20), tick=False):
        return [cast.sent(ada, brgandi), cast.sent(ada, other), cast.sent(alva, other)]


def test_one_that_fails_stops_no_other_and_is_named(
    on_a_working_day: None,
    three: list[AccessRequest],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    real = notifications.remind

    def faulty(turn: Any, **kwargs: Any) -> int:
        if turn.reference == three[1].reference:
            real(turn, **kwargs)
            raise RuntimeError("out of paper")
        return real(turn, **kwargs)

    monkeypatch.setattr(notifications, "remind", faulty)
    assert clock.each("remind", clock.turns(), tasks.remind_of) == 1
    reminded = {mail.about.partition("/")[0] for mail in Mail.objects.filter(kind="reminder")}
    assert reminded == {three[0].reference, three[2].reference}
    assert three[1].reference in caplog.text
    assert "'why': 'RuntimeError'" in caplog.text
    assert "out of paper" not in caplog.text  # an error's own words quote what people wrote
    monkeypatch.undo()
    assert clock.each("remind", clock.turns(), tasks.remind_of) == 0
    assert Mail.objects.filter(kind="reminder", about__startswith=three[1].reference).exists()


def test_draft_thrown_away_at_that_moment_is_no_fault(ada: User, brgandi: Dataset) -> None:
    draft = draft_of(ada, brgandi)
    due = [(draft.pk, draft.reference)]
    actions.discard(request=draft, by=ada)
    assert clock.each("forgotten draft", due, tasks.look_at_draft) == 0


def test_each_request_costs_the_same(on_a_working_day: None, three: list[AccessRequest]) -> None:
    """Once everything is written; what is written is paid for once."""
    tasks.remind()
    costs = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            clock.each("remind", clock.turns(), tasks.remind_of)
        costs.append(len(queries))
        for name in range(5) if not number else ():
            applicant = cast.make_user(f"ask{name}@uu.example", f"Asker {name}")
            with time_machine.travel(timezone.now() - timedelta(days=20), tick=False):
                cast.sent(applicant, make_dataset(f"10.23698/aida/{name}"))
        tasks.remind()
    assert (costs[1] - 2) / 8 <= (costs[0] - 2) / 3 <= 20


def test_ending_grants_are_read_by_request_not_by_person(request_at: RequestAt, brgandi: Dataset) -> None:
    set_policy(license_of(brgandi), days=20)
    request = request_at(Status.GRANTED)
    assert Grant.objects.filter(request=request).count() == 2
    assert list(clock.ending()) == [(request.pk, request.reference)]
