"""Sentences about what deciders and hub staff do around a decision, for the timeline."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from aidahub.accounts.models import User

from .models import Event
from .tales_of_outcome import outcome_told
from .telling import Entry, Reader, Tale, entry, reason_of, told, unsigned, voter_of
from .workflow import Verb


def staff_in(events: Iterable[Event]) -> dict[str, str]:
    """The names of those to whom a request was assigned, by their public key; no query where it never was."""
    keys = {event.payload["to"] for event in events if event.verb == Verb.ASSIGN and event.payload.get("to")}
    return {str(user.public_id): str(user) for user in User.objects.filter(public_id__in=keys)} if keys else {}


def _excuse(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    """Inside: who was excused and why. Others read only what that settled, if anything."""
    if not reader.reads_vote(event):
        return outcome_told(event, events)
    provider = voter_of(event, reader)
    if event.by_id is None:  # the system: they are named in the request by now
        sentence = (
            _("%(provider)s was excused. Nobody else is left, so hub staff decide.")
            if event.payload.get("by_hub")
            else _("%(provider)s was excused; their vote is not waited for.")
        )
        return told(event, sentence, "people", reason_of(event), provider=provider)
    if event.payload.get("by_hub"):
        own = _("You excused %(provider)s. Nobody else is left, so hub staff decide.")
        other = _("%(who)s excused %(provider)s. Nobody else is left, so hub staff decide.")
    else:
        own = _("You excused %(provider)s, whose vote is not waited for.")
        other = _("%(who)s excused %(provider)s, whose vote is not waited for.")
    return entry(event, reader, own, other, "people", reason_of(event), provider=provider)


def _void_vote(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    if not reader.reads_vote(event):
        return None
    name = voter_of(event, reader)
    if event.by_id is None:
        return told(event, _("The vote of %(provider)s was set aside."), "stop", provider=name)
    own = _("You set the vote of %(provider)s aside.")
    return entry(event, reader, own, _("%(who)s set the vote of %(provider)s aside."), "stop", provider=name)


def _hand_over(event: Event, reader: Reader, events: list[Event]) -> Entry:
    return told(event, _("The dataset was retired, so %(hub)s decides on the request."), "people")


def _reopen(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own = _("You took the request up again; a new round of votes is open.")
    other = (
        _("%(who)s took the request up again; a new round of votes is open.")
        if reader.inner
        else _("%(hub)s took the request up again. It is decided on anew.")
    )
    return unsigned(entry(event, reader, own, other, "return", reason_of(event)), reader)


def _assign(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    if not reader.inner:
        return None
    to = event.payload.get("to")
    if not to:
        own = _("You gave the request back: nobody in particular takes care of it.")
        other = _("%(who)s gave the request back: nobody in particular takes care of it.")
        return entry(event, reader, own, other, "people")
    if event.by is not None and to == str(event.by.public_id):
        return entry(event, reader, _("You took the request."), _("%(who)s took the request."), "people")
    own, other = _("You assigned the request to %(name)s."), _("%(who)s assigned the request to %(name)s.")
    return entry(event, reader, own, other, "people", name=reader.staff.get(to, ""))


def _register(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    if not reader.inner:
        return None
    number = str(event.payload.get("number") or "")
    if not number:
        own = _("You took the register number away.")
        return entry(event, reader, own, _("%(who)s took the register number away."), "document")
    own = _("You gave the request the register number %(number)s.")
    other = _("%(who)s gave the request the register number %(number)s.")
    return entry(event, reader, own, other, "document", number=number)


TALES_OF_HUB: dict[Verb, Tale] = {
    Verb.EXCUSE: _excuse,
    Verb.VOID_VOTE: _void_vote,
    Verb.HAND_OVER: _hand_over,
    Verb.REOPEN: _reopen,
    Verb.ASSIGN: _assign,
    Verb.REGISTER: _register,
}
