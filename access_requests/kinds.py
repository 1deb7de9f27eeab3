"""The kinds of answers: how each is tidied, what is wrong with one, and how people read it.

Pure: it knows values and bounds, nothing of forms, requests or the database. An answer is text, a whole number,
true, a list of texts, or a person (a mapping of texts): what canonical JSON of the record can hold. Of files the
answer holds the public ids, in a list; what they are called and hold is kept elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from aidahub.outbox.wording import INVISIBLE

PERSON_PARTS = ("name", "title", "email")
ORCID = re.compile(r"^(?:https?://orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])/?$", re.IGNORECASE)
PHONE = re.compile(r"^\+?(?:[\s()./-]*[0-9]){5,}[\s()./-]*$")
FILE_ID = re.compile(r"^[0-9a-f-]{36}$")
MOST_FILES = 5
# Characters that reorder what people see, so that a text reads otherwise than it is kept (Unicode TR 36, section 2.5),
# control characters but tab and line feed, and lone surrogates.
NOT_READ = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Sentence = str | Promise


class Kind(StrEnum):
    """What sort of answer a question wants. `explanation` wants none."""

    SHORT_TEXT = "short-text"
    LONG_TEXT = "long-text"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    URL = "url"
    COUNTRY = "country"
    ONE_OF = "one-of"
    SOME_OF = "some-of"
    CONFIRM = "confirm"
    ORCID = "orcid"
    PERSON = "person"
    FILE = "file"
    EXPLANATION = "explanation"


LONGEST = {
    Kind.SHORT_TEXT: 300,
    Kind.LONG_TEXT: 5000,
    Kind.EMAIL: 254,
    Kind.PHONE: 40,
    Kind.URL: 1000,
    Kind.NUMBER: 20,
    Kind.DATE: 20,
    Kind.ORCID: 60,
}


@dataclass(frozen=True)
class Bounds:
    """What an answer may be: least and most are characters for text, the value for numbers, ticks for some of,
    how many files.

    `options` maps the values of a choice to their words. `not_before` is the first day a date may be.
    """

    least: int | None = None
    most: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    not_before: date | None = None


def tidy(kind: Kind, value: Any) -> Any:
    """The answer without what no answer needs: control and reordering characters, spaces around, empty lines' ends.

    Args:
        kind: the question's kind.
        value: what was given, of any JSON type.

    Returns:
        The answer; "" (or an empty list or mapping) where there is none. A wrong answer is returned as text, for
        people to see and mend.
    """
    match kind:
        case Kind.CONFIRM:
            return value is True or value in ("true", "on", "yes")
        case Kind.SOME_OF | Kind.FILE:
            texts = [plain(item) for item in value] if isinstance(value, list | tuple) else []
            return list(dict.fromkeys(text for text in texts if text))
        case Kind.PERSON:
            given = value if isinstance(value, Mapping) else {}
            return {part: plain(given.get(part)) for part in PERSON_PARTS if plain(given.get(part))}
        case Kind.LONG_TEXT:
            return plain(value, lines=True)
        case Kind.NUMBER:
            text = plain(value).replace(" ", "")
            return int(text) if re.fullmatch(r"-?[0-9]{1,15}", text) else text
        case Kind.ORCID | Kind.URL:
            return _with_orcid(kind, plain(value))
        case Kind.EMAIL:
            return plain(value).casefold()
        case _:
            return plain(value)


def plain(value: object, *, lines: bool = False) -> str:
    """Text in Unicode's composed form, without characters that are not meant to be read; on one line unless `lines`."""
    if value is None or isinstance(value, bool | list | tuple | Mapping):
        return ""
    text = unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").replace("\r", "\n")
    text = NOT_READ.sub("", INVISIBLE.sub("", text))
    if lines:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return " ".join(text.split())


