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

KEY = "figures-1"
LONGEST = 600  # seconds for which figures are kept, whatever changed
QUICK = 0.1  # seconds: where counting takes longer, it is not done again for each change


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the page shows. `stamp` tells the data it was counted from, `cost` the seconds that took."""

    holdings: Holdings
    shares: Shares
    asked: Asked
    stamp: str
    cost: float = 0


def figures() -> Figures:
    """The figures as they are, or as they were at most ten minutes ago where counting them takes long."""
    stamp = _stamp()
    known: Figures | None = cache.get(KEY)
    if known is not None and (known.stamp == stamp or known.cost > QUICK):
        return known
    began = time.monotonic()
    held = holdings()
    counted = Figures(held, shares(held.countries), asked(), stamp, time.monotonic() - began)
    cache.set(KEY, counted, LONGEST)
    return counted


def _stamp() -> str:
    """What changes with the listed datasets, with every event of a request, and with the day; in two quick queries."""
    listed = Dataset.objects.listed().order_by().aggregate(number=Count("pk"), which=Sum("pk"))
    head = Event.objects.order_by("-pk").values_list("hash", flat=True).first()
    return f"{timezone.localdate()} {listed['number']} {listed['which']} {head}"
