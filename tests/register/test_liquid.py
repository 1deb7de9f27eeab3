"""Liquid: as Jekyll would, within limits."""

from __future__ import annotations

import time
from typing import Any

import pytest

from datasets.register.liquid import Include, LiquidFailure, Note, render, split_marks

PAGE: dict[str, Any] = {
    "page": {
        "names": [{"name": "Ada"}, {"name": "Bo"}, {"name": "Cy"}],
        "two": [{"name": "Ada"}, {"name": "Bo"}],
        "one": {"name": "Solo"},
        "holes": [None, {"name": "Ada"}, {"other": 1}],
        "day": "2023-10-18",
        "gap": None,
        "@id": "https://doi.org/10.23698/aida/x",
    }
}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{{ page.names | map: "name" | array_to_sentence_string }}', "Ada, Bo, and Cy"),
        ('{{ page.two | map: "name" | array_to_sentence_string }}', "Ada and Bo"),
        ('{{ page.one | map: "name" | array_to_sentence_string }}', "Solo"),
        ('{{ page.holes | map: "name" | join: "/" }}', "/Ada/"),
        ('{{ page.day | date: "%Y" }}', "2023"),
        ('{{ "2019-04-00" | date: "%Y" }}', "2019-04-00"),
        ('{{ "2019-04-31" | date: "%Y-%m-%d" }}', "2019-05-01"),
        ('{{ page.gap | date: "%Y" }}', ""),
        ('{{ page["@id"] | remove: "https://doi.org/" }}', "10.23698/aida/x"),
        ("{% for n in page.two %}{{ forloop.index | plus: 1 }}{{ n.name }} {% endfor %}", "2Ada 3Bo "),
        ("{% if page.gap %}yes{% else %}no{% endif %}{% unless page.day %}x{% endunless %}", "no"),
        ("{% for n in page.nothing %}x{% endfor %}{% assign a = 'b' %}{{ a }}", "b"),
        ("{% raw %}{{ x }}{% endraw %}{% comment %}{% include a.md %}{% endcomment %}", "{{ x }}"),
        ("{{ page.names[0].name }}{{ page.names.size }}", "Ada3"),
        ("{{ page.@id }}{{ page.day again }}{{}}", "2023-10-18"),
        ('{{ "a b" | replace: " ", "-" | upcase }}', "A-B"),
    ],
)
def test_as_jekyll_renders_it(source: str, text: str) -> None:
    assert render(source, PAGE).text == text


def test_an_include_is_recorded_with_its_parameters() -> None:
    source = 'a\n{% include blurb.md a="yes" b=false\n   c= "https://x.example/a b.pdf" d=page.day e=\'it"s\' f=3 %}z'
    rendered = render(source, PAGE)
    parameters = {"a": "yes", "b": False, "c": "https://x.example/a b.pdf", "d": "2023-10-18", "e": 'it"s', "f": 3}
    assert rendered.includes == [Include("blurb.md", parameters, 2)]
    assert split_marks(rendered.text) == ("a\nz", [(0, 1)])


def test_an_include_that_is_not_reached_is_not_recorded() -> None:
    assert render("{% if page.gap %}{% include blurb.md %}{% endif %}", PAGE).includes == []


def test_what_is_not_defined_is_empty_and_noted_with_its_line() -> None:
    rendered = render("x\n[{{ doi }}] {{ page.day | shout }}\n{{ page.no.where }}{{ none | default: 'd' }}", PAGE)
    assert rendered.text == "x\n[] 2023-10-18\nd"
    assert rendered.notes == [
        Note("undefined-variable", "doi", 2),
        Note("unknown-filter", "shout", 2),
        Note("undefined-variable", "page.no.where", 3),
    ]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("\n\n{{ open", 3),
        ("{% if x %}", 1),
        ("\n{% nonsense %}", 2),
        ("{% render 'other.md' %}", 1),
        ("\n{% for i in (1..100000000) %}x{% endfor %}", 2),
        ("{{ (1..100000000) | join: ',' }}", 1),
        ("{% for i in (1..999) %}{% for j in (1..999) %}{% for k in (1..9) %}x{% endfor %}{% endfor %}{% endfor %}", 1),
        ("{% assign a = 'xxxxxxxx' %}" + "{% assign a = a | append: a %}" * 60, 1),
        ("{% assign a = 'x' %}" + "{% assign a = a | append: a %}" * 15 + "{{ a | replace: 'x', a }}", 1),
        (
            "{% assign a = 'x' %}"
            + "{% assign a = a | append: a %}" * 15
            + "{% assign b = a | split: '' %}{{ b | join: a }}",
            1,
        ),
        ("{% assign n = 9 %}" + "{% assign n = n | times: n %}" * 60, 1),
        ("{{" * 20_000, 1),
        ("{{ x" + " " * 1500 + "}}", 1),
        ("{{ x }}" * 5_000, 1),
        ("{% if x %}" * 500, 1),
    ],
)
def test_broken_or_endless_liquid_fails_soon_with_its_line(source: str, line: int) -> None:
    started = time.monotonic()
    with pytest.raises(LiquidFailure) as caught:
        render(source, PAGE)
    assert caught.value.line == line
    assert time.monotonic() - started < 5


def test_rounding_to_billions_of_digits_is_not_tried() -> None:
    assert render("{{ 5 | round: -10000000000 }}", PAGE).text == "5"
