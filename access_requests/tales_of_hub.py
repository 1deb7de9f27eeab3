"""Sentences about what deciders and hub staff do around a decision, for the timeline."""

from __future__ import annotations

from .models import Event
from .telling import Entry, Reader, Tale
from .workflow import Verb


def _untold(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    return None


TALES_OF_HUB: dict[Verb, Tale] = {
    Verb.EXCUSE: _untold,
    Verb.VOID_VOTE: _untold,
    Verb.REOPEN: _untold,
    Verb.ASSIGN: _untold,
    Verb.REGISTER: _untold,
}
