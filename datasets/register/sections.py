"""A page's body, rendered and taken apart: the licence sections, and everything else.

The licence sections are the headings below the heading "License" (whatever its level), up to the next heading of
that level or a higher one; on a page without it, the headings that are named like a licence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from datasets.register import liquid
from datasets.register.findings import Findings, Refusal
from datasets.register.liquid import Include, LiquidFailure
from datasets.register.markdown import Heading, MarkdownFailure, Parsed, parse, text_of, to_html
from datasets.register.values import fold

LICENSES = frozenset({"license", "licence", "licenses", "licences", "license terms", "licence terms", "terms of use"})
SOURCE_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<words>.*?)[ \t#]*$", re.MULTILINE)
LICENSE_WORDS = re.compile(r"\b(controlled access|aida( by)?( ca)?( licen[cs]e)?$|licen[cs]e)\b")


@dataclass(frozen=True)
class Section:
    """One part of the body below a heading, up to the next heading.

    `parts` are the sections below it.
    """

    heading: str
    anchor: str
    level: int
    html: str
    text: str
    includes: tuple[Include, ...] = ()
    parts: tuple[Section, ...] = ()

    @property
    def whole_html(self) -> str:
        """With the sections below it, their headings included."""
        below = (
            f'<h{s.level} id="{escape(s.anchor)}">{escape(s.heading)}</h{s.level}>\n{s.whole_html}' for s in self.parts
        )
        return "\n".join(piece for piece in (self.html, *below) if piece)

    @property
    def whole_text(self) -> str:
        """The words with those of the sections below it, their headings included."""
        return " ".join(part for part in (self.text, *(f"{s.heading} {s.whole_text}" for s in self.parts)) if part)

    @property
    def all_includes(self) -> tuple[Include, ...]:
        """The includes in it and in the sections below it."""
        return self.includes + tuple(include for part in self.parts for include in part.all_includes)


@dataclass(frozen=True)
class Body:
    """A page's body. `licenses` in the order of the page; `html` is everything else."""

    licenses: tuple[Section, ...] = ()
    html: str = ""
    after: tuple[Section, ...] = ()
    anchors: frozenset[str] = frozenset()
    lines: dict[str, int] = field(default_factory=dict)
    includes: tuple[Include, ...] = ()


def read_body(text: str, first_line: int, variables: dict[str, Any], site: str, findings: Findings) -> Body:
    """Render a body and take it apart.

    Args:
        text: the body's source.
        first_line: the line of the file on which it begins.
        variables: what Liquid may name; `page.url` is the path against which links are resolved.
        site: the address of the register's website.
        findings: takes what is odd.

    Raises:
        Refusal: a licence section cannot be rendered.
    """
    rendered = _render(text, first_line, variables, findings)
    for note in rendered.notes:
        findings.add(note.code, note.line + first_line - 1, name=note.name)
    plain, marks = liquid.split_marks(rendered.text)
    try:
        parsed = parse(plain)
    except MarkdownFailure as failure:
        raise Refusal("licence-not-rendered", first_line, reason=failure.reason) from failure
    includes = [
        (line, rendered.includes[number]._replace(line=rendered.includes[number].line + first_line - 1))
        for number, line in marks
        if number < len(rendered.includes)
    ]
    return _Parts(parsed, includes, str(variables["page"].get("url", "")), site, _lines(text, first_line)).body()


def _lines(text: str, first_line: int) -> dict[str, int]:
    """The file's line of each heading, by its folded words."""
    found: dict[str, int] = {}
    for match in SOURCE_HEADING.finditer(text):
        found.setdefault(fold(match["words"]), text.count("\n", 0, match.start()) + first_line)
    return found


def _render(text: str, first_line: int, variables: dict[str, Any], findings: Findings) -> liquid.Rendered:
    """The body rendered whole; where that fails, section by section, so that only what is broken is left out."""
    try:
        return liquid.render(text, variables)
    except LiquidFailure as failure:
        pieces = _pieces(text)
        if len(pieces) < 2:
            raise Refusal("licence-not-rendered", failure.line + first_line - 1, reason=failure.reason) from failure
    whole = liquid.Rendered("")
    for start, heading, of_license in pieces:
        source = text[start : _next_start(pieces, start, text)]
        line = text.count("\n", 0, start) + first_line
        try:
            _append(whole, liquid.render(source, variables), line - first_line)
        except LiquidFailure as failure:
            if of_license:
                raise Refusal("licence-not-rendered", line + failure.line - 1, reason=failure.reason) from failure
            findings.add("body-not-rendered", line + failure.line - 1, heading=heading, reason=failure.reason)
    return whole


