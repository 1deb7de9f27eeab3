"""What may stand in a mail: text from people made harmless before it is kept or sent."""

from __future__ import annotations

import re

# Control characters but tab and line feed, line separators, lone surrogates, and marks that turn the direction in which
# text is shown (UAX #9), with which a name could rewrite the sentence around it.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# What nobody sees: soft hyphens, spaces without width, fillers, invisible operators, tags.
INVISIBLE = re.compile(
    r"[\xad\u115f\u1160\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
WHITE_SPACE = re.compile(r"\s+")
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
LONGEST_TEXT = 1_000_000


def one_line(text: str, longest: int = 400) -> str:
    """`text` as one harmless line: no line ends, control or direction characters, at most `longest` characters.

    What is too long ends with an ellipsis.
    """
    # Only the beginning is looked at: a text of a million characters costs no more than one of a thousand.
    beginning = INVISIBLE.sub("", text[: longest * 4])
    line = WHITE_SPACE.sub(" ", UNWANTED.sub(" ", beginning)).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def lines(text: str) -> str:
    """`text` with its line ends as `\\n` and without control or direction characters; cut at a million characters."""
    text = text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    return UNWANTED.sub("", INVISIBLE.sub("", text))


def clean_headers(headers: dict[str, str]) -> dict[str, str]:
    """`headers` with each value as one line.

    Raises:
        ValueError: when a name is not one that RFC 5322 allows.
    """
    for name in headers:
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a mail header.")
    return {name: one_line(value, 900) for name, value in headers.items()}
