"""What may stand in a mail: text from people made harmless before it is kept or sent."""

from __future__ import annotations

import re
import unicodedata

# They turn the direction in which text is shown, so that a name could rewrite the sentence around it.
DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
HIDDEN = DIRECTION | {"\ufeff"}
WHITE_SPACE = re.compile(r"\s+")
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
LONGEST_TEXT = 1_000_000


def one_line(text: str, longest: int = 400) -> str:
    """`text` as one harmless line: no line ends, control or direction characters, at most `longest` characters.

    What is too long ends with an ellipsis.
    """
    # Only the beginning is looked at: a text of a million characters costs no more than one of a thousand.
    kept = "".join(character if _shows(character) else " " for character in text[: longest * 4])
    line = WHITE_SPACE.sub(" ", kept).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def lines(text: str) -> str:
    """`text` with its line ends as `\\n` and without control or direction characters; cut at a million characters."""
    text = text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(character for character in text if character in "\n\t" or _shows(character))


def clean_headers(headers: dict[str, str]) -> dict[str, str]:
    """`headers` with each value as one line.

    Raises:
        ValueError: when a name is not one that RFC 5322 allows.
    """
    for name in headers:
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a mail header.")
    return {name: one_line(value, 900) for name, value in headers.items()}


def _shows(character: str) -> bool:
    """Whether it may stand in a line: no control character, half surrogate, line separator or direction mark."""
    return character not in HIDDEN and unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
