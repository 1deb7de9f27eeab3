"""What can be searched for by itself: each column's name, its other names, and what a dataset has in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from datasets import formats, vocabulary
from datasets.front import front, words
from datasets.models import Dataset

YEAR = re.compile(r"\s*((?:19|20)\d\d)\b")
CLINICAL, SYNTHETIC, SCAPIS = "clinical", "synthetic", "scapis"
COLLECTIONS: dict[str, Promise | str] = {CLINICAL: _("Clinical"), SYNTHETIC: _("Synthetic"), SCAPIS: "SCAPIS"}
Reader = Callable[[Dataset], Sequence[str]]


@dataclass(frozen=True)
class Column:
    """One column.

    `read` gives a dataset's values; `more` gives words that find it beside them, such as a code's meaning. With
    `plain`, its words also count without the column's name.
    """

    name: str
    label: str | Promise
    read: Reader
    aliases: tuple[str, ...] = ()
    more: Reader | None = None
    facet: bool = False
    plain: bool = True


def collection_of(dataset: Dataset) -> str:
    """The one part of the register that a dataset belongs to; each has totals of its own."""
    return SYNTHETIC if dataset.synthetic else SCAPIS if dataset.scapis else CLINICAL


def year_of(dataset: Dataset) -> str:
    """The year published, also from a day that is none ("2019-04-00"); empty when the page has none."""
    if dataset.date_published:
        return str(dataset.date_published.year)
    found = (YEAR.match(text) for text in words(front(dataset, "datacite", "datePublished")))
    return next((match[1] for match in found if match), "")


@lru_cache(maxsize=1024)
def in_all_languages(ask: Callable[[str], Any], code: str) -> tuple[str, ...]:
    """What a code means in each of the site's languages."""
    meanings = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            meanings.append(str(ask(code)))
    return tuple(dict.fromkeys(meaning for meaning in meanings if meaning))


def _own(section: str, *keys: str) -> Reader:
    return lambda dataset: [text for key in keys for text in words(front(dataset, section, key))]


def _meanings(ask: Callable[[str], Any], codes: Reader) -> Reader:
    return lambda dataset: [text for code in codes(dataset) for text in in_all_languages(ask, code[:100])]


def _day(column: str, key: str) -> Reader:
    def read(dataset: Dataset) -> list[str]:
        day: date | None = getattr(dataset, column)
        return [day.isoformat()] if day else words(front(dataset, "datacite", key))

    return read


def _number(column: str, key: str) -> Reader:
    def read(dataset: Dataset) -> list[str]:
        number: int | None = getattr(dataset, column)
        return words(front(dataset, "other", key)) if number is None else [str(number)]

    return read


def _modality(dataset: Dataset) -> list[str]:
    return words(dataset.modality)


def _identifiers(dataset: Dataset) -> list[str]:
    authors = front(dataset, "datacite", "author")
    return [text for each in _listed(authors) if isinstance(each, dict) for text in words(each.get("@id"))]


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _licenses(dataset: Dataset) -> list[str]:
    if dataset.license_names is not None:
        return dataset.license_names
    return [license.name for license in dataset.licenses.all() if license.retired_at is None]


def _size(dataset: Dataset) -> list[str]:
    with translation.override("en"):
        return words(formats.size(dataset.bytes)) or words(front(dataset, "other", "bytes"))


MODALITY_NAMES = _meanings(vocabulary.modality_name, _modality)

COLUMNS = (
    Column("collection", _("Collection"), lambda d: [collection_of(d)], facet=True),
    Column("modality", _("Modality"), _modality, ("modalities",), MODALITY_NAMES, facet=True),
    Column("organ", _("Organ"), lambda d: words(d.organ), ("organs",), facet=True),
    Column("keyword", _("Keyword"), lambda d: words(d.keywords), ("keywords",), facet=True),
    Column("status", _("Status"), lambda d: words(d.status), facet=True),
    Column("origin", _("Origin"), lambda d: words(d.origin), facet=True),
    Column("license", _("Licence"), _licenses, ("licence", "licenses", "licences", "access"), facet=True),
    Column("year", _("Year"), lambda d: words(year_of(d)), ("date",), facet=True),
    Column("synthetic", _("Synthetic"), lambda d: ["yes" if d.synthetic else "no"], plain=False),
    Column("name", _("Name"), lambda d: words(d.name), ("title",)),
    Column("short", _("Short name"), lambda d: words(d.short_name), ("shortname", "short-name")),
    Column("doi", _("DOI"), lambda d: [d.doi], ("id",)),
    Column("field", _("Field"), lambda d: words(d.field), ("about",)),
    Column("version", _("Version"), lambda d: words(d.version), plain=False),
    Column("author", _("Author"), _own("datacite", "author"), ("authors", "creator"), _identifiers),
    Column("publisher", _("Publisher"), _own("datacite", "publisher")),
    Column("copyright", _("Copyright"), _own("datacite", "copyrightYear", "copyrightHolder"), ("holder",)),
    Column("provider", _("Provider"), _own("datacite", "provider"), ("providers",)),
    Column("age", _("Age span"), _own("other", "age-span"), ("age-span", "agespan"), plain=False),
    Column("resolution", _("Resolution"), _own("other", "resolution")),
    Column("scanner", _("Scanner"), _own("other", "scanner"), ("scanners",)),
    Column("stain", _("Stain"), _own("other", "stain"), ("stains",)),
    Column("phase", _("Phase"), _own("other", "phase")),
    Column("scans", _("Scans"), _number("number_of_scans", "numberOfScans"), plain=False),
    Column("annotations", _("Annotations"), _number("number_of_annotations", "numberOfAnnotations"), plain=False),
    Column("size", _("Size"), _size, ("bytes",), plain=False),
    Column("created", _("Created"), _day("date_created", "dateCreated"), plain=False),
    Column("published", _("Published"), _day("date_published", "datePublished"), plain=False),
    Column("modified", _("Modified"), _day("date_modified", "dateModified"), plain=False),
    Column(
        "country",
        _("Shared with"),
        lambda d: words(d.countries),
        ("countries", "shared"),
        _meanings(countries.name, lambda d: words(d.countries)),
        plain=False,
    ),
)
NAMED = {name: column for column in COLUMNS for name in (column.name, *column.aliases)}
FACETS = tuple(column for column in COLUMNS if column.facet)
# Columns of which an address may name a whole value: `?organ=Lung&synthetic=no`.
WHOLE = tuple(column for column in COLUMNS if column.facet or column.name in {"synthetic", "doi"})
FILTERS = {name: column for name, column in NAMED.items() if column in WHOLE}
