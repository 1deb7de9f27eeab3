"""A page's Markdown to HTML that is safe to show, with the headings' anchors as the register's website makes them.

markdown-it-py reads it; the differences to the website's kramdown that matter for the register's pages are made up
for here: typography, spaces in link addresses, `{#anchor}` and `{: .class}`. nh3 then keeps only harmless HTML.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination, parseLinkLabel, parseLinkTitle
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from datasets.register import blocks, deflists, spans
from datasets.register.extensions import without_extensions
from datasets.register.tables import table
from datasets.register.typography import typography

TAGS = frozenset(
    "a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td "
    "tfoot th thead tr u ul var".split()
)
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title", "hreflang"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}
BLOCKS = frozenset(
    "address blockquote br caption dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre summary "
    "table tbody td tfoot th thead tr ul".split()
)
HEADING_ID = re.compile(r"[\t ]\{#([A-Za-z_:][\w:.-]*)\}\s*$")
NOT_IN_ANCHOR = re.compile(r"[^\w\- \t]")
TAG = re.compile(r"""</?([a-z][a-z0-9]*)(?:"[^"]*"|[^">])*>""")  # as nh3 writes it
SPACE = re.compile(r"\s+")
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # with these a licence reads otherwise than it is kept (UAX #9)
MAX_ADDRESS = 2_000
MAX_BRACKETS = 1_000  # in one paragraph; each may make the reader look through the rest of it
RELATIVE = re.compile(r"(?![a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)


class MarkdownFailure(Exception):
    """A text is built so that reading it would take too long. `line` counts from 1 in the text."""

    def __init__(self, reason: str, line: int) -> None:
        self.reason, self.line = reason, line
        super().__init__(f"line {line}: {reason}")


class Heading(NamedTuple):
    """One heading of a page: where its tokens begin, its level, anchor, text, and line (from 0)."""

    start: int
    end: int
    level: int
    anchor: str
    text: str
    line: int


class Parsed(NamedTuple):
    """A page's body after Markdown: its tokens and the headings among them."""

    tokens: list[Token]
    headings: list[Heading]


def _destination(text: str, start: int, limit: int) -> Any:
    """A link's address. Inside brackets it may hold spaces, as in kramdown; a definition's may not."""
    before = text[max(start - 100, 0) : start].rstrip()
    if not before.endswith("(") or text[start : start + 1] == "<":
        return parseLinkDestination(text, start, limit)
    depth, at, limit = 0, start, min(limit, start + MAX_ADDRESS)
    while at < limit:
        character = text[at]
        if (character == ")" and depth == 0) or (character in "\"'" and text[at - 1].isspace()):
            break
        depth += (character == "(") - (character == ")")
        at += 1
    address = text[start:at].rstrip()
    right = at < limit and depth == 0
    return SimpleNamespace(ok=right, pos=start + len(address), str=SPACE.sub("%20", html.unescape(address)))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("default", {"html": True, "typographer": True, "linkify": False})
    parser.disable(["replacements", "smartquotes"])
    blocks.install(parser)
    spans.install(parser)
    deflists.install(parser)
    parser.block.ruler.at("table", table, {"alt": []})
    parser.core.ruler.after("block", "heading_ids", _heading_ids)
    parser.core.ruler.after("block", "check_brackets", _check_brackets)
    parser.core.ruler.after("inline", "typography", typography)
    parser.helpers = SimpleNamespace(  # type: ignore[assignment]  # the same functions but one
        parseLinkLabel=parseLinkLabel, parseLinkTitle=parseLinkTitle, parseLinkDestination=_destination
    )
    parser.validateLink = _any_link  # type: ignore[method-assign,assignment]
    return parser


def _check_brackets(state: StateCore) -> None:
    """Refuse a paragraph of nothing but brackets before it is read."""
    for token in state.tokens:
        if token.type == "inline" and token.content.count("[") > MAX_BRACKETS:
            raise MarkdownFailure("too many brackets in one paragraph", token.map[0] + 1 if token.map else 1)


