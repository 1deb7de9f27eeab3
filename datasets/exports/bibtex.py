"""How to cite a dataset: a sentence for people and a BibTeX entry for their reference managers."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from datasets import formats
from datasets.facts import own_words
from datasets.landing import Landing
from datasets.models import Provider
from datasets.register.values import fold

# What TeX would take for a command (https://www.ctan.org/pkg/bibtex describes the entry types and fields).
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


def escaped(text: str) -> str:
    """The text on one line, with everything that is special to TeX written so that it prints as it is."""
    return "".join(SPECIALS.get(character, character) for character in " ".join(text.split()))


def citation(landing: Landing) -> str:
    """One line that names authors, year, title, version and publisher; the DOI's link comes after it."""
    dataset = landing.dataset
    authors = formats.listed([author.name for author in landing.authors]) or _publisher(landing)
    version = _(" (version %(version)s)") % {"version": dataset.version} if dataset.version else ""
    year = f" ({year})" if (year := _year(landing)) else ""
    return f"{authors}{year}. {dataset.name}{version} [{_('Data set')}]. {_publisher(landing)}."


def bibtex(landing: Landing) -> str:
    """A `@misc` entry with a key such as `akbar_2023_brgandi`."""
    dataset = landing.dataset
    # An organisation stands in braces of its own, or BibTeX takes its last word for a surname.
    authors = [
        f"{{{escaped(party.name)}}}" if party.kind == Provider.Kind.ORGANIZATION else escaped(party.name)
        for party in landing.authors
    ]
    fields = {
        "author": " and ".join(authors),
        "title": f"{{{escaped(dataset.name)}}}",
        "year": escaped(_year(landing)),
        "publisher": escaped(_publisher(landing)),
        "version": escaped(dataset.version),
        "doi": dataset.doi,
        "url": f"https://doi.org/{dataset.doi}",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value and value != "{}"]
    return "\n".join([f"@misc{{{key(landing)},", *lines, "}"])


def key(landing: Landing) -> str:
    """Surname of the first author, year and short name in plain letters; what is not known is left out."""
    first = landing.authors[0].name.split() if landing.authors else []
    short = landing.dataset.short_name or landing.dataset.doi.rpartition("/")[2]
    parts = (re.sub(r"[^a-z0-9]", "", fold(part)) for part in (first[-1] if first else "", _year(landing), short))
    return "_".join(part for part in parts if part)


def _year(landing: Landing) -> str:
    published = landing.dataset.date_published
    if published:
        return str(published.year)
    return "".join(item.text for item in own_words(landing.dataset, "datacite", "copyrightYear"))


def _publisher(landing: Landing) -> str:
    return ", ".join(item.text for item in own_words(landing.dataset, "datacite", "publisher")) or "AIDA"
