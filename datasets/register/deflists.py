"""kramdown's definition lists, as a rule for markdown-it: a paragraph, and below it lines that begin with a colon.

https://kramdown.gettalong.org/syntax.html#definition-lists. A definition goes on to the next blank line or colon.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from datasets.register.blocks import indentation, line_of

DEFINITION = re.compile(r":[ \t]+(.*)")
BEFORE = frozenset({"paragraph_close", "dl_close"})


def definition_list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Definitions of the terms in the paragraph before; without one, the line is text."""
    if indentation(state, start) > 3 or not DEFINITION.match(line_of(state, start)):
        return False
    if silent:
        return state.parentType == "paragraph"
    if not state.tokens or state.tokens[-1].type not in BEFORE or state.tokens[-1].hidden:
        return False
    _open(state)
    number = start
    while number < end and (match := DEFINITION.match(line_of(state, number))):
        stop = number + 1
        while stop < end and not state.isEmpty(stop) and not DEFINITION.match(line_of(state, stop)):
            stop += 1
        words = "\n".join([match[1], *(line_of(state, line) for line in range(number + 1, stop))])
        _push(state, words, [number, stop])
        number = stop
    state.push("dl_close", "dl", -1)
    state.line = number
    return True


def _open(state: StateBlock) -> None:
    """Make the paragraph before the list's terms; go on with a list that stands right before."""
    if state.tokens[-1].type == "dl_close":
        state.tokens.pop()
        state.level += 1
        return
    opening, terms, closing = state.tokens[-3:]
    opening.type, opening.tag = "dl_open", "dl"
    del state.tokens[-2:]
    state.level += 1
    for term in terms.content.split("\n"):
        state.push("dt_open", "dt", 1)
        inline = state.push("inline", "", 0)
        inline.content, inline.map, inline.children = term, closing.map or terms.map, []
        state.push("dt_close", "dt", -1)


def _push(state: StateBlock, words: str, lines: list[int]) -> None:
    state.push("dd_open", "dd", 1).map = lines
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = words, lines, []
    state.push("dd_close", "dd", -1)


def install(parser: MarkdownIt) -> None:
    """Add the rule to a parser."""
    parser.block.ruler.before("html_block", "definition_list", definition_list, {"alt": ["paragraph"]})
