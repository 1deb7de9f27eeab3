"""Sentences about named people, for the timeline."""

from __future__ import annotations

from .models import Event
from .telling import Entry, Reader, Tale
from .workflow import Verb


def _untold(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    return None


TALES_OF_PEOPLE: dict[Verb, Tale] = {
    Verb.CARRY_OVER: _untold,
    Verb.CONFIRM_PART: _untold,
    Verb.DECLINE_PART: _untold,
    Verb.ADD_PERSON: _untold,
    Verb.REPLACE_PERSON: _untold,
    Verb.REMOVE_PERSON: _untold,
    Verb.CHANGE_APPLICANT: _untold,
}
