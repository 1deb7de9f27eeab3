"""What is worth a warning in a page's facts and people. Each check adds findings and changes nothing."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop
from django_countries.data import COUNTRIES

from datasets.register import values
from datasets.register.findings import Findings
from datasets.register.frontmatter import Place, Source
from datasets.register.page import Page, Party
from datasets.register.sections import Body

PEOPLE = ("author", "copyrightHolder", "provider")
TEXTS = (
    ("datacite", "name"), ("datacite", "about"), ("datacite", "url"), ("datacite", "version"),
    ("other", "shortName"), ("other", "origin"), ("other", "status"), ("other", "image"),
)  # fmt: skip
DAYS = ("dateCreated", "datePublished", "dateModified")
NUMBERS = (
    ("datacite", "copyrightYear"), ("other", "bytes"), ("other", "numberOfScans"), ("other", "numberOfAnnotations"),
)  # fmt: skip
ODD_HOLDER = re.compile(
    r"\b(licen[cs]e|controlled access|overview|example images?|figure \d+|permission|shows|showing|annotated)\b"
    r"|https?:|@",
    re.IGNORECASE,
)
TERMS = re.compile(
    r"\b(must|permission to|is hereby|be granted|licen[cs]ed?|(?<!in )terms (of|and)|cite|citing|attribution|"
    r"acknowledge (us|the|this|our)|not allowed|prohibited|include the following references?|appreciate)\b",
    re.IGNORECASE,
)
RAW_LINK = re.compile(
    r"""<(?:a|img)\b[^>]{0,500}?\b(?:href|src)\s*=\s*(?:["']([^"'{}]{1,500})["']|([^\s"'<>{}=]{1,500}))""",
    re.IGNORECASE,
)
WHOLE_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|/|#", re.IGNORECASE)


def check(page: Page, source: Source, path: str, prefix: str, body: Body, findings: Findings) -> None:
    """Note everything that is odd.

    Args:
        page, source: the validated front matter and the page's own words.
        path: the file's path; where it names the DOI prefix, it is compared with the DOI.
        body: for its sections and its raw links.
    """
    noter = _Noter(page, source, findings)
    noter.shapes()
    noter.identity(path, prefix)
    noter.days_and_numbers()
    noter.people()
    noter.holders()
    noter.providers()
    noter.works_and_links()
    noter.other_facts()
    for section in body.after:
        if TERMS.search(f"{section.heading} {section.whole_text}"):
            findings.add("terms-after-licences", body.lines.get(values.fold(section.heading)), heading=section.heading)


class _Noter:
    """Looks at one page."""

    def __init__(self, page: Page, source: Source, findings: Findings) -> None:
        self.page, self.source, self.findings = page, source, findings
        self.datacite, self.other = page.datacite, page.other

    def raw(self, *place: str | int) -> Any:
        """The page's own value; None where there is none."""
        value: Any = self.source.front
        for key in place:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def note(self, code: str, place: Place, **detail: object) -> None:
        """Add a finding about a value."""
        self.findings.add(code, self.source.line(*place), **detail)

    def shapes(self) -> None:
        """Values of a kind that nothing can be made of."""
        for part in ("datacite", "other"):
            if not isinstance(self.raw(part), (dict, type(None))):
                self.note("wrong-shape", (part,), where=part, wanted=gettext_noop("a list of keys and values"))
        for place in TEXTS:
            if isinstance(self.raw(*place), (dict, list)):
                self.note("wrong-shape", place, where=place[1], wanted=gettext_noop("a text"))
        if not self.datacite.name:
            self.note("no-name", ("datacite", "name"))

    def identity(self, path: str, prefix: str) -> None:
        """DOI, url and the file's place."""
        doi = self.page.doi or ""
        url_path = _path_of(self.datacite.url)
        if self.datacite.url and url_path != doi:
            self.note("url-disagrees", ("datacite", "url"), url=self.datacite.url, doi=doi)
        _before, found, place = f"/{path}".rpartition(f"/{prefix}/")
        if found and f"{prefix}/{place}".removesuffix(".md").lower() != doi:
            self.note("path-disagrees", ("datacite", "@id"), path=f"{prefix}/{place}", doi=doi)

    def days_and_numbers(self) -> None:
        """Days that are none or contradict each other, numbers with words."""
        days = (self.datacite.created, self.datacite.published, self.datacite.modified)
        for key, day in zip(DAYS, days, strict=True):
            if self.raw("datacite", key) not in (None, "") and day is None:
                self.note("impossible-date", ("datacite", key), where=key, value=self.raw("datacite", key))
        for first, second in ((0, 1), (1, 2), (0, 2)):
            earlier, later = days[first], days[second]
            if earlier and later and later < earlier and not (second - first == 2 and days[1]):
                self.note("dates-contradict", ("datacite", DAYS[second]), later=DAYS[second], earlier=DAYS[first])
        numbers = (self.datacite.copyright_year, self.other.bytes, self.other.scans, self.other.annotations)
        for place, number in zip(NUMBERS, numbers, strict=True):
            if self.raw(*place) not in (None, "") and number is None:
                self.note("number-with-words", place, where=place[1], value=self.raw(*place))
        year, published = self.datacite.copyright_year, self.datacite.published
        if year and published and year != published.year:
            self.note("copyright-year", ("datacite", "copyrightYear"), year=year, published=published.year)

    def parties(self) -> list[tuple[Place, Party]]:
        """Everybody the page names, with their places."""
        lists = (self.datacite.author, self.datacite.copyright_holder, self.datacite.provider)
        return [(("datacite", key, *p.place), p) for key, ps in zip(PEOPLE, lists, strict=True) for p in ps]

    def people(self) -> None:
        """ORCIDs, odd white space, addresses that are none."""
        names: dict[str, str] = {}
        for place, party in self.parties():
            for key in ("name", "email", "@id"):
                value = self.raw(*place, key)
                if isinstance(value, str) and not values.is_tidy(value):
                    self.note("untidy-text", (*place, key), where=f"{place[1]}: {key}", value=repr(value))
            if values.means_orcid(party.address) and not party.orcid:
                self.note("orcid-wrong", (*place, "@id"), orcid=party.address, name=party.name)
            elif party.address and not party.identifier:
                self.note("url-odd", (*place, "@id"), where=f"{place[1]}: @id", value=party.address)
            if party.url and not party.web_page:
                self.note("url-odd", (*place, "url"), where=f"{place[1]}: url", value=party.url)
            first = names.setdefault(party.orcid, party.name)
            if party.orcid and not one_person(first, party.name):
                self.note("orcid-two-names", (*place, "@id"), orcid=party.orcid, name=first, other=party.name)

    def holders(self) -> None:
        """Copyright holders that stand twice or are none."""
        seen: set[str] = set()
        for holder in self.datacite.copyright_holder:
            place = ("datacite", "copyrightHolder", *holder.place)
            if holder.name and values.fold(holder.name) in seen:
                self.note("holder-twice", place, name=holder.name)
            seen.add(values.fold(holder.name))
            if ODD_HOLDER.search(holder.name) or len(holder.name) > 150:
                self.note("holder-odd", place, name=holder.name)

    def providers(self) -> None:
        """Providers that mail does not reach, or that share an address."""
        known: dict[str, str] = {}
        for provider in self.datacite.provider:
            place = ("datacite", "provider", *provider.place)
            email = provider.valid_email
            if not provider.email:
                self.note("provider-without-email", place, name=provider.name)
            elif not email:
                self.note("provider-bad-email", (*place, "email"), name=provider.name, email=provider.email)
            if email in known:
                self.note("provider-email-twice", (*place, "email"), name=known[email], other=provider.name)
            elif email:
                known[email] = provider.name

    def works_and_links(self) -> None:
        """Citations without a web address, raw links that only work on one page."""
        for work in self.datacite.citation:
            if work.address and not work.link:
                place = ("datacite", "citation", *work.place, "@id")
                self.note("url-odd", place, where="citation: @id", value=work.address)
        body = self.source.body
        texts = [
            (("datacite", "description"), self.datacite.description),
            (("other", "annotation"), self.other.annotation),
        ]
        for place, text in texts:
            for _start, address in _relative_links(text):
                self.note("relative-link", place, where=place[1], url=address)
        for start, address in _relative_links(body):
            line = body.count("\n", 0, start) + self.source.body_line
            self.findings.add("relative-link", line, where="the body", url=address)

    def other_facts(self) -> None:
        """Countries, SNOMED CT ids, images."""
        shared = self.raw("other", "countries-shared")
        for number, value in enumerate(shared if isinstance(shared, list) else [shared]):
            if value not in (None, "") and str(value).strip() not in COUNTRIES:
                self.note("unknown-country", ("other", "countries-shared", number), value=value)
        for organ in self.other.organ:
            if organ.sctid and not values.sctid_is_right(organ.sctid):
                self.note("sctid-wrong", ("other", "organ", *organ.place, "sctid"), value=organ.sctid, name=organ.name)
        for image in self.other.images:
            place = ("other", "exampleImage", *image.place)
            if not image.url:
                self.note("image-without-file", place, title=image.title or image.thumbnail)
            elif not image.title:
                self.note("image-without-title", place, url=image.url)


def _relative_links(text: str) -> list[tuple[int, str]]:
    """Where raw HTML links to what only works on one page, and the addresses."""
    found = ((match.start(), (match[1] or match[2]).strip()) for match in RAW_LINK.finditer(text))
    return [(place, address) for place, address in found if address and not WHOLE_ADDRESS.match(address)]


def _path_of(url: str) -> str:
    """The path of a web address as a DOI would be written; the address itself where it is none."""
    try:
        return urlsplit(url).path.strip("/").removesuffix(".html").lower()
    except ValueError:
        return url


def one_person(first: str, second: str) -> bool:
    """Whether two names may be one person's: the same words in any order, perhaps fewer."""
    one, other = set(values.fold(first).split()), set(values.fold(second).split())
    return one <= other or other <= one
