"""What happened, on paper: the timeline as sentences, and for hub staff every event with its hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from access_requests.labels import VERB_LABELS
from access_requests.models import AccessRequest, AnyUser, Event
from access_requests.timeline import timeline
from access_requests.workflow import Verb
from aidahub.accounts.models import User

from .shape import Item, Mark, Section, View, moment, row, rows

_GROUPS = {
    Verb.DECIDE: Mark.VOTES,
    Verb.EXCUSE: Mark.VOTES,
    Verb.VOID_VOTE: Mark.VOTES,
    Verb.NOTE: Mark.NOTES,
    Verb.COMMENT: Mark.COMMENTS,
}


def history(request: AccessRequest, view: View) -> Section | None:
    """The timeline, the oldest first. For hub staff nobody is "you": the paper is for others to read."""
    reader: AnyUser = User() if view.hub else view.user
    marks, reasons = _marks_by_moment(request)
    items = []
    for entry in reversed(timeline(request, reader, view.parts)):
        told = rows(row("", entry.sentence), row("", entry.detail, *reasons[entry.at]))
        items.append(Item(moment(entry.at), told, frozenset(marks[entry.at])))
    return Section("history", _("What happened"), tuple(items)) if items else None


def _marks_by_moment(request: AccessRequest) -> tuple[Mapping[datetime, set[str]], Mapping[datetime, set[str]]]:
    """The marks of the events of each moment, and of what was written with them: a sentence says when, not which."""
    marks: dict[datetime, set[str]] = defaultdict(set)
    reasons: dict[datetime, set[str]] = defaultdict(set)
    for event in request.events.all():
        marks[event.at] |= marks_of(event, request.events.all())
        reasons[event.at].add(f"reason-{event.number}")
    return marks, reasons


def marks_of(event: Event, events: Iterable[Event]) -> set[str]:
    """The marks by which an event is withheld. What is withheld takes with it that it was taken out later."""
    verb, payload = Verb(event.verb), event.payload
    found: set[str] = {_GROUPS[verb]} if verb in _GROUPS else set()
    if "message" in payload:
        found.add(f"message-{payload['message']}")
    if "file" in payload:
        found.add(f"file-{payload['file']}")
    if payload.get("internal"):
        found.add(Mark.NOTES)
    if verb == Verb.REDACT and "text" in payload:
        for each in events:
            if each.verb != Verb.REDACT and payload["text"] in each.payload.values():
                found |= marks_of(each, ())
    return found


def events(request: AccessRequest) -> Section:
    """Every event by number, with its hash, so that the paper can be checked against the record."""
    chain = sorted(request.events.all(), key=lambda each: each.number)
    items = tuple(_event(each, chain) for each in chain)
    intro = _(
        "Each hash is SHA-256 over the event together with the hash before it. The last one stands for all: as long as "
        "the record holds it, nothing that is listed here was changed."
    )
    return Section("record", _("Record"), items, intro, table=True)


def _event(event: Event, chain: list[Event]) -> Item:
    told = (
        row(_("What"), capfirst(str(VERB_LABELS[Verb(event.verb)]))),
        row(_("Who"), event.by.get_full_name() if event.by else _("the system")),
        row(_("When"), moment(event.at)),
        row(_("Hash"), event.hash),
    )
    return Item(str(event.number), told, frozenset(marks_of(event, chain)))
