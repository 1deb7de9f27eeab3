"""What single values of a page mean: numbers, days, identifiers. Each answers None where it cannot tell."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

ORCID = re.compile(r"(?:https?://)?(?:www\.)?orcid\.org/(.*)", re.IGNORECASE)
ORCID_DIGITS = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])", re.IGNORECASE)
DOI = re.compile(r"10\.\d{4,9}/[-._;()/:a-z0-9]+")
DOI_ADDRESS = re.compile(r"\s*(?:https?://(?:dx\.)?doi\.org/|doi:)?\s*(\S+)\s*", re.IGNORECASE)
DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
NUMBER = re.compile(r"[+-]?\d{1,3}(?:[ ,_\u00a0\u202f]\d{3})+|[+-]?\d+(?:\.0+)?")
BIGGEST = 2**63 - 1  # what a bigint column holds
INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
SPACE = re.compile(r"\s+")

# The dihedral group table of Verhoeff's check digit, which SNOMED CT uses
# (https://confluence.ihtsdotools.org/display/DOCRELFMT/6.2+SCTID+Data+Type).
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def tidy(text: str) -> str:
    """A name or identifier without entities, invisible characters, doubled or outer white space."""
    if text.isascii() and "&" not in text:
        return " ".join(text.split())
    return SPACE.sub(" ", INVISIBLE.sub("", html.unescape(text))).strip()


def is_tidy(text: str) -> bool:
    """Whether a name or identifier is written as it should be; an en dash or an accent is fine."""
    return tidy(text) == text


@lru_cache(4096)
def fold(text: str) -> str:
    """For comparing what people wrote: no accents, no case, no punctuation, single spaces."""
    plain = text
    if not text.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return SPACE.sub(" ", re.sub(r"[^\w]+", " ", plain.casefold())).strip()


def as_number(value: object) -> int | None:
    """A whole number not below zero, also from text with thousands' separators; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    if isinstance(value, float) and not value.is_integer():
        return None
    if isinstance(value, float):
        text = str(int(value))
    if len(text) > 30 or not NUMBER.fullmatch(text):
        return None
    number = int(re.sub(r"\.0+$|[^\d.+-]", "", text))
    return number if 0 <= number <= BIGGEST else None


def as_day(value: object) -> date | None:
    """A day of the calendar from `2023-10-18` (a time after it is left out); None for anything else."""
    match = DAY.fullmatch(str(value).strip()) if value is not None else None
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def as_doi(value: object) -> str | None:
    """A DOI in lower case without its resolver's address; None where there is none."""
    match = DOI_ADDRESS.fullmatch(value) if isinstance(value, str) else None
    doi = match[1].lower().rstrip("/") if match else ""
    return doi if len(doi) <= 255 and DOI.fullmatch(doi) and "//" not in doi else None


@lru_cache(4096)
def as_orcid(value: str) -> str | None:
    """The canonical address of an ORCID iD, its check digit verified; None where it is wrong or is none.

    The check digit is ISO 7064 11,2, see
    https://support.orcid.org/hc/en-us/articles/360006897674-Structure-of-the-ORCID-Identifier
    """
    match = ORCID.fullmatch(tidy(value))
    digits = ORCID_DIGITS.fullmatch(match[1].strip().rstrip("/")) if match else None
    if not digits:
        return None
    plain = "".join(digits.groups()).upper()
    total = 0
    for digit in plain[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return f"https://orcid.org/{'-'.join(digits.groups()).upper()}" if plain[-1] == "0123456789X"[check] else None


def means_orcid(value: str) -> bool:
    """Whether the value is meant to be an ORCID, right or wrong."""
    return bool(ORCID.fullmatch(tidy(value)))


def as_url(value: str) -> str | None:
    """A web address that a link may lead to (http or https, with a host, no spaces); None for anything else."""
    text = tidy(value)
    try:
        parts = urlsplit(text)
        right = parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and not SPACE.search(text)
    except ValueError:
        return None
    return text if right and len(text) <= 1000 and text.isprintable() else None


def as_email(value: str) -> str | None:
    """An e-mail address in lower case, for people are told apart by it; None where it is not one."""
    text = tidy(value).removeprefix("mailto:").casefold()
    try:
        validate_email(text)
    except ValidationError:
        return None
    return text if len(text) <= 254 and text == text.lower() else None


def sctid_is_right(value: str) -> bool:
    """Whether a SNOMED CT identifier has its form and its check digit."""
    if not re.fullmatch(r"\d{6,18}", value, re.ASCII):
        return False
    check = 0
    for place, digit in enumerate(reversed(value)):
        number = int(digit)
        for _again in range(place % 8):
            number = _PERMUTATION[number]
        check = _dihedral(check, number)
    return check == 0


def _dihedral(a: int, b: int) -> int:
    """The product of two elements of the dihedral group of order ten, numbered as Verhoeff does."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def is_true(value: object) -> bool:
    """Whether a switch such as `hidden` is on: only yes (or true) switches, see the register's pages."""
    return value is True or (isinstance(value, str) and value.strip().casefold() in {"yes", "true", "y", "on"})
