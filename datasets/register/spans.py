"""What kramdown reads inside a paragraph and markdown-it does not, as rules for markdown-it.

Footnotes (https://kramdown.gettalong.org/syntax.html#footnotes) with their list at the end of the text, math between
$$ (shown as its source), a block's tag inside a paragraph, which is text, and the boxes of task lists, which are left
out.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, html_inline
from markdown_it.token import Token

from datasets.register.blocks import BLOCK_TAGS, after_boundary, indentation, line_of, push_paragraph

DEFINITION = re.compile(r"\[\^([\w:-]{1,100})\]:[ \t]*(.*)")
REFERENCE = re.compile(r"\[\^([\w:-]{1,100})\]")
MATH = re.compile(r"\$\$(.{1,500}?)\$\$", re.DOTALL)
TAG = re.compile(r"</?([A-Za-z][\w-]{0,30})\b")
BOX = re.compile(r"\[[ xX]\][ \t]+")
ATTRIBUTES = re.compile(r"\{:[^}\n]{0,200}\}")
MAX_BRACKETS = 100  # in one footnote
ARROW = "↩"


def footnote_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`[^1]: words`, with the indented lines after it."""
    match = DEFINITION.fullmatch(line_of(state, start)) if indentation(state, start) <= 3 else None
    if silent or not match:
        return False
    stop = start + 1
    while stop < end and (indentation(state, stop) > 3 or (state.isEmpty(stop) and _goes_on(state, stop + 1, end))):
        stop += 1
    words = "\n".join([match[2], *(line_of(state, number) for number in range(start + 1, stop))]).strip()
    if words.count("[") > MAX_BRACKETS:
        return False
    state.env.setdefault("footnotes", {})[match[1]] = words
    state.line = stop
    return True


def _goes_on(state: StateBlock, number: int, end: int) -> bool:
    return number < end and not state.isEmpty(number) and indentation(state, number) > 3


def footnote_reference(state: StateInline, silent: bool) -> bool:
    """`[^1]` where such a footnote is defined: its number."""
    match = REFERENCE.match(state.src, state.pos)
    if not match or match[1] not in state.env.get("footnotes", {}):
        return False
    if not silent:
        uses: dict[str, int] = state.env.setdefault("footnote_uses", {})
        uses[match[1]] = uses.get(match[1], 0) + 1
        state.push("sup_open", "sup", 1)
        state.push("text", "", 0).content = str(list(uses).index(match[1]) + 1)
        state.push("sup_close", "sup", -1)
    state.pos = match.end()
    return True


def footnotes(state: StateCore) -> None:
    """Add the list of footnotes that are referred to."""
    uses: dict[str, int] = state.env.get("footnote_uses", {})
    if not uses or state.inlineMode:
        return
    state.tokens.append(Token("ordered_list_open", "ol", 1))
    for name in list(uses):
        words = state.env["footnotes"][name]
        children: list[Token] = []
        inline = Token("inline", "", 0, content=words, children=children, map=[0, 1], level=2)
        state.md.inline.parse(words, state.md, _without_footnotes(state.env), children)
        again = "".join(f" {ARROW}{number}" for number in range(2, uses[name] + 1))
        children.append(Token("text", "", 0, content=f" {ARROW}{again}"))
        state.tokens += [
            Token("list_item_open", "li", 1, level=1), Token("paragraph_open", "p", 1, level=2), inline,
            Token("paragraph_close", "p", -1, level=2), Token("list_item_close", "li", -1, level=1),
        ]  # fmt: skip
    state.tokens.append(Token("ordered_list_close", "ol", -1))


def _without_footnotes(env: Any) -> dict[str, Any]:
    return {"references": env.get("references", {})}


def math(state: StateInline, silent: bool) -> bool:
    r"""`$$x$$`, which the website hands to the browser as `\(x\)`."""
    match = MATH.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = f"\\({match[1].strip()}\\)"
    state.pos = match.end()
    return True


def math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""`$$x$$` in a paragraph of its own: `\[x\]`."""
    if silent or not line_of(state, start).startswith("$$") or not after_boundary(state, start):
        return False
    stop = next((number for number in range(start, end) if state.isEmpty(number)), end)
    match = MATH.fullmatch(state.getLines(start, stop, state.blkIndent, False).strip())
    if not match:
        return False
    push_paragraph(state, "`\\[" + match[1].strip().replace("`", "") + "\\]`", [start, stop])
    state.line = stop
    return True


def line_break(state: StateInline, silent: bool) -> bool:
    r"""`\\` at the end of a line."""
    if not state.src.startswith("\\\\\n", state.pos):
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos += 3
    return True


def attribute_list(state: StateInline, silent: bool) -> bool:
    """`{: .class}` right behind emphasis, code or a link; behind words it is text."""
    match = ATTRIBUTES.match(state.src, state.pos)
    last = state.tokens[-1] if state.tokens else None
    if not match or state.pending or last is None or (last.type == "text" and last.content.strip("*_~")):
        return False
    state.pos = match.end()
    return True


def html_in_text(state: StateInline, silent: bool) -> bool:
    """A tag inside a paragraph; one that belongs around paragraphs is text."""
    tag = TAG.match(state.src, state.pos)
    return not (tag and tag[1].lower() in BLOCK_TAGS) and html_inline(state, silent)


def boxes(state: StateCore) -> None:
    """Leave out the boxes of task lists."""
    for item, _paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if item.type == "list_item_open" and inline.type == "inline":
            inline.content = BOX.sub("", inline.content, count=1) if BOX.match(inline.content) else inline.content


def install(parser: MarkdownIt) -> None:
    """Add the rules to a parser."""
    parser.block.ruler.before("reference", "footnote_definition", footnote_definition, {"alt": []})
    parser.inline.ruler.before("link", "footnote_reference", footnote_reference)
    parser.block.ruler.before("reference", "math_block", math_block, {"alt": []})
    parser.inline.ruler.before("escape", "math", math)
    parser.inline.ruler.before("escape", "line_break", line_break)
    parser.inline.ruler.before("escape", "attribute_list", attribute_list)
    parser.inline.ruler.at("html_inline", html_in_text)
    parser.core.ruler.after("block", "boxes", boxes)
    parser.core.ruler.after("inline", "footnotes", footnotes)
