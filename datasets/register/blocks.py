"""Where kramdown's blocks begin and end, as rules for markdown-it.

The register's website reads Markdown with kramdown in its GitHub flavour (https://kramdown.gettalong.org/syntax.html,
https://kramdown.gettalong.org/parser/gfm.html), markdown-it with CommonMark. Both agree on most of what people write;
these rules are what differs: a heading stands at the margin, a heading with a line below it stands after a blank line
and has one line, only `1.` makes a numbered list and every number may begin one, a fence that is never closed is none,
HTML ends with its closing tag and not at a blank line, and a line with | is a table.

One difference is meant: HTML that is never closed ends at the next blank line, as in CommonMark, instead of taking
the rest of the page with it, licences included.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, fence, heading, hr, lheading, list_block

Rule = Callable[[StateBlock, int, int, bool], bool]

ATX = re.compile(r"#{1,6}[\t ]+\S")
UNDERLINE = re.compile(r"(?:-+|=+)[ \t]*")
LIST_ITEM = re.compile(r"(?:[+*-]|\d{1,9}\.)[\t ]")
FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*+\S*+[ \t]*+")
SPAN_TAGS = (
    "a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option q rb rbc rp rt rtc "
    "ruby samp select small span strong sub sup tt u var"
).split()
BLOCK_TAGS = frozenset(
    "address article aside applet body blockquote caption col colgroup dd div dl dt fieldset figcaption footer form h1 "
    "h2 h3 h4 h5 h6 header hgroup hr html head iframe legend menu li main map nav ol optgroup p pre section summary "
    "table tbody td th thead tfoot tr ul".split()
)
EMPTY_TAGS = frozenset("area base col command embed hr keygen link meta param source track wbr".split())
TAG = re.compile(
    rf"<(?P<close>/?)(?!(?:{'|'.join(SPAN_TAGS)}|script)\b)(?P<name>[A-Za-z][\w-]{{0,30}})"
    r"(?P<rest>(?:\s[^<>]{0,2000}?)?)(?P<empty>/?)>"
)
MAX_UNCLOSED = 20  # looked for to the end of the page; from then on, HTML ends at the next blank line
NEAR_LINES = 50  # where an end is looked for first
MAX_LINE = 5_000  # characters of a line that is more than text
TAG_LINES = 10  # of one tag with its attributes
LINK_DEFINITION = re.compile(
    r"\[(?P<label>[^\n\]^][^\n\]]{0,500})\]:[ \t]*(?:<(?P<inside>[^>]*)>|(?P<plain>\S.*?))"
    r"(?:[ \t]++(?P<quote>[\"'])(?P<title>.+?)(?P=quote))?[ \t]*"
)
ABBREVIATION = re.compile(r"\*\[[^\]\n]{1,300}\]:.*")


def line_of(state: StateBlock, number: int) -> str:
    """A line of the source inside its list or quotation, without indentation."""
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def indentation(state: StateBlock, number: int) -> int:
    """How far a line is indented inside its list or quotation."""
    return state.sCount[number] - state.blkIndent


def after_boundary(state: StateBlock, number: int) -> bool:
    """Whether a line begins its list item or quotation or the text, or stands after a blank line."""
    if not state.tokens or number == 0 or state.isEmpty(number - 1):
        return True
    return state.tokens[-1].type in {"list_item_open", "blockquote_open"}


def atx_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`## Heading` at the margin, with words."""
    right = (indentation(state, start) == 0 or state.sCount[start] == 0) and ATX.match(line_of(state, start))
    return bool(right) and heading(state, start, end, silent)


def setext_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line with --- or === below it, after a blank line."""
    if start + 1 >= end or indentation(state, start + 1) != 0 or not after_boundary(state, start):
        return False
    return bool(UNDERLINE.fullmatch(line_of(state, start + 1))) and lheading(state, start, end, silent)


def list_of_items(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list: never `1)`. Any number, and an empty item, may begin one right after a paragraph's line."""
    line = line_of(state, start)
    if not LIST_ITEM.match(line):
        return False
    if silent and state.parentType == "paragraph":
        return indentation(state, start) < 4
    return list_block(state, start, end, silent)


