"""A mail's content, written once and shown twice: as plain text that reads well, and as HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

WIDTH = 76


@dataclass(frozen=True)
class Section:
    """A part of a letter: a heading, what is said about named things, and a text in somebody's own words."""

    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""


@dataclass(frozen=True)
class Letter:
    """One mail: what its reader must do or know, the facts, one link written as a verb, and what else matters."""

    subject: str
    lead: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    verb: str = ""
    url: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def footer(self) -> list[str]:
        """What every mail ends with."""
        reply = _("A reply to this mail reaches %(hub)s and decides nothing.") % {"hub": settings.HUB_NAME}
        return [reply, f"{settings.HUB_NAME}, {settings.BASE_URL}"]


def as_text(letter: Letter) -> str:
    """The letter as plain text of at most 76 characters a line, but for addresses, which stay whole."""
    blocks = [wrapped(letter.lead), _facts(letter.facts)]
    for section in letter.sections:
        blocks += [wrapped(section.title) + "\n" + _facts(section.facts) + indented(section.words)]
    if letter.url:
        blocks.append(f"{letter.verb}:\n{letter.url}")
    blocks += [wrapped(note) for note in letter.notes]
    blocks.append("-- \n" + "\n".join(wrapped(line) for line in letter.footer))
    return "\n\n".join(block.rstrip("\n") for block in blocks if block.strip()) + "\n"


def as_html(letter: Letter) -> str:
    """The letter as HTML that loads nothing."""
    return render_to_string("mails/letter.html", {"letter": letter})


def wrapped(text: str, indent: str = "", first: str = "") -> str:
    """`text` in lines of at most 76 characters; its own line ends stay."""
    return "\n".join(_wrapped_lines(text, indent, first))


def indented(text: str) -> str:
    """A text in somebody's own words, set in."""
    return wrapped(text, "    ", "    ")


def _facts(facts: list[tuple[str, str]]) -> str:
    """A line for each fact; an answer of several lines stands below its question."""
    lines = []
    for label, value in facts:
        if "\n" in value or len(value) > 200:
            lines.append(f"{wrapped(_led(label), '  ', '  ')}\n{indented(value)}")
        else:
            lines.append(wrapped(f"{_led(label)} {value}", "    ", "  "))
    return "\n".join(lines) + "\n" if lines else ""


def _led(label: str) -> str:
    """A label with what stands between it and its value: a question keeps its own mark."""
    return label if label.endswith("?") else f"{label.rstrip('.:')}:"


def _wrapped_lines(text: str, indent: str, first: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n")):
        begins = first if not number else indent
        if 0 < len(line) <= WIDTH - len(begins) and line.isprintable() and line == line.strip():
            yield begins + line  # most are as short as that, and to look where such a one breaks takes as long
            continue
        yield textwrap.fill(
            line,
            WIDTH,
            initial_indent=begins,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
