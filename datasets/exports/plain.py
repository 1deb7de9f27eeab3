"""Texts of pages as plain words for machines: on one line, without what a file format could trip over."""

from __future__ import annotations

import re
from functools import lru_cache
from math import isfinite
from typing import Any

from datasets.register.markdown import text_of
from datasets.register.values import INVISIBLE, as_email

# What no XML document may hold (https://www.w3.org/TR/xml/#charsets), and the other control characters.
UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
MASK = "(e-mail address)"
ILLEGAL_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`\x7f-\xa0]')


def line(text: str) -> str:
    """The text on one line: white space folded, no control characters, none that turn or hide what stands beside."""
    folded = " ".join(text.split())
    return " ".join(INVISIBLE.sub("", UNFIT.sub("", folded)).split())


@lru_cache(maxsize=512)
def words_of(html: str) -> str:
    """The words of sanitised HTML on one line."""
    return line(text_of(html))


def cut(text: str, most: int) -> str:
    """The text, or as many whole words of it as fit into so many characters with an ellipsis."""
    if len(text) <= most:
        return text
    head = text[: most - 2]
    return f"{head.rsplit(' ', 1)[0] if ' ' in head else head} …"


def iri(text: str) -> str:
    """An address with everything percent-encoded that no IRI may hold (RFC 3987, and IRIREF in Turtle's grammar)."""
    return ILLEGAL_IN_IRI.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), line(text))


@lru_cache(maxsize=1024)
def is_email_key(key: str) -> bool:
    """Whether a key of the front matter is one under which e-mail addresses stand."""
    letters = re.sub(r"[^a-z]", "", key.casefold())
    return "email" in letters or letters in {"mail", "mailto"}


def is_email(value: object) -> bool:
    """Whether a value is an e-mail address and nothing else."""
    return isinstance(value, str) and "@" in value and as_email(value) is not None


def private_addresses(matter: Any) -> frozenset[str]:
    """The e-mail addresses, in lower case, that stand as values of their own anywhere in a page's front matter."""
    if isinstance(matter, dict):
        return frozenset().union(
            *(
                _addresses_in(value) if is_email_key(str(key)) else private_addresses(value)
                for key, value in matter.items()
            )
        )
    if isinstance(matter, list):
        return frozenset().union(*(private_addresses(value) for value in matter))
    return _addresses_in(matter) if is_email(matter) else frozenset()


def _addresses_in(value: Any) -> frozenset[str]:
    return frozenset(found.casefold() for found in ADDRESS.findall(str(value)))


def masked(text: str, private: frozenset[str]) -> str:
    """The text without these addresses: a mark stands where one stood."""
    if not private or "@" not in text:
        return text
    return _any_of(private).sub(MASK, text)


@lru_cache(maxsize=64)
def _any_of(private: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.+-])(?:{'|'.join(map(re.escape, sorted(private)))})(?![\w-])", re.IGNORECASE)


def without_addresses(matter: Any, private: frozenset[str]) -> Any:
    """A part of the front matter without the e-mail addresses of people.

    A key for e-mail addresses and a value that is one go away whole; in longer texts a mark stands where one stood.

    Args:
        matter: mappings, lists and plain values as the page has them.
        private: what `private_addresses` found in the page.
    """
    if isinstance(matter, dict):
        kept = ((key, value) for key, value in matter.items() if not is_email_key(str(key)) and not is_email(value))
        return {key: without_addresses(value, private) for key, value in kept}
    if isinstance(matter, list):
        return [without_addresses(value, private) for value in matter if not is_email(value)]
    if isinstance(matter, float) and not isfinite(matter):
        return None  # JSON has no word for it
    return masked(matter, private) if isinstance(matter, str) else matter
