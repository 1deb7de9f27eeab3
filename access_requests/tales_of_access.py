"""Sentences about access and its end, for the timeline."""

from __future__ import annotations

from .models import Event
from .telling import Entry, Reader, Tale
from .workflow import Verb


def _untold(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    return None


TALES_OF_ACCESS: dict[Verb, Tale] = {
    Verb.RECORD_AGREEMENT: _untold,
    Verb.DELIVER: _untold,
    Verb.SHOW_SECRET: _untold,
    Verb.EXTEND: _untold,
    Verb.EXPIRE: _untold,
    Verb.REVOKE: _untold,
    Verb.LEAVE: _untold,
    Verb.CONFIRM_DELETION: _untold,
}
