"""The facts of a page's front matter, as rows of a name and plain texts or links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from datasets import addresses, formats, vocabulary
from datasets.landing import Landing, LicenseSection, Party
from datasets.models import Dataset
from datasets.register.values import tidy


@dataclass(frozen=True, slots=True)
class Item:
    """One value: its words, where they lead (or nowhere), words that explain it, and where those lead (or nowhere)."""

    text: str
    url: str = ""
    note: str = ""
    note_url: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the table; `tags` when its values are short words that are shown side by side."""

    name: str | Promise
    items: list[Item]
    tags: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together, under a heading."""

    name: str | Promise
    facts: list[Fact]


def groups(landing: Landing) -> list[Group]:
    """What the page knows, in three groups; rows without a value and groups without rows are left out."""
    found = (
        Group(gettext_lazy("Content"), _content(landing.dataset)),
        Group(gettext_lazy("Imaging"), _imaging(landing.dataset)),
        Group(gettext_lazy("Publication"), _publication(landing)),
    )
    kept = (Group(group.name, [fact for fact in group.facts if fact.items]) for group in found)
    return [group for group in kept if group.facts]


def words(value: Any) -> list[str]:
    """A value of the front matter as texts, whatever its shape: pages write one thing in many ways."""
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, list | tuple):
        return [text for each in value for text in words(each)]
    if isinstance(value, dict):
        return words(value.get("name"))
    text = tidy(str(value))  # the front matter is kept as written, with marks that turn what stands beside them
    return [text] if text and text != "-" else []


def own_words(dataset: Dataset, section: str, key: str) -> list[Item]:
    """A value as the page writes it."""
    matter = dataset.front_matter.get(section)
    return [Item(text) for text in words(matter.get(key))] if isinstance(matter, dict) else []


def counted(dataset: Dataset, number: int | None, key: str) -> list[Item]:
    """A count; the page's own words where they are no plain number."""
    return own_words(dataset, "other", key) if number is None else [Item(formats.number(number))]


def dated(dataset: Dataset, day: date | None, key: str) -> list[Item]:
    """A day written out; the page's own words where they are no day."""
    return plain(formats.day(day)) or own_words(dataset, "datacite", key)


def searched(text: str) -> str:
    """The address of the search for a word."""
    return f"{reverse('datasets:list')}?{urlencode({'q': text})}"


def plain(text: str) -> list[Item]:
    """One value without a link, or none."""
    return [Item(text)] if text else []


def _content(dataset: Dataset) -> list[Fact]:
    organs = [
        Item(name, vocabulary.snomed_address(organ.get("sctid")), _("SNOMED CT browser") if organ.get("sctid") else "")
        for organ in dataset.organ
        if isinstance(organ, dict)
        for name in words(organ)
    ]
    return [
        Fact(_("Short name"), plain(dataset.short_name)),
        Fact(_("Title"), plain(dataset.name)),
        Fact(_("Field"), [Item(text, searched(text)) for text in words(dataset.field)]),
        Fact(_("Origin"), plain(dataset.origin)),
        Fact(_("Status"), plain(dataset.status)),
        Fact(_("Organ"), organs),
        Fact(_("Age span"), own_words(dataset, "other", "age-span")),
        Fact(_("Scans"), counted(dataset, dataset.number_of_scans, "numberOfScans")),
        Fact(_("Annotations"), counted(dataset, dataset.number_of_annotations, "numberOfAnnotations")),
        Fact(_("Size"), plain(formats.size(dataset.bytes)) or own_words(dataset, "other", "bytes")),
        Fact(_("Keywords"), [Item(text, searched(text)) for text in words(dataset.keywords)], tags=True),
    ]


def _imaging(dataset: Dataset) -> list[Fact]:
    modalities = [Item(code, searched(code), vocabulary.modality_name(code)) for code in words(dataset.modality)]
    return [
        Fact(_("Modality"), modalities),
        Fact(_("Resolution"), own_words(dataset, "other", "resolution")),
        Fact(_("Scanner"), own_words(dataset, "other", "scanner")),
        Fact(_("Stain"), own_words(dataset, "other", "stain")),
        Fact(_("Phase"), own_words(dataset, "other", "phase")),
    ]


def _publication(landing: Landing) -> list[Fact]:
    dataset = landing.dataset
    year = "".join(item.text for item in own_words(dataset, "datacite", "copyrightYear"))
    shared = [
        Item(countries.name(text.upper()) or text) for text in words(_front(dataset, "other", "countries-shared"))
    ]
    return [
        Fact(_("Cite as"), [Item(_("Citation and BibTeX entry"), "#about-citing")]),
        Fact(_("Authors"), [party_item(party) for party in landing.authors]),
        Fact(_("Year"), _year(dataset)),
        Fact(_("Publisher"), own_words(dataset, "datacite", "publisher")),
        Fact(_("DOI"), [Item(dataset.doi, f"https://doi.org/{dataset.doi}")]),
        Fact(_("Version"), plain(dataset.version)),
        Fact(_("Created"), dated(dataset, dataset.date_created, "dateCreated")),
        Fact(_("Published"), dated(dataset, dataset.date_published, "datePublished")),
        Fact(_("Modified"), dated(dataset, dataset.date_modified, "dateModified")),
        Fact(_("References"), _references(len(landing.works))),
        Fact(_("Licences"), [_licence(section) for section in landing.licenses]),
        Fact(_("Copyright"), plain(f"© {year}" if year else "") + [party_item(party) for party in landing.holders]),
        Fact(_("Providers"), [party_item(party) for party in landing.providers]),
        Fact(_("Shared with"), [Item(", ".join(item.text for item in shared))] if shared else []),
    ]


def _year(dataset: Dataset) -> list[Item]:
    """The year published, else the page's own words for its copyright."""
    day = dataset.date_published
    return [Item(str(day.year))] if day else own_words(dataset, "datacite", "copyrightYear")


def _references(number: int) -> list[Item]:
    text = ngettext("%(number)s work", "%(number)s works", number) % {"number": number}
    return [Item(text, "#about-references")] if number else []


def _licence(section: LicenseSection) -> Item:
    """A licence, linked to its text, with the page's one sentence about it."""
    abstract = " ".join(unescape(strip_tags(section.license.abstract_html)).split())
    return Item(section.license.name, f"#{section.anchor}", abstract)


def _front(dataset: Dataset, section: str, key: str) -> Any:
    matter = dataset.front_matter.get(section)
    return matter.get(key) if isinstance(matter, dict) else None


def party_item(party: Party) -> Item:
    """A person or organisation, linked to their ORCID record or web page."""
    url = addresses.web_address(party.identifier) or addresses.web_address(party.url)
    orcid = url.partition("://orcid.org/")[2] if "://orcid.org/" in url else ""
    return Item(party.name, url, _("ORCID %(id)s") % {"id": orcid} if orcid else "")
