"""The facts of a page's front matter, as rows of a name and plain texts or links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from datasets import addresses, formats, vocabulary
from datasets.front import front
from datasets.front import words as words
from datasets.landing import Landing, LicenseSection, Party
from datasets.models import Dataset
from datasets.search import address
from datasets.search.columns import year_of


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


def own_words(dataset: Dataset, section: str, key: str, column: str = "") -> list[Item]:
    """A value as the page writes it, linked to its search when it has a column there."""
    return [found(column, text) for text in words(front(dataset, section, key))]


def found(column: str, text: str, **more: str) -> Item:
    """A value that leads to the search for it in this column, where there is one.

    Args: more: `note` and `note_url` of the item.
    """
    return Item(text, address(column, text) if column else "", **more)


def each(column: str, value: Any) -> list[Item]:
    """A value or a list of them, linked to their searches."""
    return [found(column, text) for text in words(value)]


def counted(dataset: Dataset, number: int | None, key: str, column: str) -> list[Item]:
    """A count; the page's own words where they are no plain number."""
    if number is None:
        return own_words(dataset, "other", key, column)
    return [Item(formats.number(number), address(column, str(number)))]


def dated(dataset: Dataset, day: date | None, key: str, column: str) -> list[Item]:
    """A day written out; the page's own words where they are no day."""
    if day is None:
        return own_words(dataset, "datacite", key, column)
    return [Item(formats.day(day), address(column, day.isoformat()))]


def plain(text: str) -> list[Item]:
    """One value without a link, or none."""
    return [Item(text)] if text else []


def sized(dataset: Dataset) -> list[Item]:
    """The size; the page's own words where they are no number of bytes."""
    return each("size", formats.size(dataset.bytes)) or own_words(dataset, "other", "bytes", "size")


def _organs(dataset: Dataset) -> list[Item]:
    """Each organ leads to its search, and its SNOMED CT concept to the browser of concepts."""
    return [
        found("organ", name, note=_("SNOMED CT browser") if concept else "", note_url=concept)
        for organ in dataset.organ
        if isinstance(organ, dict)
        for concept in [vocabulary.snomed_address(organ.get("sctid"))]
        for name in words(organ)
    ]


def _content(dataset: Dataset) -> list[Fact]:
    return [
        Fact(_("Short name"), each("short", dataset.short_name)),
        Fact(_("Title"), plain(dataset.name)),
        Fact(_("Field"), each("field", dataset.field)),
        Fact(_("Origin"), each("origin", dataset.origin)),
        Fact(_("Status"), each("status", dataset.status)),
        Fact(_("Organ"), _organs(dataset)),
        Fact(_("Age span"), own_words(dataset, "other", "age-span", "age")),
        Fact(_("Scans"), counted(dataset, dataset.number_of_scans, "numberOfScans", "scans")),
        Fact(_("Annotations"), counted(dataset, dataset.number_of_annotations, "numberOfAnnotations", "annotations")),
        Fact(_("Size"), sized(dataset)),
        Fact(_("Keywords"), each("keyword", dataset.keywords), tags=True),
    ]


def _imaging(dataset: Dataset) -> list[Fact]:
    modalities = [found("modality", code, note=vocabulary.modality_name(code)) for code in words(dataset.modality)]
    return [
        Fact(_("Modality"), modalities),
        Fact(_("Resolution"), own_words(dataset, "other", "resolution", "resolution")),
        Fact(_("Scanner"), own_words(dataset, "other", "scanner", "scanner")),
        Fact(_("Stain"), own_words(dataset, "other", "stain", "stain")),
        Fact(_("Phase"), own_words(dataset, "other", "phase", "phase")),
    ]


def _publication(landing: Landing) -> list[Fact]:
    dataset = landing.dataset
    year = "".join(item.text for item in own_words(dataset, "datacite", "copyrightYear"))
    shared = [
        Item(countries.name(text.upper()) or text, address("country", text))
        for text in words(front(dataset, "other", "countries-shared"))
    ]
    return [
        Fact(_("Cite as"), [Item(_("To copy or download"), "#about-citing")]),
        Fact(_("Authors"), [party_item(party, "author") for party in landing.authors]),
        Fact(_("Year"), each("year", year_of(dataset)) or own_words(dataset, "datacite", "copyrightYear")),
        Fact(_("Publisher"), own_words(dataset, "datacite", "publisher", "publisher")),
        Fact(_("DOI"), [Item(dataset.doi, f"https://doi.org/{dataset.doi}")]),
        Fact(_("Version"), each("version", dataset.version)),
        Fact(_("Created"), dated(dataset, dataset.date_created, "dateCreated", "created")),
        Fact(_("Published"), dated(dataset, dataset.date_published, "datePublished", "published")),
        Fact(_("Modified"), dated(dataset, dataset.date_modified, "dateModified", "modified")),
        Fact(_("References"), _references(len(landing.works))),
        Fact(_("Licences"), [_licence(section) for section in landing.licenses]),
        Fact(_("Copyright"), _copyright(year) + [party_item(party, "copyright") for party in landing.holders]),
        Fact(_("Providers"), [party_item(party, "provider") for party in landing.providers]),
        Fact(_("Shared with"), shared, tags=True),
    ]


def _copyright(year: str) -> list[Item]:
    return [Item(f"© {year}", address("copyright", year))] if year else []


def _references(number: int) -> list[Item]:
    text = ngettext("%(number)s work", "%(number)s works", number) % {"number": number}
    return [Item(text, "#about-references")] if number else []


def _licence(section: LicenseSection) -> Item:
    """A licence: leads to its search; beside it the page's one sentence about it, which leads to its text."""
    abstract = " ".join(unescape(strip_tags(section.license.abstract_html)).split())
    return found("license", section.license.name, note=abstract or _("text"), note_url=f"#{section.anchor}")


def party_item(party: Party, column: str = "") -> Item:
    """A person or organisation, linked to their ORCID record or web page.

    Args: column: the name leads to the search for it in this column instead, with that link beside it.
    """
    url = addresses.web_address(party.identifier) or addresses.web_address(party.url)
    orcid = url.partition("://orcid.org/")[2] if "://orcid.org/" in url else ""
    note = _("ORCID %(id)s") % {"id": orcid} if orcid else ""
    if not column:
        return Item(party.name, url, note)
    return found(column, party.name, note=note or (_("web page") if url else ""), note_url=url)
