"""`{% load dataset_parts %}`: small parts that dataset pages share."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any, cast

from django import template
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from datasets import cards, formats
from datasets.addresses import local_image
from datasets.catalogue import Choice, Totals
from datasets.exports.citing import Entry
from datasets.facts import Fact, Item, words
from datasets.models import Dataset
from datasets.search import address
from datasets.search.columns import CLINICAL, SYNTHETIC
from datasets.search.finding import Sum

register = template.Library()

ART = (("pathology", "art-cells"), ("radiology", "art-slice"), ("radiotherapy", "art-slice"))


def shortened(names: list[str], most: int = 3) -> str:
    """Names with commas; an ellipsis stands for those after the first few."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


@register.simple_tag
def one_line(dataset: Dataset) -> list[str]:
    """What a dataset is, in a few words each: modality, organ, number of scans, size. Unknown ones are left out."""
    parts = [shortened(words(dataset.modality)), shortened(words(dataset.organ)), "", formats.size(dataset.bytes)]
    if dataset.number_of_scans is not None:
        text = ngettext("%(number)s scan", "%(number)s scans", dataset.number_of_scans)
        parts[2] = text % {"number": formats.number(dataset.number_of_scans)}
    return [part for part in parts if part]


register.simple_tag(cards.shown, name="dataset_card")


@register.simple_tag
def facet_choices(choices: list[Choice]) -> SafeString:
    """The values of a facet as a list of links. Written here, for a page has a hundred of them."""
    remove = f'<span class="visually-hidden">{escape(gettext("remove"))}</span> '
    items = []
    for choice in choices:
        kind, words = ('class="facet-chosen"', remove) if choice.chosen else ('rel="nofollow"', "")
        number = f'{words}<span class="facet-number">{formats.number(choice.number)}</span>'
        link = f'<a {kind} href="{escape(choice.url)}"><span>{escape(str(choice.label))}</span> {number}</a>'
        items.append(f"<li>{link}</li>")
    return mark_safe(f"<ul>{''.join(items)}</ul>")  # noqa: S308 # nosec B308 # every text in it is escaped


@register.simple_tag
def search_address(column: str, value: str) -> str:
    """The address of the search for a fact; of all datasets when it holds no word."""
    return address(column, value) or reverse("datasets:list")


@register.simple_tag
def totals_text(totals: Totals) -> list[str]:
    """How much some datasets hold, as sentences: each collection apart, what is clinical first."""
    sentences = [_sentence(each.collection, each) for each in totals.sums]
    for first in totals.sums[:1]:
        sentences[0] = f"{_sentence(CLINICAL, first)} {_only(first)}".strip()
    return sentences


def _sentence(collection: str, found: Sum) -> str:
    number = found.datasets
    if collection == CLINICAL:
        text = ngettext(
            "%(number)s dataset: %(size)s, %(scans)s scans, %(annotations)s annotations.",
            "%(number)s datasets: %(size)s, %(scans)s scans, %(annotations)s annotations.",
            number,
        )
    elif collection == SYNTHETIC:
        text = ngettext(
            "And %(number)s synthetic dataset: %(size)s, %(scans)s scans, %(annotations)s annotations.",
            "And %(number)s synthetic datasets: %(size)s, %(scans)s scans, %(annotations)s annotations.",
            number,
        )
    else:
        text = ngettext(
            "And %(number)s SCAPIS dataset: %(size)s, %(scans)s scans, %(annotations)s annotations.",
            "And %(number)s SCAPIS datasets: %(size)s, %(scans)s scans, %(annotations)s annotations.",
            number,
        )
    return text % {
        "number": formats.number(number),
        "size": formats.size(found.bytes),
        "scans": formats.number(found.scans),
        "annotations": formats.number(found.annotations),
    }


def _only(found: Sum) -> str:
    if found.collection == CLINICAL:
        return ""
    if found.collection == SYNTHETIC:
        return ngettext("It is synthetic.", "All of them are synthetic.", found.datasets)
    return ngettext("It is from SCAPIS.", "All of them are from SCAPIS.", found.datasets)


