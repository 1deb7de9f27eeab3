"""The licences of a page: front matter and body brought together, and how each is asked for.

Front matter and headings disagree on some pages. A licence takes the section of its own name, else the unclaimed
one that is most like it; each disagreement is a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext_noop

from datasets.register.findings import Findings
from datasets.register.frontmatter import Source
from datasets.register.liquid import Include
from datasets.register.page import LicenseEntry
from datasets.register.sections import LICENSE_WORDS, Body, Section
from datasets.register.values import as_url, fold

BLURB = "access-request-blurb.md"
REQUIREMENTS = "data-access-requirements.md"
REMS = "rems-link.md"
PARAMETERS = {BLURB: {"coauthorship", "email_template", "agreement_template_url"}, REQUIREMENTS: set(), REMS: set()}
RESEARCH = "research"
EDUCATION = "research-or-education"
MEMBER = "aida-member"
TEMPLATES = {f"access-request-email-{form}.md": form for form in (RESEARCH, EDUCATION)}
MEANS_NO = frozenset({"no", "false", "n", "none", "off", "0", ""})
FRAGMENT = re.compile(r"[\w:.-]{1,300}")
LICENSE_WORD = re.compile(r"\b(licen[cs]es?|terms)\b")
COAUTHORSHIP = re.compile(r"\bco ?author(ship)?s?\b")


@dataclass(frozen=True)
class ReadLicense:
    """One way to use the dataset, as the page states it.

    `form` is the built-in form that the page asks for: research, research-or-education or aida-member; empty where
    there is no way to ask. `anchor` is its heading's, `page_anchor` the one of its id where that is another one.
    """

    name: str
    identifier: str = ""
    abstract: str = ""
    section: Section | None = None
    anchor: str = ""
    page_anchor: str = ""
    form: str = ""
    coauthorship: bool = False
    blurb: dict[str, Any] = field(default_factory=dict)


def read_licenses(entries: list[LicenseEntry], body: Body, place: Place, findings: Findings) -> list[ReadLicense]:
    """The page's licences in the order of the front matter, then those that only the body has.

    Args:
        entries: the licences of the front matter.
        body: the body's sections.
        place: tells the line of an entry.
        findings: takes what disagrees.
    """
    named = _named_once(entries, place, findings)
    chosen = _sections_of(named, list(body.licenses))
    claimed = {id(section) for section in chosen.values()}
    result: list[ReadLicense] = []
    for entry in named:
        section = chosen.get(entry.name)
        _compare(entry, section, body, place, findings)
        result.append(_license(entry, section, body, result, findings))
    for section in body.licenses:
        line = body.lines.get(fold(section.heading))
        if id(section) in claimed:
            continue
        if LICENSE_WORDS.search(fold(section.heading)):
            findings.add("section-without-licence", line, name=section.heading)
            result.append(_license(LicenseEntry(name=section.heading), section, body, result, findings))
    for include in body.includes:
        _check_include(include, findings)
    _check_coauthorship(result, body, findings)
    return result


class Place:
    """The page that the licences stand on: its DOI, and where its front matter names them."""

    def __init__(self, doi: str, source: Source) -> None:
        self.doi, self._source = doi, source

    def of(self, entry: LicenseEntry) -> int | None:
        """The line of an entry."""
        return self._source.line("datacite", "license", *entry.place)


def _named_once(entries: list[LicenseEntry], place: Place, findings: Findings) -> list[LicenseEntry]:
    named: dict[str, LicenseEntry] = {}
    for entry in entries:
        if entry.name and fold(entry.name) in named:
            findings.add("licence-twice", place.of(entry), name=entry.name)
        elif entry.name:
            named[fold(entry.name)] = entry
    return list(named.values())


def core(name: str) -> str:
    """What is left of a licence's name without the word licence: `AIDA BY license` is `aida by`."""
    return " ".join(LICENSE_WORD.sub(" ", fold(name)).split()) or fold(name)


def _sections_of(entries: list[LicenseEntry], free: list[Section]) -> dict[str, Section]:
    """The section of each licence, by its name."""
    chosen: dict[str, Section] = {}
    for alike in (_same_name, _same_core, _same_fragment):
        for entry in entries:
            match = next((s for s in free if alike(entry, s)), None) if entry.name not in chosen else None
            if match:
                chosen[entry.name] = match
                free.remove(match)
    for entry in entries:
        if entry.name in chosen:
            continue
        near = [s for s in free if set(core(s.heading).split()) & set(core(entry.name).split())]
        if near:
            best = max(near, key=lambda s: SequenceMatcher(None, core(entry.name), core(s.heading)).ratio())
            chosen[entry.name] = best
            free.remove(best)
    return chosen


def _same_name(entry: LicenseEntry, section: Section) -> bool:
    return fold(entry.name) == fold(section.heading)


def _same_core(entry: LicenseEntry, section: Section) -> bool:
    return core(entry.name) == core(section.heading)


