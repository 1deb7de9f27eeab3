"""Names of people taken apart, as well as a name allows: what comes first in a list of references is the family's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Words between given and family name that belong to the latter (Chicago Manual of Style 17, 8.5 to 8.14).
PARTICLES = frozenset(
    "af al ap ben bin da dal de del della den der di dos du el ibn la le lo mac st ten ter van vom von zu zur".split()
)
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
TITLES = frozenset({"phd", "md", "msc", "bsc", "dr", "prof", "professor", "docent"})


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name; `given` is empty for a single word, and for what cannot be taken apart."""

    family: str
    given: str = ""
    suffix: str = ""

    @property
    def sorted(self) -> str:
        """`Akbar, Muhammad Usman`, as lists of references and DataCite have it."""
        return ", ".join(part for part in (self.family, self.given, self.suffix) if part)

    @property
    def with_initials(self) -> str:
        """`Akbar, M. U.`, as in the style of the American Psychological Association."""
        return ", ".join(part for part in (self.family, initials(self.given), self.suffix) if part)


@lru_cache(maxsize=2048)
def take_apart(name: str) -> PersonName:
    """Given and family name of a person, written `Given Family` or `Family, Given`.

    Args:
        name: on one line, as the page writes it.
    """
    pieces = [piece.strip() for piece in name.split(",") if piece.strip()]
    while len(pieces) > 1 and _letters(pieces[-1]) in TITLES:
        pieces.pop()
    suffix = pieces.pop() if len(pieces) > 1 and _letters(pieces[-1]) in SUFFIXES else ""
    if len(pieces) == 2:
        return PersonName(pieces[0], pieces[1], suffix)
    if len(pieces) != 1:
        return PersonName(name)
    words = _without_title(pieces[0].split())
    if len(words) > 2 and not suffix and _letters(words[-1]) in SUFFIXES:
        suffix = words.pop()
    start = len(words) - 1
    while start > 1 and words[start - 1] in PARTICLES:
        start -= 1
    return PersonName(" ".join(words[start:]), " ".join(words[:start]), suffix)


def initials(given: str) -> str:
    """`M. U.` of `Muhammad Usman`, `A.-K.` of `Anna-Karin`; what stands in no alphabet with initials stays whole."""
    return " ".join("-".join(_initial(part) for part in word.split("-") if part) for word in given.split())


def _initial(part: str) -> str:
    first = part[0]
    return f"{first.upper()}." if first.lower() != first.upper() else part


def _letters(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.casefold())


def _without_title(words: list[str]) -> list[str]:
    while len(words) > 1 and _letters(words[0]) in TITLES:
        words = words[1:]
    return words