def _with_orcid(kind: Kind, text: str) -> str:
    """An ORCID iD in its one written form; in a URL question as an address. Anything else as it is."""
    if not (found := ORCID.match(text)):
        return text
    orcid = "-".join(found.groups()).upper()
    return orcid if kind is Kind.ORCID else f"https://orcid.org/{orcid}"


def is_empty(value: Any) -> bool:
    """Whether this is no answer. A number 0 is one."""
    return value is None or value is False or value == "" or value == [] or value == {}


def fault(kind: Kind, value: Any, bounds: Bounds) -> Sentence:
    """What is wrong with a tidied, non-empty answer, as a sentence people can act on; "" when nothing is."""
    if isinstance(value, str) and (sentence := _too_long(kind, value, bounds)):
        return sentence
    return CHECKS.get(kind, _nothing_wrong)(value, bounds)


def longest(kind: Kind, bounds: Bounds) -> int:
    """How many characters a text of this kind may have."""
    general = LONGEST.get(kind, LONGEST[Kind.SHORT_TEXT])
    return bounds.most if bounds.most and kind in {Kind.SHORT_TEXT, Kind.LONG_TEXT} else general


def _too_long(kind: Kind, value: str, bounds: Bounds) -> str:
    limit = longest(kind, bounds)
    if len(value) <= limit:
        return ""
    return _("This is %(length)s characters long. Please shorten it to at most %(limit)s.") % {
        "length": f"{len(value):,}".replace(",", "\u202f"),
        "limit": f"{limit:,}".replace(",", "\u202f"),
    }


def _nothing_wrong(value: Any, bounds: Bounds) -> str:
    return ""


def _text_fault(value: str, bounds: Bounds) -> str:
    if bounds.least and len(value) < bounds.least:
        return ngettext(
            "Please write at least %(least)s character.", "Please write at least %(least)s characters.", bounds.least
        ) % {"least": bounds.least}
    return ""


def _email_fault(value: str, bounds: Bounds) -> str:
    if not _passes(EmailValidator(), value):
        return _("This is not an e-mail address. Write it like name@university.se.")
    return ""


def _phone_fault(value: str, bounds: Bounds) -> str:
    if not PHONE.match(value):
        return _("This is not a phone number. Write digits, with the country first: +46 13 28 10 00.")
    return ""


def _number_fault(value: int | str, bounds: Bounds) -> str:
    if isinstance(value, str):
        return _("Please write a whole number in digits.")
    if bounds.least is not None and value < bounds.least:
        return _("Please write a number that is %(least)s or more.") % {"least": bounds.least}
    if bounds.most is not None and value > bounds.most:
        return _("Please write a number that is %(most)s or less.") % {"most": bounds.most}
    return ""


def _date_fault(value: str, bounds: Bounds) -> str:
    day = as_date(value)
    if day is None or not 1900 <= day.year <= 2200:
        return _("This is not a date. Write year, month and day, like 2027-06-30.")
    if bounds.not_before and day < bounds.not_before:
        return _("This day has passed. Please give a day from %(day)s on.") % {"day": day_in_words(bounds.not_before)}
    return ""


def _url_fault(value: str, bounds: Bounds) -> str:
    if not _passes(URLValidator(schemes=["http", "https"]), value):
        return _("This is not a web address. Write it whole, starting with https://.")
    return _orcid_fault(value, bounds) if ORCID.match(value) else ""


def _orcid_fault(value: str, bounds: Bounds) -> str:
    """ISO 7064 MOD 11-2, see https://support.orcid.org/hc/en-us/articles/360006897674."""
    found = ORCID.match(value)
    if not found:
        return _("This is not an ORCID iD. It has sixteen characters, like 0000-0002-1825-0097.")
    characters = "".join(found.groups()).upper()
    total = 0
    for digit in characters[:-1]:
        total = (total + int(digit)) * 2
    if "0123456789X"[(12 - total % 11) % 11] != characters[-1]:
        return _("This ORCID iD has a mistake in it: its last character does not fit the others.")
    return ""