def _same_fragment(entry: LicenseEntry, section: Section) -> bool:
    return bool(LICENSE_WORDS.search(fold(section.heading))) and entry.fragment == section.anchor


def _compare(entry: LicenseEntry, section: Section | None, body: Body, place: Place, findings: Findings) -> None:
    line = place.of(entry)
    address = entry.id.partition("#")[0].rstrip("/").removesuffix(".html").lower()
    if address and not address.endswith(f"/{place.doi}"):
        findings.add("licence-id-elsewhere", line, name=entry.name, id=entry.id)
    if section is None:
        findings.add("licence-without-section", line, name=entry.name)
        return
    if entry.fragment and entry.fragment not in body.anchors:
        findings.add("licence-id-anchor", line, name=entry.name, anchor=entry.fragment, heading=section.anchor)
    if core(entry.name) != core(section.heading):
        findings.add("licence-name-differs", line, name=entry.name, heading=section.heading)


def _license(
    entry: LicenseEntry, section: Section | None, body: Body, before: list[ReadLicense], findings: Findings
) -> ReadLicense:
    anchor = section.anchor if section else ""
    taken = body.anchors | {license.page_anchor for license in before}
    own = entry.fragment if FRAGMENT.fullmatch(entry.fragment) and entry.fragment not in taken else ""
    includes = section.all_includes if section else ()
    blurb = next((include for include in includes if include.name == BLURB), None)
    form, coauthorship = _way(entry.name, includes, blurb, findings)
    read = ReadLicense(
        name=entry.name[:300],
        identifier=entry.id[:1000],
        abstract=entry.abstract,
        section=section,
        anchor=anchor[:300],
        page_anchor=own,
        form=form if section else "",
        coauthorship=coauthorship,
        blurb={key: value for key, value in blurb.parameters.items() if key in PARAMETERS[BLURB]} if blurb else {},
    )
    _check_abstract(read, body, findings)
    return read


def _way(name: str, includes: tuple[Include, ...], blurb: Include | None, findings: Findings) -> tuple[str, bool]:
    """The form by which a licence is asked for, and whether co-authorship is asked in return."""
    names = {include.name for include in includes}
    if core(name).startswith("aida"):
        return MEMBER, False
    if blurb:
        return _template(blurb, findings), _coauthorship(blurb, findings)
    if REMS in names and REQUIREMENTS not in names:
        return EDUCATION, False
    return (RESEARCH if names & set(PARAMETERS) or core(name) == "controlled access" else ""), False


def _template(blurb: Include, findings: Findings) -> str:
    template = blurb.parameters.get("email_template")
    if template is None or template is False:
        return RESEARCH
    form = TEMPLATES.get(str(template).strip())
    if form is None:
        findings.add("unknown-template", blurb.line, name=template)
    return form or (EDUCATION if "education" in str(template) else RESEARCH)


def _coauthorship(blurb: Include, findings: Findings) -> bool:
    """As Liquid takes it, where any text is true; but a text that means no is taken for no."""
    value = blurb.parameters.get("coauthorship")
    if isinstance(value, str) and value.strip().casefold() in MEANS_NO:
        findings.add("coauthorship-no", blurb.line, value=f'"{value}"')
        return False
    return value is not None and value is not False


def _check_include(include: Include, findings: Findings) -> None:
    if include.name not in PARAMETERS:
        findings.add("unknown-include", include.line, name=include.name)
        return
    for parameter in include.parameters:
        if parameter not in PARAMETERS[include.name]:
            findings.add("unknown-parameter", include.line, name=include.name, parameter=parameter)
    url = include.parameters.get("agreement_template_url")
    if url and not as_url(str(url)):
        findings.add("agreement-url", include.line, url=url)


def _check_abstract(license: ReadLicense, body: Body, findings: Findings) -> None:
    """Whether the abstract promises what the way to ask does not give, or the other way round."""
    if not license.form or not license.abstract or license.form == MEMBER:
        return
    line = body.lines.get(fold(license.section.heading)) if license.section else None
    words = fold(license.abstract)
    education = "education" in words
    if education != (license.form == EDUCATION):
        how = gettext_noop("only the abstract names it") if education else gettext_noop("only the way to ask names it")
        findings.add("abstract-education", line, name=license.name, how=how)


def _check_coauthorship(licenses: list[ReadLicense], body: Body, findings: Findings) -> None:
    """Whether the abstracts and the blurb agree on co-authorship."""
    blurb = next((include for include in body.includes if include.name == BLURB), None)
    if blurb is None:
        return
    asked = any(license.coauthorship for license in licenses)
    naming = next((license.name for license in licenses if COAUTHORSHIP.search(fold(license.abstract))), None)
    if asked != (naming is not None):
        how = gettext_noop("only the way to ask names it") if asked else gettext_noop("only the abstract names it")
        findings.add("abstract-coauthorship", blurb.line, name=naming or licenses[0].name, how=how)
