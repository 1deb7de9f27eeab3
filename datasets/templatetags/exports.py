"""`{% load exports %}`: how to cite a dataset, and its formats for machines."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.utils import translation

from datasets.exports import apa
from datasets.exports.format import CITES, Format
from datasets.exports.record import record_of
from datasets.exports.signposting import Link, links
from datasets.exports.table import BY_NAME, FORMATS
from datasets.landing import Landing
from datasets.models import Dataset

register = template.Library()
SHOWN = ("citation.bib", "citation.ris")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry for a reference manager: its format, where it can be downloaded, and its text."""

    format: Format
    address: str
    text: str

    @property
    def id(self) -> str:
        """The id of its element on the page, `cite-bib`."""
        return f"cite-{self.format.name.rpartition('.')[2]}"


@dataclass(frozen=True, slots=True)
class Citations:
    """How to cite a dataset: a sentence, and entries."""

    sentence: apa.Citation
    entries: list[Entry]


@register.simple_tag
def citations(page: Landing) -> Citations:
    """How to cite the dataset of a landing page."""
    record = record_of(page)
    with translation.override("en"):
        entries = [Entry(BY_NAME[name], _path(page.dataset, name), BY_NAME[name].write(record)) for name in SHOWN]
    return Citations(apa.citation(record), entries)


@register.simple_tag
def machine_formats(dataset: Dataset) -> list[tuple[Format, str]]:
    """The formats that describe a dataset, and their paths."""
    return [(each, _path(dataset, each.name)) for each in FORMATS if each.role != CITES]


@register.simple_tag
def head_links(dataset: Dataset) -> list[Link]:
    """What the page's `Link` header says, for readers who see the page only; `type` has no place in HTML."""
    return [link for link in links(dataset, FORMATS) if link.rel != "type"]


def _path(dataset: Dataset, name: str) -> str:
    return f"/{dataset.doi}/{name}"
