"""Links that tell machines what is where (https://signposting.org/FAIR/), in a header and as a set (RFC 9264).

They are made from a dataset's row alone, so that a page from memory costs no query for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from datasets import addresses
from datasets.exports.format import LINKS, Format
from datasets.models import Dataset
from datasets.register.page import Parties

AUTHORS = TypeAdapter(Parties)
MOST_AUTHORS = 25  # a header must stay smaller than what proxies take, often four kilobytes


@dataclass(frozen=True, slots=True)
class Link:
    """One link from a landing page."""

    rel: str
    href: str
    type: str = ""
    profile: str = ""

    @property
    def value(self) -> str:
        """As a `Link` header has it (RFC 8288)."""
        extra = (("type", self.type), ("profile", self.profile))
        return "; ".join([f"<{self.href}>", f'rel="{self.rel}"', *(f'{n}="{v}"' for n, v in extra if v)])

    @property
    def target(self) -> dict[str, str]:
        """As a linkset has it."""
        return {"href": self.href} | {n: v for n, v in (("type", self.type), ("profile", self.profile)) if v}


def links(dataset: Dataset, formats: Iterable[Format]) -> list[Link]:
    """What a landing page leads to: how to cite it, what describes it, who made it, under which terms, what it is.

    A dataset may have several licences and this relation only one target: it is the page's part that holds them all.
    """
    page = addresses.page_address(dataset.doi)
    found = [Link("cite-as", f"https://doi.org/{dataset.doi}")]
    found += [
        Link("linkset" if one.role == LINKS else "describedby", one.address(page), one.types[0], one.profile)
        for one in formats
    ]
    found += [Link("author", orcid) for orcid in _orcids(dataset)]
    if not dataset.retired_at:
        found.append(Link("license", f"{page}#license"))
    return [*found, Link("type", "https://schema.org/AboutPage"), Link("type", "https://schema.org/Dataset")]


def _orcids(dataset: Dataset) -> list[str]:
    matter = dataset.front_matter.get("datacite") if isinstance(dataset.front_matter, dict) else None
    authors = AUTHORS.validate_python(matter.get("author")) if isinstance(matter, dict) else []
    return list(dict.fromkeys(author.orcid for author in authors if author.orcid))[:MOST_AUTHORS]


def header(found: Iterable[Link]) -> str:
    """The value of a `Link` header."""
    return ", ".join(link.value for link in found)


def linkset(dataset: Dataset, formats: Iterable[Format]) -> str:
    """The links of the landing page, and the way back from each format, as JSON (RFC 9264)."""
    page = addresses.page_address(dataset.doi)
    formats = tuple(formats)
    context: dict[str, Any] = {"anchor": page}
    for link in links(dataset, formats):
        if link.rel != "linkset":
            context.setdefault(link.rel, []).append(link.target)
    back = [
        {"anchor": one.address(page), "describes": [{"href": page, "type": "text/html"}]}
        for one in formats
        if one.role != LINKS
    ]
    return json.dumps({"linkset": [context, *back]}, indent=1)
