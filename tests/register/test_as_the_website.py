"""Small pages beside what the register's website (Jekyll 4.3, Liquid 5, kramdown 2.4) makes of their licences.

Each expected text was taken from Jekyll itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from datasets.register.reader import Register, read
from datasets.register.sections import Section

FRONT = """\
datacite:
  "@id": "https://doi.org/10.23698/aida/testset"
  name: "A set for tests"
  author:
  - name: "Per Lind"
    "@id": "https://orcid.org/0000-0002-1825-0097"
  - name: "Petra Öhman"
  copyrightYear: 2023
  empty: []
  citation:
  - name: "One work"
    year: 2001
  -
  - name: "Another"
other:
  names: "just text"
"""
BODY = "## License\n### Controlled access\n{}\n\n### AIDA BY license\nThe end.\n"

MARKDOWN: list[tuple[str, str | list[str]]] = [
    ("Text\n* item\n* item", "Text item item"),
    ("1) a\n2) b", "1) a 2) b"),
    ("text\n2023. Title", "text Title"),
    ("Author A. B. (2020)\nText\n* ", "Author A. B. (2020) Text"),
    ("- [ ] todo\n- [x] done", "todo done"),
    ("\n| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
    ("Before.\n\nSensitivity | specificity", "Before. Sensitivity specificity"),
    ("Before.\n\n| `a|b` | c |\n|---|---|\n| 1 | 2 |", "Before. a|b c 1 2"),
    ("Before.\n\nTable:\n\n| A | B |\n|---+---|\n| 1 | 2 |\n|===\n| f | g |", "Before. Table: A B 1 2 f g"),
    ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b | |—|—| | 1 | 2 |"),
    ("Text\n| a | b |", "Text | a | b |"),
    ("Term\n: Definition one\n: Two", "Term Definition one Two"),
    ("*[HTML]: Hyper Text\n\nHTML is", "HTML is"),
    ("[1]: Ref text here\n\nSee.", "See."),
    ('See [1].\n\n[1]: https://x.example/a b.pdf "T"', "See 1."),
    ("Before.\n\nSub\n---\ntext", ["Before."]),
    ("text\n---\nmore", "text — more"),
    ("a\n***\nb", "a *** b"),
    ("a\n\n***\nb", "a b"),
    ("#hash\n####\ntext", "#hash #### text"),
    ('```\ncode "x" --\n```', 'code "x" --'),
    ('```\nnever closed "x"', "``` never closed “x”"),
    ("<div>\n*raw*\n\n*still raw*\n</div>\nafter *this*", "*raw* *still raw* after this"),
    ("<br>\nnext *line*", "next line"),
    ('<div markdown="1">\nread *me*\n</div>', "read me"),
    ("<p>x</p> behind *it*", "x behind it"),
    ("Before. <p>x</p> after.", "Before. <p>x</p> after."),
    ("<!-- a\n\nb -->\nshown", "shown"),
    ("{::comment}\nhidden\n{:/comment}\nx", "x"),
    ("{::nomarkdown}<b>x</b>{:/nomarkdown}", "x"),
    ("word{: .x}", "word{: .x}"),
    ("*a*{: .x} b", "a b"),
    ("x\n{: .note}", "x"),
    ("a $$x$$ b", "a \\(x\\) b"),
    ("Before.\n\n$$x^2$$", "Before. \\[x^2\\]"),
    ("A\\\\\nB", "A B"),
    ("[](https://x.example) b", "b"),
    ('"`x`"', "“x”"),
    ('..."x"', "…“x”"),
    ("<john@x.example> and <https://x.example/a_b>", "john@x.example and https://x.example/a_b"),
    ('a_b_c `x`\'s "y"', "a_b_c x’s “y”"),
    ('THE DATA IS "AS IS"', "THE DATA IS “AS IS”"),
    ('    code "x"\n', 'code "x"'),
    ('* a\n\n  para "x"\n* b', "a para “x” b"),
    ("> quote\nlazy", "quote lazy"),
]
LIQUID: list[tuple[str, str | list[str]]] = [
    (
        "{{ page.datacite.author }}",
        "{“name”=>”Per Lind”, “@id”=>”https://orcid.org/0000-0002-1825-0097”}{“name”=>”Petra Öhman”}",
    ),
    ('{{ page.datacite.citation | map: "name" | join: "; " }}', "One work; ; Another"),
    ('{{ page.other.names | map: "t" }}', "t"),
    (
        '{{ "2023-10" | date: "%Y" }} {{ "2019-04-00" | date: "%Y" }} {{ "18/10/2023" | date: "%d %B %Y" }}',
        "2023-10 2019-04-00 18 October 2023",
    ),
    ('{{ "2023" | date: "%Y" }}', "1970"),
    ('{{ "2023-10-18" | date: "%-d %b %y, %05d %v %Z" }}', "18 Oct 23, 00018 18-OCT-2023 UTC"),
    ('{{ "2023-10-18" | date_to_xmlschema }}', "2023-10-18T00:00:00+00:00"),
    ("{{ 2.5 | round }} {{ 3.14159 | round: 2 }}", "3 3.14"),
    ('{{ "2019-2020" | plus: 1 }} {{ "1,000" | plus: 1 }} {{ "1.5" | times: 2 }}', "2020 2 3.0"),
    ('{{ "a" "b" }}|{{ page.datacite.name | }}|{{ | upcase }}', "a|A set for tests|"),
    ("{{ page.datacite.@id }}|{{ \\page.datacite.copyrightYear }}", "|2023"),
    ("{% if page.datacite.copyrightYear == 2023 && x %}a{% else %}b{% endif %}", "a"),
    ('{% for c in page.datacite.citation | where: "year", 2001 %}{{ c.name }};{% endfor %}', "One work;;Another;"),
    ("{% for i in (1..page.datacite.author.size) %}{{ i }}{% endfor %}", "12"),
    ("{% for a in page.datacite.author %}{% ifchanged %}x{% endifchanged %}{% endfor %}", "x"),
    ('{{ page.datacite.empty | default: "none" }}{% for c in page.datacite.empty %}{% endfor %}', "none"),
    ('{{ page.datacite.author | map: "name" | jsonify }}', "[“Per Lind”,”Petra Öhman”]"),
    ('{{ "/a.png" | absolute_url }}', "https://datahub.aida.scilifelab.se/a.png"),
    ('{{ (1..3) | join: "," }}', "1,2,3"),
]
HEADINGS: list[tuple[str, list[str]]] = [
    (
        "### A{#own}\nx",
        ["3 controlled-access: Controlled access", "3 aown: A{#own}", "3 aida-by-license: AIDA BY license"],
    ),
    (
        "### A {#own.id_1}\nx",
        ["3 controlled-access: Controlled access", "3 own.id_1: A", "3 aida-by-license: AIDA BY license"],
    ),
    (
        "### A\n{: #own}\nx",
        ["3 controlled-access: Controlled access", "3 own: A", "3 aida-by-license: AIDA BY license"],
    ),
    (
        "###  two  spaces ##\nx",
        ["3 controlled-access: Controlled access", "3 two--spaces: two spaces", "3 aida-by-license: AIDA BY license"],
    ),
    (
        "### A\nx\n### A\ny",
        ["3 controlled-access: Controlled access", "3 a: A", "3 a-1: A", "3 aida-by-license: AIDA BY license"],
    ),
    (
        '### Åäö & 1.5 – "x" -- y!\nx',
        [
            "3 controlled-access: Controlled access",
            "3 åäö--15--x--y: Åäö & 1.5 – “x” – y!",
            "3 aida-by-license: AIDA BY license",
        ],
    ),
    (
        "### *em* `code` [l](x)\nx",
        ["3 controlled-access: Controlled access", "3 em-code-l: em code l", "3 aida-by-license: AIDA BY license"],
    ),
    (" ### indented\nx", ["3 controlled-access: Controlled access", "3 aida-by-license: AIDA BY license"]),
    ("###none\nx", ["3 controlled-access: Controlled access", "3 aida-by-license: AIDA BY license"]),
    ("text\n### A\nx", ["3 controlled-access: Controlled access", "3 a: A", "3 aida-by-license: AIDA BY license"]),
    ("* item\n### A\nx", ["3 controlled-access: Controlled access", "3 a: A", "3 aida-by-license: AIDA BY license"]),
    (
        "<div>\n### No\n</div>\n### A\nx",
        ["3 controlled-access: Controlled access", "3 a: A", "3 aida-by-license: AIDA BY license"],
    ),
    (
        "~~~\n### No\n~~~\n### A\nx",
        ["3 controlled-access: Controlled access", "3 a: A", "3 aida-by-license: AIDA BY license"],
    ),
    (
        "### {{ page.datacite.name }}\nx",
        [
            "3 controlled-access: Controlled access",
            "3 a-set-for-tests: A set for tests",
            "3 aida-by-license: AIDA BY license",
        ],
    ),
    ("x\n\nOwn\n----\ny", ["3 controlled-access: Controlled access"]),
    ("### !!!\nx", ["3 controlled-access: Controlled access", "3 : !!!", "3 aida-by-license: AIDA BY license"]),
]


def sections(source: str) -> Iterator[Section]:
    """The licence sections of a page with this in its first licence."""
    data = f"---\n{FRONT}---\n{BODY.format(source)}".encode()
    waiting = list(read(data, "testset.md", Register("10.23698", "https://datahub.aida.scilifelab.se")).body.licenses)
    while waiting:
        section = waiting.pop(0)
        yield section
        waiting = [*section.parts, *waiting]


@pytest.mark.parametrize(("source", "text"), MARKDOWN + LIQUID)
def test_text(source: str, text: str | list[str]) -> None:
    expected = [text, "The end."] if isinstance(text, str) else text
    assert [section.text for section in sections(source)] == expected


@pytest.mark.parametrize(("source", "headings"), HEADINGS)
def test_headings_and_anchors(source: str, headings: list[str]) -> None:
    assert [f"{s.level} {s.anchor}: {s.heading}" for s in sections(source)] == headings


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("<div>open", ["open", "The end."]),
        ("<script>alert(1)</script>x", ["x", "The end."]),
        ('{::options auto_ids="false" /}\n\nx', ["x", "The end."]),
    ],
)
def test_where_the_website_is_left_on_purpose(source: str, texts: list[str]) -> None:
    """HTML that is never closed would take all licences after it with it; scripts are no text; anchors stay."""
    assert [section.text for section in sections(source)] == texts
    assert [section.anchor for section in sections(source)] == ["controlled-access", "aida-by-license"]
