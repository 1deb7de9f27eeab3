"""How numbers, sizes and days are written for people. One place, used by pages, exports and mails alike."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format, get_format
from django.utils.translation import gettext as _

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def number(value: int | None) -> str:
    """A whole number in groups of three with thin spaces, `155 343`; empty for None. Four digits stay together."""
    if value is None:
        return ""
    return f"{value:,}".replace(",", THIN_SPACE) if abs(value) >= 10_000 else str(value)


def size(bytes_: int | None) -> str:
    """A size in decimal units with two digits, `71.92 GB`; empty for None. Bytes have no digits."""
    if bytes_ is None:
        return ""
    amount, unit = float(bytes_), UNITS[0]
    for unit in UNITS:
        if amount < 999.995 or unit == UNITS[-1]:
            break
        amount /= 1000
    if unit == UNITS[0]:
        return f"{bytes_} {unit}"
    return f"{amount:.2f} {unit}".replace(".", str(get_format("DECIMAL_SEPARATOR")))


def day(value: date | None) -> str:
    """A day written out, `18 October 2023`; empty for None."""
    return str(date_format(value, "j F Y")) if value else ""


def listed(words: list[str]) -> str:
    """Names in a row as a sentence has them: `A`, `A and B`, `A, B and C` (in the reader's language)."""
    if len(words) < 2:
        return "".join(words)
    return _("%(several)s and %(last)s") % {"several": ", ".join(words[:-1]), "last": words[-1]}
