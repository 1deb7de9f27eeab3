"""Everything that a landing page shows: the dataset's row, and all that belongs to it with one query more.

The landing page is asked for more often than all others, and an import makes each in every language, so that query is
written out: Django needs longer to put it together than a database to answer it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection

from datasets.models import Contributor, Dataset, License, LicenseText

PROVIDER, CITATION, IMAGE, LICENSE = "provider", "citation", "image", "license"
BETWEEN = "\n"  # no id holds one
# What it is, its place, and four texts.
PARTS = """
    SELECT role, "order" AS place, name, kind, identifier, url FROM datasets_contributor WHERE dataset_id = %(key)s
    UNION ALL
    SELECT 'provider', datasets_datasetprovider."order", datasets_datasetprovider.name, kind, identifier, ''
    FROM datasets_datasetprovider JOIN datasets_provider ON datasets_provider.id = provider_id
    WHERE dataset_id = %(key)s AND retired_at IS NULL
    UNION ALL
    SELECT 'citation', "order", text, identifier, '', '' FROM datasets_citation WHERE dataset_id = %(key)s
    UNION ALL
    SELECT 'image', "order", title, url, thumbnail_url, '' FROM datasets_sampleimage WHERE dataset_id = %(key)s
    UNION ALL
    SELECT 'license', "order", name, anchor || %(between)s || page_anchor, abstract_html, COALESCE((
        SELECT html FROM datasets_licensetext
        WHERE license_id = datasets_license.id AND change <> %(waiting)s ORDER BY number DESC LIMIT 1
    ), '') FROM datasets_license WHERE dataset_id = %(key)s AND retired_at IS NULL
"""


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
    dataset = Dataset.objects.filter(doi=doi).first()
    return landing_of(dataset) if dataset else None


def landing_of(dataset: Dataset) -> Landing:
    """The parts of a dataset that has been read, in one query.

    Of a licence only what the page shows is known, not its key.
    """
    parameters: dict[str, int | str] = {
        "key": dataset.pk,
        "between": BETWEEN,
        "waiting": LicenseText.Change.WAITING.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(PARTS, parameters)
        rows = sorted(cursor.fetchall(), key=lambda row: row[1])
    licenses = [_license(dataset, texts) for kind, _place, *texts in rows if kind == LICENSE]
    landing = Landing(dataset, sections(licenses))
    for kind, _place, *texts in rows:
        if kind != LICENSE:
            _add(landing, kind, texts)
    return landing


def _license(dataset: Dataset, texts: list[str]) -> License:
    name, anchors, abstract, html = texts
    anchor, _mark, page_anchor = anchors.partition(BETWEEN)
    license = License(dataset=dataset, name=name, anchor=anchor, page_anchor=page_anchor, abstract_html=abstract)
    license.html_in_force = html  # type: ignore[attr-defined]  # for `sections`
    return license


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
