"""Measures how long answers take: the median of the working days from each sending to its decision, over a year.

For one dataset where there are enough decisions, else for the whole hub, else nothing. It says nothing about a single
person: see docs/adr/0009.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import median_high
from typing import Any

from django.db import transaction
from django.utils import timezone

from datasets.shown import take_out_of_use

from .models import Event, Round, UsualTime
from .waiting import working_days_since
from .workflow import Status, Verb

FEWEST = 5  # decisions on requests of as many different people; fewer are not told of (docs/adr/0009)
LATEST = 200
YEAR = timedelta(days=365)
TELLING = (Verb.SUBMIT, Verb.DECIDE, Verb.EXCUSE, Verb.CONFIRM, Verb.SEND_BACK, Verb.REOPEN)


@dataclass(frozen=True, slots=True)
class Answered:
    """One sending that was decided on: when, after how many working days, about what, for whom."""

    at: datetime
    days: int
    dataset: int
    applicant: int


def measure(today: date) -> None:
    """Measure for every dataset and for the hub, once on a day.

    Landing pages are taken out of use only where what they show has changed.
    """
    if UsualTime.objects.filter(measured_on=today).exists():
        return
    by_dataset: dict[int | None, list[Answered]] = defaultdict(list)
    for answered in answers_since(timezone.now() - YEAR):
        by_dataset[answered.dataset].append(answered)
        by_dataset[None].append(answered)
    found = {key: days for key, rows in by_dataset.items() if (days := typical(rows)) is not None}
    with transaction.atomic():
        _keep(found, today)


def typical(rows: Iterable[Answered]) -> int | None:
    """Within how many working days, at least one, half of the latest of these came; None where they are too few."""
    latest = sorted(rows, key=lambda row: row.at)[-LATEST:]
    if len({row.applicant for row in latest}) < FEWEST:
        return None
    return max(1, median_high(row.days for row in latest))


def _keep(found: dict[int | None, int], today: date) -> None:
    """Write what has changed. Pages of datasets without a row of their own show the hub's."""
    known = {row.dataset_id: row for row in UsualTime.objects.select_for_update()}
    hub = known.get(None)
    if (hub.days if hub else None) != found.get(None):
        take_out_of_use(usual_time=None)
    for key, row in known.items():
        if key not in found:
            row.delete()
        elif row.days != found[key]:
            row.days = found[key]
            row.save(update_fields=["days"])
    for key in found.keys() - known.keys():
        UsualTime.objects.create(dataset_id=key, days=found[key], measured_on=today)
    UsualTime.objects.update(measured_on=today)


def answers_since(moment: datetime) -> Iterator[Answered]:
    """Every sending whose decision came since a moment, one request after the other. Hidden datasets do not count."""
    lately = Round.objects.filter(closed_at__gte=moment).exclude(outcome="").values("request")
    events = Event.objects.filter(request__in=lately, verb__in=TELLING, request__dataset__hidden=False)
    columns = ("request", "request__dataset", "request__applicant", "request__status", "verb", "at", "payload")
    rows = events.order_by("request", "number").values_list(*columns).iterator(2000)
    for (_key, dataset, applicant, status), told in groupby(rows, key=lambda row: row[:4]):
        for sent, decided in _decisions((row[4:] for row in told), waits=status == Status.DECIDED):
            if decided >= moment:
                yield Answered(decided, working_days_since(sent, decided), dataset, applicant)


def _decisions(events: Iterable[tuple[Any, ...]], *, waits: bool) -> Iterator[tuple[datetime, datetime]]:
    """When each sending was sent and decided on; what was sent back or reopened is not decided on by that.

    Args:
        events: verb, moment and payload of the events of one request, in order.
        waits: whether its last votes wait for hub staff to confirm them.
    """
    sent: datetime | None = None
    settled: datetime | None = None
    for verb, at, payload in events:
        if verb in {Verb.SUBMIT, Verb.REOPEN}:
            if sent and settled:
                yield sent, settled
            sent, settled = (at if verb == Verb.SUBMIT else None), None
        elif verb == Verb.SEND_BACK:
            sent = settled = None
        elif verb == Verb.CONFIRM or payload.get("settled"):
            settled = at
            waits = waits and verb != Verb.CONFIRM
    if sent and settled and not waits:
        yield sent, settled