def closed_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Code between two lines of ``` or ~~~; without the second line it is text."""
    opening = FENCE.fullmatch(line_of(state, start))
    if not opening:
        return False
    if not _is_closed(state, opening[1], start, end):
        return False
    return fence(state, start, end, silent)


def _is_closed(state: StateBlock, mark: str, start: int, end: int) -> bool:
    """Whether a fence's second line comes. Where none came for an earlier one, none comes for a longer later one."""
    missing: dict[tuple[str, int, int], int] = state.env.setdefault("open_fences", {})
    place = (mark[0], state.blkIndent, end)
    if len(mark) >= missing.get(place, len(mark) + 1):
        return False
    closing = re.compile(rf"{re.escape(mark)}{re.escape(mark[0])}*[ \t]*")
    if any(closing.fullmatch(line_of(state, number)) for number in range(start + 1, end)):
        return True
    missing[place] = len(mark)
    return False


def html(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """HTML that begins with a block's tag, up to its closing tag; a comment, up to its end."""
    line = line_of(state, start)
    if not line.startswith("<") or indentation(state, start) > 3:
        return False
    if line.startswith("<!--"):
        return not silent and _take(state, start, end, "-->")
    tag = TAG.match(_source(state, start, min(end, start + TAG_LINES)).lstrip(" "))
    if silent or not tag:
        return bool(tag)
    alone = tag["close"] or tag["empty"] or tag["name"].lower() in EMPTY_TAGS or "markdown=" in tag["rest"]
    if alone:
        return _push(state, start, start + tag[0].count("\n") + 1, "", tag.end() + indentation(state, start))
    return _take_element(state, start, end, tag["name"])


def _source(state: StateBlock, start: int, end: int) -> str:
    return state.getLines(start, end, state.blkIndent, True)


def _take(state: StateBlock, start: int, end: int, until: str) -> bool:
    """Take the lines up to a mark; without it the line is text."""
    if state.env.get("unclosed", 0) > MAX_UNCLOSED:
        return False
    near = min(end, start + NEAR_LINES)
    text = _source(state, start, near)
    if until not in text and near < end:
        text = _source(state, start, end)
    at = text.find(until)
    if at < 0:
        state.env["unclosed"] = state.env.get("unclosed", 0) + 1
        return False
    return _push(state, start, start + text.count("\n", 0, at) + 1, text, at + len(until))


def _take_element(state: StateBlock, start: int, end: int, name: str) -> bool:
    """Take an element with everything in it; one that is never closed ends at the next blank line."""
    near = min(end, start + NEAR_LINES)
    for stop in (near, end) if near < end and state.env.get("unclosed", 0) <= MAX_UNCLOSED else (near,):
        text = _source(state, start, stop)
        length = _element_length(text, name)
        if length:
            return _push(state, start, start + text.count("\n", 0, length) + 1, text, length)
    state.env["unclosed"] = state.env.get("unclosed", 0) + 1
    stop = next((number for number in range(start, end) if state.isEmpty(number)), end)
    return _push(state, start, stop)


def _element_length(text: str, name: str) -> int:
    """How long the element is that begins a text; 0 where it is not closed."""
    depth = 0
    for match in re.finditer(rf"<!--.*?-->|<(/?){re.escape(name)}\b[^<>]{{0,2000}}>", text, re.DOTALL | re.IGNORECASE):
        if not match[0].startswith("<!--"):
            depth += -1 if match[1] else 1
        if depth == 0:
            return match.end()
    return 0


def _push(state: StateBlock, start: int, stop: int, text: str = "", length: int = 0) -> bool:
    """Add the HTML; words behind it on its last line become a paragraph."""
    text = text or _source(state, start, stop)
    length = length or len(text)
    line_end = text.find("\n", length)
    rest = text[length : line_end if line_end >= 0 else len(text)].strip()
    token = state.push("html_block", "", 0)
    token.content, token.map = text[:length] + "\n", [start, stop]
    state.line = stop
    if rest:
        push_paragraph(state, rest, [stop - 1, stop])
    return True


def push_paragraph(state: StateBlock, words: str, lines: list[int]) -> None:
    """Add a paragraph."""
    state.push("paragraph_open", "p", 1).map = lines
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = words, lines, []
    state.push("paragraph_close", "p", -1)


def definition(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """`[label]: address "title"`, whatever the address, and `*[HTML]: words`: neither is shown."""
    line = line_of(state, start)
    if silent or indentation(state, start) > 3 or line[:1] not in {"[", "*"} or len(line) > MAX_LINE:
        return False
    if line[0] == "[":
        match = LINK_DEFINITION.fullmatch(line)
        label = normalizeReference(match["label"]) if match else ""
        if not match or not label or re.search(r"[ \t][\"']", match["plain"] or ""):
            return False
        address = re.sub(r"\s+", "%20", (match["inside"] if match["inside"] is not None else match["plain"]).strip())
        state.env.setdefault("references", {})[label] = {"title": match["title"] or "", "href": address}
    elif not ABBREVIATION.fullmatch(line):
        return False
    state.line = start + 1
    return True


def install(parser: MarkdownIt) -> None:
    """Put the rules in the place of markdown-it's own."""
    interrupting: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
    everywhere: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    ruler = parser.block.ruler
    ruler.at("heading", atx_heading, interrupting)
    ruler.at("lheading", setext_heading, {"alt": []})
    ruler.at("list", list_of_items, interrupting)
    ruler.at("fence", closed_fence, everywhere)
    ruler.at("hr", hr, {"alt": ["reference", "blockquote", "list"]})
    ruler.at("html_block", html, interrupting)
    ruler.at("reference", definition, {"alt": []})
