"""Datasets as lists show them. A card depends on nothing but its row, so one that was made is kept and shown again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from datasets.models import Dataset, DatasetQuerySet, License, SampleImage

COLUMNS = (
    "id", "doi", "name", "short_name", "field", "bytes", "number_of_scans", "date_published", "synthetic", "scapis",
    "image", "keywords", "modality", "organ",
)  # fmt: skip
LISTS = ("keywords", "modality", "organ")
ADDED = ("thumbnail", "first_image", "access")
# Written out, for to have it made costs more than to run it.
ROWS = """
    SELECT {columns},
        (SELECT thumbnail_url FROM datasets_sampleimage WHERE dataset_id = dataset.id ORDER BY "order" LIMIT 1),
        (SELECT url FROM datasets_sampleimage WHERE dataset_id = dataset.id ORDER BY "order" LIMIT 1),
        (SELECT name FROM datasets_license
            WHERE dataset_id = dataset.id AND retired_at IS NULL ORDER BY "order" LIMIT 1)
    FROM datasets_dataset AS dataset WHERE id IN ({keys}) AND NOT hidden AND retired_at IS NULL
"""
KEPT = 4000  # cards of about two kilobytes
Card = tuple[object, ...]  # the values of COLUMNS and ADDED as the database gives them; lists are JSON


def for_cards(datasets: DatasetQuerySet) -> DatasetQuerySet:
    """These datasets with what a card shows and no more.

    Adds `thumbnail` and `first_image`, the addresses of the first example image, and `access`, the name of the
    first licence.
    """
    images = SampleImage.objects.filter(dataset=OuterRef("pk")).order_by("order")
    licenses = License.objects.filter(dataset=OuterRef("pk"), retired_at=None).order_by("order")
    whole = datasets.defer("description_html", "annotation_html", "body_html", "front_matter", "findings")
    return whole.annotate(
        thumbnail=Subquery(images.values("thumbnail_url")[:1]),
        first_image=Subquery(images.values("url")[:1]),
        access=Subquery(licenses.values("name")[:1]),
    )


def cards(keys: Sequence[int]) -> list[Card]:
    """The rows of the cards of these datasets in this order, in one query; hidden and retired ones are left out."""
    columns = ", ".join(f"CAST({name} AS text)" if name in LISTS else name for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(columns=columns, keys=", ".join(["%s"] * len(keys)) or "NULL"), keys)
        found = {row[0]: row for row in cursor.fetchall()}
    return [found[key] for key in keys if key in found]


def shown(card: Card) -> SafeString:
    """A card of the dataset list, in the reader's language."""
    return _shown(card, get_language() or "")


@lru_cache(maxsize=KEPT)
def _shown(card: Card, _language: str) -> SafeString:
    values = dict(zip(COLUMNS, card, strict=False))
    values |= {name: json.loads(str(values[name])) for name in LISTS}
    if isinstance(values["date_published"], str):  # SQLite keeps days as text
        values["date_published"] = date.fromisoformat(values["date_published"])
    dataset = Dataset(**values)
    for name, value in zip(ADDED, card[len(COLUMNS) :], strict=True):
        setattr(dataset, name, value)
    return render_to_string("datasets/parts/card.html", {"dataset": dataset, "level": 2, "keywords": True})