def _any_link(_url: str) -> bool:
    """Every address makes a link, so that its brackets do not stay in the text; nh3 takes bad addresses away."""
    return True


def _heading_ids(state: StateCore) -> None:
    """Take `{#anchor}` out of headings before their text is read."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        match = HEADING_ID.search(inline.content) if opening.type == "heading_open" else None
        if match:
            opening.attrSet("id", match[1])
            inline.content = inline.content[: match.start()]


PARSER = _parser()


def parse(text: str) -> Parsed:
    """Read Markdown. Headings get their anchors, each anchor once on the page.

    Raises:
        MarkdownFailure: when a text would take too long to read.
    """
    tokens = _tokens(without_extensions(text))
    headings: list[Heading] = []
    used: Counter[str] = Counter()
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        words = plain(tokens[at + 1])
        anchor = str(token.attrGet("id") or _anchor(words, used))
        if anchor:
            token.attrSet("id", anchor)
        if token.level == 0:
            line = token.map[0] if token.map else 0
            headings.append(Heading(at, at + 3, int(token.tag[1]), anchor, SPACE.sub(" ", words), line))
    return Parsed(tokens, headings)


def _tokens(text: str) -> list[Token]:
    try:
        return PARSER.parse(text)
    except MarkdownFailure:
        raise
    except Exception as error:  # a library met with hostile input; whatever it raises is the page's fault
        raise MarkdownFailure(type(error).__name__, 1) from error


def _anchor(words: str, used: Counter[str]) -> str:
    """The anchor that kramdown's GitHub flavour gives a heading (its parser-gfm, `generate_gfm_header_id`)."""
    anchor = NOT_IN_ANCHOR.sub("", words.lower()).replace(" ", "-").replace("\t", "-")
    used[anchor] += 1
    return f"{anchor}-{used[anchor] - 1}" if used[anchor] > 1 else anchor


def plain(token: Token) -> str:
    """The words of an inline token."""
    parts = []
    for child in token.children or []:
        if child.type in {"text", "code_inline", "text_special"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
    return "".join(parts).strip()


def to_html(tokens: list[Token], page: str = "", site: str = "") -> str:
    """Tokens of a page as sanitised HTML.

    Args:
        page: the page's own path, against which relative links are resolved.
        site: the address of the register's website, for everything that is not a dataset's page.
    """
    return sanitise(str(PARSER.renderer.render(tokens, PARSER.options, {})), page, site)


def markdown(text: str, page: str = "", site: str = "") -> str:
    """A Markdown text (a description, an annotation) as sanitised HTML."""
    if not text.strip():
        return ""
    return to_html(parse(text).tokens, page, site)


def sanitise(dirty: str, page: str = "", site: str = "") -> str:
    """Keep only harmless HTML: no scripts, styles, events or odd schemes, no marks that turn text; `rel` on links."""

    clean = _cleaner(page, site).clean(dirty).strip()
    if not TURNING.search(clean):
        return clean
    # Once more, since without such a mark what was a harmless word may be a scheme.
    return sanitise(TURNING.sub("", clean), page, site)


@lru_cache(maxsize=8)
def _cleaner(page: str, site: str) -> nh3.Cleaner:
    """What takes the harmful out of a page's HTML, made once for each page."""

    def absolute(_tag: str, attribute: str, value: str) -> str | None:
        return resolve(value, page, site) if attribute in {"href", "src"} else value

    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=absolute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def resolve(address: str, page: str, site: str) -> str | None:
    """Where a link of a page leads: to a page here if it names a dataset's path, else to the register's website."""
    if not page or not RELATIVE.match(address):
        return address
    try:
        path = urljoin(page, address)
        parts = urlsplit(path)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        return None
    prefix = page.lstrip("/").split("/", 1)[0]
    return path if parts.path.lstrip("/").startswith(f"{prefix}/") else site.rstrip("/") + path


def text_of(clean: str) -> str:
    """The words of sanitised HTML, white space folded; a block's edge is a space."""
    words = TAG.sub(lambda match: " " if match[1] in BLOCKS else "", clean)
    return SPACE.sub(" ", html.unescape(words)).strip()
