"""`{% load exports %}`: a dataset's formats for machines."""

from __future__ import annotations

from django import template

from datasets.exports.format import CITES, Format
from datasets.exports.signposting import Link, links
from datasets.exports.table import FORMATS
from datasets.models import Dataset

register = template.Library()


@register.simple_tag
def machine_formats(dataset: Dataset) -> list[tuple[Format, str]]:
    """The formats that describe a dataset, and their paths."""
    return [(each, f"/{dataset.doi}/{each.name}") for each in FORMATS if each.role != CITES]


@register.simple_tag
def head_links(dataset: Dataset) -> list[Link]:
    """What the page's `Link` header says, for readers who see the page only; `type` has no place in HTML."""
    return [link for link in links(dataset, FORMATS) if link.rel != "type"]
