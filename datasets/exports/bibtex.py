"""A dataset as an entry of BibTeX (https://www.ctan.org/pkg/bibtex describes the entry types and fields)."""

from __future__ import annotations

import re

from datasets.exports.plain import line
from datasets.exports.record import Agent, Record
from datasets.register.values import fold

# What TeX would take for a command.
SPECIALS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
TWO_NAMES = re.compile(r"\band\b|,.*,", re.IGNORECASE)


def escaped(text: str) -> str:
    """The text on one line, with everything that is special to TeX written so that it prints as it is."""
    return "".join(SPECIALS.get(character, character) for character in line(text))


def bibtex(record: Record) -> str:
    """A `@misc` entry with a key such as `akbar_2023_brgandi`."""
    fields = {
        "author": " and ".join(_author(agent) for agent in record.creators),
        "title": f"{{{escaped(record.title)}}}",
        "year": escaped(record.year),
        "publisher": escaped(record.publisher),
        "version": escaped(record.version),
        "doi": record.doi,
        "url": record.doi_address,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value and value != "{}"]
    return "\n".join([f"@misc{{{key(record)},", *lines, "}\n"])


def _author(agent: Agent) -> str:
    """An organisation stands in braces of its own, or BibTeX takes its last word for a surname; so does `A and B`."""
    name = escaped(agent.name)
    return name if agent.person and not TWO_NAMES.search(agent.name) else f"{{{name}}}"


def key(record: Record) -> str:
    """Surname of the first author, year and short name in plain letters; what is not known is left out."""
    surname = record.creators[0].parts.family.split()[-1:] if record.creators else []
    short = record.short_name or record.doi.rpartition("/")[2]
    parts = (re.sub(r"[^a-z0-9]", "", fold(part)) for part in (*surname, record.year, short))
    return "_".join(part for part in parts if part) or "dataset"
