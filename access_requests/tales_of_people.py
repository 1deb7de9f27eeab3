"""Sentences about named people, for the timeline.

Why somebody declined is for hub staff and the dataset's providers; the applicant and those named read only that.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from .labels import PART_LABELS
from .models import Event
from .telling import Entry, Reader, Tale, entry, reason_of, told, unsigned
from .workflow import Part, Verb


def _names(event: Event, reader: Reader) -> dict[str, str]:
    """Whom the event is about and as what they are named."""
    payload = event.payload
    part = payload.get("part")
    return {
        "name": reader.name_of(payload.get("person")) or _("somebody"),
        "successor": reader.name_of(payload.get("successor")) or _("somebody"),
        "part": str(PART_LABELS[Part(part)]) if part else "",
    }


def _carry_over(event: Event, reader: Reader, events: list[Event]) -> Entry:
    sentence = _("The wording of the licence was corrected; %(name)s’s acceptance holds for it, too.")
    return told(event, sentence, "document", **_names(event, reader))


def _confirm(event: Event, reader: Reader, events: list[Event]) -> Entry:
    if event.payload.get("text"):
        own = _("You confirmed your part (%(part)s) and accepted the licence.")
        other = _("%(name)s confirmed their part (%(part)s) and accepted the licence.")
    else:
        own = _("You confirmed your part (%(part)s).")
        other = _("%(name)s confirmed their part (%(part)s).")
    return entry(event, reader, own, other, "check", **_names(event, reader))


def _decline(event: Event, reader: Reader, events: list[Event]) -> Entry:
    mine = reader.is_who_did(event)
    detail = reason_of(event) if reader.inner or mine else ""
    own = _("You said that this is not your part (%(part)s).")
    other = _("%(name)s said that this is not their part (%(part)s).")
    return entry(event, reader, own, other, "cross", detail, **_names(event, reader))


def _by_hub(event: Event, reader: Reader, own: str, inner: str, outer: str) -> Entry:
    """What hub staff did about people: signed for those who see inside."""
    line = entry(event, reader, own, inner if reader.inner else outer, "people", **_names(event, reader))
    return unsigned(line, reader)


def _add(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own = _("You named %(name)s as %(part)s.")
    return _by_hub(event, reader, own, _("%(who)s named %(name)s as %(part)s."), _("%(name)s was named as %(part)s."))


def _replace(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own = _("You named %(successor)s as %(part)s in place of %(name)s.")
    inner = _("%(who)s named %(successor)s as %(part)s in place of %(name)s.")
    return _by_hub(event, reader, own, inner, _("%(hub)s named %(successor)s as %(part)s in place of %(name)s."))


def _remove(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own = _("You removed %(name)s (%(part)s).")
    return _by_hub(event, reader, own, _("%(who)s removed %(name)s (%(part)s)."), _("%(name)s (%(part)s) was removed."))


def _change_applicant(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own = _("You made %(successor)s the applicant in place of %(name)s.")
    inner = _("%(who)s made %(successor)s the applicant in place of %(name)s.")
    return _by_hub(event, reader, own, inner, _("%(hub)s made %(successor)s the applicant in place of %(name)s."))


TALES_OF_PEOPLE: dict[Verb, Tale] = {
    Verb.CARRY_OVER: _carry_over,
    Verb.CONFIRM_PART: _confirm,
    Verb.DECLINE_PART: _decline,
    Verb.ADD_PERSON: _add,
    Verb.REPLACE_PERSON: _replace,
    Verb.REMOVE_PERSON: _remove,
    Verb.CHANGE_APPLICANT: _change_applicant,
}
