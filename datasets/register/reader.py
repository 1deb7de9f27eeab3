"""One page, read: from bytes to everything that the importer writes. Touches neither files nor database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from datasets.register.checks import check
from datasets.register.files import own_path
from datasets.register.findings import Finding, Findings, Refusal
from datasets.register.frontmatter import Source, read_source
from datasets.register.licenses import Place, ReadLicense, read_licenses
from datasets.register.markdown import MarkdownFailure, markdown
from datasets.register.page import Page
from datasets.register.sections import Body, read_body


class Register(NamedTuple):
    """What all pages of a register share: the prefix of its DOIs, and its website's address."""

    prefix: str
    site: str


@dataclass(frozen=True)
class ReadPage:
    """A page that can be imported."""

    doi: str
    page: Page
    source: Source
    body: Body
    licenses: tuple[ReadLicense, ...]
    description_html: str
    annotation_html: str
    abstracts: tuple[str, ...]
    findings: tuple[Finding, ...]


def read(data: bytes, path: str, register: Register) -> ReadPage:
    """Read one page.

    Args:
        data: the file's bytes.
        path: the file's path, for comparing it with the DOI.
        register: to which register it belongs.

    Raises:
        Refusal: the page cannot be imported; nothing else is ever raised, whatever the bytes.
    """
    findings = Findings()
    source = read_source(data)
    page = Page.model_validate(source.front)
    doi = own_doi(page, source, register.prefix)
    address = f"/{doi}"
    file = own_path(path, register.prefix)
    place = {"url": address, "path": file, "name": file.rpartition("/")[2]}
    variables = {"page": source.front | place, "site": {"url": register.site, "baseurl": ""}}
    body = read_body(source.body, source.body_line, variables, register.site, findings)
    found = tuple(read_licenses(page.datacite.license, body, Place(doi, source), findings))
    check(page, source, path, register.prefix, body, findings)
    show = _Shower(address, register.site, source, findings)
    return ReadPage(
        doi=doi,
        page=page,
        source=source,
        body=body,
        licenses=found,
        description_html=show.html(page.datacite.description, "datacite", "description"),
        annotation_html=show.html(page.other.annotation, "other", "annotation"),
        abstracts=tuple(show.html(license.abstract, "datacite", "license") for license in found),
        findings=tuple(findings),
    )


def own_doi(page: Page, source: Source, prefix: str) -> str:
    """The page's DOI.

    Raises:
        Refusal: there is none, or it is not of this register.
    """
    line = source.line("datacite", "@id") or source.line("datacite") or 1
    doi = page.doi
    if doi is None:
        raise Refusal("no-doi", line, prefix=prefix)
    if not doi.startswith(f"{prefix}/"):
        raise Refusal("foreign-doi", line, doi=doi, prefix=prefix)
    return doi


class _Shower:
    """Makes HTML of the front matter's texts; what cannot be read is left out with a finding."""

    def __init__(self, address: str, site: str, source: Source, findings: Findings) -> None:
        self.address, self.site, self.source, self.findings = address, site, source, findings

    def html(self, text: str, *place: str) -> str:
        """A text of the front matter as HTML."""
        try:
            return markdown(text, self.address, self.site)
        except MarkdownFailure as failure:
            line = self.source.line(*place)
            self.findings.add("body-not-rendered", line, heading=place[-1], reason=failure.reason)
            return ""
