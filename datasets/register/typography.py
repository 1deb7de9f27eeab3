"""Curly quotes, dashes and the like, as the register's website shows them.

The website's Markdown (kramdown, https://kramdown.gettalong.org/syntax.html#typographic-symbols) decides on each
quote by its neighbours in the source, not by pairs, so a lone inch mark or an apostrophe turns, too. The order of
the questions is that of SmartyPants (https://daringfireball.net/projects/smartypants/).
"""

from __future__ import annotations

import re

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

OPEN = {'"': "“", "'": "‘"}
CLOSE = {'"': "”", "'": "’"}
PUNCTUATION = frozenset("!\"#$%'()*+,-./:;<=>?@[\\]^_`{|}~")
WORD = re.compile(r"\w", re.ASCII)
OPENS_AFTER = frozenset(" \t\r\n\\[{(-")
DECADE = re.compile(r"\d\ds", re.ASCII)
ENDS = re.compile(r"\s|s\b|$", re.MULTILINE)
BEFORE_EMPHASIS = re.compile(r"[_*]{1,2}\S")
SYMBOLS = {"---": "—", "--": "–", "...": "…", "<< ": "«\u00a0", " >>": "\u00a0»", "<<": "«", ">>": "»"}
SYMBOL = re.compile("|".join(re.escape(symbol) for symbol in SYMBOLS))
TURNING = re.compile(f"[\"']|{SYMBOL.pattern}")
MARKUP = {
    "link_open": "[",
    "link_close": "](",
    "softbreak": "\n",
    "hardbreak": "\n",
    "image": "![](",
}


def typography(state: StateCore) -> None:
    """A markdown-it rule: turn quotes and symbols in all texts of the page."""
    for token in state.tokens:
        if token.type == "inline" and token.children:
            _turn(token.children)


def _turn(children: list[Token]) -> None:
    """Turn one paragraph's texts. Its source is pieced together again so that each quote has its neighbours."""
    pieces = [_source(child) for child in children]
    source, place, continues = "".join(pieces), 0, False
    for child, piece in zip(children, pieces, strict=True):
        if child.type == "text":
            child.content = SYMBOL.sub(lambda match: SYMBOLS[match[0]], _quotes(source, place, len(piece), continues))
        continues = child.type in {"text", "softbreak"}
        place += len(piece)


def _source(child: Token) -> str:
    if child.type in {"text", "html_inline", "text_special"}:
        return child.content
    if child.type == "code_inline":
        return f"{child.markup}{child.content}{child.markup}"
    return MARKUP.get(child.type, child.markup)


def _quotes(source: str, start: int, length: int, continues: bool) -> str:
    """The text at `start` with its quotes turned; `continues` when a text stands right before it."""
    pieces: list[str] = []
    free = start if not continues else start - 1  # up to here, characters belong to something else
    at = done = start
    while (match := TURNING.search(source, at, start + length)) is not None:
        at = match.start()
        if match[0] in OPEN:
            before = source[at - 1] if at - 1 >= free and at > 0 else None
            turned = _turned(before, source, at)
            pieces += [source[done:at], turned]
            at = done = at + len(turned)
        else:
            at = match.end()
        free = at
    return "".join([*pieces, source[done : start + length]])


def _turned(before: str | None, source: str, at: int) -> str:
    """What a quote becomes; two characters where two quotes open together."""
    quote, after = source[at], source[at + 1 : at + 4]
    spaced = before is None or before.isspace()
    if before is None and BEFORE_EMPHASIS.match(after):
        return OPEN[quote]
    if before is None and _closes_before_punctuation(after):
        return CLOSE[quote]
    if spaced and after[:1] in OPEN and after[:1] != quote and WORD.match(after, 1):
        return OPEN[quote] + OPEN[after[0]]
    if spaced and quote == "'" and DECADE.match(after):
        return CLOSE[quote]
    if before is not None:
        return OPEN[quote] if before in OPENS_AFTER else CLOSE[quote]
    return CLOSE[quote] if ENDS.match(after) else OPEN[quote]


def _closes_before_punctuation(after: str) -> bool:
    """Whether punctuation follows that is neither an ellipsis nor right before a word."""
    if after[:1] not in PUNCTUATION or after[1:3] == "..":
        return False
    return not re.match(r"\w", after[1:2])
