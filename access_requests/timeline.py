"""What happened with a request, as sentences made for whoever reads them, in their language.

The applicant and whoever is named read of "the dataset's providers" and "the hub"; votes, voters and the
reasons that hub staff still have to weigh are for the providers and the hub (docs/architecture.md, who sees what).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aidahub.accounts.models import User

from . import kinds
from .models import AccessRequest, AnyUser, Attachment, Decider, Event, SealedText
from .rules import parts_in
from .tales_of_access import TALES_OF_ACCESS, names_of
from .tales_of_hub import TALES_OF_HUB, staff_in
from .tales_of_outcome import HUB, outcome_told
from .tales_of_people import TALES_OF_PEOPLE
from .tales_of_talk import TALES_OF_TALK, commented
from .talk import reads_notes, sees_inside, sees_internal_files
from .telling import Entry, Reader, Tale, entry, reason_of, told, unsigned
from .workflow import Answer, Part, Verb

OF_A_VOTER = frozenset({Verb.DECIDE, Verb.EXCUSE, Verb.VOID_VOTE})


def reads_votes(user: AnyUser, parts: Collection[Part], asked: Iterable[Decider]) -> bool:
    """Whether somebody with these parts reads the votes of a round, and why: whoever votes in it, and hub staff.

    Not a provider who is informed only or was excused (a conflict of interest, for one), nor anybody who is named.

    Args:
        asked: the deciders of the round.
    """
    if not isinstance(user, User) or not sees_inside(parts):
        return False
    return Part.HUB in parts or any(row.excused_at is None and row.provider_id in user.provider_ids for row in asked)


def timeline(request: AccessRequest, viewer: AnyUser, parts: Collection[Part] | None = None) -> list[Entry]:
    """What happened, the latest first, for one viewer.

    Args:
        request: with its events, those with `by`, fetched before where many requests are shown.
        viewer: who reads.
        parts: what the viewer is to the request; asked of the rules when not given.
    """
    parts = parts_in(viewer, request) if parts is None else parts
    inner = sees_inside(parts)
    events = sorted(request.events.all(), key=lambda event: event.number)
    voted = inner and any(event.verb in OF_A_VOTER for event in events)
    people = {person.number: person for person in request.participants.all()}
    seats = Decider.objects.seats(request) if voted else {}
    voters = {place: seat.provider for place, seat in seats.items()}
    noted = any(event.verb in {Verb.NOTE, Verb.COMMENT, Verb.REDACT} for event in events)
    notes = inner and noted and reads_notes(viewer, request, parts)
    staff = staff_in(events) if inner else {}
    files = _files(request, events, viewer, parts)
    reader = Reader(viewer, inner, voters, people, notes, files, staff, _rounds(events, viewer, parts, seats))
    for event in events:
        event.request = request  # so that its texts and providers are looked for in what was fetched
    lines = (TALES[Verb(event.verb)](event, reader, events) for event in events if event.verb in TALES)
    return [line for line in reversed(list(lines)) if line]


def _rounds(
    events: list[Event], viewer: AnyUser, parts: Collection[Part], seats: Mapping[tuple[int, int], Decider]
) -> set[int]:
    """The rounds whose votes the viewer reads, by number."""
    asked: dict[int, list[Decider]] = {event.payload["round"]: [] for event in events if event.verb in OF_A_VOTER}
    for (number, _place), seat in seats.items():
        asked.setdefault(number, []).append(seat)
    return {number for number, rows in asked.items() if reads_votes(viewer, parts, rows)}


def _files(
    request: AccessRequest, events: list[Event], viewer: AnyUser, parts: Collection[Part]
) -> dict[str, Attachment]:
    """The files that events tell of and the viewer may know of, those taken away too."""
    if not any("file" in event.payload for event in events):
        return {}
    rows = list(request.attachments.all())
    if any(row.internal for row in rows) and not sees_internal_files(request, viewer, parts):
        rows = [row for row in rows if not row.internal]
    return {str(row.public_id): row for row in rows}


def events_with_reasons() -> QuerySet[Event]:
    """Events with who did them and the reasons given, in one query, for a prefetch."""
    digest = KeyTextTransform("reason", "payload")
    sealed = SealedText.objects.filter(request=OuterRef("request"), digest=OuterRef("reason_digest"))
    rows = Event.objects.select_related("by").annotate(reason_digest=digest)
    text, erased = (Subquery(sealed.values(column)[:1]) for column in ("text", "erased_at"))
    return rows.annotate(reason_text=text, reason_erased_at=erased).order_by("number")


def _submit(event: Event, reader: Reader, events: list[Event]) -> Entry:
    if event.payload.get("submission", 1) == 1:
        return entry(event, reader, _("You sent the request."), _("%(who)s sent the request."), "send")
    number = len(event.payload.get("changed", ()))
    detail = ngettext("%(number)s answer changed.", "%(number)s answers changed.", number) % {"number": number}
    return entry(event, reader, _("You sent the request again."), _("%(who)s sent the request again."), "send", detail)


def _withdraw(event: Event, reader: Reader, events: list[Event]) -> Entry:
    return entry(event, reader, _("You withdrew the request."), _("%(who)s withdrew the request."), "stop")


def _close(event: Event, reader: Reader, events: list[Event]) -> Entry:
    named = _("%(who)s closed the request for %(hub)s.") if reader.inner else _("%(hub)s closed the request.")
    return unsigned(entry(event, reader, _("You closed the request."), named, "stop", reason_of(event)), reader)


def _forward(event: Event, reader: Reader, events: list[Event]) -> Entry:
    if event.by_id is None:  # the last of those who had to has confirmed
        asked = _("Everybody has confirmed; the deciders were asked.")
        by_hub = _("Everybody has confirmed; %(hub)s decides.")
        return told(event, by_hub if event.payload.get("by_hub") else asked, "people")
    named = (
        _("%(who)s found the request complete; the deciders were asked.")
        if reader.inner
        else _("%(hub)s passed the request on to the dataset's providers.")
    )
    own = _("You found the request complete; the deciders were asked.")
    return unsigned(entry(event, reader, own, named, "people"), reader)


def _send_back(event: Event, reader: Reader, events: list[Event]) -> Entry:
    named = (
        _("%(who)s sent the request back to the applicant.")
        if reader.inner
        else _("The request was sent back: something must be changed or explained.")
    )
    own = _("You sent the request back to the applicant.")
    detail = "\n\n".join(filter(None, (reason_of(event), commented(event))))
    return unsigned(entry(event, reader, own, named, "return", detail), reader)


def _decide(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    if reader.reads_vote(event):
        return _vote(event, reader)
    return outcome_told(event, events)


def _vote(event: Event, reader: Reader) -> Entry:
    yes = event.payload.get("answer") == Answer.APPROVE
    icon, detail = ("check" if yes else "cross"), reason_of(event)
    if event.payload.get("decider") == HUB:
        other = _("%(who)s approved for %(hub)s.") if yes else _("%(who)s rejected for %(hub)s.")
        return entry(event, reader, _("You approved.") if yes else _("You rejected."), other, icon, detail)
    place = (event.payload["round"], event.payload["decider"])
    provider = reader.voters[place].name if place in reader.voters else _("a provider of the dataset")
    if event.payload.get("evidence"):
        own = _("You recorded an answer that came by mail: %(provider)s approves.")
        no = _("You recorded an answer that came by mail: %(provider)s rejects.")
        other = _("%(who)s recorded an answer that came by mail: %(provider)s approves.")
        other_no = _("%(who)s recorded an answer that came by mail: %(provider)s rejects.")
        own, other = (own, other) if yes else (no, other_no)
    else:
        own = _("You approved as %(provider)s.") if yes else _("You rejected as %(provider)s.")
        other = _("%(who)s approved as %(provider)s.") if yes else _("%(who)s rejected as %(provider)s.")
    return entry(event, reader, own, other, icon, detail, provider=provider)


def _confirm(event: Event, reader: Reader, events: list[Event]) -> Entry:
    yes = event.payload.get("answer") == Answer.APPROVE
    icon = "check" if yes else "cross"
    if reader.inner:
        other = _("%(who)s confirmed: approved.") if yes else _("%(who)s confirmed: rejected.")
    else:
        other = _("%(hub)s approved the request.") if yes else _("%(hub)s rejected the request.")
    own = _("You confirmed: approved.") if yes else _("You confirmed: rejected.")
    return unsigned(entry(event, reader, own, other, icon, reason_of(event)), reader)


def _accept(event: Event, reader: Reader, events: list[Event]) -> Entry:
    if event.payload.get("paper"):  # hub staff recorded it for the person who signed
        name = reader.name_of(event.payload.get("person")) or _("somebody")
        return told(event, _("%(name)s accepted the licence on paper; %(hub)s keeps it."), "document", name=name)
    return entry(event, reader, _("You accepted the licence."), _("%(who)s accepted the licence."), "document")


def _grant(event: Event, reader: Reader, events: list[Event]) -> Entry:
    starts, ends = (kinds.as_date(event.payload.get(key)) for key in ("starts", "ends"))
    first = kinds.day_in_words(starts) if starts else ""
    last = kinds.day_in_words(ends) if ends else ""
    if event.payload.get("opens", True):
        sentence = _("Access opened from %(first)s to %(last)s.")
        endless = _("Access opened from %(first)s, without an end.")
    else:
        sentence = _("Access opened for %(people)s from %(first)s to %(last)s.")
        endless = _("Access opened for %(people)s from %(first)s, without an end.")
    people = names_of(event, reader, "persons")
    return told(event, sentence if ends else endless, "key", first=first, last=last, people=people)


# Save and discard leave no events: nobody but the applicant knows of a draft.
TALES: dict[Verb, Tale] = {
    Verb.SUBMIT: _submit,
    Verb.WITHDRAW: _withdraw,
    Verb.CLOSE: _close,
    Verb.FORWARD: _forward,
    Verb.SEND_BACK: _send_back,
    Verb.DECIDE: _decide,
    Verb.CONFIRM: _confirm,
    Verb.ACCEPT_LICENSE: _accept,
    Verb.GRANT: _grant,
    **TALES_OF_PEOPLE,
    **TALES_OF_ACCESS,
    **TALES_OF_TALK,
    **TALES_OF_HUB,
}
SILENT = frozenset({Verb.SAVE, Verb.DISCARD, Verb.RENEW})
