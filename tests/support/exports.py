"""Reading exports with tools that this project did not write, and datasets of every kind to be exported."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree
from pyshacl import validate
from rdflib import Graph

from datasets.exports.record import Record, record_of
from datasets.landing import Landing, LicenseSection, Party, Work
from datasets.models import Dataset, License

SHAPES = Path(__file__).with_name("shapes")
KERNEL = "{http://datacite.org/schema/kernel-4}"
ORCID = "https://orcid.org/0000-0002-1825-0097"
PERSON, ORGANIZATION = "person", "organization"


def landing(**fields: Any) -> Landing:
    """A dataset that is in no database, with one author."""
    values = {"doi": "10.23698/aida/x", "name": "X", "short_name": "X-1", "date_published": date(2020, 5, 1), **fields}
    return Landing(Dataset(**values), authors=[Party("Åsa Öst Ångström", PERSON, "")])


def full(text: str = "A word", **fields: Any) -> Landing:
    """A dataset in which a text stands wherever a page's text may stand."""
    texts = dict.fromkeys(("name", "short_name", "field", "status", "version", "description_html"), text)
    lists = {"keywords": [text, "b"], "modality": [text, "CT"], "organ": [{"name": text, "sctid": text}]}
    matter = {"datacite": {"publisher": {"name": text}, "copyrightYear": text, "author": [{"name": text, "@id": text}]}}
    page = landing(**{**texts, **lists, "annotation_html": text, "front_matter": matter, **fields})
    page.authors = [Party(text, PERSON, text, text), Party(text, ORGANIZATION, ORCID, f"https://a.example/{text}")]
    page.holders = page.providers = page.authors
    page.works = [Work(text, text), Work(text, f"https://doi.org/{text}"), Work(text, f"https://a.example/{text}")]
    page.licenses = [LicenseSection(License(name=text, abstract_html=text), "", "license-1", "")]
    return page


def record(page: Landing | None = None, **fields: Any) -> Record:
    """The record of a dataset that is in no database."""
    return record_of(page or landing(**fields))


@cache
def shapes(name: str) -> Graph:
    """Shapes that were written for the tests, from what the specifications demand."""
    return Graph().parse(SHAPES / f"{name}.ttl")


def faults(graph: Graph, name: str) -> str:
    """What pyshacl has against a graph; empty when it conforms."""
    conforms, _graph, text = validate(graph, shacl_graph=shapes(name), inference="none")
    return "" if conforms else str(text)


def turtle_graph(text: str) -> Graph:
    """The graph that rdflib reads in Turtle."""
    return Graph().parse(data=text, format="turtle")


def schema_graph(data: dict[str, Any]) -> Graph:
    """The graph that rdflib reads in schema.org's JSON-LD. Its context would be fetched: the terms alone stand in."""
    context = {"@vocab": "https://schema.org/", "@base": "https://base.example/"}
    return Graph().parse(data=json.dumps({**data, "@context": context}), format="json-ld")


def xml_root(text: str) -> Any:
    """The root of an XML document, read without following anything it names."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(text.encode(), parser)


def ris_records(text: str) -> list[dict[str, list[str]]]:
    """Records as a reference manager reads them: a line with a tag, `TY` begins one, `ER` ends it."""
    records: list[dict[str, list[str]]] = []
    for line in re.split(r"\r\n|\r|\n", text):
        match = re.fullmatch(r"([A-Z][A-Z0-9])  - ?(.*)", line)
        if match and match[1] == "TY":
            records.append({})
        if match:
            records[-1].setdefault(match[1], []).append(match[2])
    return records


def bibtex_entries(text: str) -> list[tuple[str, dict[str, str]]]:
    """Entries as BibTeX reads them: keys with fields in braces, which must balance; an escaped brace is none."""
    entries = []
    position = 0
    while (start := text.find("@", position)) >= 0:
        end = _closing(text, text.index("{", start))
        key, _comma, rest = text[text.index("{", start) + 1 : end].partition(",")
        entries.append((key, _fields(rest)))
        position = end + 1
    return entries


def _fields(rest: str) -> dict[str, str]:
    found = {}
    at = 0
    while match := re.compile(r"\s*([a-z]+)\s*=\s*(?=\{)").match(rest, at):
        end = _closing(rest, match.end())
        found[match[1]] = rest[match.end() + 1 : end]
        at = end + 2
    assert rest[at:].strip() == "", rest[at:]
    return found


def _closing(text: str, opening: int) -> int:
    depth, at = 0, opening
    while True:
        if text[at] == "\\":
            at += 1
        elif text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
        if depth == 0:
            return at
        at += 1
