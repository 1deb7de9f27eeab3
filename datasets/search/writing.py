"""Keeping the search's tables as the datasets are: one dataset after an import, several gone, or all anew.

Whoever changes a dataset calls this in the same transaction. The numbers beside the facets' values are kept by their
differences, so that a page that filters nothing has nothing to count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet

from datasets.models import Dataset, EntryTerm, SearchEntry, Term
from datasets.search import store
from datasets.search.documents import Document, document_of

T = TypeVar("T")
Sums = tuple[int, int, int, int]  # datasets, bytes, scans, annotations
Key = tuple[str, str]  # facet and folded value
Row = tuple[str | int, ...]
COLUMNS = ("name", "collection", "published", "bytes", "scans", "annotations")
ROWS = 400  # in one statement
DATASETS = 500
ROW = "(" + ", ".join(["%s"] * 7) + ")"
# Sorted rows, so that two imports wait for each other in one order. A label goes with the last dataset that had it.
CHANGE = """
    INSERT INTO datasets_term (facet, value, label, number, bytes, scans, annotations) VALUES {rows}
    ON CONFLICT (facet, value) DO UPDATE SET
        label = CASE WHEN datasets_term.number > 0 THEN datasets_term.label ELSE excluded.label END,
        number = datasets_term.number + excluded.number,
        bytes = datasets_term.bytes + excluded.bytes,
        scans = datasets_term.scans + excluded.scans,
        annotations = datasets_term.annotations + excluded.annotations
    RETURNING facet, value, id
"""

ENTRIES = """
    INSERT INTO datasets_searchentry (dataset_id, name, collection, published, bytes, scans, annotations) VALUES {rows}
    ON CONFLICT (dataset_id) DO UPDATE SET
        name = excluded.name, collection = excluded.collection, published = excluded.published,
        bytes = excluded.bytes, scans = excluded.scans, annotations = excluded.annotations
"""
LINKS = "INSERT INTO datasets_entryterm (entry_id, term_id) VALUES {rows}"


def index(dataset: Dataset, *, new: bool = False) -> None:
    """Make a dataset that was written findable, or no longer findable when it is hidden or retired.

    Call it in the transaction that wrote the dataset and its licences. Costs five queries when `new`, else at most
    seven.

    Args: new: nothing of it has been indexed before; saves asking.
    """
    if dataset.hidden or dataset.retired_at is not None:
        if not new:
            unindex([dataset])
        return
    with transaction.atomic(savepoint=False):
        before = {} if new else _terms_of([dataset.pk])
        _write([document_of(dataset)], before)


def unindex(datasets: Iterable[Dataset] | QuerySet[Dataset]) -> None:
    """Take datasets out of search, list and counts; those that are not in it are left alone."""
    if isinstance(datasets, QuerySet):
        datasets = datasets.only("pk")
    keys = [dataset.pk for dataset in datasets]
    with transaction.atomic(savepoint=False):
        for some in in_parts(keys, DATASETS):
            before = _terms_of(some)
            if before:
                _change({}, before)
                EntryTerm.objects.filter(entry__in=before).delete()
                SearchEntry.objects.filter(pk__in=before).delete()
                store.remove(list(before))


def rebuild() -> int:
    """Read every listed dataset anew, in one transaction; returns how many there are."""
    number = 0
    with transaction.atomic():
        EntryTerm.objects.all().delete()
        SearchEntry.objects.all().delete()
        Term.objects.all().delete()
        store.empty()
        listed = Dataset.objects.listed().order_by("pk").prefetch_related("licenses")
        for some in in_parts(listed.iterator(chunk_size=DATASETS), DATASETS):
            _write([document_of(dataset) for dataset in some], {})
            number += len(some)
    return number


def in_parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most this many."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


class Before:
    """What is stored of a dataset: its sums, and its terms with their keys."""

    def __init__(self, entry: SearchEntry) -> None:
        self.sums: Sums = (1, entry.bytes, entry.scans, entry.annotations)
        self.terms: dict[Key, int] = {}


def _terms_of(keys: Sequence[int]) -> dict[int, Before]:
    """What is stored of those of these datasets that can be found, each with a term at least: its collection."""
    found: dict[int, Before] = {}
    for row in EntryTerm.objects.filter(entry__in=keys).select_related("entry", "term"):
        before = found.setdefault(row.entry_id, Before(row.entry))
        before.terms[row.term.facet, row.term.value] = row.term_id
    return found


def _write(documents: list[Document], before: dict[int, Before]) -> None:
    """Write datasets over what was there before."""
    keys = _change({document.entry.dataset_id: document for document in documents}, before)
    _insert(ENTRIES, [tuple(getattr(one.entry, column) for column in ("dataset_id", *COLUMNS)) for one in documents])
    links: list[Row] = []
    for document in documents:
        key = document.entry.dataset_id
        known = before[key].terms if key in before else {}
        links += [(key, keys[term]) for term in document.terms if term not in known]
        gone = [number for term, number in known.items() if term not in document.terms]
        if gone:
            EntryTerm.objects.filter(entry=key, term__in=gone).delete()
    _insert(LINKS, links)
    store.put((document.entry.dataset_id, document.tokens) for document in documents)


def _change(after: dict[int, Document], before: dict[int, Before]) -> dict[Key, int]:
    """Add and subtract what the terms' numbers change by; returns the keys of all terms concerned."""
    differences: dict[Key, Counter[int]] = defaultdict(Counter)
    labels: dict[Key, str] = {}
    for document in after.values():
        labels |= {term: label for term, label in document.terms.items() if term not in labels}
        for term in document.terms:
            differences[term].update(dict(enumerate(_sums(document.entry))))
    for stored in before.values():
        for term in stored.terms:
            differences[term].subtract(dict(enumerate(stored.sums)))
    rows: list[Row] = [
        (*term, labels.get(term, term[1]), *(changes[place] for place in range(4)))
        for term, changes in sorted(differences.items())
    ]
    return dict(_changed(rows))


def _insert(statement: str, rows: list[Row]) -> None:
    """Write rows, all of as many columns."""
    with connection.cursor() as cursor:
        for some in in_parts(rows, ROWS):
            places = ", ".join([f"({', '.join(['%s'] * len(some[0]))})"] * len(some))
            cursor.execute(statement.format(rows=places), [part for row in some for part in row])


def _changed(rows: list[Row]) -> Iterator[tuple[Key, int]]:
    with connection.cursor() as cursor:
        for some in in_parts(rows, ROWS):
            cursor.execute(CHANGE.format(rows=", ".join([ROW] * len(some))), [part for row in some for part in row])
            yield from (((facet, value), key) for facet, value, key in cursor.fetchall())


def _sums(entry: SearchEntry) -> Sums:
    return 1, entry.bytes, entry.scans, entry.annotations
