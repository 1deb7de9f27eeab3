"""Everything that a landing page shows, read with two queries.

The landing page is asked for more often than all others, so its short lists (people, works, images) come in one
query instead of four, and its licences bring the dataset along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat

from datasets.models import Citation, Contributor, Dataset, DatasetProvider, License, LicenseText, SampleImage

PROVIDER, CITATION, IMAGE, LICENSE = "provider", "citation", "image", "license"
COLUMNS = ("what", "place", "a", "b", "c", "d")
BETWEEN = "\n"  # no id holds one
TextRows = QuerySet[Any, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Party:
    """A person or organisation: author, copyright holder or provider. No e-mail: the page must not show it."""

    name: str
    kind: str
    identifier: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A work that the page refers to."""

    text: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An example image, with addresses as written."""

    title: str
    url: str
    thumbnail_url: str


@dataclass(frozen=True, slots=True)
class LicenseSection:
    """A licence, its text in force as HTML, and the ids that must lead to it (the first is its heading's)."""

    license: License
    html: str
    anchor: str
    other_anchor: str


@dataclass
class Landing:
    """One dataset and its parts."""

    dataset: Dataset
    licenses: list[LicenseSection] = field(default_factory=list)
    authors: list[Party] = field(default_factory=list)
    holders: list[Party] = field(default_factory=list)
    providers: list[Party] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


def read_landing(doi: str) -> Landing | None:
    """The dataset with this DOI (lower case) and its parts, hidden and retired ones too; None when there is none."""
    licenses = list(_licenses_with_dataset(doi))
    dataset = licenses[0].dataset if licenses else Dataset.objects.filter(doi=doi).first()
    if dataset is None:
        return None
    landing = Landing(dataset, sections(licenses))
    for kind, _order, *texts in sorted(_short_lists(dataset), key=lambda row: row[1]):
        _add(landing, kind, texts)
    return landing


def landing_of(dataset: Dataset) -> Landing:
    """The parts of a dataset that has been read, in one query: licences come with the short lists.

    Of a licence only what the page shows is known, not its key.
    """
    rows = sorted(_short_lists(dataset, _licenses_as_texts(dataset)), key=lambda row: row[1])
    licenses = [_license(dataset, texts) for kind, _order, *texts in rows if kind == LICENSE]
    landing = Landing(dataset, sections(licenses))
    for kind, _order, *texts in rows:
        if kind != LICENSE:
            _add(landing, kind, texts)
    return landing


def _license(dataset: Dataset, texts: list[str]) -> License:
    name, anchors, abstract, html = texts
    anchor, _mark, page_anchor = anchors.partition(BETWEEN)
    license = License(dataset=dataset, name=name, anchor=anchor, page_anchor=page_anchor, abstract_html=abstract)
    license.html_in_force = html  # type: ignore[attr-defined]  # as `_licenses_with_dataset` annotates it
    return license


def _licenses_as_texts(dataset: Dataset) -> TextRows:
    rows = License.objects.filter(dataset=dataset, retired_at=None).order_by()
    return rows.annotate(
        what=_word(LICENSE),
        place=F("order"),
        a=F("name"),
        b=Concat("anchor", _word(BETWEEN), "page_anchor", output_field=TextField()),
        c=F("abstract_html"),
        d=Coalesce(_text_in_force(), Value(""), output_field=TextField()),
    ).values_list(*COLUMNS)


def _text_in_force() -> Subquery:
    texts = LicenseText.objects.filter(license=OuterRef("pk")).exclude(change=LicenseText.Change.WAITING)
    return Subquery(texts.order_by("-number").values("html")[:1])


def _licenses_with_dataset(doi: str) -> list[License]:
    rows = License.objects.filter(dataset__doi=doi, retired_at=None).select_related("dataset").order_by("order")
    return list(rows.annotate(html_in_force=Coalesce(_text_in_force(), Value(""), output_field=TextField())))


def sections(licenses: list[License]) -> list[LicenseSection]:
    """The licences with ids of which none stands twice on the page, whatever the pages name."""
    taken: set[str] = set()
    sections = []
    for number, license in enumerate(licenses, start=1):
        anchor = license.anchor if license.anchor and license.anchor not in taken else f"license-{number}"
        taken.add(anchor)
        sections.append((license, anchor))
    result = []
    for license, anchor in sections:
        other = "" if license.page_anchor in taken else license.page_anchor
        taken.add(other)
        result.append(LicenseSection(license, getattr(license, "html_in_force", ""), anchor, other))
    return result


def _word(text: str) -> Value:
    return Value(text, output_field=CharField())


def _short_lists(dataset: Dataset, *others: TextRows) -> list[tuple[str, int, str, str, str, str]]:
    """People, works, images and others in one query: what it is, its place, and four texts."""
    contributors = Contributor.objects.filter(dataset=dataset).order_by()
    providers = DatasetProvider.objects.filter(dataset=dataset, retired_at=None).order_by()
    citations = Citation.objects.filter(dataset=dataset).order_by()
    images = SampleImage.objects.filter(dataset=dataset).order_by()
    rows = contributors.annotate(
        what=F("role"), place=F("order"), a=F("name"), b=F("kind"), c=F("identifier"), d=F("url")
    ).values_list(*COLUMNS)
    more = (
        providers.annotate(
            what=_word(PROVIDER),
            place=F("order"),
            a=F("name"),
            b=F("provider__kind"),
            c=F("provider__identifier"),
            d=_word(""),
        ).values_list(*COLUMNS),
        citations.annotate(
            what=_word(CITATION), place=F("order"), a=F("text"), b=F("identifier"), c=_word(""), d=_word("")
        ).values_list(*COLUMNS),
        images.annotate(
            what=_word(IMAGE), place=F("order"), a=F("title"), b=F("url"), c=F("thumbnail_url"), d=_word("")
        ).values_list(*COLUMNS),
    )
    return list(rows.union(*more, *others, all=True))


def _add(landing: Landing, kind: str, texts: list[str]) -> None:
    first, second, third, fourth = texts
    if kind == CITATION:
        landing.works.append(Work(first, second))
    elif kind == IMAGE:
        landing.pictures.append(Picture(first, second, third))
    else:
        parties = {
            PROVIDER: landing.providers,
            Contributor.Role.AUTHOR.value: landing.authors,
            Contributor.Role.COPYRIGHT_HOLDER.value: landing.holders,
        }[kind]
        party = Party(first, second, third, fourth)
        if party not in parties:  # pages name a holder twice when two of its people are named
            parties.append(party)
