"""Numbers over all requests, counted by the database in two queries and kept for all processes for some time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, FloatField, Func, Q, Sum

from access_requests.models import AccessRequest, Round
from access_requests.workflow import Status

KEPT = 60  # seconds: with 100,000 requests one count takes some tenths of a second
KEY = "watching.sums"
HOUR, DAY = 3600, 24 * 3600
BOUNDS = (HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY)  # seconds


@dataclass(frozen=True)
class Counts:
    """Requests by status; of all decisions how many took at most so many seconds, and how long they took together."""

    requests: dict[str, int]
    buckets: list[tuple[str, float]]
    seconds: float


class SecondsBetween(Func):
    """The seconds from one time to another, by the database itself: Django's own way asks Python for each row."""

    output_field = FloatField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """SQLite counts in days."""
        template = "(julianday(%(expressions)s)) * 86400.0"
        return super().as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """PostgreSQL subtracts times."""
        return super().as_sql(
            compiler, connection, template="EXTRACT(EPOCH FROM (%(expressions)s))::float8", arg_joiner=" - ", **extra
        )


def counts() -> Counts:
    """The numbers, at most a minute old.

    Raises:
        DatabaseError: when the database does not answer.
    """
    kept = cache.get(KEY)
    if not isinstance(kept, Counts):
        kept = counted()
        cache.set(KEY, kept, KEPT)
    return kept


def counted() -> Counts:
    """Count now."""
    rows = AccessRequest.objects.order_by().values_list("status").annotate(number=Count("pk"))
    requests = {status.value: 0 for status in Status} | dict(rows)
    took = SecondsBetween(F("closed_at"), F("opened_at"))
    within = {f"within_{bound}": Count("pk", filter=Q(took__lte=bound)) for bound in BOUNDS}
    decided = Round.objects.order_by().filter(closed_at__isnull=False).exclude(outcome="").annotate(took=took)
    found = decided.aggregate(number=Count("pk"), seconds=Sum("took"), **within)
    buckets = [(str(float(bound)), float(found[f"within_{bound}"])) for bound in BOUNDS]
    return Counts(requests, [*buckets, ("+Inf", float(found["number"]))], found["seconds"] or 0.0)
