"""`{% load exports %}`: a dataset's formats for machines."""

from __future__ import annotations

from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from datasets.exports.format import CITES, Format
from datasets.exports.signposting import Link, links
from datasets.exports.table import FORMATS
from datasets.models import Dataset

register = template.Library()


@register.simple_tag
def machine_formats(dataset: Dataset) -> SafeString:
    """The formats that describe a dataset, as a list of links."""
    items = "".join(_item(dataset.doi, each) for each in FORMATS if each.role != CITES)
    return mark_safe(f'<ul class="tags">{items}</ul>')  # noqa: S308 # nosec B308 # every text in it is escaped


def _item(doi: str, one: Format) -> str:
    address = escape(f"/{doi}/{one.name}")
    return f'<li><a href="{address}" type="{escape(one.types[0])}">{escape(str(one.label))}</a></li>'


@register.simple_tag
def head_links(dataset: Dataset) -> list[Link]:
    """What the page's `Link` header says, for readers who see the page only; `type` has no place in HTML."""
    return [link for link in links(dataset, FORMATS) if link.rel != "type"]
