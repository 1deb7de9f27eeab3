"""The language in which datasets are searched: the same for every database.

A text becomes folded words (`datasets.register.values.fold`: NFKD, no marks, casefold), of letters and digits only.
A dataset's tokens are of three kinds that cannot be mistaken for each other, however one is cut short:

    lung            a word that stands somewhere
    :organ:lung     a word that stands in this column
    =organ=lung     a whole value of this column

A search names tokens, or beginnings of them, and finds the datasets that have them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from datasets.register.values import fold

WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 60  # in characters; what follows is not looked at, neither in a dataset nor in a search
LONGEST_VALUE = 100
SHORT = 60
MOST_TOKENS = 20_000  # of one dataset; a tsvector holds less than a megabyte
MOST_BYTES = 500_000


class Wanted(NamedTuple):
    """A token that a dataset must have; with `prefix`, one that begins so."""

    token: str
    prefix: bool

    def fits(self, tokens: Iterable[str]) -> bool:
        """Whether one of the tokens is meant: what the databases' indexes find, said plainly."""
        return any(token.startswith(self.token) if self.prefix else token == self.token for token in tokens)


def split(text: str) -> list[str]:
    """The folded words of a text, in their order."""
    return list(_split_short(text)) if len(text) < SHORT else _split(text)


@lru_cache(maxsize=20_000)
def _split_short(text: str) -> tuple[str, ...]:
    return tuple(_split(text))  # values of columns come again and again


def _split(text: str) -> list[str]:
    return [word[:LONGEST_WORD] for word in WORD.findall(fold(text))]


def value_of(text: str) -> str:
    """A value as facets know it, `lymph_node`; empty when it holds no word."""
    return "_".join(split(text))[:LONGEST_VALUE]


def in_column(column: str, word: str) -> str:
    """The token of a word in a column."""
    return f":{column}:{word}"


def whole(column: str, value: str) -> str:
    """The token of a whole value, as `value_of` writes it."""
    return f"={column}={value}"


def limited(tokens: Iterable[str]) -> list[str]:
    """Each token once, as many as a database holds for one dataset; the first ones win."""
    kept: list[str] = []
    size = 0
    for token in dict.fromkeys(tokens):
        size += len(token.encode()) + 4
        if size > MOST_BYTES or len(kept) == MOST_TOKENS:
            break
        kept.append(token)
    return kept
