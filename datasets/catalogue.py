"""Finding datasets: what is listed, which of it a search means, and how much that is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils.html import strip_tags

from datasets.facts import words
from datasets.models import Dataset, DatasetQuerySet, License, SampleImage
from datasets.register.values import fold

LONGEST_QUERY = 200
MOST_WORDS = 12
SEARCHED = ("name", "short_name", "doi", "keywords", "modality", "organ", "field", "origin", "description_html")
# The old site's links read `organ:brain`; here every word is looked for everywhere.
COLUMN = re.compile(r"(?<!\S)[A-Za-z-]+:(?=[^\s/])")


@dataclass(frozen=True, slots=True)
class Totals:
    """How much some datasets hold together. An unknown number counts as nothing."""

    datasets: int
    bytes: int
    scans: int
    annotations: int
    synthetic: int


def totals(datasets: DatasetQuerySet) -> Totals:
    """The sums over these datasets, in one query."""
    sums = datasets.order_by().aggregate(
        datasets=Count("pk"),
        bytes=Sum("bytes", default=0),
        scans=Sum("number_of_scans", default=0),
        annotations=Sum("number_of_annotations", default=0),
        synthetic=Count("pk", filter=Q(synthetic=True)),
    )
    return Totals(**sums)


class Search:
    """The listed datasets in which every word of a query stands.

    Words are compared as `fold` leaves them, so neither case nor accents count, in the name, short name, DOI,
    keywords, modality, organ, field, origin and description.
    """

    def __init__(self, query: str) -> None:
        """Args: query: what somebody typed; longer ones are cut."""
        self.query = " ".join(query[:LONGEST_QUERY].split())
        pieces = {fold(piece): piece for piece in reversed(COLUMN.sub("", self.query).split())}
        # Words as typed, in their order, by what they are folded to: "T2-weighted" is one that holds a space.
        self.words = dict([pair for pair in reversed(pieces.items()) if pair[0]][:MOST_WORDS])

    @cached_property
    def _texts(self) -> dict[int, str]:
        rows = Dataset.objects.listed().order_by().only(*SEARCHED)
        return {row.pk: searchable_text(row) for row in rows}

    def _keys(self, wanted: Iterable[str]) -> list[int]:
        return [key for key, text in self._texts.items() if all(word in text for word in wanted)]

    def datasets(self) -> DatasetQuerySet:
        """What was found, newest first; everything that is listed when there is nothing to look for."""
        listed = Dataset.objects.listed().newest_first()
        return listed.filter(pk__in=self._keys(self.words)) if self.words else listed

    def without_each(self) -> list[tuple[str, str, int]]:
        """For each word: the word, the query without it, and how many datasets that would find."""
        others = [(word, [each for each in self.words if each != word]) for word in self.words]
        return [
            (self.words[word], " ".join(self.words[each] for each in rest), len(self._keys(rest)))
            for word, rest in others
        ]


def searchable_text(dataset: Dataset) -> str:
    """Everything of a dataset in which words are looked for, folded."""
    texts = [dataset.name, dataset.short_name, dataset.doi, dataset.field, dataset.origin]
    texts += [*words(dataset.keywords), *words(dataset.modality), *words(dataset.organ)]
    return fold(" ".join([*texts, strip_tags(dataset.description_html)]))


def for_cards(datasets: DatasetQuerySet) -> DatasetQuerySet:
    """These datasets with what a card shows and no more.

    Adds `thumbnail` and `first_image`, the addresses of the first example image, and `access`, the name of the
    first licence.
    """
    images = SampleImage.objects.filter(dataset=OuterRef("pk")).order_by("order")
    licenses = License.objects.filter(dataset=OuterRef("pk"), retired_at=None).order_by("order")
    return datasets.defer("description_html", "annotation_html", "body_html", "front_matter", "findings").annotate(
        thumbnail=Subquery(images.values("thumbnail_url")[:1]),
        first_image=Subquery(images.values("url")[:1]),
        access=Subquery(licenses.values("name")[:1]),
    )
