"""Bytes of a page -> its front matter as plain values, its body, and the line of each value.

Strict where guessing would be dangerous (encoding, duplicate keys, size, nesting) and built on YAML events, so
that neither a deep nest nor aliases that multiply can exhaust the machine before they are noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from datasets.register.findings import Refusal

Place = tuple[str | int, ...]

MAX_BYTES = 128 * 1024  # the longest page of the register has 10 KB
MAX_DEPTH = 20
MAX_VALUES = 20_000  # the longest front matter of the register has 400, aliases counted as often as they are used
MAX_DIGITS = 18
QUICK_EVENTS = 200
OPENING = re.compile(r"---[ \t]*(\n|$)")
CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
LINE_END = re.compile(r"\r\n?")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)")
FRACTION = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]{1,2})?")
TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Source:
    """A page taken apart. Lines count from 1 in the file; `lines` knows them by the path of keys."""

    front: dict[str, Any]
    body: str
    body_line: int
    lines: dict[Place, int] = field(default_factory=dict, repr=False)

    def line(self, *place: str | int) -> int | None:
        """The line of a value, or of the nearest value around it that stands in the page."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place) if place else None


def read_source(data: bytes) -> Source:
    """Take a page apart.

    Args:
        data: the file's bytes; any line ends, with or without a byte order mark.

    Raises:
        Refusal: too big, not UTF-8, no front matter, or front matter that is not plain YAML.
    """
    front_text, body = take_apart(data)
    builder = _Builder()
    front = builder.build(front_text)
    return Source(front, CONTROLS.sub("", body), front_text.count("\n") + 3, builder.lines)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refusal("not-utf-8", line=line) from error


def take_apart(data: bytes) -> tuple[str, str]:
    """The front matter and the body of a page, line ends made one kind, each from its first line on.

    Raises:
        Refusal: too big, not UTF-8, or no front matter.
    """
    if len(data) > MAX_BYTES:
        raise Refusal("too-big", size=len(data), limit=MAX_BYTES)
    text = LINE_END.sub("\n", _decode(data))
    opening = OPENING.match(text)
    closing = CLOSING.search(text, opening.end()) if opening else None
    if not opening or not closing:
        raise Refusal("no-front-matter", line=1)
    return text[opening.end() : closing.start()], text[min(closing.end() + 1, len(text)) :]


def quick_address(front: str) -> str | None:
    """The value of datacite: @id without reading more than what stands before it.

    None where it takes more than that to know: the page must then be read whole.
    """
    loader = _Loader(front)
    try:
        depth, key = 0, ""
        inside = False
        for _event in range(QUICK_EVENTS):
            event: Any = loader.get_event()
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                inside = inside or (depth == 1 and key == "datacite" and isinstance(event, yaml.MappingStartEvent))
                depth, key = depth + 1, ""
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                if inside and depth == 2:
                    return None
                depth, key = depth - 1, ""
            elif isinstance(event, yaml.ScalarEvent):
                if inside and depth == 2 and key == "@id":
                    return str(event.value)
                key = "" if key else event.value
            elif isinstance(event, (yaml.AliasEvent, yaml.StreamEndEvent)):
                return None
    except yaml.YAMLError:
        return None
    finally:
        loader.dispose()
    return None


