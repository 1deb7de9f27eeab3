"""The formats in which a dataset can be read by machines: one row each. Addresses, negotiation and links follow it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from datasets.exports import apa, bibtex, kernel4, ris, schemaorg, signposting
from datasets.exports.format import CITES, LINKS, Format
from datasets.exports.record import Record


def _schema(record: Record) -> str:
    return schemaorg.as_script(schemaorg.described(record))


def _turtle(record: Record) -> str:
    from datasets.exports.dcat import turtle  # rdflib is loaded by the first who asks for it

    return turtle(record)


def _linkset(record: Record) -> str:
    return signposting.linkset(record.dataset, FORMATS)


FORMATS: tuple[Format, ...] = (
    Format(
        "metadata.jsonld",
        _("schema.org (JSON-LD)"),
        ("application/ld+json", "application/vnd.schemaorg.ld+json", "application/json"),
        _schema,
        profile="https://schema.org/",
    ),
    Format(
        "metadata.datacite.json",
        _("DataCite (JSON)"),
        ("application/vnd.datacite.datacite+json",),
        kernel4.as_json,
        profile=kernel4.NAMESPACE,
    ),
    Format(
        "metadata.datacite.xml",
        _("DataCite (XML)"),
        ("application/vnd.datacite.datacite+xml", "application/xml", "text/xml"),
        kernel4.as_xml,
        profile=kernel4.NAMESPACE,
    ),
    Format(
        "metadata.ttl",
        _("DCAT-AP (Turtle)"),
        ("text/turtle", "application/x-turtle"),
        _turtle,
        profile="http://www.w3.org/ns/dcat#",
    ),
    Format("citation.bib", _("BibTeX"), ("application/x-bibtex", "text/x-bibtex"), bibtex.bibtex, CITES),
    Format("citation.ris", _("RIS"), ("application/x-research-info-systems",), ris.ris, CITES),
    Format("citation.txt", _("APA"), ("text/x-bibliography",), apa.bibliography, CITES),
    Format("linkset.json", _("Links (linkset)"), ("application/linkset+json",), _linkset, LINKS),
)
BY_NAME = {format_.name: format_ for format_ in FORMATS}
