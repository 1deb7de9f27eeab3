"""A dataset as the search knows it: its sums and sort keys, its facets' values, its tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from datasets.models import Dataset, SearchEntry
from datasets.register.markdown import text_of
from datasets.search.columns import COLUMNS, FACETS, WHOLE, Column, collection_of
from datasets.search.tokens import in_column, limited, split, value_of, whole

MOST_SUMMED = 10**15  # a page may claim any size; with this, no sum leaves a bigint column
MOST_VALUES = 200  # of one facet and one dataset
LONGEST_LABEL = 200


@dataclass(frozen=True)
class Document:
    """What is written for one dataset. `terms`: facet and folded value to the value as written."""

    entry: SearchEntry
    terms: dict[tuple[str, str], str]
    tokens: list[str]


def document_of(dataset: Dataset) -> Document:
    """Read a listed dataset; its licences are asked for unless they have been prefetched."""
    values = {column.name: list(column.read(dataset)) for column in COLUMNS}
    terms = {(column.name, value): label for column in FACETS for value, label in _values(values[column.name])}
    return Document(_entry(dataset), terms, limited(_tokens(dataset, values)))


def _entry(dataset: Dataset) -> SearchEntry:
    day = dataset.date_published
    return SearchEntry(
        dataset=dataset,
        name=" ".join(split(dataset.name))[:100],
        collection=collection_of(dataset),
        published=day.year * 10_000 + day.month * 100 + day.day if day else 0,
        bytes=_summed(dataset.bytes),
        scans=_summed(dataset.number_of_scans),
        annotations=_summed(dataset.number_of_annotations),
    )


def _summed(number: int | None) -> int:
    return min(max(number or 0, 0), MOST_SUMMED)


def _values(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Folded values with their labels, each once, the first spelling first."""
    found: dict[str, str] = {}
    for text in texts:
        value = value_of(text)
        if value and len(found) < MOST_VALUES:
            found.setdefault(value, text[:LONGEST_LABEL])
    yield from found.items()


def _tokens(dataset: Dataset, values: dict[str, list[str]]) -> Iterator[str]:
    """What is worth most first, should there be too many."""
    for column in WHOLE:
        yield from (whole(column.name, value) for value, _label in _values(values[column.name]))
    for column in COLUMNS:
        yield from _words(column, dataset, values[column.name])
    for html in (dataset.description_html, dataset.annotation_html):
        yield from split(text_of(html))


def _words(column: Column, dataset: Dataset, texts: list[str]) -> Iterator[str]:
    more = column.more(dataset) if column.more else ()
    for word in split(" ".join([*texts, *more])):
        yield in_column(column.name, word)
        if column.plain:
            yield word
