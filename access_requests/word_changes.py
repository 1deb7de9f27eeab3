"""Which words of a text were added and which removed, for marking them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# Words beyond this number are not compared one by one: it would take long, and nobody would read it.
MOST_WORDS = 8000
# Of a long passage that stayed the same, so many words are shown on each side of what changed.
AROUND = 30
_TOKEN = re.compile(r"[^\S\n]*\S+|\n")


@dataclass(frozen=True)
class Piece:
    """A run of words: `same`, `new`, `gone`, or `left-out` for a long passage that stayed the same."""

    kind: str
    text: str


def word_changes(before: str, after: str) -> list[Piece]:
    """The later text with what was added and removed; read without `gone` and with what was left out, it is `after`."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return [piece for piece in (Piece("gone", before), Piece("new", after)) if piece.text]
    return list(_shortened(list(_pieces(old, new))))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    """Spaces before a word do not make it another word."""
    matcher = SequenceMatcher(None, [_word(token) for token in old], [_word(token) for token in new])
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(new[start:end]))
            continue
        if last > first:
            yield Piece("gone", "".join(old[first:last]))
        if end > start:
            yield Piece("new", "".join(new[start:end]))


def _word(found: str) -> str:
    return found.strip() or found


def _shortened(pieces: list[Piece]) -> Iterator[Piece]:
    for place, piece in enumerate(pieces):
        words = _TOKEN.findall(piece.text) if piece.kind == "same" else []
        if len(words) <= 2 * AROUND + 10 or len(pieces) == 1:
            yield piece
            continue
        if place:
            yield Piece("same", "".join(words[:AROUND]))
        head, tail = AROUND if place else 0, AROUND if place < len(pieces) - 1 else 0
        yield Piece("left-out", "".join(words[head : len(words) - tail]))
        if tail:
            yield Piece("same", "".join(words[-tail:]))
