"""What became of access requests, counted by the database: by month, by outcome, by working days to the decision.

Drafts and requests for hidden datasets are not counted. Everything that leaves this module is grouped by `groups`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, TruncDate, TruncMonth
from django.utils import timezone

from access_requests.models import AccessRequest, AccessRequestQuerySet, Event
from access_requests.waiting import is_working_day
from access_requests.workflow import FINISHED, Answer, Verb

from .groups import FEWEST, Outcomes, in_runs, outcome_groups, time_groups

MONTHS = 24
SPANS = (0, 3, 7, 13, 25)  # the least number of working days of each span; the second ends with what is usual


@dataclass(frozen=True, slots=True)
class Months:
    """Requests first sent from one month to another (their first days), which is included."""

    first: date
    last: date
    number: int

    @property
    def length(self) -> int:
        """How many months that is."""
        return _index(self.last) - _index(self.first) + 1


@dataclass(frozen=True, slots=True)
class Span:
    """Decisions that took from `least` to `most` working days (None: without end).

    `undecided`: requests without a decision are counted here, too, because there are too few of them.
    """

    least: int
    most: int | None
    undecided: bool
    number: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Numbers that may be shown; each list is empty where there are too few requests."""

    sent: int
    months: list[Months]
    outcomes: dict[str, int]
    times: list[Span]


def asked(today: date | None = None) -> Asked:
    """Count, in two queries whose rows do not grow with the number of requests of a day.

    Args: today: the day in Stockholm.
    """
    by_month: Counter[date] = Counter()
    totals: Counter[str] = Counter()
    for month, outcome, status, number in _sent_by_month():
        by_month[month] += number
        totals[_outcome(outcome, status)] += number
    outcomes = Outcomes(**totals)
    if outcomes.sent < FEWEST:
        return Asked(0, [], {}, [])
    months = _months(by_month, today or timezone.localdate())
    return Asked(outcomes.sent, months, outcome_groups(outcomes), _spans(outcomes))


def _counted() -> AccessRequestQuerySet:
    return AccessRequest.objects.filter(submitted_at__isnull=False, dataset__hidden=False).order_by()


def _sent_by_month() -> list[tuple[date, str, str, int]]:
    """The first day of a month, decision, status, and how many requests first sent in that month have both."""
    rows = _counted().annotate(month=TruncMonth("submitted_at")).values_list("month", "outcome", "status")
    return [(month.date(), outcome, status, number) for month, outcome, status, number in rows.annotate(Count("pk"))]


def _outcome(outcome: str, status: str) -> str:
    """In which of `Outcomes` a request is; what happened after an approval does not undo it."""
    if outcome:
        return "approved" if outcome == Answer.APPROVE else "rejected"
    return "ended" if status in FINISHED else "open"


def _months(numbers: Counter[date], today: date) -> list[Months]:
    """The last two years in runs of months. Merged from the very first month on, so that runs never move."""
    first, last = _index(min(numbers)), max(_index(today), _index(max(numbers)))
    runs = in_runs([numbers[_first_day(index)] for index in range(first, last + 1)])
    found = [Months(_first_day(first + run.first), _first_day(first + run.last), run.number) for run in runs]
    return [months for months in found if _index(months.last) > last - MONTHS]


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_day(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def _spans(outcomes: Outcomes) -> list[Span]:
    times = [0] * len(SPANS)
    for days, number in working_days_to_decision():
        times[bisect_right(SPANS, days) - 1] += number
    runs, undecided = time_groups(times, outcomes)
    ends = [*(least - 1 for least in SPANS[1:]), None, None]
    return [
        Span(SPANS[min(run.first, len(SPANS) - 1)], ends[run.last], undecided and run.last == len(SPANS), run.number)
        for run in runs
    ]


def working_days_to_decision() -> list[tuple[int, int]]:
    """How many working days decisions took, and how many took that long.

    Counted as people see it on a request's page: the days in Stockholm on which Swedish offices work, after the day on
    which it was first sent, to the day on which it was decided, which is included.
    """
    pairs = _days()
    if not pairs:
        return []
    first = min(sent for sent, _decided, _number in pairs)
    length = max((decided - first).days for _sent, decided, _number in pairs) + 1
    until = list(accumulate(is_working_day(first + timedelta(days=day)) for day in range(max(length, 1))))
    return [
        (until[(decided - first).days] - until[(sent - first).days] if decided > sent else 0, number)
        for sent, decided, number in pairs
    ]


def _days() -> list[tuple[date, date, int]]:
    """The day sent, the day decided, and how many requests have both: the decision is the last vote or confirmation."""
    decisive = Event.objects.filter(request=OuterRef("pk"), verb__in=(Verb.DECIDE, Verb.CONFIRM)).order_by("-number")
    decided_at = Coalesce(Subquery(decisive.values("at")[:1]), F("status_since"))
    rows = _counted().exclude(outcome="").annotate(sent=TruncDate("submitted_at"), decided=TruncDate(decided_at))
    return list(rows.values_list("sent", "decided").annotate(Count("pk")))
