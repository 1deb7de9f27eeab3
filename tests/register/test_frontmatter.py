"""Front matter: what is taken, and what is refused with its line."""

from __future__ import annotations

import pytest

from datasets.register.findings import Refusal
from datasets.register.frontmatter import MAX_BYTES, MAX_DEPTH, read_source


def refused(data: bytes) -> tuple[str, int | None]:
    """The code and line of the refusal."""
    with pytest.raises(Refusal) as caught:
        read_source(data)
    return caught.value.finding.code, caught.value.finding.line


def test_values_are_what_they_look_like() -> None:
    text = b"---\na: 12\nb: 1.5\nc: yes\nd:\ne: '12'\nf: 2023-10-18\ng: 12:30\nh: [1, x]\n---\nbody\n"
    source = read_source(text)
    assert source.front == {
        "a": 12, "b": 1.5, "c": True, "d": None, "e": "12", "f": "2023-10-18", "g": "12:30", "h": [1, "x"],
    }  # fmt: skip
    assert (source.body, source.body_line) == ("body\n", 11)


@pytest.mark.parametrize("value", ["2019-04-00", "0x1F", "0123", ".inf", ".nan", "9" * 5000, "1e999"])
def test_what_is_no_plain_number_or_day_stays_as_written(value: str) -> None:
    assert read_source(f"---\na: {value}\n---\n".encode()).front == {"a": value}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_kind(end: str) -> None:
    text = end.join(["---", "a: 1", "b: |", "  x", "  y", "---", "# Head", "text"])
    source = read_source(text.encode())
    assert source.front == {"a": 1, "b": "x\ny\n"}
    assert source.body == "# Head\ntext"
    assert source.line("b") == 3


def test_mixed_line_ends_and_a_byte_order_mark() -> None:
    source = read_source(b"\xef\xbb\xbf---\r\na: 1\nb: 2\r\n---  \nbody")
    assert source.front == {"a": 1, "b": 2}


def test_a_value_knows_its_line_and_a_missing_one_its_parents() -> None:
    source = read_source(b"---\na:\n- b: 1\n  c: 2\n- d\n---\n")
    assert source.line("a", 0, "c") == 4
    assert source.line("a", 0, "missing", 7) == 3
    assert source.line("a", 1) == 5
    assert source.line("nowhere") is None


def test_an_alias_and_a_merge_key_are_followed() -> None:
    source = read_source(b"---\na: &x {b: 1, c: 2}\nd: *x\ne:\n  <<: *x\n  c: 3\n---\n")
    assert source.front["d"] == {"b": 1, "c": 2}
    assert source.front["e"] == {"b": 1, "c": 3}


def test_control_characters_are_left_out() -> None:
    source = read_source(b'---\na: "x\\0y\\u202e"\n---\nbo\x00dy\x07')
    assert source.front["a"] == "xy\u202e"
    assert source.body == "body"


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "no-front-matter", 1),
        (b"# Only Markdown\n", "no-front-matter", 1),
        (b"g---\na: 1\n---\n", "no-front-matter", 1),
        (b"---\na: 1\n", "no-front-matter", 1),
        (b"---\na: 1\nb: [1, 2\nc: 3\n---\n", "yaml-error", 4),
        (b"---\na: 1\nb: 'open\nc: 3\n---\n", "yaml-error", 3),
        (b"---\na: 1\n b: 2\n---\n", "yaml-error", 3),
        (b"---\n\ta: 1\n---\n", "yaml-error", 2),
        (b"---\na: *nowhere\n---\n", "yaml-error", 2),
        (b"---\n? [a]\n: b\n---\n", "yaml-error", 2),
        (b"---\n- a list\n---\n", "yaml-error", 2),
        (b"---\nonly words\n---\n", "yaml-error", 2),
        (b"---\na: 1\nb: \x01\n---\n", "yaml-error", 3),
        (b"---\na: 1\nb: 2\na: 3\n---\n", "duplicate-key", 4),
        (b"---\na:\n- b: 1\n  b: 2\n---\n", "duplicate-key", 4),
        (b"---\na: 1\nb: \xff\xfe\n---\n", "not-utf-8", 3),
        ("---\nname: Linköping\n---\n".encode("latin-1"), "not-utf-8", 2),
        (b"---\na: 1\n---\n" + b"x" * MAX_BYTES, "too-big", None),
        (b"---\na: " + b"[" * (MAX_DEPTH + 5) + b"]" * (MAX_DEPTH + 5) + b"\n---\n", "too-complex", 2),
        (b"---\na: " + b"[" * 60_000 + b"\n---\n", "too-complex", 2),
    ],
)
def test_refused_with_its_line(data: bytes, code: str, line: int | None) -> None:
    assert refused(data) == (code, line)


def test_aliases_that_multiply_are_refused_before_they_are_spread_out() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert refused("\n".join(["---", *lines, "---", ""]).encode()) == ("too-complex", 6)


def test_an_alias_inside_itself_is_refused() -> None:
    assert refused(b"---\na: &a [*a]\n---\n") == ("yaml-error", 2)
