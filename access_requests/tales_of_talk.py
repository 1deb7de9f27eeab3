"""Sentences about messages and files, for the timeline."""

from __future__ import annotations

from .models import Event
from .telling import Entry, Reader, Tale
from .workflow import Verb


def _untold(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    return None


TALES_OF_TALK: dict[Verb, Tale] = {
    Verb.MESSAGE: _untold,
    Verb.NOTE: _untold,
    Verb.COMMENT: _untold,
    Verb.ATTACH: _untold,
    Verb.DETACH: _untold,
    Verb.REDACT: _untold,
}
