"""Datasets as lists show them. A card depends on nothing but its row, so one that was made is kept and shown again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Cast
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from datasets.models import Dataset, DatasetQuerySet, License, SampleImage

PLAIN = (
    "pk", "doi", "name", "short_name", "field", "bytes", "number_of_scans", "date_published", "synthetic", "scapis",
    "image", "thumbnail", "first_image", "access",
)  # fmt: skip
LISTS = ("keywords", "modality", "organ")
KEPT = 4000  # cards of about two kilobytes
Card = tuple[object, ...]  # the values of PLAIN, then LISTS as JSON


def for_cards(datasets: DatasetQuerySet) -> DatasetQuerySet:
    """These datasets with what a card shows and no more.

    Adds `thumbnail` and `first_image`, the addresses of the first example image, and `access`, the name of the
    first licence.
    """
    return _annotated(datasets).defer("description_html", "annotation_html", "body_html", "front_matter", "findings")


def _annotated(datasets: DatasetQuerySet) -> DatasetQuerySet:
    images = SampleImage.objects.filter(dataset=OuterRef("pk")).order_by("order")
    licenses = License.objects.filter(dataset=OuterRef("pk"), retired_at=None).order_by("order")
    return datasets.annotate(
        thumbnail=Subquery(images.values("thumbnail_url")[:1]),
        first_image=Subquery(images.values("url")[:1]),
        access=Subquery(licenses.values("name")[:1]),
    )


def cards(keys: Sequence[int]) -> list[Card]:
    """The rows of the cards of these datasets in this order, in one query; hidden and retired ones are left out."""
    texts = {f"{name}_text": Cast(name, TextField()) for name in LISTS}
    rows = _annotated(Dataset.objects.listed().filter(pk__in=keys)).annotate(**texts).order_by()
    found = {row[0]: row for row in rows.values_list(*PLAIN, *texts)}
    return [found[key] for key in keys if key in found]


def shown(card: Card) -> SafeString:
    """A card of the dataset list, in the reader's language."""
    return _shown(card, get_language() or "")


@lru_cache(maxsize=KEPT)
def _shown(card: Card, _language: str) -> SafeString:
    values = dict(zip(PLAIN, card, strict=False))
    found = {name: values.pop(name) for name in ("thumbnail", "first_image", "access")}
    lists = {name: json.loads(str(text)) for name, text in zip(LISTS, card[len(PLAIN) :], strict=True)}
    dataset = Dataset(**values, **lists)
    for name, value in found.items():
        setattr(dataset, name, value)
    return render_to_string("datasets/parts/card.html", {"dataset": dataset, "level": 2, "keywords": True})