@register.inclusion_tag("datasets/parts/tile.html")
def tile(dataset: Dataset) -> dict[str, str]:
    """A dataset's thumbnail: the page's own where this site has a copy, else a drawing for its field.

    Args: dataset: with `thumbnail` and `first_image`, as `catalogue.for_cards` reads it.
    """
    pictures = (dataset.image, getattr(dataset, "thumbnail", ""), getattr(dataset, "first_image", ""))
    field = dataset.field.casefold()
    return {
        "picture": next((local for each in pictures if each and (local := local_image(each))), ""),
        "word": next(iter(words(dataset.modality)), ""),
        "art": next((art for word, art in ART if word in field), "art-data"),
    }


@register.simple_tag
def heading(anchor: str, text: str) -> SafeString:
    """The words of a heading as a link to it, so that its address can be copied or sent.

    Args: anchor: the heading's id; text: its words.
    """
    words = conditional_escape(text)
    return mark_safe(f'<a class="heading-link" href="#{escape(anchor)}">{words}</a>')  # noqa: S308 # nosec B308 # escaped


@register.simple_tag(takes_context=True)
def once(context: Context, name: str) -> SafeString:
    """A part that is the same in each language: rendered for the first one, and kept in the context's `shared`."""
    shared = context["shared"]
    if name not in shared:
        shared[name] = get_template(name).render(cast("dict[str, Any]", context.flatten()))
    return cast("SafeString", shared[name])


@register.simple_tag
def constant(name: str) -> SafeString:
    """A part that says the same on each page: rendered once in each language."""
    return _constant(name, get_language(), static("icons.svg"))


@lru_cache(maxsize=32)
def _constant(name: str, _language: str | None, _version: str) -> SafeString:
    return cast("SafeString", get_template(name).render())


@register.simple_tag
def copy_button(target: str, label: str) -> SafeString:
    """A button that copies the text of the element with the id `target`; without JavaScript there is none."""
    return _copy_button(target, label, get_language())


@register.simple_tag
def entry_buttons(entry: Entry) -> SafeString:
    """The buttons that copy and download an entry for a reference manager."""
    name = {"name": entry.format.label}
    copy = copy_button(entry.id, gettext("Copy %(name)s") % name)
    address, words = escape(entry.address), escape(gettext("Download %(name)s") % name)
    link = f'<a class="btn btn-sm btn-outline-primary" href="{address}" download>{words}</a>'
    return mark_safe(f"{copy}\n{link}")  # noqa: S308 # nosec B308 # every text in it is escaped


@lru_cache(maxsize=64)
def _copy_button(target: str, label: str, _language: str | None) -> SafeString:
    done = gettext("Copied.")
    failed = gettext("Your browser did not copy it. The text is selected: press Ctrl and C.")
    data = f'data-copy="{escape(target)}" data-done="{escape(done)}" data-failed="{escape(failed)}"'
    button = f'<button class="btn btn-sm btn-outline-primary" type="button" {data} hidden>{escape(label)}</button>'
    return mark_safe(f'{button}\n<span role="status"></span>')  # noqa: S308 # nosec B308 # every text in it is escaped


@register.simple_tag
def fact_row(fact: Fact) -> SafeString:
    """A fact's name and its values: words, links, and what explains them. A page has dozens: no template is asked."""
    values = "".join(f"<li>{_linked(item.text, item.url)}{_note(item)}</li>" for item in fact.items)
    kind = ' class="tags"' if fact.tags else ""
    row = f"<dt>{escape(str(fact.name))}</dt><dd><ul{kind}>{values}</ul></dd>"
    return mark_safe(row)  # noqa: S308 # nosec B308 # every text in it is escaped


def _linked(text: str, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>' if url else escape(text)


def _note(item: Item) -> str:
    return f' <span class="fact-note">{_linked(item.note, item.note_url)}</span>' if item.note else ""