def _append(whole: liquid.Rendered, part: liquid.Rendered, lines_before: int) -> None:
    shift = len(whole.includes)
    whole.text += liquid.MARK.sub(lambda mark: f"\ufdd0{int(mark[1]) + shift}\ufdd1", part.text)
    whole.includes += [include._replace(line=include.line + lines_before) for include in part.includes]
    whole.notes += [note._replace(line=note.line + lines_before) for note in part.notes]


def _pieces(text: str) -> list[tuple[int, str, bool]]:
    """Where each section begins in the source, its heading, and whether it is (part of) a licence."""
    pieces: list[tuple[int, str, bool]] = [(0, "", False)]
    inside = 0  # the level of the heading "License" whose sections these are
    for match in SOURCE_HEADING.finditer(text):
        level = len(match[0]) - len(match[0].lstrip("#"))
        if inside and level <= inside:
            inside = 0
        if fold(match["words"]) in LICENSES:
            inside = level
        named = bool(LICENSE_WORDS.search(fold(match["words"])))
        pieces.append((match.start(), match["words"], bool(inside) or named))
    return pieces


def _next_start(pieces: list[tuple[int, str, bool]], start: int, text: str) -> int:
    return next((begin for begin, _heading, _license in pieces if begin > start), len(text))


class _Parts:
    """The pieces of one parsed body."""

    def __init__(
        self, parsed: Parsed, includes: list[tuple[int, Include]], page: str, site: str, lines: dict[str, int]
    ) -> None:
        self.tokens, self.headings = parsed
        self.includes, self.page, self.site, self.lines = includes, page, site, lines

    def body(self) -> Body:
        """Take the body apart."""
        roots, top = self._license_roots()
        inside = {number for first, last in roots for number in range(first, last)}
        licenses = tuple(self._section(first, last) for first, last in roots)
        outside = [number for number in range(len(self.headings)) if number not in inside and number not in top]
        after = [number for number in outside if roots and number >= roots[-1][1]]
        return Body(
            licenses=licenses,
            html=self._rest(outside),
            after=tuple(self._section(number, number + 1) for number in after),
            anchors=frozenset(heading.anchor for heading in self.headings),
            lines=self.lines,
            includes=tuple(include for _line, include in self.includes),
        )

    def _license_roots(self) -> tuple[list[tuple[int, int]], set[int]]:
        """Ranges of headings, one for each licence, and the headings "License" that only hold them."""
        roots: list[tuple[int, int]] = []
        top: set[int] = set()
        for number, heading in enumerate(self.headings):
            if fold(heading.text) in LICENSES and not any(first <= number < last for first, last in roots):
                last = self._end(number)
                below = self._children(number + 1, last)
                if below:
                    top.add(number)
                roots += below or [(number, last)]
        if not roots:
            named = (n for n, h in enumerate(self.headings) if LICENSE_WORDS.search(fold(h.text)))
            for number in named:
                if not roots or number >= roots[-1][1]:
                    roots.append((number, self._end(number)))
        return roots, top

    def _end(self, number: int) -> int:
        """The heading after the section that this heading opens, with all below it."""
        level = self.headings[number].level
        later = range(number + 1, len(self.headings))
        return next((n for n in later if self.headings[n].level <= level), len(self.headings))

    def _children(self, first: int, last: int) -> list[tuple[int, int]]:
        """The sections directly below: each with what is below it."""
        found: list[tuple[int, int]] = []
        while first < last:
            end = min(self._end(first), last)
            found.append((first, end))
            first = end
        return found

    def _section(self, first: int, last: int) -> Section:
        heading = self.headings[first]
        html = to_html(self.tokens[heading.end : self._token_end(first)], self.page, self.site)
        parts = tuple(self._section(*child) for child in self._children(first + 1, last))
        return Section(heading.text, heading.anchor, heading.level, html, text_of(html), self._includes(first), parts)

    def _token_end(self, number: int) -> int:
        return self.headings[number + 1].start if number + 1 < len(self.headings) else len(self.tokens)

    def _includes(self, number: int) -> tuple[Include, ...]:
        begin = self.headings[number].line
        end = self.headings[number + 1].line if number + 1 < len(self.headings) else None
        return tuple(i for line, i in self.includes if line >= begin and (end is None or line < end))

    def _rest(self, outside: list[int]) -> str:
        """Everything that is no licence section, headings included."""
        before: list[Heading] = self.headings[:1]
        pieces = [self.tokens[: before[0].start if before else len(self.tokens)]]
        pieces += [self.tokens[self.headings[n].start : self._token_end(n)] for n in outside]
        return to_html([token for piece in pieces for token in piece], self.page, self.site)
