"""The Liquid filters that pages may use: Liquid's own that cannot exhaust the machine, and some of Jekyll's.

Behaviour follows https://shopify.github.io/liquid/ and https://jekyllrb.com/docs/liquid/filters/. Each filter is
guarded: no argument and no result may be larger than what a page needs.
"""

from __future__ import annotations

import functools
import html
import json
import re
import urllib.parse
from collections.abc import Callable, Sized
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from liquid import RenderContext
from liquid.exceptions import FilterError
from liquid.filter import with_context
from liquid.undefined import Undefined

Filter = Callable[..., Any]

MAX_TEXT = 100_000
MAX_ITEMS = 1_000
KEPT = (
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "concat", "default", "divided_by",
    "downcase", "escape", "escape_once", "first", "floor", "last", "lstrip", "minus", "modulo",
    "newline_to_br", "plus", "prepend", "remove", "remove_first", "reverse", "rstrip", "size", "slice", "sort",
    "sort_natural", "split", "strip", "strip_html", "strip_newlines", "times", "truncate", "truncatewords",
    "uniq", "upcase", "url_decode", "url_encode", "where",
)  # fmt: skip
DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?.*)?")
DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
ALL_DIGITS = re.compile(r"\d{1,10}", re.ASCII)
LEADING_NUMBER = re.compile(r"\s*([+-]?\d{1,30})(\.\d{1,30})?", re.ASCII)
DIRECTIVE = re.compile(r"%([-_^#0]*)(\d{0,3})([A-Za-z%])")
RUBY_ONLY: dict[str, Callable[[datetime], str]] = {
    "L": lambda moment: "000",
    "N": lambda moment: "000000000",
    "v": lambda moment: moment.strftime("%e-%b-%Y").upper(),
    "Z": lambda moment: "UTC",
    "z": lambda moment: "+0000",
}
COUNTING = ("abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "plus", "times")
WRITTEN_DATES = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %Y", "%b %Y")


def all_filters(builtin: dict[str, Filter]) -> dict[str, Filter]:
    """The filters of a page: the harmless ones of `builtin`, and Jekyll's, all guarded."""
    chosen = {name: builtin[name] for name in KEPT if name in builtin} | JEKYLL
    chosen |= {name: _counting(chosen[name]) for name in COUNTING}
    return {name: _guarded(name, function) for name, function in chosen.items()}


def _guarded(name: str, function: Filter) -> Filter:
    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        for value in args:
            _check(name, value)
        return _check(name, function(*args, **kwargs))

    return guarded


def _check(name: str, value: Any) -> Any:
    limit = MAX_TEXT if isinstance(value, str) else MAX_ITEMS
    if isinstance(value, Sized) and len(value) > limit:
        raise FilterError(f"{name} was given or made more than a page needs", token=None)
    if isinstance(value, int) and value.bit_length() > 256:
        raise FilterError(f"{name} was given or made a number without sense", token=None)
    return value


def text_of(value: Any) -> str:
    """A value as Liquid prints it."""
    if value is None or isinstance(value, Undefined):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    if isinstance(value, (list, tuple)):
        return "".join(text_of(item) for item in value)
    return inspected(value) if isinstance(value, dict) else str(value)


def inspected(value: Any) -> str:
    """A value as Ruby writes it: what a page shows that prints a list of people without `map`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inspected(key)}=>{inspected(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(inspected(item) for item in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "nil" if value is None else text_of(value)


def to_number(value: Any) -> int | float:
    """A number as Liquid makes one of a text: what it begins with, else nought."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    match = LEADING_NUMBER.match(text_of(value)[:40])
    if not match:
        return 0
    return float(match[0]) if match[2] and not text_of(value)[match.end() :].strip() else int(match[1])


def _counting(function: Filter) -> Filter:
    """A filter of numbers that takes texts, too."""

    @functools.wraps(function)
    def counting(*args: Any, **kwargs: Any) -> Any:
        return function(*(to_number(value) for value in args), **kwargs)

    return counting


def _items(value: Any) -> list[Any]:
    if value is None or isinstance(value, Undefined):
        return []
    return list(value) if isinstance(value, (list, tuple, range)) else [value]


def map_items(value: Any, key: Any) -> list[Any]:
    """One property of each item, nothing for an empty item."""
    return [_property(item, text_of(key)) for item in _items(value)]


def _property(item: Any, key: str) -> Any:
    """A property; of a text, as in Ruby, the key itself if the text holds it."""
    if isinstance(item, dict):
        return item.get(key)
    return key if isinstance(item, str) and key in item else None


def join(value: Any, separator: Any = " ") -> str:
    """The items of a list as one text."""
    items = [text_of(item) for item in _items(value)]
    if len(items) * len(text_of(separator)) > MAX_TEXT:
        raise FilterError("join made more than a page needs", token=None)
    return text_of(separator).join(items)


def replace(value: Any, old: Any, new: Any = "") -> str:
    """A text with each `old` replaced."""
    text, old, new = text_of(value), text_of(old), text_of(new)
    if text.count(old) * len(new) > MAX_TEXT:
        raise FilterError("replace made more than a page needs", token=None)
    return text.replace(old, new)


def replace_first(value: Any, old: Any, new: Any = "") -> str:
    """A text with the first `old` replaced."""
    return text_of(value).replace(text_of(old), text_of(new), 1)


def rounded(value: Any, digits: Any = 0) -> Any:
    """A number rounded; at most nine digits, since Python would compute billions of them."""
    try:
        number, places = Decimal(str(to_number(value))), max(0, min(int(to_number(digits)), 9))
        result = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    except (ArithmeticError, ValueError):
        return 0
    return float(result) if places else int(result)


def array_to_sentence_string(value: Any, connector: Any = "and") -> str:
    """`a`, `a and b`, or `a, b, and c`."""
    names = [text_of(item) for item in _items(value)]
    if len(names) < 3:
        return f" {text_of(connector)} ".join(names)
    return f"{', '.join(names[:-1])}, {text_of(connector)} {names[-1]}"


def as_datetime(value: Any) -> datetime | None:
    """A moment from what pages write, as Liquid reads it.

    A day that its month does not have rolls on, as in Ruby's Time; a number alone counts seconds since 1970, so that a
    year alone is shown as 1970 (the page's reader is warned that it is no day).
    """
    text = text_of(value).strip()
    if ALL_DIGITS.fullmatch(text) and not isinstance(value, bool):
        return datetime.fromtimestamp(int(text), UTC).replace(tzinfo=None)
    match = DATE.fullmatch(text)
    if match:
        return _moment(*(int(part or 0) for part in match.groups()))
    match = DAY_FIRST.fullmatch(text)
    if match:
        return _moment(int(match[3]), int(match[2]), int(match[1]))
    for form in WRITTEN_DATES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - as written
        except ValueError:
            continue
    return None


def _moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    if not (year and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60):
        return None
    start = datetime(year, month, 1, hour, minute, min(second, 59))  # noqa: DTZ001 - as written
    try:
        return start + timedelta(days=day - 1)
    except OverflowError:
        return None


def date_as(value: Any, form: Any = "%d %b %Y") -> str:
    """A day in another form; what is no day stays as it is."""
    moment, form = as_datetime(value), text_of(form)
    if moment is None or not form or len(form) > 100:
        return text_of(value)
    return DIRECTIVE.sub(lambda match: _directive(moment, match[1], int(match[2] or 0), match[3]), form)


def _directive(moment: datetime, flags: str, width: int, letter: str) -> str:
    """One `%x` of a date's form, https://docs.ruby-lang.org/en/3.1/strftime_formatting_rdoc.html."""
    if letter in RUBY_ONLY:
        text = RUBY_ONLY[letter](moment)
    elif letter not in "aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYuGg%":
        return f"%{flags}{width or ''}{letter}"
    else:
        text = moment.replace(tzinfo=UTC).strftime(f"%{letter}")
    if "-" in flags:
        text = text.lstrip("0 ") or "0"
    if "_" in flags:
        text = (text.lstrip("0") or "0").rjust(len(text))
    if "^" in flags or "#" in flags:
        text = text.upper()
    return text.rjust(min(width, 50), "0" if letter in "dmHIMSjyYuwUWNLse" and "_" not in flags else " ")


def date_to_xmlschema(value: Any) -> str:
    """A moment as in ISO 8601; the website is built with the zone UTC."""
    moment = as_datetime(value)
    return f"{moment.isoformat()}+00:00" if moment else text_of(value)


def slugify(value: Any, _mode: Any = None) -> str:
    """Lower case, with hyphens for what is neither letter nor digit."""
    return re.sub(r"[^\w]+", "-", text_of(value).lower()).strip("-")


def jsonify(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(
        None if isinstance(value, Undefined) else value, ensure_ascii=False, default=text_of, separators=(",", ":")
    )


@with_context
def absolute_url(value: Any, *, context: RenderContext) -> str:
    """A path on the register's website with its address before it."""
    site = context.globals.get("site")
    path = text_of(value)
    return path if "://" in path or not isinstance(site, dict) else f"{site.get('url', '')}/{path.lstrip('/')}"


JEKYLL: dict[str, Filter] = {
    "array_to_sentence_string": array_to_sentence_string,
    "absolute_url": absolute_url,
    "cgi_escape": lambda value: urllib.parse.quote_plus(text_of(value)),
    "date": date_as,
    "date_to_long_string": lambda value: date_as(value, "%d %B %Y"),
    "date_to_string": date_as,
    "date_to_xmlschema": date_to_xmlschema,
    "join": join,
    "inspect": lambda value: html.escape(inspected(value)),
    "jsonify": jsonify,
    "map": map_items,
    "markdownify": text_of,
    "pop": lambda value, number=1: _items(value)[: -int(to_number(number)) or None],
    "push": lambda value, item: [*_items(value), item],
    "normalize_whitespace": lambda value: " ".join(text_of(value).split()),
    "number_of_words": lambda value: len(text_of(value).split()),
    "relative_url": text_of,
    "replace": replace,
    "replace_first": replace_first,
    "round": rounded,
    "slugify": slugify,
    "smartify": text_of,
    "strip_index": lambda value: text_of(value).removesuffix("index.html"),
    "to_integer": rounded,
    "uri_escape": lambda value: urllib.parse.quote(text_of(value), safe=";/?:@&=+$,#[]!*'()~"),
    "xml_escape": lambda value: html.escape(text_of(value)),
}
