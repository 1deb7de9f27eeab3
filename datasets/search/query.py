"""What somebody looks for: words, columns and facets, read from an address and written back into one.

Every input means something. Words are cut where nobody writes them so long; what is no word looks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.urls import get_script_prefix, reverse

from datasets.search.columns import FILTERS, NAMED, Column
from datasets.search.tokens import Wanted, in_column, split, value_of, whole

LONGEST_QUERY = 500
MOST_WORDS = 24
MOST_FILTERS = 12
NEWEST = "-date"
SORTS = (NEWEST, "date", "name", "-name", "-size", "size", "-scans", "scans")
# A name with a colon, then words in quotes (the last quotes may be missing: it is still being typed) or up to a space.
PIECE = re.compile(r'(?P<column>[^\W\d_][\w-]*):(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]*))|"[^"]*"?|[^\s"]+')
# Whoever pastes the whole address of a dataset means its DOI.
DOI_ADDRESS = re.compile(r"https?://[^\s/\"]+/(?=10\.\d{4,9}/)", re.IGNORECASE)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Piece:
    """A part of what was typed, `lung` or `organ:"lymph node"`, and the tokens that it asks for."""

    text: str
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True)
class Filter:
    """A facet's value that was chosen, as it stands in the address and folded."""

    facet: str
    text: str
    value: str

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The one token that it asks for."""
        return (Wanted(whole(self.facet, self.value), prefix=False),)


@dataclass(frozen=True)
class Query:
    """A search: what was typed, which values were chosen, how the results are sorted. `cut`: some words were left out.

    All pieces and filters must fit a dataset.
    """

    pieces: tuple[Piece, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: str = NEWEST
    cut: bool = False

    @classmethod
    def read(cls, parameters: QueryDict) -> Query:
        """The search that an address means. Parameters that mean nothing are left out."""
        pieces, cut = _pieces(" ".join(parameters.getlist("q")))
        sort = parameters.get("sort", "")
        return cls(pieces, _filters(parameters), sort if sort in SORTS else NEWEST, cut)

    @classmethod
    def of(cls, text: str) -> Query:
        """The search for what somebody typed."""
        pieces, cut = _pieces(text)
        return cls(pieces, cut=cut)

    @property
    def text(self) -> str:
        """What stands in the search box."""
        return " ".join(piece.text for piece in self.pieces)

    @property
    def parts(self) -> tuple[Piece | Filter, ...]:
        """Everything that can be taken away by itself."""
        return (*self.filters, *self.pieces)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The tokens that a dataset must have, each once."""
        return tuple(dict.fromkeys(wanted for part in self.parts for wanted in part.wanted))

    def without(self, part: Piece | Filter) -> Query:
        """This search with one part less."""
        return replace(
            self,
            pieces=tuple(piece for piece in self.pieces if piece is not part),
            filters=tuple(each for each in self.filters if each is not part),
        )

    def only(self, part: Piece | Filter) -> Query:
        """This search with nothing but one of its parts."""
        return replace(
            self,
            pieces=tuple(piece for piece in self.pieces if piece is part),
            filters=tuple(each for each in self.filters if each is part),
        )

    def sorted_by(self, sort: str) -> Query:
        """This search in another order."""
        return replace(self, sort=sort)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """What its address holds besides what was typed."""
        found = [(each.facet, each.text) for each in self.filters]
        return [*found, ("sort", self.sort)] if self.sort != NEWEST else found

    def address(self, *more: tuple[str, str]) -> str:
        """Its address, with more parameters at the end."""
        query = urlencode([*([("q", self.text)] if self.pieces else []), *self.chosen, *more])
        return f"{_list(get_script_prefix())}{'?' if query else ''}{query}"


@lru_cache(maxsize=8)
def _list(_prefix: str) -> str:
    """The address of the list below this prefix; a page names it hundreds of times."""
    return reverse("datasets:list")


def address(column: str, value: str) -> str:
    """The address of the search for the datasets that have this value in this column; empty if it holds no word.

    Args:
        column: a name of `datasets.search.columns`.
        value: as written, of any length.
    """
    make = _address if len(value) <= LONGEST_QUERY else _address.__wrapped__
    return make(column, value, get_script_prefix())


@lru_cache(maxsize=4096)
def _address(column: str, value: str, _prefix: str) -> str:
    """As `address`; pages of a register name the same people, organs and years again and again."""
    if column in FILTERS:
        return Query(filters=(Filter(FILTERS[column].name, value, value_of(value)),)).address() if split(value) else ""
    words = " ".join(value.replace('"', " ").split())
    text = f'{column}:"{words}"' if " " in words else f"{column}:{words}"
    found = Query.of(text) if split(words) else Query()
    return found.address() if found.pieces else ""


def clean(text: str) -> str:
    """The text without what cannot be printed, and no longer than searches are."""
    return UNPRINTABLE.sub(" ", text)[:LONGEST_QUERY]


def _pieces(text: str) -> tuple[tuple[Piece, ...], bool]:
    """The pieces of what was typed, each once, and whether some were too many."""
    whole_text = DOI_ADDRESS.sub("", text[: 4 * LONGEST_QUERY])
    cut = len(text) > 4 * LONGEST_QUERY or len(whole_text) > LONGEST_QUERY
    found: dict[tuple[Wanted, ...], Piece] = {}
    left = MOST_WORDS
    for piece in _each(clean(whole_text)):
        if piece.wanted in found:
            continue
        cut = cut or len(piece.wanted) > left
        kept = piece.wanted[:left]
        left -= len(kept)
        if kept:
            found.setdefault(kept, Piece(piece.text, kept))
    return tuple(found.values()), cut


def _each(text: str) -> Iterator[Piece]:
    for match in PIECE.finditer(text):
        column = NAMED.get((match["column"] or "").casefold())
        value = (match["quoted"] or match["plain"] or "") if column else match[0].strip('"')
        tokens = tuple(dict.fromkeys(Wanted(token, prefix=True) for token in _tokens(column, value)))
        if tokens:
            yield Piece(_closed(match[0]), tokens)


def _tokens(column: Column | None, text: str) -> Iterable[str]:
    if text.startswith(f"{settings.DOI_PREFIX}/") and (column is None or column.name == "doi"):
        return [whole("doi", value_of(text.removesuffix(".html")))]  # its words by themselves stand in every dataset
    if column:
        return [in_column(column.name, word) for word in split(text)]
    return split(text) if text != "AND" else ()  # all words must fit anyway


def _closed(text: str) -> str:
    return f'{text}"' if text.count('"') == 1 else text


def _filters(parameters: QueryDict) -> tuple[Filter, ...]:
    found: dict[tuple[str, str], Filter] = {}
    for name, values in parameters.lists():
        column = FILTERS.get(name.casefold())
        for text in _texts(values) if column else ():
            if column and (value := value_of(text)):
                found.setdefault((column.name, value), Filter(column.name, text, value))
    return tuple(found.values())[:MOST_FILTERS]


def _texts(values: Sequence[str]) -> list[str]:
    return [" ".join(clean(value).split()) for value in values]
