"""Words that can be taken for others: letters of several alphabets in one word, and addresses that are not ASCII.

Unicode's own measure of this (UTS #39) has tables of a million lines; what people are deceived with is a Cyrillic or
Greek letter among Latin ones, and that is told by the letters' names alone.
"""

from __future__ import annotations

import re
import unicodedata

# Scripts that are written together within a word: Japanese with Chinese characters, Korean with both.
TOGETHER = {"CJK": "HAN", "HIRAGANA": "HAN", "KATAKANA": "HAN", "HANGUL": "HAN", "BOPOMOFO": "HAN"}
WORD = re.compile(r"\w+")
LONGEST = 400


def script_of(letter: str) -> str:
    """The alphabet of one letter by its name (`LATIN`, `CYRILLIC`); empty for digits, marks and signs."""
    if not letter.isalpha():
        return ""
    first = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
    return TOGETHER.get(first, first)


def mixed_word(text: str) -> str:
    """The first word that mixes letters of several alphabets; empty when there is none. Long texts are cut."""
    for word in WORD.findall(text[:LONGEST]):
        if len({script_of(letter) for letter in word} - {""}) > 1:
            return str(word)
    return ""


def for_machines(domain: str) -> str:
    """A domain as name servers know it (`xn--...`), where that is not how it is written; else an empty text."""
    if domain.isascii():
        return domain if "xn--" in domain.lower() else ""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return "?"
