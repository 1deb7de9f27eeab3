"""Markdown: harmless HTML with the website's typography and anchors."""

from __future__ import annotations

import time

import pytest

from datasets.register.markdown import MarkdownFailure, markdown, parse, resolve, text_of

PAGE, SITE = "/10.23698/aida/x", "https://register.example"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('THE DATA IS PROVIDED "AS IS".', "THE DATA IS PROVIDED “AS IS”."),
        ("Alzheimer's, 'so' and the '80s", "Alzheimer’s, ‘so’ and the ’80s"),
        ('a 5" disk ("tiny") "\'n\' so"', "a 5” disk (“tiny”) “‘n’ so”"),
        ('**"bold"** "*em*" ["link"](http://a.example)', "“bold” “em” “link”"),
        ("images--A, so---what... << x >>", "images–A, so—what… «\u00a0x\u00a0»".replace("\u00a0", " ")),
        ("(c) (r) (tm) +- stay", "(c) (r) (tm) +- stay"),
        ('`"--"` stays', '"--" stays'),
        ('\\"escaped\\"', '"escaped"'),
        ("H&E &amp; &eacute; < 5 > 3", "H&E & é < 5 > 3"),
        ("a\nb\n\n* c\n* d\n\n> e", "a b c d e"),
        ("[](http://a.example) b", "b"),
        ("[x]()", "x"),
        ("[two words](http://a.example/b c.pdf)", "two words"),
        ('text\n{: .note}\n[y](http://z.example){:target="_blank"}', "text\n y".replace("\n", "")),
    ],
)
def test_text_as_the_website_shows_it(source: str, text: str) -> None:
    assert text_of(markdown(source)) == text


def test_a_link_keeps_spaces_in_its_address() -> None:
    assert 'href="http://a.example/b%20c.pdf"' in markdown("[x](http://a.example/b c.pdf)")
    assert 'href="http://a.example/b_(c)"' in markdown("[x](http://a.example/b_(c))")


def test_anchors_are_kramdowns() -> None:
    source = "## AIDA BY license\n### AIDA BY license\n## Ö & 1.5!\n## Named {#own-id}\n\nSetext\n------\n"
    assert [heading.anchor for heading in parse(source).headings] == [
        "aida-by-license", "aida-by-license-1", "ö--15", "own-id", "setext",
    ]  # fmt: skip
    assert [heading.level for heading in parse(source).headings] == [2, 3, 2, 2, 2]


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)' onclick='alert(1)' style='x'>x</a>",
        "[x](javascript:alert(1)) ![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "<svg><script>alert(1)</script></svg><iframe src='javascript:alert(1)'></iframe>",
        "<style>*{display:none}</style><form action=javascript:alert(1)><input></form>",
        "<a href='&#106;avascript:alert(1)'>x</a><base href='javascript:alert(1)'>",
        "<h2 id=x onmouseover=alert(1)>x</h2><p class=x style=x>y</p>",
        '## x {#a"onclick=alert(1)}',
    ],
)
def test_nothing_that_acts_comes_through(source: str) -> None:
    html = markdown(source, PAGE, SITE).lower()
    tags = "".join(part.partition(">")[0] + "|" for part in html.split("<")[1:])
    for bad in ("script", "javascript:", " on", "style", "iframe", "form", "base", "svg", "class"):
        assert bad not in tags, html


def test_links_are_marked_and_lead_to_the_right_site() -> None:
    html = markdown('<a href="lnco">a</a> [b](/datasets/scapis/#access) [c](#d) [e](https://f.example/)', PAGE, SITE)
    assert 'href="/10.23698/aida/lnco" rel="noopener noreferrer"' in html
    assert 'href="https://register.example/datasets/scapis/#access"' in html
    assert 'href="#d"' in html
    assert 'href="https://f.example/"' in html


@pytest.mark.parametrize("address", ["/\\evil.example", "http:evil.example", "///evil.example"])
def test_no_relative_link_leaves_for_another_host(address: str) -> None:
    resolved = resolve(address, PAGE, SITE)
    assert resolved is None or resolved.startswith((SITE, "/10.23698/")) or resolved == address


@pytest.mark.parametrize(
    "source",
    ["[" * 50_000, "[a](" * 20_000, "![a](" * 20_000, "[a]((" * 20_000, "[a][b] " * 10_000],
)
def test_a_paragraph_of_brackets_is_refused_at_once(source: str) -> None:
    started = time.monotonic()
    with pytest.raises(MarkdownFailure):
        markdown(source)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "source",
    ["*a " * 30_000, "_a" * 40_000, "`a ``b " * 15_000, "<" * 100_000, "'\"" * 50_000, "> " * 5_000 + "a",
     "- " * 3_000 + "a",
     "{:" * 50_000, "&a;" * 30_000, "# a\n" * 20_000, "a\n" * 50_000, "~~a" * 30_000, "<!--" * 20_000],
)  # fmt: skip
def test_long_and_odd_texts_are_read_in_seconds(source: str) -> None:
    started = time.monotonic()
    text_of(markdown(source))
    assert time.monotonic() - started < 10
