"""What a paper is made of: sections, items, rows. Every text in it carries the marks by which it can be withheld."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from access_requests.models import AnyUser
from access_requests.talk import sees_inside
from access_requests.workflow import Part

HASH_DIGITS = 64
SHORT, SHORT_LINES = 600, 8  # letters and lines


class Mark(StrEnum):
    """The kinds of text that can be withheld as a whole. Single ones have marks of their own: `message-3`."""

    CONTACT = "contact"
    NAMES = "names"
    DECIDERS = "deciders"
    VOTES = "votes"
    NOTES = "notes"
    COMMENTS = "comments"


class Where(StrEnum):
    """Whose paper it is: what the reader sees, all that hub staff have, or what hub staff hand out."""

    OWN = "own"
    COMPLETE = "complete"
    RELEASE = "release"


@dataclass(frozen=True)
class View:
    """Who reads. `inside`: votes and names, as the decision page shows them; `hub`: what hub staff alone have."""

    user: AnyUser
    parts: frozenset[Part]

    @property
    def inside(self) -> bool:
        """Whether they see what the named people do not."""
        return sees_inside(self.parts)

    @property
    def hub(self) -> bool:
        """Whether they see what only hub staff do."""
        return self.inside and Part.HUB in self.parts


@dataclass(frozen=True)
class Row:
    """A text with what it is; `literal` where it is also to be found within other texts when it is withheld."""

    label: str
    text: str
    marks: frozenset[str] = frozenset()
    literal: bool = False

    @property
    def is_hash(self) -> bool:
        """Whether it is a SHA-256, which is set small enough to stand on one line."""
        return len(self.text) == HASH_DIGITS and set(self.text) <= set("0123456789abcdef")

    @property
    def is_short(self) -> bool:
        """Whether it stands together on one page with what it is."""
        return len(self.text) < SHORT and self.text.count("\n") < SHORT_LINES


@dataclass(frozen=True)
class Item:
    """Some rows that belong together: a person, a message, an event."""

    title: str
    rows: tuple[Row, ...] = ()
    marks: frozenset[str] = frozenset()

    @property
    def facts(self) -> list[Row]:
        """The rows that say what they are."""
        return [row for row in self.rows if row.label]

    @property
    def sentences(self) -> list[str]:
        """The texts that stand by themselves."""
        return [row.text for row in self.rows if not row.label]


@dataclass(frozen=True)
class Section:
    """A chapter. `table`: its items have the same rows and are set as lines of a table."""

    slug: str
    title: str
    items: tuple[Item, ...]
    intro: str = ""
    table: bool = False

    @property
    def columns(self) -> list[str]:
        """The heads of a table's columns."""
        full = next((item for item in self.items if item.rows), None)
        return [row.label for row in full.rows] if full else []


@dataclass(frozen=True)
class Paper:
    """A request on paper. `language` is a tag of BCP 47.

    `literals`: names and addresses with their marks, to be found wherever they stand. `withheld`: what stands in place
    of what was left out, if anything was.
    """

    title: str
    reference: str
    register_number: str
    kind: Where
    by: str
    at: datetime
    language: str
    sections: tuple[Section, ...]
    literals: frozenset[tuple[str, str]] = frozenset()
    withheld: str = ""

    def rows(self) -> Iterator[Row]:
        """All rows, in their order."""
        for section in self.sections:
            for item in section.items:
                yield from item.rows

    def with_sections(self, sections: Iterable[Section], **changes: Any) -> Paper:
        """The same paper with other sections."""
        return replace(self, sections=tuple(sections), **changes)


@dataclass(frozen=True)
class Made:
    """A paper as a file: its name, bytes and SHA-256."""

    name: str
    content: bytes
    sha256: str


def row(label: object, text: object, *marks: str, literal: bool = False) -> Row:
    """A row of plain texts."""
    return Row(str(label), "" if text is None else str(text), frozenset(marks), literal)


def rows(*found: Row) -> tuple[Row, ...]:
    """Those that say something."""
    return tuple(each for each in found if each.text)


def moment(at: datetime | None) -> str:
    """A moment in words, with the zone; nothing for none."""
    return date_format(timezone.localtime(at), "j F Y, H:i T") if at else ""
