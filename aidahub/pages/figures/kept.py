"""Figures are counted when something changed, and kept: nobody can make the server count all day."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Sum
from django.utils import timezone

from access_requests.models import Event
from datasets.models import Dataset

from .asked import Asked, asked
from .holdings import Holdings, holdings
from .shares import Shares, shares

KEY, COUNTING = "figures-1", "figures-1-counting"  # the number changes with what `Figures` holds
LONGEST = 600  # seconds after which figures are counted again, whatever changed
QUICK = 0.1  # seconds: where counting takes longer, it is not done again for each change
AT_HAND = 86_400  # seconds for which old figures stay at hand, for those who come while they are counted again
PATIENCE = 60  # seconds after which somebody else counts


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the page shows. `stamp` tells the data it was counted from, `at` when, `cost` the seconds that took."""

    holdings: Holdings
    shares: Shares
    asked: Asked
    stamp: str
    at: float
    cost: float


def figures() -> Figures:
    """The figures as they are; where counting them takes long, as they were at most about ten minutes ago."""
    stamp = _stamp()
    known: Figures | None = cache.get(KEY)
    if known is None:
        return _counted(stamp)
    slow = known.cost > QUICK
    if time.time() - known.at < LONGEST and (slow or known.stamp == stamp):
        return known
    if slow and not cache.add(COUNTING, 1, PATIENCE):
        return known  # somebody counts already
    return _counted(stamp)


def _counted(stamp: str) -> Figures:
    began = time.monotonic()
    found = Figures(*count(), stamp, time.time(), time.monotonic() - began)
    cache.set(KEY, found, AT_HAND)
    return found


def count() -> tuple[Holdings, Shares, Asked]:
    """Count everything anew: five queries, one more where small countries must be merged."""
    held = holdings()
    return held, shares(held.countries), asked()


def _stamp() -> str:
    """What changes with the listed datasets, with every event of a request, and with the day; in two quick queries."""
    listed = Dataset.objects.listed().order_by().aggregate(number=Count("pk"), which=Sum("pk"))
    head = Event.objects.order_by("-pk").values_list("hash", flat=True).first()
    return f"{timezone.localdate()} {listed['number']} {listed['which']} {head}"
