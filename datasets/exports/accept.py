"""Which format a request wants: content negotiation after RFC 9110, section 12.5.1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from datasets.exports.format import Format
from datasets.exports.table import FORMATS

HTML, XHTML = "text/html", "application/xhtml+xml"  # who names the latter is a browser; we never send it
LONGEST = 2000
# A range and its parameters; commas and semicolons may stand in quotes, as in profile="a,b".
ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
PARAMETER = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*")+')
QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class Chosen(NamedTuple):
    """A format and the media type under which it was asked for."""

    format: Format
    type: str


def wanted(accept: str) -> Chosen | None:
    """The format that an `Accept` header asks for, None for the page.

    The page wins where it is wanted as much as anything else, so browsers always get it; and where nothing fits: a page
    that leads on to all formats helps more than 406, and RFC 9110 leaves the choice to the server.
    """
    if not accept or accept == "*/*":
        return None
    return _wanted(accept) if len(accept) <= LONGEST else None


@lru_cache(maxsize=256)
def _wanted(accept: str) -> Chosen | None:
    ranges = dict(_ranges(accept))
    best = max(_quality(HTML, ranges), ranges.get(XHTML, 0.0))
    chosen = None
    for format_ in FORMATS:
        for kind in format_.types:
            quality = _quality(kind, ranges)
            if quality > best:
                best, chosen = quality, Chosen(format_, kind)
    return chosen


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    """Media ranges and their weights. Parameters such as a profile say more than we tell apart; a bad weight is 0."""
    for element in ELEMENT.findall(accept):
        parts = [part.strip() for part in PARAMETER.findall(element)]
        quality = 1.0
        for parameter in parts[1:]:
            name, _equals, value = parameter.partition("=")
            if name.strip().lower() == "q":
                value = value.strip()
                quality = float(value) if QUALITY.fullmatch(value) else 0.0
                break
        yield "".join(parts[:1]).lower(), quality


def _quality(kind: str, ranges: dict[str, float]) -> float:
    """The weight of the most specific range that covers a media type."""
    whole = f"{kind.partition('/')[0]}/*"
    return next((ranges[each] for each in (kind, whole, "*/*") if each in ranges), 0.0)
