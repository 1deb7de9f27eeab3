"""The figures of `/prometheus`: one table of what there is, and the collector that fills it.

Names and units follow Prometheus' conventions. Labels are the program's own words, of which there are few.
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from aidahub.outbox.models import Mail
from aidahub.version import own_version
from aidahub.watching import broker, checks, signs, sums


@dataclass(frozen=True)
class Figure:
    """One figure: its name, its kind, its labels, what it tells, and when to worry."""

    name: str
    kind: str
    meaning: str
    labels: tuple[str, ...] = ()
    worry: str = ""


REQUESTS = Figure("aidahub_access_requests", "gauge", "Access requests, by status.", ("status",))
DECISIONS = Figure("aidahub_decision_duration_seconds", "histogram", "Time from a round of votes to its decision.")
OUTBOX = Figure(
    "aidahub_outbox_mails",
    "gauge",
    "Mails in the outbox that did not go out, by state: waiting, sending, failed.",
    ("state",),
    'increase of `state="failed"`: hub staff find them on their desk',
)
OLDEST = Figure(
    "aidahub_outbox_oldest_due_seconds",
    "gauge",
    "How long the oldest mail has been due without being sent.",
    worry="over 900 for 5 minutes, where a mail server is set: nobody sends",
)
QUEUE = Figure(
    "aidahub_queue_length",
    "gauge",
    "Tasks in the broker that no worker has taken.",
    worry="over 100 for 15 minutes: too few workers, or none",
)
SIGN = Figure(
    "aidahub_clock_last_sign_timestamp_seconds",
    "gauge",
    "When clock and worker last gave a sign of life; 0: never.",
    worry="`time()` minus this over 300: no reminders, no mails",
)
DATABASE_UP = Figure(
    "aidahub_database_up", "gauge", "1 when the database answers, else 0.", worry="0 for 1 minute: pages are errors"
)
BROKER_UP = Figure(
    "aidahub_broker_up", "gauge", "1 when the broker answers within two seconds, else 0.", worry="0 for 5 minutes"
)
DISK = Figure(
    "aidahub_disk_free_bytes",
    "gauge",
    "Room that is left where the site writes.",
    ("folder",),
    "less than a week's growth; below `DISK_LEAST_MB` the site calls itself not ready",
)
BUILD = Figure("aidahub_build_info", "gauge", "Always 1; the versions are labels.", ("version", "python"))
HTTP = Figure(
    "aidahub_http_requests_total",
    "counter",
    "Requests that were answered, by route, method and class of status.",
    ("view", "method", "status"),
    'rate of `status="5xx"` over 1 in 100 for 5 minutes',
)
HTTP_TIME = Figure(
    "aidahub_http_request_duration_seconds",
    "histogram",
    "How long answers took, by route.",
    ("view",),
    "95 of 100 slower than 1 second for 15 minutes",
)
FIGURES = (HTTP, HTTP_TIME, REQUESTS, DECISIONS, OUTBOX, OLDEST, QUEUE, SIGN, DATABASE_UP, BROKER_UP, DISK, BUILD)


class Site(Collector):
    """What the site as a whole is at: asked anew for each reading, whichever process is asked."""

    def collect(self) -> Iterable[Metric]:
        """Every figure but those that processes count themselves; without the database those that need none."""
        yield from of_machine()
        try:
            found = list(of_database())
        except DatabaseError:
            found = []
        yield gauge(DATABASE_UP, {(): float(bool(found))})
        yield from found


def of_machine() -> Iterator[Metric]:
    """What needs no database."""
    yield gauge(BUILD, {(own_version(), platform.python_version()): 1.0})
    yield gauge(DISK, {(name,): float(shutil.disk_usage(path).free) for name, path in checks.folders().items()})
    answer = broker.ASKED.ask()
    yield gauge(BROKER_UP, {(): float(answer.answers)})
    if answer.answers:
        yield gauge(QUEUE, {(): float(answer.waiting)})


def of_database() -> Iterator[Metric]:
    """What the database tells.

    Raises:
        DatabaseError: when it does not answer.
    """
    sign = signs.last()
    yield gauge(SIGN, {(): sign.timestamp() if sign else 0.0})
    yield gauge(OUTBOX, {(state,): float(number) for state, number in Mail.objects.numbers_not_sent().items()})
    if settings.OUTBOX_EMAIL_BACKEND:  # without a mail server they all wait, as they should
        yield gauge(OLDEST, {(): Mail.objects.longest_wait().total_seconds()})
    counts = sums.counts()
    yield gauge(REQUESTS, {(status,): float(number) for status, number in counts.requests.items()})
    decisions = HistogramMetricFamily(DECISIONS.name, DECISIONS.meaning)
    decisions.add_metric([], counts.buckets, sum_value=counts.seconds)
    yield decisions


def gauge(figure: Figure, values: dict[tuple[str, ...], float]) -> GaugeMetricFamily:
    """A figure with its values by their labels."""
    family = GaugeMetricFamily(figure.name, figure.meaning, labels=figure.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
