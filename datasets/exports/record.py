"""What every format says about a dataset, decided once: names, dates, texts, addresses, and what stands in for gaps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from datasets import addresses, formats, vocabulary
from datasets.exports.names import PersonName, take_apart
from datasets.exports.plain import iri, is_email, line, masked, private_addresses, words_of
from datasets.facts import own_words, words
from datasets.landing import Landing, LicenseSection, Party, Work
from datasets.models import Dataset, Provider
from datasets.register.values import as_doi

ORCID = re.compile(r"https?://orcid\.org/(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")
MONTH = re.compile(r"\s*((?:1[89]|20)\d\d)(?:-(0[1-9]|1[0-2])(?!\d))?(?!\d)")
SHORTEST = 50  # https://developers.google.com/search/docs/appearance/structured-data/dataset


@dataclass(frozen=True, slots=True)
class Agent:
    """A person or organisation; `identifier` and `url` are web addresses or empty."""

    name: str
    person: bool
    identifier: str = ""
    url: str = ""

    @property
    def orcid(self) -> str:
        """The sixteen characters with hyphens of the ORCID iD, or an empty text."""
        match = ORCID.fullmatch(self.identifier)
        return match[1] if match else ""

    @property
    def parts(self) -> PersonName:
        """Given and family name; an organisation is all family."""
        return take_apart(self.name) if self.person else PersonName(self.name)


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that the page refers to; `address` and `doi` may be empty."""

    text: str
    address: str
    doi: str


@dataclass(frozen=True, slots=True)
class Rights:
    """A licence, the address of its text, and what it says in short."""

    name: str
    address: str
    abstract: str


@dataclass(frozen=True, slots=True)
class Record:
    """A dataset in plain words. Texts are on one line; dates are `2023-10-18`, or `2023-10` or `2023` where a page
    knows no more; empty for unknown."""

    dataset: Dataset
    doi: str
    title: str
    short_name: str
    summary: str
    creators: tuple[Agent, ...]
    holders: tuple[Agent, ...]
    providers: tuple[Agent, ...]
    publisher: str
    version: str
    status: str
    field: str
    keywords: tuple[str, ...]
    modalities: tuple[str, ...]
    organs: tuple[tuple[str, str], ...]
    works: tuple[Reference, ...]
    rights: tuple[Rights, ...]
    created: str
    published: str
    modified: str
    copyright_year: str

    @property
    def doi_address(self) -> str:
        """Where the DOI leads, which also is the dataset's name among machines."""
        return f"https://doi.org/{self.doi}"

    @property
    def page(self) -> str:
        """The whole address of the landing page."""
        return addresses.page_address(self.doi)

    @property
    def year(self) -> str:
        """The year of publication; else that of the copyright or of the making; empty when the page names none."""
        return (self.published or self.copyright_year or self.created)[:4]

    @property
    def size(self) -> str:
        """The size in decimal units, `71.92 GB`."""
        return formats.size(self.dataset.bytes)

    @property
    def retired(self) -> date | None:
        """The day on which the dataset was retired."""
        return timezone.localdate(self.dataset.retired_at) if self.dataset.retired_at else None

    @property
    def annotation(self) -> str:
        """How the data was annotated."""
        return masked(words_of(self.dataset.annotation_html), private_addresses(self.dataset.front_matter))

    @property
    def description(self) -> str:
        """The page's description; one of less than 50 characters is completed from the facts, for Google's sake."""
        return self.summary if len(self.summary) >= SHORTEST else " ".join(filter(None, (self.summary, _told(self))))

    @property
    def conditions(self) -> str:
        """How one gets access, in a sentence or two."""
        if self.retired:
            return f"Retired on {self.retired.isoformat()}: it takes no new requests."
        said = " ".join(f"{one.name}: {one.abstract}" if one.abstract else one.name for one in self.rights)
        return said or f"Access is controlled, see {self.page}."


def record_of(landing: Landing) -> Record:
    """The record of a dataset; whoever reads one wants English numbers, see `serve`."""
    dataset = landing.dataset
    private = private_addresses(dataset.front_matter)
    plain = partial(_plain, private=private)
    return Record(
        dataset=dataset,
        doi=dataset.doi,
        title=plain(dataset.name) or dataset.doi,
        short_name=plain(dataset.short_name),
        summary=masked(words_of(dataset.description_html), private),
        creators=_agents(landing.authors),
        holders=_agents(landing.holders),
        providers=_agents(landing.providers),
        publisher=", ".join(filter(None, (plain(item.text) for item in own_words(dataset, "datacite", "publisher"))))
        or "AIDA",
        version=plain(dataset.version),
        status=plain(dataset.status),
        field=plain(dataset.field),
        keywords=_several(plain(word) for word in words(dataset.keywords)),
        modalities=_several(plain(word) for word in words(dataset.modality)),
        organs=tuple(_organ(organ, plain) for organ in dataset.organ if isinstance(organ, dict) and words(organ)),
        works=tuple(_reference(work, private) for work in landing.works),
        rights=tuple(_rights(dataset, section, private) for section in landing.licenses),
        created=_day(dataset, dataset.date_created, "dateCreated"),
        published=_day(dataset, dataset.date_published, "datePublished"),
        modified=_day(dataset, dataset.date_modified, "dateModified"),
        copyright_year=_day(dataset, None, "copyrightYear")[:4],
    )


def _plain(text: str, private: frozenset[str]) -> str:
    return masked(line(text), private)


def _several(texts: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _agents(parties: list[Party]) -> tuple[Agent, ...]:
    """The parties with a name; one that gives an e-mail address for a name stays out."""
    named = ((line(party.name), party) for party in parties)
    return tuple(
        Agent(
            name,
            party.kind != Provider.Kind.ORGANIZATION,
            iri(addresses.web_address(party.identifier)),
            iri(addresses.web_address(party.url)),
        )
        for name, party in named
        if name and not is_email(name)
    )


def _organ(organ: dict[str, Any], plain: Any) -> tuple[str, str]:
    code = str(organ.get("sctid") or "").strip()
    return plain(" ".join(words(organ))), code if vocabulary.snomed_address(code) else ""


def _reference(work: Work, private: frozenset[str]) -> Reference:
    address = iri(addresses.web_address(work.identifier))
    return Reference(_plain(work.text, private), address, as_doi(address) or "" if "doi.org/" in address else "")


def _rights(dataset: Dataset, section: LicenseSection, private: frozenset[str]) -> Rights:
    address = iri(f"{addresses.page_address(dataset.doi)}#{section.anchor}")
    return Rights(
        _plain(section.license.name, private), address, masked(words_of(section.license.abstract_html), private)
    )


def _day(dataset: Dataset, known: date | None, key: str) -> str:
    """A day; where the page's own words are no day of the calendar, the month or year with which they begin."""
    if known:
        return known.isoformat()
    written = "".join(item.text for item in own_words(dataset, "datacite", key)[:1])
    match = MONTH.match(written)
    return "-".join(filter(None, match.groups())) if match else ""


def _told(record: Record) -> str:
    """A sentence about a dataset that its page hardly describes."""
    kind = "Synthetic medical imaging data" if record.dataset.synthetic else "Medical imaging data"
    modalities = ", ".join(vocabulary.modality_name(code) or code for code in record.modalities)
    organs = ", ".join(name for name, _code in record.organs)
    about = "; ".join(filter(None, (modalities, organs)))
    found = f"{kind} ({about})" if about else kind
    return f"{record.title}. {found}, published by {record.publisher}, described by {settings.HUB_NAME}."