def _country_fault(value: str, bounds: Bounds) -> str:
    return "" if value in dict(countries) else _("Please choose a country from the list.")


def _choice_fault(value: str, bounds: Bounds) -> str:
    return "" if value in bounds.options else _("Please choose one of the answers.")


def _choices_fault(value: list[str], bounds: Bounds) -> str:
    if not set(value) <= set(bounds.options):
        return _("Please choose among the answers.")
    if bounds.least and len(value) < bounds.least:
        return _("Please choose at least %(least)s of the answers.") % {"least": bounds.least}
    if bounds.most and len(value) > bounds.most:
        return _("Please choose at most %(most)s of the answers.") % {"most": bounds.most}
    return ""


def _files_fault(value: list[str], bounds: Bounds) -> str:
    most = bounds.most or MOST_FILES
    if not all(FILE_ID.fullmatch(item) for item in value):
        return _("One of these files is not here any more. Please attach it again.")
    if bounds.least and len(value) < bounds.least:
        return ngettext(
            "Please attach at least %(least)s file.", "Please attach at least %(least)s files.", bounds.least
        ) % {"least": bounds.least}
    if len(value) > most:
        return ngettext("Please attach at most %(most)s file.", "Please attach at most %(most)s files.", most) % {
            "most": most
        }
    return ""


def _person_fault(value: Mapping[str, str], bounds: Bounds) -> str:
    if missing := {"name", "email"} - set(value):
        both = len(missing) == 2
        return _("Please give the person's name and e-mail address.") if both else _missing_part(*missing)
    if any(len(text) > 254 for text in value.values()):
        return _("Please shorten the name, title or e-mail address.")
    return _email_fault(value["email"], bounds)


def _missing_part(part: str) -> str:
    return _("Please give the person's name.") if part == "name" else _("Please give the person's e-mail address.")


CHECKS: dict[Kind, Callable[[Any, Bounds], Sentence]] = {
    Kind.SHORT_TEXT: _text_fault,
    Kind.LONG_TEXT: _text_fault,
    Kind.EMAIL: _email_fault,
    Kind.PHONE: _phone_fault,
    Kind.NUMBER: _number_fault,
    Kind.DATE: _date_fault,
    Kind.URL: _url_fault,
    Kind.COUNTRY: _country_fault,
    Kind.ONE_OF: _choice_fault,
    Kind.SOME_OF: _choices_fault,
    Kind.ORCID: _orcid_fault,
    Kind.PERSON: _person_fault,
    Kind.FILE: _files_fault,
}


def as_date(value: object) -> date | None:
    """The day that a text like 2027-06-30 names, or None."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def day_in_words(day: date) -> str:
    """A day written out, like 30 June 2027."""
    return date_format(day, "j F Y")


def today() -> date:
    """The day it is where the hub is."""
    return timezone.localdate()


def words(kind: Kind, value: Any, options: Mapping[str, str]) -> str:
    """An answer as people read it; "" for none."""
    if is_empty(value):
        return ""
    match kind:
        case Kind.CONFIRM:
            return _("Yes, confirmed.")
        case Kind.ONE_OF:
            return options.get(value, str(value))
        case Kind.SOME_OF:
            return ", ".join(options.get(item, str(item)) for item in value)
        case Kind.FILE:
            return ngettext("%(number)s file", "%(number)s files", len(value)) % {"number": len(value)}
        case Kind.COUNTRY:
            return str(countries.name(value) or value)
        case Kind.DATE:
            return day_in_words(day) if (day := as_date(value)) else str(value)
        case Kind.PERSON:
            return ", ".join(value[part] for part in PERSON_PARTS if value.get(part))
        case _:
            return str(value)


def _passes(validator: Callable[[str], None], value: str) -> bool:
    try:
        validator(value)
    except ValidationError:
        return False
    return True
