"""The clock's sign of life: a task that clock, broker and a worker must all have had a hand in leaves the time."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

KEY = "watching.clock"


def leave() -> None:
    """Write down that the clock and a worker are alive. The table of the cache holds it: it is of no use tomorrow."""
    cache.set(KEY, timezone.now(), timeout=None)


def last() -> datetime | None:
    """When that was; None when it never was.

    Raises:
        DatabaseError: when the database does not answer, or has no table of the cache.
    """
    sign = cache.get(KEY)
    return sign if isinstance(sign, datetime) else None
