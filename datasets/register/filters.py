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
from datetime import datetime, timedelta
from typing import Any

from liquid.exceptions import FilterError
from liquid.undefined import Undefined

Filter = Callable[..., Any]

MAX_TEXT = 100_000
MAX_ITEMS = 1_000
KEPT = (
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "concat", "default", "divided_by",
    "downcase", "escape", "escape_once", "first", "floor", "last", "lstrip", "minus", "modulo",
    "newline_to_br", "plus", "prepend", "remove", "remove_first", "reverse", "rstrip", "size", "slice", "sort",
    "sort_natural", "split", "strip", "strip_html", "strip_newlines", "sum", "times", "truncate", "truncatewords",
    "uniq", "upcase", "url_decode", "url_encode", "where",
)  # fmt: skip
DATE = re.compile(r"\s*(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?.*)?\s*")
WRITTEN_DATES = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %Y", "%b %Y")


def all_filters(builtin: dict[str, Filter]) -> dict[str, Filter]:
    """The filters of a page: the harmless ones of `builtin`, and Jekyll's, all guarded."""
    chosen = {name: builtin[name] for name in KEPT if name in builtin} | JEKYLL
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
    if isinstance(value, list):
        return "".join(text_of(item) for item in value)
    return str(value)


def _items(value: Any) -> list[Any]:
    if value is None or isinstance(value, Undefined):
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def map_items(value: Any, key: Any) -> list[Any]:
    """One property of each item; empty items, on which Jekyll would stop, are passed over."""
    items = [item for item in _items(value) if item is not None]
    return [item.get(text_of(key)) if isinstance(item, dict) else None for item in items]


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
        number, places = float(text_of(value) or 0), int(digits)
    except (ValueError, OverflowError, TypeError):
        return 0
    return round(number, min(places, 9)) if places > 0 else round(number)


def array_to_sentence_string(value: Any, connector: Any = "and") -> str:
    """`a`, `a and b`, or `a, b, and c`."""
    names = [text_of(item) for item in _items(value)]
    if len(names) < 3:
        return f" {text_of(connector)} ".join(names)
    return f"{', '.join(names[:-1])}, {text_of(connector)} {names[-1]}"


def as_datetime(value: Any) -> datetime | None:
    """A moment from what pages write; a day that its month does not have rolls on, as in Ruby's Time."""
    text = text_of(value)
    match = DATE.fullmatch(text)
    if match:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        if not (1 <= month <= 12 and day <= 31 and (day or match[3] is None) and hour < 24 and minute < 60):
            return None
        start = datetime(year, month, 1, hour, minute, min(second, 59)) if year else None  # noqa: DTZ001 - as written
        return start + timedelta(days=max(day, 1) - 1) if start else None
    for form in WRITTEN_DATES:
        try:
            return datetime.strptime(text.strip(), form)  # noqa: DTZ007 - as written
        except ValueError:
            continue
    return None


def date_as(value: Any, form: Any = "%d %b %Y") -> str:
    """A day in another form; what is no day stays as it is."""
    moment, form = as_datetime(value), text_of(form)
    if moment is None or not form or len(form) > 100 or re.search(r"%[\d^#_+-]*\d", form):
        return text_of(value)
    return moment.strftime(form)


def date_to_xmlschema(value: Any) -> str:
    """A moment as in ISO 8601."""
    moment = as_datetime(value)
    return moment.isoformat() if moment else text_of(value)


def slugify(value: Any, _mode: Any = None) -> str:
    """Lower case, with hyphens for what is neither letter nor digit."""
    return re.sub(r"[^\w]+", "-", text_of(value).lower()).strip("-")


def jsonify(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(None if isinstance(value, Undefined) else value, ensure_ascii=False, default=text_of)


JEKYLL: dict[str, Filter] = {
    "array_to_sentence_string": array_to_sentence_string,
    "absolute_url": text_of,
    "cgi_escape": lambda value: urllib.parse.quote_plus(text_of(value)),
    "date": date_as,
    "date_to_long_string": lambda value: date_as(value, "%d %B %Y"),
    "date_to_string": date_as,
    "date_to_xmlschema": date_to_xmlschema,
    "join": join,
    "jsonify": jsonify,
    "map": map_items,
    "markdownify": text_of,
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
