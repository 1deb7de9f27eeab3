"""DataCite's own writer of kernel 4 as XML, in a module of its own: a web process loads it when it is asked for."""

from __future__ import annotations

from typing import Any

from datacite import schema45


def to_xml(data: dict[str, Any]) -> str:
    """The data, which must fit DataCite's JSON schema, as an XML document."""
    return str(schema45.tostring(data))
