"""Who has access on a day: a day is one of Stockholm's, and the first and the last count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access_requests import actions
from access_requests.models import AccessRequest, Grant
from access_requests.people import Named
from access_requests.workflow import Answer, GrantEnd, Part, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, confirm, license_of, sent, set_policy
from tests.support.access import again, grant_of, set_end

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 1)
SPAN = 40


@dataclass(frozen=True)
class Plain:
    """A grant as plain days: from, to (agreed), and the day on which it was ended before, if it was."""

    starts: int
    ends: int | None
    closed: int | None

    def holds(self, day: int) -> bool:
        """Whether somebody has access on a day."""
        last = min(last for last in (self.ends, self.closed, 10_000) if last is not None)
        return self.starts <= day <= last


@st.composite
def plains(draw: st.DrawFn) -> Plain:
    """A grant that the verbs could have made."""
    starts = draw(st.integers(0, SPAN))
    ends = draw(st.none() | st.integers(starts, SPAN + 5))
    return Plain(starts, ends, draw(st.none() | st.integers(starts, SPAN + 9)))


def day(number: int) -> date:
    """The day with this number."""
    return FIRST + timedelta(days=number)


@pytest.fixture
def people(request_at: RequestAt, hedda: User) -> list[Grant]:
    """Grants of six people, to be moved about in time."""
    request = request_at(Status.GRANTED)
    pattern = request.grants.earliest("pk")
    request.grants.exclude(pk=pattern.pk).delete()
    for number in range(5):
        person = Named(Part.MEMBER, f"Member {number}", "", f"member{number}@uu.example", "UU")
        actions.add_person(request=request, by=hedda, person=person)
    members = request.participants.filter(part=Part.MEMBER)
    fields = {"request": request, "acceptance": pattern.acceptance, "institution": "UU", "starts": FIRST}
    return [pattern, *(Grant.objects.create(participant=person, **fields) for person in members)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=st.lists(plains(), min_size=1, max_size=6))
def test_on_a_day_is_what_plain_days_say(rows: list[Plain], people: list[Grant]) -> None:
    for grant, row in zip(people, rows, strict=False):
        closed = day(row.closed) if row.closed is not None else None
        grant.starts, grant.ends = day(row.starts), day(row.ends) if row.ends is not None else None
        grant.closed_on, grant.ended_at = closed, timezone.now() if closed else None
        grant.end_reason = GrantEnd.LEFT if closed else ""
        grant.save()
    known = dict(zip((grant.pk for grant in people), rows, strict=False))
    for number in range(-1, SPAN + 12):
        found = set(Grant.objects.on(day(number)).filter(pk__in=known).values_list("pk", flat=True))
        assert found == {key for key, row in known.items() if row.holds(number)}, f"day {number}"


@pytest.mark.parametrize(
    ("moment", "starts"),
    [
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),  # midnight in Stockholm's summer
        (datetime(2026, 12, 1, 22, 59, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 12, 1, 23, 0, tzinfo=UTC), date(2026, 12, 2)),  # and in its winter
        (datetime(2026, 12, 2, 0, 0, tzinfo=UTC), date(2026, 12, 2)),
    ],
)
def test_access_begins_on_stockholm_s_day(
    moment: datetime, starts: date, ada: User, brgandi: Dataset, per: User
) -> None:
    set_policy(license_of(brgandi), days=30, needed="applicant")
    with time_machine.travel(moment, tick=False):
        request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
    grant = request.grants.get()
    assert (grant.starts, grant.ends) == (starts, starts + timedelta(days=29)), "thirty days, the last included"


@pytest.mark.parametrize(
    ("moment", "closed_on"),
    [
        (datetime(2027, 3, 27, 22, 59, tzinfo=UTC), date(2027, 3, 27)),
        (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), date(2027, 3, 28)),  # the night in which summer time begins
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), date(2027, 3, 29)),
    ],
)
def test_access_ends_on_stockholm_s_day(moment: datetime, closed_on: date, request_at: RequestAt, hedda: User) -> None:
    request = request_at(Status.GRANTED)
    with time_machine.travel(moment, tick=False):
        actions.revoke(request=request, by=hedda, reason="Copied on.")
    assert {grant.closed_on for grant in request.grants.all()} == {closed_on}
    assert Grant.objects.on(closed_on).count() == 2, "that day they still had access"
    assert not Grant.objects.on(closed_on + timedelta(days=1)).exists()


def test_without_end_it_holds_on_every_later_day(request_at: RequestAt) -> None:
    request_at(Status.GRANTED)
    today = timezone.localdate()
    assert Grant.objects.on(today).count() == Grant.objects.on(today + timedelta(days=36_500)).count() == 2
    assert not Grant.objects.on(today - timedelta(days=1)).exists()


def test_a_clock_that_is_late_adds_no_day(request_at: RequestAt) -> None:
    request: AccessRequest = request_at(Status.GRANTED)
    ends = timezone.localdate() + timedelta(days=2)
    set_end(request, ends)
    with time_machine.travel(timezone.now() + timedelta(days=7)):
        assert not Grant.objects.on(timezone.localdate()).exists(), "also before the clock has noticed"
        assert actions.expire(request=request, today=timezone.localdate())
    assert Grant.objects.on(ends).count() == 2
    assert not Grant.objects.on(ends + timedelta(days=1)).exists()


def test_a_later_look_finds_the_past_as_it_was(request_at: RequestAt, rut: User, hedda: User) -> None:
    request = request_at(Status.GRANTED)
    began = timezone.localdate()
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        actions.leave(request=request, by=rut)
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        actions.revoke(request=again(request), by=hedda, reason="Over.")
    names = {
        number: set(Grant.objects.on(began + timedelta(days=number)).values_list("participant__name", flat=True))
        for number in (0, 10, 11, 20, 21)
    }
    both, ada = {"Ada Berg", "Rut Ek"}, {"Ada Berg"}
    assert names == {0: both, 10: both, 11: ada, 20: ada, 21: set()}
    assert grant_of(request, "Rut Ek").end_reason == GrantEnd.LEFT


def test_undelivered_are_those_in_force_without_any_delivery(
    request_at: RequestAt, rut: User, hedda: User, brgandi: Dataset
) -> None:
    request = request_at(Status.APPROVED)
    assert not Grant.objects.undelivered().exists()
    request = confirm(request, rut)
    assert Grant.objects.undelivered().count() == 2
    actions.leave(request=request, by=rut)
    assert Grant.objects.undelivered().get().participant.name == "Ada Berg"
