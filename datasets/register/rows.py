"""A read page to rows: the dataset, its licences and their texts, contributors, citations, images."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.db import models
from django.utils import timezone
from django_countries.data import COUNTRIES

from datasets.models import Citation, Contributor, Dataset, License, LicenseText, Provider, SampleImage
from datasets.register.findings import Findings
from datasets.register.licenses import ReadLicense
from datasets.register.markdown import text_of
from datasets.register.page import Image, Party
from datasets.register.reader import ReadPage
from datasets.register.values import fold

HREF = re.compile(r'href="([^"]*)"')
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
Change = LicenseText.Change


def fitting(model: type[models.Model], **columns: Any) -> dict[str, Any]:
    """The columns with texts cut to what the model's columns hold."""
    for name, value in columns.items():
        limit = getattr(model._meta.get_field(name), "max_length", None)  # noqa: SLF001 - Django's documented name
        if isinstance(value, str) and limit:
            columns[name] = value[:limit]
    return columns


def write_dataset(read: ReadPage, place: str, source_hash: str, existing: Dataset | None) -> Dataset:
    """The dataset's own row, saved with the page's findings; those that other rows give are added by the caller."""
    columns = fitting(
        Dataset,
        **_facts(read),
        path=place,
        description_html=read.description_html,
        annotation_html=read.annotation_html,
        body_html=read.body.html,
        front_matter=read.source.front,
        findings=[finding.as_dict() for finding in read.findings],
        source_hash=source_hash,
        retired_at=None,
    )
    dataset = existing or Dataset(doi=read.doi)
    for name, value in columns.items():
        setattr(dataset, name, value)
    dataset.save()
    return dataset


def _facts(read: ReadPage) -> dict[str, Any]:
    """The columns that hold a fact of the front matter."""
    page, datacite, other = read.page, read.page.datacite, read.page.other
    return {
        "name": datacite.name or read.doi,
        "short_name": other.short_name,
        "field": datacite.about,
        "origin": other.origin,
        "status": other.status,
        "version": datacite.version,
        "keywords": datacite.keywords,
        "modality": other.modality,
        "organ": [{"name": organ.name, "sctid": organ.sctid or None} for organ in other.organ if organ.name],
        "bytes": other.bytes,
        "number_of_scans": other.scans,
        "number_of_annotations": other.annotations,
        "date_created": datacite.created,
        "date_published": datacite.published,
        "date_modified": datacite.modified,
        "hidden": page.hidden,
        "synthetic": page.synthetic,
        "scapis": page.scapis,
        "image": thumbnail(other.image, other.images),
        "countries": [code for code in dict.fromkeys(other.countries) if code in COUNTRIES],
    }


def safe_image(address: str) -> str:
    """The address of an image as written: a path on the register's site, or a web address; else nothing."""
    scheme = SCHEME.match(address)
    return address if not scheme or scheme[0].lower() in {"http:", "https:"} else ""


def thumbnail(image: str, images: list[Image]) -> str:
    """The dataset's thumbnail: its own image, else the first example's thumbnail, else that example."""
    candidates = [image, *(address for first in images[:1] for address in (first.thumbnail, first.url))]
    return next((address for address in candidates if address and safe_image(address)), "")


def write_lists(dataset: Dataset, read: ReadPage, *, new: bool) -> None:
    """Contributors, citations and example images: whatever was there is replaced."""
    datacite = read.page.datacite
    roles = ((Contributor.Role.AUTHOR, datacite.author), (Contributor.Role.COPYRIGHT_HOLDER, datacite.copyright_holder))
    people = [_contributor(dataset, role, n, party) for role, ps in roles for n, party in enumerate(_named(ps))]
    works = [work for work in datacite.citation if work.words or work.link]
    citations = [
        Citation(dataset=dataset, order=n, **fitting(Citation, text=work.words, identifier=work.link))
        for n, work in enumerate(works)
    ]
    images = [
        SampleImage(
            dataset=dataset,
            order=n,
            **fitting(SampleImage, title=i.title, url=i.url, thumbnail_url=safe_image(i.thumbnail)),
        )
        for n, i in enumerate(image for image in read.page.other.images if safe_image(image.url))
    ]
    if not new:
        for before in (dataset.contributors, dataset.citations, dataset.sample_images):
            before.all().delete()
    Contributor.objects.bulk_create(people)
    Citation.objects.bulk_create(citations)
    SampleImage.objects.bulk_create(images)


def _named(parties: list[Party]) -> list[Party]:
    return [party for party in parties if party.name]


def _contributor(dataset: Dataset, role: str, order: int, party: Party) -> Contributor:
    kind = Provider.Kind.PERSON if party.is_person else Provider.Kind.ORGANIZATION
    columns = fitting(Contributor, name=party.name, identifier=party.identifier, url=party.web_page)
    return Contributor(dataset=dataset, role=role, order=order, kind=kind, **columns)


def write_licenses(dataset: Dataset, read: ReadPage, findings: Findings, *, new: bool) -> None:
    """Licences by name, and their texts: one that is new to a known licence waits for hub staff."""
    before = {} if new else {fold(row.name): row for row in dataset.licenses.prefetch_related("texts")}
    pairs = [
        (_license_row(dataset, before.pop(fold(license.name), None), license, abstract, order, read), license)
        for order, (license, abstract) in enumerate(zip(read.licenses, read.abstracts, strict=True))
    ]
    License.objects.bulk_create([row for row, _license in pairs if row.pk is None])
    texts = [_text(row, license, read, findings, new=new) for row, license in pairs]
    LicenseText.objects.bulk_create([text for text in texts if text is not None])
    for row in before.values():
        if row.retired_at is None:
            row.retired_at = timezone.now()
            row.save(update_fields=["retired_at"])
    dataset.license_names = [row.name for row, _license in pairs]


def _license_row(
    dataset: Dataset, row: License | None, license: ReadLicense, abstract: str, order: int, read: ReadPage
) -> License:
    columns = fitting(
        License,
        name=license.name,
        order=order,
        anchor=license.anchor,
        page_anchor=license.page_anchor,
        identifier=license.identifier,
        abstract_html=abstract,
        requestable=bool(license.form and any(party.name or party.email for party in read.page.datacite.provider)),
        form_hint=license.form,
        coauthorship=license.coauthorship,
        blurb=license.blurb,
        retired_at=None,
    )
    if row is None:
        return License(dataset=dataset, **columns)
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, columns[name])
    if changed:
        row.save(update_fields=changed)
    return row


def _text(row: License, license: ReadLicense, read: ReadPage, findings: Findings, *, new: bool) -> LicenseText | None:
    """The text to add, if the section's words are not the newest ones known."""
    section = license.section
    if section is None:
        return None
    html = section.whole_html
    known = [] if new else list(row.texts.all())
    text = text_of(html)
    sha256, line = text_hash(html, text), read.body.lines.get(fold(section.heading))
    newest = max(known, key=lambda text: text.number, default=None)
    if newest is not None and newest.sha256 == sha256:
        return None
    if any(before.sha256 == sha256 for before in known):
        findings.add("licence-text-back", line, name=row.name)
        return None
    if newest is not None:
        findings.add("licence-text-changed", line, name=row.name)
    number, change = (newest.number + 1, Change.WAITING) if newest else (1, Change.FIRST)
    return LicenseText(license=row, number=number, change=change, html=html, text=text, sha256=sha256)


def text_hash(html: str, words: str) -> str:
    """What tells two texts apart: their words and where their links lead. Mark-up alone makes no new text."""
    return hashlib.sha256("\n".join([words, *HREF.findall(html)]).encode()).hexdigest()
