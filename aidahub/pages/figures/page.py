"""The figures in words, as the template shows them, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from datasets import formats, vocabulary
from datasets.search import address

from . import charts
from .asked import Asked, Span
from .groups import FEWEST
from .holdings import ANNOTATED, CLINICAL, SCAPIS, SYNTHETIC, TOTAL, Sum
from .kept import Figures
from .outlines import HEIGHT, WIDTH, outlines

KINDS = {
    CLINICAL: gettext_lazy("Clinical datasets"),
    SYNTHETIC: gettext_lazy("Synthetic datasets"),
    SCAPIS: gettext_lazy("SCAPIS datasets"),
}
ROWS = {
    TOTAL: gettext_lazy("Total"),
    ANNOTATED: gettext_lazy("Annotated"),
    "Pathology": gettext_lazy("Pathology"),
    "Radiology": gettext_lazy("Radiology"),
}
OUTCOMES = {
    "approved": gettext_lazy("Approved"),
    "rejected": gettext_lazy("Rejected"),
    "decided": gettext_lazy("Approved or rejected"),
    "not-approved": gettext_lazy("Rejected, or without a decision"),
    "ended": gettext_lazy("Withdrawn or closed before a decision"),
    "open": gettext_lazy("Waiting for a decision"),
    "undecided": gettext_lazy("Waiting for a decision, withdrawn or closed"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """What one kind of data holds together: a row's words and its sum; and what is unknown of the total."""

    kind: str
    name: str
    rows: list[tuple[str, Sum]]
    unknown: list[str]


@dataclass(frozen=True, slots=True)
class Country:
    """A country that data was shared with: its name, how many datasets, how dark it is, its path and mark."""

    code: str
    name: str
    number: int
    step: int
    path: str
    mark: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Map:
    """The world: the other countries as one path, those that data was shared with, and how many stay unnamed."""

    land: str
    shared: list[Country]
    others: int
    width: int = WIDTH
    height: int = HEIGHT


def context_of(figures: Figures) -> dict[str, Any]:
    """What the template needs."""
    return {
        "tables": [_table(kind, rows) for kind, rows in figures.holdings.sums.items()],
        "modalities": [
            (name, number, search_for("modality", name), vocabulary.modality_name(name))
            for name, number in figures.holdings.modalities
        ],
        "organs": [(name, number, search_for("organ", name), "") for name, number in figures.holdings.organs],
        "map": world(figures.shares.countries, figures.shares.others),
        "asked": figures.asked,
        "fewest": FEWEST,
        "promised": settings.PROMISED_DAYS,
        **_charts(figures.asked),
    }


def search_for(column: str, word: str) -> str:
    """The address of the search for what stands in a column. The one place that knows how such a search is written."""
    return address(column, word)


def _table(kind: str, rows: dict[str, Sum]) -> Table:
    named = [(str(ROWS.get(name, name)), row) for name, row in rows.items()]
    return Table(kind, str(KINDS[kind]), named, _unknown(rows[TOTAL]))


def _unknown(total: Sum) -> list[str]:
    found = (
        (total.without_scans, ngettext("%(n)s dataset does not say how many scans it has.",
                                       "%(n)s datasets do not say how many scans they have.", total.without_scans)),
        (total.without_annotations, ngettext("%(n)s dataset does not say how many annotations it has.",
                                             "%(n)s datasets do not say how many annotations they have.",
                                             total.without_annotations)),
        (total.without_bytes, ngettext("%(n)s dataset does not say how large it is.",
                                       "%(n)s datasets do not say how large they are.", total.without_bytes)),
    )  # fmt: skip
    return [sentence % {"n": formats.number(number)} for number, sentence in found if number]


def world(numbers: dict[str, int], others: int) -> Map:
    """The map and its list, the countries with the most datasets first.

    Args:
        numbers: how many datasets, by ISO 3166-1 code.
        others: how many datasets countries got that are not named.
    """
    known = outlines()
    shared = [_country(code, number) for code, number in numbers.items()]
    shared.sort(key=lambda country: (-country.number, country.name))
    return Map("".join(outline.path for code, outline in known.items() if code not in numbers), shared, others)


def _country(code: str, number: int) -> Country:
    outline = outlines().get(code)
    path, mark = (outline.path, outline.mark) if outline else ("", None)
    return Country(code, str(countries.name(code) or code), number, charts.step_of(number), path, mark)


def _charts(asked: Asked) -> dict[str, Any]:
    outcomes = [(str(OUTCOMES[key]), number) for key, number in asked.outcomes.items()]
    return {
        "months": charts.standing(asked.months) if asked.months else None,
        "outcomes": charts.lying(outcomes) if outcomes else None,
        "times": charts.lying([(span_in_words(span), span.number) for span in asked.times]) if asked.times else None,
        "steps": _steps(),
    }


def _steps() -> list[tuple[int, str]]:
    """What each darkness of the map means."""
    ends: Sequence[int | None] = (*(least - 1 for least in charts.STEPS[1:]), None)
    return [
        (place, _from_to(least, most)) for place, (least, most) in enumerate(zip(charts.STEPS, ends, strict=True), 1)
    ]


def _from_to(least: int, most: int | None) -> str:
    if most is None:
        return _("%(least)s or more") % {"least": least}
    return str(least) if most == least else _("%(least)s to %(most)s") % {"least": least, "most": most}


def span_in_words(span: Span) -> str:
    """`3 to 6 working days`, with those that have no decision where they are counted in it."""
    words = {"least": span.least, "most": span.most}
    if span.undecided and span.least == 0:
        return _("With or without a decision")
    if span.undecided:
        return _("%(least)s working days or more, or without a decision") % words
    if span.most is None:
        return _("%(least)s working days or more") % words if span.least else _("Any number of working days")
    if span.least == 0:
        return _("Up to %(most)s working days") % words
    return _("%(least)s to %(most)s working days") % words
