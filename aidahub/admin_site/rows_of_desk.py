"""What the desk is made of: heaps of lines, each one click from where it is mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.utils.functional import Promise

SHOWN = 10

Sentence = str | Promise


@dataclass(frozen=True)
class Row:
    """One line: what it is, where it is mended, since when it waits, why it is here."""

    title: str
    url: str
    detail: str = ""
    since: datetime | None = None
    why: Sentence = ""


@dataclass(frozen=True)
class Section:
    """A heap on the desk. `more` is where all of it can be seen, when not all of it is shown."""

    slug: str
    title: Sentence
    empty: Sentence
    rows: list[Row] = field(default_factory=list)
    more: str = ""


def cut(slug: str, title: Sentence, rows: Iterable[Row], more: str, empty: Sentence = "") -> Section:
    """A heap of the first few of some rows, and where to see all where that is not all."""
    found = list(islice(rows, SHOWN + 1))
    return Section(slug, title, empty, found[:SHOWN], more if len(found) > SHOWN else "")
