"""Leaves parts out of a paper that is handed on: in their place stands why, always of the same length.

What is left out is not in the document at all. Names, addresses and answers are also looked for within the texts that
stay, since people name each other in what they write.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .shape import Item, Mark, Paper, Row, Section, Where

KINDS: dict[Mark, Promise] = {
    Mark.CONTACT: gettext_lazy("E-mail addresses, phone numbers and postal addresses of people"),
    Mark.NOTES: gettext_lazy("Internal notes and internal files"),
    Mark.COMMENTS: gettext_lazy("Comments on answers"),
    Mark.VOTES: gettext_lazy("Votes, their reasons and the mails by which they came"),
    Mark.DECIDERS: gettext_lazy("Names of those who decide"),
    Mark.NAMES: gettext_lazy("Names of the people in the request (their addresses often hold them, too)"),
}
BY_DEFAULT = (Mark.CONTACT, Mark.NOTES)
_SOUGHT = frozenset({Mark.CONTACT, Mark.NAMES, Mark.DECIDERS})
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+\.[^\s@<>()\[\],;:\"'.!?]+")
_PHONE = re.compile(r"(?<![\w.:/-])(?!\d{4}-\d{4}-)(?:\+|0)\d[\d ()/-]{5,18}\d(?![\w-])")  # an ORCID is none
SHORTEST_LINE = 5  # letters of one line among others
SHORTEST = 3  # letters: shorter answers are words of their own, such as a title, and would be found anywhere


@dataclass(frozen=True)
class Choice:
    """One text that can be withheld by itself, with its first words."""

    mark: str
    title: str
    excerpt: str


def stub(ground: str) -> str:
    """What stands in the place of whatever is withheld; its length tells nothing."""
    return _("[withheld: %(ground)s]") % {"ground": ground}


def choices(paper: Paper) -> dict[str, list[Choice]]:
    """What can be withheld one by one, by the chapter's slug: answers, messages, files, reasons."""
    found: dict[str, dict[str, Choice]] = {}
    for section in paper.sections:
        for item in section.items:
            for mark, title, text in _single(section, item):
                here = found.setdefault(section.slug, {})
                here.setdefault(mark, Choice(mark, title, text[:160]))
    return {slug: list(by_mark.values()) for slug, by_mark in found.items()}


def _single(section: Section, item: Item) -> Iterator[tuple[str, str, str]]:
    wholes = {"messages": "message-", "files": "file-"}
    if section.slug in wholes:
        mark = next((each for each in item.marks if each.startswith(wholes[section.slug])), "")
        told = item.rows[0] if section.slug == "files" else item.rows[-1]
        yield mark, item.title, told.text
    for row in item.rows if section.slug in {"answers", "history", "people"} else ():
        for mark in row.marks:
            if mark.startswith(("answer-", "reason-", "declined")):
                yield mark, row.label or item.title, row.text


def withhold(paper: Paper, marks: Collection[str], ground: str) -> Paper:
    """The paper as it is handed on.

    Args:
        paper: the complete one.
        marks: what to leave out: kinds (`KINDS`) and single texts (`choices`).
        ground: the rule on which it is withheld, which stands wherever something was.
    """
    chosen, mark = frozenset(marks), stub(ground)
    veil = _Veil(paper, chosen, mark)
    sections = [veil.section(section) for section in paper.sections]
    return replace(
        paper.with_sections(sections),
        kind=Where.RELEASE,
        withheld=mark if chosen else "",
        literals=frozenset(),
        register_number=veil.text(paper.register_number),
    )


class _Veil:
    """Replaces texts by their marks, and what must not be read within the texts that stay."""

    def __init__(self, paper: Paper, chosen: frozenset[str], mark: str) -> None:
        self.chosen, self.mark = chosen, mark
        self.sought = [re.compile(_any_of(texts), re.IGNORECASE) for texts in _sought(paper, chosen) if texts]
        if Mark.CONTACT in chosen:
            self.sought += [_EMAIL, _PHONE]

    def section(self, section: Section) -> Section:
        """A chapter; its own words stay."""
        return replace(section, items=tuple(map(self.item, section.items)))

    def item(self, item: Item) -> Item:
        """What is withheld as a whole keeps nothing but its place."""
        if self.chosen & item.marks:
            return Item(self.mark)
        return Item(self.text(item.title), tuple(map(self.row, item.rows)))

    def row(self, row: Row) -> Row:
        """A text, or what stands in its place."""
        text = self.mark if self.chosen & row.marks else self.text(row.text)
        return Row(row.label, text)

    def text(self, text: str) -> str:
        """A text without what must not be read in it."""
        pieces = [text]
        for pattern in self.sought:
            pieces = [piece for part in pieces for piece in self._split(pattern, part)]
        return "".join(pieces)

    def _split(self, pattern: re.Pattern[str], text: str) -> Iterable[str]:
        """The pieces between what was found, with the stub between them; stubs are not looked into again."""
        if text == self.mark:
            return [text]
        pieces = pattern.split(text)
        return [piece for pair in zip(pieces, [self.mark] * len(pieces), strict=True) for piece in pair][:-1]


def _sought(paper: Paper, chosen: frozenset[str]) -> tuple[set[str], ...]:
    """What to look for: what is an address or name as such, and the withheld answers in people's own words."""
    known = {text for mark, text in paper.literals if mark in chosen & _SOUGHT}
    for row in paper.rows():
        if row.literal and chosen & row.marks:
            known |= {row.text, *(line for line in row.text.split("\n") if len(line) > SHORTEST_LINE)}
    return ({text.strip() for text in known if len(text.strip()) >= SHORTEST},)


def _any_of(texts: Iterable[str]) -> str:
    """A pattern that finds each of them, the longest first, however its words are spaced, the genitive too."""
    longest = sorted(texts, key=lambda text: (-len(text), text))
    ways = (r"\s+".join(map(re.escape, text.split())) for text in longest)
    return rf"(?<!\w)(?:{'|'.join(ways)})(?:['’]?s)?(?!\w)"
