"""Numbers to the shapes of a chart. Across, everything is in percent, so that a chart fits every screen and its words
stay as large as those around it; down, it is in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from datasets import formats

from .asked import Months

ROW = 52  # pixels from one bar to the next where bars lie
HIGH = 200  # pixels of the tallest bar where bars stand
GAP = 0.14  # of a month's width, between two bars
YEAR = 12  # the least number of months along the line of time, so that a new hub's first month is no wall
STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, its number, and its place. `x` and `width` in percent, `y` and `height` in pixels."""

    label: str
    number: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across a chart, or a word under it: where it stands, and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Lying:
    """A chart of lying bars, each under its words."""

    bars: list[Bar]
    height: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A chart of standing bars over a line of time."""

    bars: list[Bar]
    levels: list[Tick]
    years: list[Tick]
    merged: bool


def lying(rows: Sequence[tuple[str, int]]) -> Lying:
    """Bars for words and their numbers, the longest as wide as the chart."""
    most = max((number for _label, number in rows), default=0) or 1
    bars = [
        Bar(label, number, 0, place * ROW + 26, round(100 * number / most, 2), 14)
        for place, (label, number) in enumerate(rows)
    ]
    return Lying(bars, len(bars) * ROW)


def standing(runs: Sequence[Months]) -> Standing:
    """A bar for each run of months, as wide as it is long and as high as its average month, so that areas compare."""
    known = sum(run.length for run in runs)
    months = max(known, YEAR)
    top = level_above(max((run.number / run.length for run in runs), default=1))
    bars, years, at = [], [], months - known
    for run in runs:
        height = HIGH * run.number / run.length / top
        x, width = 100 * (at + GAP / 2) / months, 100 * (run.length - GAP) / months
        bars.append(Bar(months_in_words(run.first, run.last), run.number, round(x, 3), round(HIGH - height, 2),
                        round(width, 3), round(height, 2)))  # fmt: skip
        january = at + (12 - run.first.month + 1) % 12
        if january < at + run.length:
            years.append(Tick(round(100 * january / months, 3), str(run.first.year + (run.first.month != 1))))
        at += run.length
    levels = [Tick(HIGH * (1 - part), formats.number(round(top * part))) for part in (1, 0.5, 0)]
    return Standing(bars, levels, years, any(run.length > 1 for run in runs))


def level_above(most: float) -> int:
    """The next even number of one, two or five tens: the top of a scale whose middle is a whole number, too."""
    size = 1
    while True:
        for step in (2, 4, 10):
            if step * size >= most:
                return step * size
        size *= 10


def months_in_words(first: date, last: date) -> str:
    """`March 2026`, or `January 2026 to March 2026`."""
    if first == last:
        return str(date_format(first, "F Y"))
    return _("%(first)s to %(last)s") % {"first": date_format(first, "F Y"), "last": date_format(last, "F Y")}


def step_of(number: int) -> int:
    """How dark a country with so many datasets is on the map, from 1."""
    return sum(number >= least for least in STEPS)