class _Loader(yaml.CSafeLoader):
    """Resolves plain scalars as YAML 1.1 does, except days, which stay the text that the page has."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{TAG}timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class _Builder:
    """Builds dictionaries, lists, texts and numbers from YAML events, with the line of each."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self._values = 0
        self._anchors: dict[str, tuple[Any, int]] = {}

    def build(self, text: str) -> dict[str, Any]:
        """The front matter as a dictionary; an empty one is an empty dictionary."""
        try:
            self._loader = _Loader(text)
            return self._document(text)
        except yaml.MarkedYAMLError as error:
            raise Refusal("yaml-error", line=_blamed(error), reason=error.problem or error.context or "") from error
        except yaml.YAMLError as error:
            place = getattr(error, "position", 0)
            reason = getattr(error, "reason", "unreadable character")
            raise Refusal("yaml-error", line=text.count("\n", 0, place) + 2, reason=reason) from error

    def _document(self, text: str) -> dict[str, Any]:
        self._next()  # the stream starts
        if self._loader.check_event(yaml.StreamEndEvent):
            return {}
        self._next()  # the document starts
        value = self._value(self._next(), ())
        self._next()  # the document ends
        if not self._loader.check_event(yaml.StreamEndEvent):
            raise Refusal("yaml-error", line=self._line(self._loader.peek_event()), reason="a second document")
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            raise Refusal("yaml-error", line=2, reason="not a list of keys and values")
        return value

    def _next(self) -> Any:
        """The next event; its kinds have attributes of their own, which the type stubs do not tell apart."""
        return self._loader.get_event()

    def _line(self, event: Any) -> int:
        return int(event.start_mark.line) + 2  # counted from 0, after the opening line

    def _count(self, event: Any, values: int = 1, depth: int = 0) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise Refusal("too-complex", line=self._line(event), reason=f"more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            raise Refusal("too-complex", line=self._line(event), reason=f"nested deeper than {MAX_DEPTH}")

    def _value(self, event: Any, place: Place) -> Any:
        self._count(event, depth=len(place))
        self.lines.setdefault(place, self._line(event))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self._values
        if isinstance(event, yaml.MappingStartEvent):
            value: Any = self._mapping(place)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(place)
        else:
            value = self._scalar(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._values - before + 1)
        return value

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            reason = f"no anchor &{event.anchor} before *{event.anchor}"
            raise Refusal("yaml-error", line=self._line(event), reason=reason)
        value, size = self._anchors[event.anchor]
        self._count(event, size)
        return value

    def _sequence(self, place: Place) -> list[Any]:
        items: list[Any] = []
        while not self._loader.check_event(yaml.SequenceEndEvent):
            items.append(self._value(self._next(), (*place, len(items))))
        self._next()
        return items

    def _mapping(self, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        seen: dict[str, int] = {}
        while not self._loader.check_event(yaml.MappingEndEvent):
            event = self._next()
            key, line = self._key(event), self._line(event)
            if key in seen:
                raise Refusal("duplicate-key", line=line, key=key, first=seen[key])
            seen[key] = line
            self.lines[(*place, key)] = line
            value = self._value(self._next(), (*place, key))
            if key == "<<" and event.implicit[0]:
                _merge(merged, value)
            else:
                result[key] = value
        self._next()
        return merged | result

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise Refusal("yaml-error", line=self._line(event), reason="a key that is not a text")
        return clean(event.value)

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None or (tag == "!" and event.implicit[0]):
            tag = self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        return scalar(str(tag).removeprefix(TAG), event.value)


def _blamed(error: yaml.MarkedYAMLError) -> int:
    """The line to look at: where a quote was opened that nothing closes, else where the reader stumbled."""
    unclosed = "end of stream" in (error.problem or "")
    mark = (error.context_mark if unclosed else None) or error.problem_mark or error.context_mark
    return int(mark.line) + 2 if mark else 1


def _merge(into: dict[str, Any], value: Any) -> None:
    """YAML's merge key: earlier mappings win over later ones."""
    for mapping in value if isinstance(value, list) else [value]:
        if isinstance(mapping, dict):
            into.update({key: item for key, item in mapping.items() if key not in into})


def clean(text: str) -> str:
    """A text without what no page needs and no database takes: control characters and lone surrogates."""
    return CONTROLS.sub("", LINE_END.sub("\n", text))


def scalar(kind: str, text: str) -> Any:
    """A plain value: nothing, yes or no, a whole number, a fraction; anything else is the text as written."""
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in {"yes", "true", "on"}
    if kind == "int" and WHOLE.fullmatch(text) and len(text) <= MAX_DIGITS:
        return int(text.replace("_", ""))
    if kind == "float" and FRACTION.fullmatch(text) and len(text) <= MAX_DIGITS:
        return float(text.replace("_", ""))
    return clean(text)
