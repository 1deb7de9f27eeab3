"""Sentences about access and its end, for the timeline.

That somebody looked at a secret is told to hub staff and to that person alone.
"""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from . import kinds
from .models import Event
from .telling import Entry, Reader, Tale, entry, reason_of, told, unsigned
from .workflow import Status, Verb


def names_of(event: Event, reader: Reader, key: str) -> str:
    """The people whom an event is about, by name."""
    numbers = event.payload.get(key, ())
    names = [name for number in numbers if (name := reader.name_of(number))]
    return get_text_list(names, _("and")) or _("somebody who is named")


def _day(event: Event, key: str) -> str:
    found = kinds.as_date(event.payload.get(key))
    return kinds.day_in_words(found) if found else ""


def _is_about(event: Event, reader: Reader, key: str) -> bool:
    """Whether the event is about the reader alone."""
    numbers = event.payload.get(key, ())
    return len(numbers) == 1 and reader.is_person(numbers[0])


def _agreement(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own = _("You recorded that the agreement was signed on %(day)s.")
    other = (
        _("%(who)s recorded that the agreement was signed on %(day)s.")
        if reader.inner
        else _("%(hub)s has the agreement, signed on %(day)s.")
    )
    return unsigned(entry(event, reader, own, other, "document", day=_day(event, "signed_on")), reader)


def _deliver(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own, other = _("You recorded how the data reaches %(people)s."), _("%(hub)s handed the data over to %(people)s.")
    if event.payload.get("again"):
        own = _("You recorded again how the data reaches %(people)s.")
        other = _("%(hub)s handed the data over again to %(people)s.")
    if reader.inner:
        other = _("%(who)s recorded how the data reaches %(people)s.")
    elif _is_about(event, reader, "persons"):
        other = _("%(hub)s handed the data over to you.")
        if event.payload.get("again"):
            other = _("%(hub)s handed the data over again to you.")
    until = _day(event, "valid_until")
    detail = _("It works until %(day)s.") % {"day": until} if until else ""
    line = entry(event, reader, own, other, "data", detail, people=names_of(event, reader, "persons"))
    return unsigned(line, reader)


def _close_delivery(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own = _("You recorded that the way to the data is closed for %(people)s.")
    other = _("%(hub)s closed the way to the data for %(people)s.")
    if reader.inner:
        other = _("%(who)s recorded that the way to the data is closed for %(people)s.")
    elif _is_about(event, reader, "persons"):
        other = _("%(hub)s closed your way to the data.")
    return unsigned(entry(event, reader, own, other, "lock", people=names_of(event, reader, "persons")), reader)


def _show_secret(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    if not reader.is_who_did(event) and not (reader.inner and getattr(reader.user, "is_hub", False)):
        return None
    return entry(
        event,
        reader,
        _("You looked at the secret for the data."),
        _("%(who)s looked at the secret for the data."),
        "key",
    )


def _extend(event: Event, reader: Reader, events: list[Event]) -> Entry:
    other = _("Access was extended. The last day is now %(last)s.")
    if reader.inner:
        other = _("%(who)s extended the access. The last day is now %(last)s.")
    own = _("You extended the access. The last day is now %(last)s.")
    return unsigned(entry(event, reader, own, other, "clock", last=_day(event, "ends")), reader)


def _expire(event: Event, reader: Reader, events: list[Event]) -> Entry:
    return told(event, _("The last day has passed, and access ended."), "pause")


def _revoke(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own, other = _("You revoked the access."), _("The access was revoked.")
    if not any(before.verb == Verb.GRANT for before in events):
        own, other = _("You revoked the approval."), _("The approval was revoked.")
        if reader.inner:
            other = _("%(who)s revoked the approval.")
    elif reader.inner:
        other = _("%(who)s revoked the access.")
    return unsigned(entry(event, reader, own, other, "lock", reason_of(event)), reader)


def _leave(event: Event, reader: Reader, events: list[Event]) -> Entry:
    people, own = names_of(event, reader, "ended"), _("You recorded that %(people)s left the institution.")
    if _is_about(event, reader, "ended"):
        own = other = _("You left the institution, so your access ended.")
    else:
        other = _("%(people)s left the institution, so their access ended.")
    last = _("Nobody has access any more.") if event.payload.get("status") == Status.EXPIRED else ""
    detail = "\n".join(filter(None, (reason_of(event), last)))
    return unsigned(entry(event, reader, own, other, "leave", detail, people=people), reader)


def _deleted(event: Event, reader: Reader, events: list[Event]) -> Entry:
    if event.payload.get("persons"):
        return _own_deleted(event, reader)
    own = _("You confirmed that all copies of the data are deleted.")
    other = _("%(who)s confirmed that all copies of the data are deleted.")
    if not reader.inner and event.payload.get("by_hub") and not reader.is_who_did(event):
        return told(event, _("%(hub)s recorded that all copies of the data are deleted."), "bin")
    return entry(event, reader, own, other, "bin")


def _own_deleted(event: Event, reader: Reader) -> Entry:
    """Of copies of those whose own access ended."""
    if not event.payload.get("by_hub"):
        own = _("You confirmed that all your copies of the data are deleted.")
        return entry(event, reader, own, _("%(who)s confirmed that all their copies of the data are deleted."), "bin")
    own = _("You recorded that all copies of the data that %(people)s had are deleted.")
    other = _("%(hub)s recorded that all copies of the data that %(people)s had are deleted.")
    if reader.inner:
        other = _("%(who)s recorded that all copies of the data that %(people)s had are deleted.")
    line = entry(event, reader, own, other, "bin", people=names_of(event, reader, "persons"))
    return unsigned(line, reader)


TALES_OF_ACCESS: dict[Verb, Tale] = {
    Verb.RECORD_AGREEMENT: _agreement,
    Verb.DELIVER: _deliver,
    Verb.CLOSE_DELIVERY: _close_delivery,
    Verb.SHOW_SECRET: _show_secret,
    Verb.EXTEND: _extend,
    Verb.EXPIRE: _expire,
    Verb.REVOKE: _revoke,
    Verb.LEAVE: _leave,
    Verb.CONFIRM_DELETION: _deleted,
}
