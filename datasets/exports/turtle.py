"""Turtle (https://www.w3.org/TR/turtle/), laid out for readers; RDF's escapes are those of rdflib.

rdflib's own serializer of a whole catalogue sorts and indexes for seconds. Here every node is written as it comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from rdflib import Literal, URIRef

from datasets.exports import plain

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
HEAD = "".join(f"@prefix {prefix}: <{address}> .\n" for prefix, address in PREFIXES.items())


@lru_cache(maxsize=4096)
def iri(address: str) -> str:
    """An address as Turtle writes it; what no IRI may hold is percent-encoded."""
    return URIRef(plain.iri(address)).n3()


@lru_cache(maxsize=2048)
def text(words: str, language: str = "en") -> str:
    """Words in a language."""
    return Literal(words, lang=language or None).n3()


def typed(value: object, kind: str) -> str:
    """A value of one of XML Schema's types, such as `date`."""
    return f'"{value}"^^xsd:{kind}'


def day(iso: str) -> str:
    """A day, a month or a year, each with its own type."""
    return typed(iso, {4: "gYear", 7: "gYearMonth"}.get(len(iso), "date"))


@dataclass
class Node:
    """A subject and what is said about it, in order: names with a prefix, and terms as Turtle writes them."""

    subject: str
    kind: str
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, *terms: str) -> Node:
        """Say something; the same is said only once, and nothing for no terms."""
        self.pairs += [pair for term in dict.fromkeys(terms) if (pair := (name, term)) not in self.pairs]
        return self

    def __str__(self) -> str:
        groups = groupby(self.pairs, key=itemgetter(0))
        lines = (f"    {name} {', '.join(term for _name, term in pairs)}" for name, pairs in groups)
        return " ;\n".join([f"{self.subject} a {self.kind}", *lines]) + " .\n"


def document(nodes: Iterable[Node]) -> str:
    """A whole document."""
    return "\n".join([HEAD, *(str(node) for node in nodes)])
