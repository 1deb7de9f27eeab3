"""Whatever stands in datasets and whatever is typed, the database finds what the language of tokens means.

The same test runs on SQLite and on PostgreSQL, so both find the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets import search
from datasets.models import Dataset
from datasets.search.documents import document_of
from datasets.search.finding import find, keys
from datasets.search.query import Query

WORDS = st.sampled_from(
    [
        "lung",
        "Lunge",
        "lymph node",
        "CT",
        "MR",
        "Åsa",
        "ﬁbrin",
        "x-ray",
        "3T",
        "organ",
        "modality:ct",
        "文字",
        "a",
        "ab",
        "İ",
    ]
)
TEXTS = st.one_of(
    WORDS, st.text(max_size=12).map(lambda text: text.encode("utf-8", "ignore").decode().replace("\0", ""))
)
NAMES = st.sampled_from(["q", "organ", "modality", "keyword", "synthetic", "status", "sort", "doi"])
COLUMNS = st.sampled_from(["", "", "organ:", "Modality:", "keyword:", "status:", "name:", "nothing:", "-", '"', "doi:"])
QUERIES = st.builds("{}{}".format, COLUMNS, st.one_of(WORDS, st.text(max_size=12)))
ROWS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "status": TEXTS,
        "organ": st.lists(st.builds(lambda name: {"name": name}, TEXTS), max_size=2),
        "modality": st.lists(TEXTS, max_size=2),
        "keywords": st.lists(TEXTS, max_size=3),
        "description_html": TEXTS,
        "synthetic": st.booleans(),
        "hidden": st.sampled_from([False, False, False, True]),
    }
)
ADDRESSES = st.lists(st.tuples(NAMES, st.one_of(QUERIES, TEXTS)), min_size=1, max_size=3)


def same(rows: list[dict[str, Any]], addresses: list[list[tuple[str, str]]]) -> None:
    """Every search finds those datasets whose tokens fit, and counts them rightly."""
    datasets = [Dataset.objects.create(doi=f"10.23698/aida/{number}", **row) for number, row in enumerate(rows)]
    for dataset in datasets:
        search.index(dataset)
    tokens = {dataset.pk: document_of(dataset).tokens for dataset in datasets if not dataset.hidden}
    for address in addresses:
        parameters = QueryDict(mutable=True)
        for name, value in address:
            parameters.appendlist(name, value)
        query = Query.read(parameters)
        expected = {key for key, own in tokens.items() if all(wanted.fits(own) for wanted in query.wanted)}
        found = keys(query, 0, 1000)
        assert len(found) == len(set(found))
        assert set(found) == expected, query
        facets = find(query)
        assert facets.number == len(expected)
        assert sum(value.number for value in facets.facets.get("collection", ())) == len(expected)
        again = Query.read(QueryDict(query.address().partition("?")[2]))
        assert again.wanted == query.wanted, "a search's own address means something else"


def property_of(examples: int) -> Callable[[], None]:
    """The property, tried with so many examples."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(ROWS, max_size=5), st.lists(ADDRESSES, min_size=3, max_size=8))
    def tried(rows: list[dict[str, Any]], addresses: list[list[tuple[str, str]]]) -> None:
        with transaction.atomic():
            same(rows, addresses)
            transaction.set_rollback(True)

    return tried


@pytest.mark.django_db
def test_the_database_finds_what_the_tokens_mean() -> None:
    property_of(8)()


@pytest.mark.slow
@pytest.mark.django_db
def test_the_database_always_finds_what_the_tokens_mean() -> None:
    property_of(400)()
