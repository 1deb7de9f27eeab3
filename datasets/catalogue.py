"""Lists of datasets as pages show them: cards, totals, facets, and the parts of a search that can be taken away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from datasets.cards import Card, cards
from datasets.cards import for_cards as for_cards
from datasets.search import finding
from datasets.search.columns import COLLECTIONS, FACETS, FILTERS, SCAPIS, Column
from datasets.search.query import Filter, Piece, Query

ON_A_PAGE = 20
MOST_TRIED = 8  # parts of a search that found nothing
AT_ONCE = 8  # values of a facet that are shown; the others wait in a disclosure
# Each order with its name; what is offered, of all that an address may ask for.
SORTS: tuple[tuple[str, Promise], ...] = (
    ("-date", _("Newest")),
    ("name", _("Name")),
    ("-size", _("Largest")),
    ("-scans", _("Most scans")),
)
MORE_SORTS: dict[str, Promise] = {
    "date": _("Oldest"),
    "-name": _("Name, backwards"),
    "size": _("Smallest"),
    "scans": _("Fewest scans"),
}


@dataclass(frozen=True, slots=True)
class Totals:
    """How much some datasets hold, each collection apart: clinical, synthetic, SCAPIS."""

    sums: tuple[finding.Sum, ...]

    @property
    def datasets(self) -> int:
        """How many datasets there are in all."""
        return sum(each.datasets for each in self.sums)


def totals() -> Totals:
    """The sums over all listed datasets, as the search keeps them. One query of three rows, however many there are."""
    return Totals(finding.kept())


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet, how many of the datasets found have it, and the search with it, or without when chosen."""

    label: str | Promise
    number: int
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with its values, the most frequent first. `cut`: there are others that are not shown."""

    name: str
    label: str | Promise
    choices: list[Choice]
    cut: bool

    @property
    def first(self) -> list[Choice]:
        """The values that are shown at once."""
        return self.choices[:AT_ONCE]

    @property
    def rest(self) -> list[Choice]:
        """The values that wait in a disclosure."""
        return self.choices[AT_ONCE:]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a search that can be taken away. `number`: how many datasets that finds, where it is known."""

    text: str
    facet: str | Promise
    url: str
    number: int = 0


class Results:
    """What was found, as Django's paginator wants it: it can be counted and sliced."""

    def __init__(self, query: Query, number: int) -> None:
        self.query, self.number = query, number

    def count(self) -> int:
        """How many datasets were found."""
        return self.number

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, place: slice) -> list[Card]:
        """The datasets in these places, in order. Two database queries, none where nothing was found."""
        return cards(finding.keys(self.query, place.start, place.stop)) if self.number else []


class Listing:
    """One page of a search's results, with everything around them. At most four database queries.

    Args:
        query: what is looked for.
        page: the number of the page, as an address has it; an odd one is the nearest.
    """

    def __init__(self, query: Query, page: str | None = None) -> None:
        self.query, self._asked = query, page

    @cached_property
    def found(self) -> finding.Found:
        """Totals and facets."""
        return finding.find(self.query)

    @property
    def totals(self) -> Totals:
        """How much was found."""
        return Totals(self.found.sums)

    @cached_property
    def page(self) -> Page[Card]:
        """The datasets of this page."""
        results = Results(self.query, self.found.number)
        # The stub asks for more than Django's own code, which wants `count` and slices only.
        return Paginator(results, ON_A_PAGE).get_page(self._asked)  # type: ignore[arg-type]

    @cached_property
    def pages(self) -> list[tuple[int | str, str]]:
        """The pages that are linked: the first, those beside this one, the last; gaps have no address."""
        numbers = self.page.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1)
        return [(number, self.page_address(number) if isinstance(number, int) else "") for number in numbers]

    def page_address(self, number: int) -> str:
        """The address of another page of these results."""
        return self.query.address(*([("page", str(number))] if number > 1 else []))

    @property
    def previous(self) -> str:
        """The address of the page before; empty on the first."""
        return self.page_address(self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        """The address of the page after; empty on the last."""
        return self.page_address(self.page.next_page_number()) if self.page.has_next() else ""

    @cached_property
    def facets(self) -> list[Facet]:
        """The facets in their order, without those that have no value here."""
        return [self._facet(column) for column in FACETS if self.found.facets.get(column.name)]

    def _facet(self, column: Column) -> Facet:
        chosen = {part.value: part for part in self.query.filters if part.facet == column.name}
        base = self.query.address()
        start = f"{base}{'&' if '?' in base else '?'}"
        choices = [
            Choice(
                COLLECTIONS.get(each.label, each.label),
                each.number,
                self.query.without(chosen[each.value]).address()
                if each.value in chosen
                else start + urlencode({column.name: each.label}),
                each.value in chosen,
            )
            for each in self._values(column)
        ]
        return Facet(column.name, column.label, choices, column.name in self.found.cut)

    def _values(self, column: Column) -> list[finding.Value]:
        values = self.found.facets[column.name]
        return sorted(values, key=lambda each: each.value, reverse=True) if column.name == "year" else values

    @cached_property
    def parts(self) -> list[Part]:
        """What is looked for, each part with the search without it."""
        return [self._part(part, self.query.without(part)) for part in self.query.parts]

    @cached_property
    def without_each(self) -> list[Part]:
        """The parts without which something would be found. One database query."""
        return self._counted([(part, self.query.without(part)) for part in self.query.parts])

    @cached_property
    def each_alone(self) -> list[Part]:
        """The parts that find something by themselves, for when no two of them do. One database query."""
        return self._counted([(part, self.query.only(part)) for part in self.query.parts])

    def _counted(self, searches: list[tuple[Piece | Filter, Query]]) -> list[Part]:
        some = [(part, other) for part, other in searches if other.parts][:MOST_TRIED]
        counts = finding.numbers([other for _part, other in some])
        return [self._part(part, other, number) for (part, other), number in zip(some, counts, strict=True) if number]

    def _part(self, part: Piece | Filter, other: Query, number: int = 0) -> Part:
        if isinstance(part, Piece):
            return Part(part.text, "", other.address(), number)
        values = {each.value: each.label for each in self.found.facets.get(part.facet, ())}
        label = values.get(part.value, part.text)
        column = FILTERS[part.facet]
        return Part(str(COLLECTIONS.get(part.value, label)), column.label, other.address(), number)

    @property
    def sorts(self) -> list[tuple[str | Promise, str, bool]]:
        """The orders that are offered: name, address, whether it is this one."""
        own = self.query.sort
        offered = [*SORTS, *([(own, MORE_SORTS[own])] if own in MORE_SORTS else [])]
        return [(name, self.query.sorted_by(sort).address(), sort == own) for sort, name in offered]

    @property
    def is_scapis(self) -> bool:
        """Whether only datasets of SCAPIS are listed."""
        return [each.collection for each in self.found.sums] == [SCAPIS]
