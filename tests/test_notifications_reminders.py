"""Whoever has the turn is reminded, hub staff hear of what lasts too long; each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings

from access_requests import actions, checkpoints, tasks
from access_requests.models import AccessRequest
from access_requests.workflow import OPEN, TURN, Answer, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.cast import RequestAt
from tests.mails import ADA, HUB, PER, PETRA, RUT

SENT_ON = datetime(2026, 11, 3, 9, tzinfo=UTC)  # a Tuesday
IN_STOCKHOLM_AT_EIGHT = 7


def on(day: int, month: int = 11, year: int = 2026) -> datetime:
    """That morning."""
    return datetime(year, month, day, IN_STOCKHOLM_AT_EIGHT, tzinfo=UTC)


def reminded(moment: datetime) -> list[tuple[str, str]]:
    """The mails that the clock writes at a moment."""
    before = set(Mail.objects.values_list("pk", flat=True))
    with time_machine.travel(moment, tick=False):
        tasks.remind()
    return sorted(Mail.objects.exclude(pk__in=before).values_list("kind", "recipient"))


@pytest.fixture
def waiting(brgandi: Dataset, ada: User) -> AccessRequest:
    """Ada's request, sent on Tuesday 3 November and in review since."""
    with time_machine.travel(SENT_ON, tick=False):
        return cast.sent(ada, brgandi)


def test_statuses_that_are_reminded_are_those_with_a_turn() -> None:
    assert {status for status in TURN if TURN[status]} - {Status.DRAFT, Status.GRANTED} == OPEN


@pytest.mark.django_db
def test_deciders_are_reminded_after_five_working_days_and_once(waiting: AccessRequest) -> None:
    assert reminded(on(9)) == []
    assert reminded(on(10)) == [("reminder", PETRA), ("reminder", PER)]
    letter = Mail.objects.filter(kind="reminder").first()
    assert letter is not None
    assert letter.subject.startswith("Still waiting for you: access to BRGANDI for Ada Berg, Uppsala University [")
    assert "5 working days" in letter.text
    assert reminded(on(10)) == []
    assert reminded(on(16)) == []


@pytest.mark.django_db
def test_hub_staff_hear_after_ten_and_once(waiting: AccessRequest) -> None:
    reminded(on(10))
    assert reminded(on(17)) == [("escalation", HUB)]
    assert "Waits for: The deciders, to decide" in " ".join(Mail.objects.get(kind="escalation").text.split())
    assert reminded(on(27)) == []


@pytest.mark.django_db
def test_clock_that_stood_still_reminds_first_and_tells_hub_staff_on_the_next_working_day(
    waiting: AccessRequest,
) -> None:
    assert reminded(on(27)) == [("reminder", PETRA), ("reminder", PER)]
    assert reminded(on(27)) == []
    assert reminded(on(28)) == []  # a Saturday
    assert reminded(on(30)) == [("escalation", HUB)]


@pytest.mark.django_db
def test_nobody_is_written_to_on_a_day_off(waiting: AccessRequest) -> None:
    assert reminded(on(14)) == []  # a Saturday
    assert reminded(on(25, 12)) == []
    assert len(reminded(on(28, 12))) == 2


@pytest.mark.django_db
def test_holidays_do_not_count(brgandi: Dataset, ada: User) -> None:
    with time_machine.travel(datetime(2026, 12, 22, 9, tzinfo=UTC), tick=False):
        cast.sent(ada, brgandi)
    assert reminded(on(30, 12)) == []  # 23, 28, 29 and 30 December
    assert len(reminded(on(4, 1, 2027))) == 2


@pytest.mark.django_db
def test_who_has_voted_is_left_in_peace(brgandi: Dataset, ada: User, per: User) -> None:
    cast.set_policy(cast.license_of(brgandi), quorum="all")
    with time_machine.travel(SENT_ON, tick=False):
        actions.decide(request=cast.sent(ada, brgandi), by=per, answer=Answer.APPROVE)
    assert reminded(on(10)) == [("reminder", PETRA)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.SUBMITTED, [("reminder", RUT)]),
        (Status.DECIDED, [("reminder", HUB)]),
        (Status.RETURNED, [("reminder", ADA)]),
        (Status.APPROVED, [("reminder", RUT)]),
        (Status.GRANTED, [("reminder", HUB)]),
        (Status.REJECTED, []),
        (Status.WITHDRAWN, []),
        (Status.DRAFT, []),
    ],
)
def test_each_turn_reminds_its_own(request_at: RequestAt, status: Status, expected: list[tuple[str, str]]) -> None:
    with time_machine.travel(SENT_ON, tick=False):
        request_at(status)
    assert reminded(on(10)) == expected


@pytest.mark.django_db
def test_new_turn_is_reminded_anew(waiting: AccessRequest, ada: User, per: User) -> None:
    reminded(on(10))
    with time_machine.travel(on(11), tick=False):
        request = actions.send_back(request=waiting, by=per, reason="Which scanner?")
    with time_machine.travel(on(12), tick=False):
        actions.submit(request=cast.fill(request), by=ada)
    assert reminded(on(13)) == []
    assert reminded(on(19)) == [("reminder", PETRA), ("reminder", PER)]


@pytest.mark.django_db
def test_days_are_settings(waiting: AccessRequest, settings: Any) -> None:
    settings.REMIND_AFTER, settings.ESCALATE_AFTER = 1, 2
    assert reminded(on(4)) == [("reminder", PETRA), ("reminder", PER)]
    assert reminded(on(5)) == [("escalation", HUB)]


@pytest.mark.django_db
def test_request_decided_meanwhile_is_not_reminded(waiting: AccessRequest, per: User) -> None:
    stale = AccessRequest.objects.get(pk=waiting.pk)
    actions.decide(request=waiting, by=per, answer=Answer.APPROVE)
    before = Mail.objects.count()
    with time_machine.travel(on(27), tick=False):
        tasks.remind_of(stale)
    assert Mail.objects.count() == before


@pytest.mark.django_db
def test_checkpoint_of_a_day_is_written_once(waiting: AccessRequest, tmp_path: Any, settings: Any) -> None:
    settings.VAR_DIR = tmp_path
    with time_machine.travel(on(10), tick=False):
        tasks.checkpoint()
        path = checkpoints.folder() / "heads-2026-11-10.json"
        first = path.read_text()
        assert waiting.reference in first
        AccessRequest.objects.update(event_count=7)
        tasks.checkpoint()
        assert path.read_text() == first
    with time_machine.travel(on(10) + timedelta(days=1), tick=False):
        tasks.checkpoint()
    assert len(list(checkpoints.folder().glob("heads-*.json"))) == 2


def test_clock_calls_tasks_that_exist() -> None:
    from aidahub.celery import app

    app.loader.import_default_modules()
    schedule: dict[str, Any] = django_settings.CELERY_BEAT_SCHEDULE
    assert {entry["task"] for entry in schedule.values()} <= set(app.tasks)
    assert all(entry["options"]["expires"] for entry in schedule.values())
