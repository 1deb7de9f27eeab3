"""What a search finds, in a fixed number of queries: totals, one page of keys, the facets' values with their counts.

The SQL is written out, the same for both databases but for the one condition that `store.found_by` gives: what it
costs is what a reader sees. A search that filters nothing reads what `datasets.search.writing` keeps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from datasets.search.columns import COLLECTIONS, FACETS
from datasets.search.query import Query
from datasets.search.store import found_by
from datasets.search.tokens import Wanted

SHOWN = 20  # values of a facet; which ones, their numbers decide
ENTRIES = "FROM datasets_searchentry"
ORDERS = {
    "-date": "published DESC, name, dataset_id",
    "date": "published = 0, published, name, dataset_id",
    "name": "name, dataset_id",
    "-name": "name DESC, dataset_id DESC",
    "-size": "bytes DESC, name, dataset_id",
    "size": "bytes = 0, bytes, name, dataset_id",
    "-scans": "scans DESC, name, dataset_id",
    "scans": "scans = 0, scans, name, dataset_id",
}
SUMS = "COUNT(*), SUM(bytes), SUM(scans), SUM(annotations)"
KEPT = """
    SELECT * FROM (
        SELECT facet, value, label, number, bytes, scans, annotations FROM datasets_term
        WHERE facet = %s AND number > 0 ORDER BY number DESC, value LIMIT %s
    ) AS {name}"""
COUNTED = """
    WITH linked AS (
        SELECT term_id, COUNT(*) AS number FROM datasets_entryterm WHERE entry_id IN ({keys}) GROUP BY term_id
    ),
    counted AS ({counted}),
    ranked AS (
        SELECT facet, value, label, number, ROW_NUMBER() OVER (PARTITION BY facet ORDER BY number DESC, value) AS place
        FROM counted WHERE number > 0
    )
    SELECT facet, value, label, number FROM ranked WHERE place <= %s ORDER BY facet, place
"""
THOSE = """
    SELECT facet, value, label, linked.number AS number
    FROM linked JOIN datasets_term ON datasets_term.id = linked.term_id"""
# Where most datasets are found, it is less work to count the others and take them away from what is kept.
OTHERS = """
    SELECT facet, value, label, datasets_term.number - COALESCE(linked.number, 0) AS number
    FROM datasets_term LEFT JOIN linked ON datasets_term.id = linked.term_id"""
EVERYTHING = "(SELECT SUM(number) FROM datasets_term WHERE facet = 'collection')"


@dataclass(frozen=True)
class Sum:
    """How much the datasets of a collection hold together. An unknown number counts as nothing."""

    collection: str
    datasets: int
    bytes: int
    scans: int
    annotations: int


@dataclass(frozen=True)
class Value:
    """A value of a facet and how many of the datasets found have it."""

    value: str
    label: str
    number: int


@dataclass(frozen=True)
class Found:
    """What a search finds, but for the datasets of a page: sums by collection, values by facet; more than `SHOWN` exist
    of the facets in `cut`."""

    sums: tuple[Sum, ...]
    facets: dict[str, list[Value]]
    cut: frozenset[str] = frozenset()

    @property
    def number(self) -> int:
        """How many datasets."""
        return sum(each.datasets for each in self.sums)


def find(query: Query) -> Found:
    """Totals and facets. One database query when nothing is filtered, else two, and one when nothing is found."""
    if not query.wanted:
        return _all()
    sums, of = _sums(query.wanted)
    number = sum(each.datasets for each in sums)
    return _found(sums, _counted(query.wanted, of_most=2 * number > of) if sums else ())


def kept() -> tuple[Sum, ...]:
    """The sums of each collection over all datasets that can be found. One database query."""
    sql = """SELECT value, number, bytes, scans, annotations FROM datasets_term
        WHERE facet = 'collection' AND number > 0"""
    return _in_order(Sum(*row) for row in _rows(sql, ()))


def keys(query: Query, start: int, stop: int) -> list[int]:
    """The keys of the datasets found, in the search's order, from place `start` to before `stop`."""
    where, parameters = _condition(query.wanted)
    sql = f"SELECT dataset_id {ENTRIES} {where} ORDER BY {ORDERS[query.sort]} LIMIT %s OFFSET %s"
    return [key for (key,) in _rows(sql, [*parameters, stop - start, start])]


def numbers(queries: Sequence[Query]) -> list[int]:
    """How many datasets each of these searches would find, in one database query."""
    selects, parameters = [], []
    for query in queries:
        where, own = _condition(query.wanted)
        selects.append(f"(SELECT COUNT(*) {ENTRIES} {where})")
        parameters += own
    return list(_rows(f"SELECT {', '.join(selects)}", parameters)[0]) if selects else []


def _all() -> Found:
    names = [facet.name for facet in FACETS]
    sql = " UNION ALL ".join(KEPT.format(name=name) for name in names)
    rows = _rows(sql, [part for name in names for part in (name, SHOWN + 1)])
    sums = (Sum(value, *sums) for facet, value, _label, *sums in rows if facet == "collection")
    return _found(sums, (row[:4] for row in rows))


def _sums(wanted: Sequence[Wanted]) -> tuple[list[Sum], int]:
    """The sums of what is found, and how many datasets there are in all."""
    where, parameters = _condition(wanted)
    sql = f"SELECT {EVERYTHING}, collection, {SUMS} {ENTRIES} {where} GROUP BY collection"
    rows = _rows(sql, parameters)
    return [Sum(collection, *map(int, sums)) for _all, collection, *sums in rows], int(rows[0][0] or 0) if rows else 0


def _counted(wanted: Sequence[Wanted], *, of_most: bool) -> list[tuple[Any, ...]]:
    found, parameters = found_by(wanted)
    others = f"SELECT dataset_id {ENTRIES} EXCEPT {found}"
    sql = COUNTED.format(keys=others, counted=OTHERS) if of_most else COUNTED.format(keys=found, counted=THOSE)
    return _rows(sql, [*parameters, SHOWN + 1])


def _condition(wanted: Sequence[Wanted]) -> tuple[str, list[str]]:
    if not wanted:
        return "", []
    found, parameters = found_by(wanted)
    return f"WHERE dataset_id IN ({found})", parameters


def _found(sums: Iterable[Sum], rows: Iterable[Sequence[Any]]) -> Found:
    facets: dict[str, list[Value]] = defaultdict(list)
    for facet, value, label, number in rows:
        facets[facet].append(Value(value, label, number))
    return Found(
        _in_order(sums),
        {facet: values[:SHOWN] for facet, values in facets.items()},
        frozenset(facet for facet, values in facets.items() if len(values) > SHOWN),
    )


def _in_order(sums: Iterable[Sum]) -> tuple[Sum, ...]:
    order = list(COLLECTIONS)
    return tuple(sorted(sums, key=lambda each: order.index(each.collection)))


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
