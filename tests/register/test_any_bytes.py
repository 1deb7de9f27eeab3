"""Whatever the bytes, a page is read or refused: nothing else is ever raised."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.register.findings import Refusal
from datasets.register.reader import read
from tests.cast import BRGANDI
from tests.register.pages import BODY, FRONT, REGISTER, a_page

RIGHT = a_page()
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
KEYS = st.sampled_from(
    "name @id @type email url id abstract author provider copyrightHolder copyrightYear license citation keywords "
    "datePublished dateCreated description organ sctid bytes exampleImage title thumbnail-url countries-shared "
    "modality numberOfScans version".split()
)
PARTS = st.recursive(
    SCALARS | TREES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5)
)
LIQUID = [
    "{{",
    "}}",
    "{%",
    "%}",
    " for x in page.datacite.author ",
    "endfor",
    "if",
    "| map: 'name'",
    "include a.md b=c",
]
MARKDOWN = [
    "## License\n",
    "### AIDA BY license\n",
    "[",
    "](",
    ")",
    "\n",
    "\n\n",
    '"',
    "'",
    "`",
    "*",
    "|",
    "---",
    "1. ",
]
HTML = ["<script>", "<a href='", "&amp;", "javascript:", "<!--", "-->", "<p>", "</p>"]
ODD = ["\x00", "\ufdd0", "0", "\ufdd1", "\u202e", "{:.x}", "{#a}", "    ", "\\", "~~~\n", "- ", "(1..9)"]
KRAMDOWN = [
    "[^a]: ",
    "[^a]",
    "$$",
    ": ",
    "{: #a}\n",
    "{::comment}",
    "{:/}",
    "*[A]: ",
    "[a]: ",
    "```\n",
    "<div>",
    "</div>",
]
PIECES = st.sampled_from(LIQUID + MARKDOWN + HTML + ODD + KRAMDOWN)


def read_or_refused(data: bytes) -> None:
    """Read a page; a refusal with its sentence is as good."""
    try:
        page = read(data, "10.23698/aida/testset.md", REGISTER)
    except Refusal as refusal:
        findings, shown = [refusal.finding], ""
    else:
        findings = list(page.findings)
        shown = "".join([page.description_html, page.annotation_html, page.body.html, *page.abstracts])
        shown += "".join(license.section.whole_html for license in page.licenses if license.section)
    assert all(finding.message for finding in findings)
    assert "<script" not in shown.lower()


def any_bytes(data: bytes) -> None:
    """Bytes alone, and as front matter and body."""
    for page in (data, b"---\n" + data, b"---\n" + FRONT.encode() + data, RIGHT + data):
        read_or_refused(page)


def bytes_within(place: int, data: bytes) -> None:
    """The right page with bytes in some place."""
    place %= len(RIGHT)
    read_or_refused(RIGHT[:place] + data + RIGHT[place:])
    read_or_refused(RIGHT[:place] + data + RIGHT[place + len(data) :])


def any_values(datacite: dict[str, Any], other: dict[str, Any]) -> None:
    """Front matter of any shape under the keys that are looked at."""
    front = {"datacite": {**datacite, "@id": "https://doi.org/10.23698/aida/testset"}, "other": other}
    read_or_refused(
        b"---\n" + yaml.safe_dump(front, allow_unicode=True).encode("utf-8", "replace") + b"---\n" + BODY.encode()
    )


def any_body(pieces: list[str]) -> None:
    """A body pieced together from what Liquid, Markdown and HTML are made of."""
    read_or_refused(f"---\n{FRONT}---\n{''.join(pieces)}".encode())


def _tests(limits: settings) -> list[Callable[[], None]]:
    keyed = st.dictionaries(KEYS, PARTS, max_size=8)
    return [
        limits(given(st.binary(max_size=200))(any_bytes)),
        limits(given(st.integers(0, 10_000), st.binary(max_size=20))(bytes_within)),
        limits(given(keyed, keyed)(any_values)),
        limits(given(st.lists(PIECES | st.text(max_size=5), max_size=40))(any_body)),
    ]


NAMES = ["bytes", "bytes within", "values", "body"]


@pytest.mark.parametrize("number", range(4), ids=NAMES)
def test_any_bytes_are_read_or_refused(number: int) -> None:
    _tests(QUICK)[number]()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4), ids=NAMES)
def test_many_more_bytes_are_read_or_refused(number: int) -> None:
    _tests(LONG)[number]()


REAL = BRGANDI.read_bytes()


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, len(REAL)), st.integers(0, 4000), st.integers(0, len(REAL)), st.binary(max_size=8))
def test_a_real_page_with_a_piece_moved_is_read_or_refused(start: int, length: int, to: int, data: bytes) -> None:
    """As after a merge that went wrong: a piece stands elsewhere, with something between."""
    rest = REAL[:start] + REAL[start + length :]
    read_or_refused(rest[:to] + data + REAL[start : start + length] + rest[to:])


BOMBS = [
    "<div>\n\n", "<p>x</p> y\n", "<!-- a\n\n", "```a\n", "```" + " " * 60_000 + "x y\n", "[a]: " + " '" * 50_000,
    "# " + " " * 100_000 + "x", "a|` `` ``` ```` b",
    "[^a]: x [^a]\n\n", "{::comment}", "{: #a}\n", "$$a", "a\n: b\n", "\"'",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("piece", BOMBS, ids=lambda piece: repr(piece[:10]))
def test_no_body_takes_long(piece: str) -> None:
    """Each took minutes, or would have, before what it repeats was bounded."""
    body = (piece * (120_000 // len(piece) + 1))[:120_000]
    start = time.process_time()
    read_or_refused(f"---\n{FRONT}---\n{body}\n## License\n### Controlled access\nx\n".encode())
    assert time.process_time() - start < 20
