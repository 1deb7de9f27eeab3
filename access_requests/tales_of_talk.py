"""Sentences about messages and files, for the timeline.

The words of a message stand among the messages, not here. Notes and comments are told to those who read them; the
applicant hears of the comments with the send back that releases them.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Event, Message, Participant
from .questions import name_of
from .telling import Entry, Reader, Tale, entry, reason_of, told
from .workflow import Verb

Voice = Message.Voice


def commented(event: Event) -> str:
    """How many comments a send back released; empty for none."""
    number = len(event.payload.get("comments", ()))
    if not number:
        return ""
    return ngettext(
        "%(number)s comment stands beside the answer that it is about.",
        "%(number)s comments stand beside the answers that they are about.",
        number,
    ) % {"number": number}


def _message(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own = _("You wrote a message.")
    if event.payload.get("voice") == Voice.PARTICIPANT:
        return _by_named(event, reader, own, _("%(who)s wrote a message."))
    if reader.inner:
        return entry(event, reader, own, _("%(who)s wrote a message to the applicant."), "mail")
    if reader.is_who_did(event):
        return told(event, own, "mail")
    by_hub = event.payload.get("voice") == Voice.HUB
    return told(
        event, _("%(hub)s wrote a message.") if by_hub else _("The dataset's providers wrote a message."), "mail"
    )


def _by_named(event: Event, reader: Reader, own: str, other: str, icon: str = "mail", **names: str) -> Entry:
    """What somebody named did, by the name that the request gives them."""
    if reader.is_who_did(event):
        return told(event, own, icon, **names)
    person = _person(event, reader)
    who = person.name if person else _("Somebody who was named in the request")
    return told(event, other, icon, who=who, **names)


def _person(event: Event, reader: Reader) -> Participant | None:
    by = event.by
    people = sorted(reader.people.values(), key=lambda person: person.removed_at is not None)
    mine = (person for person in people if by and (person.user_id == by.pk or person.email == by.email))
    return next(mine, None)


def _note(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    if not reader.notes:
        return None
    return entry(event, reader, _("You wrote an internal note."), _("%(who)s wrote an internal note."), "pencil")


def _comment(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    if not reader.notes:
        return None
    own = _("You commented on an answer: %(question)s")
    other = _("%(who)s commented on an answer: %(question)s")
    return entry(event, reader, own, other, "pencil", question=_label(event))


def _label(event: Event) -> str:
    """The name of the question that was commented on, as its form has it."""
    key = event.payload.get("question")
    for sent in event.request.submissions.all():
        for question in sent.form_version.asked:
            if question.key == key:
                return name_of(question)
    return str(key)


def _attach(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    if event.payload.get("internal") and str(event.payload.get("file")) not in reader.files:
        return None
    file, own = _file_name(event, reader), _("You attached a file: %(file)s")
    if _person(event, reader):
        return _by_named(event, reader, own, _("%(who)s attached a file: %(file)s"), "document", file=file)
    if reader.inner:
        return entry(event, reader, own, _("%(who)s attached a file: %(file)s"), "document", file=file)
    other = _("Those who review the request attached a file: %(file)s")
    return told(event, own if reader.is_who_did(event) else other, "document", file=file)


def _detach(event: Event, reader: Reader, events: list[Event]) -> Entry:
    own, other = _("You took back a file: %(file)s"), _("%(who)s took back a file: %(file)s")
    return _by_named(event, reader, own, other, "bin", file=_file_name(event, reader))


def _file_name(event: Event, reader: Reader) -> str:
    file = reader.files.get(str(event.payload.get("file")))
    return file.name if file else _("(unknown)")


def _redact(event: Event, reader: Reader, events: list[Event]) -> Entry | None:
    """Told to whoever could read what was taken out; why, to those who review only."""
    if not _could_read(event, reader, events):
        return None
    detail = reason_of(event) if reader.inner else ""
    if "file" in event.payload:
        own = _("You took a file out of the record: %(file)s")
        other = _("%(hub)s took a file out of the record: %(file)s")
        sentence = own if reader.is_who_did(event) else other
        return told(event, sentence, "bin", detail, file=_file_name(event, reader))
    own, other = _("You took a text out of the record."), _("%(hub)s took a text out of the record.")
    return told(event, own if reader.is_who_did(event) else other, "bin", detail)


def _could_read(event: Event, reader: Reader, events: list[Event]) -> bool:
    """Whether the reader may know that what was taken out was ever there."""
    if reader.notes:
        return True
    if "file" in event.payload:
        return str(event.payload["file"]) in reader.files
    source = next((each for each in events if event.payload.get("text") in _texts(each)), None)
    if source is None or source.verb not in {Verb.MESSAGE, Verb.COMMENT}:
        return False
    if source.verb == Verb.MESSAGE:
        return True
    number = source.payload.get("message")
    return any(number in each.payload.get("comments", ()) for each in events if each.number < event.number)


def _texts(event: Event) -> tuple[object, ...]:
    return () if event.verb == Verb.REDACT else (event.payload.get("text"),)


TALES_OF_TALK: dict[Verb, Tale] = {
    Verb.MESSAGE: _message,
    Verb.NOTE: _note,
    Verb.COMMENT: _comment,
    Verb.ATTACH: _attach,
    Verb.DETACH: _detach,
    Verb.REDACT: _redact,
}
