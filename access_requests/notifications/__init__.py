"""Which event tells whom by which mail. One mail is one function; `table` says who gets it.

The mails are written into the outbox in the transaction of their event, each in its reader's language, and each
address gets one.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import override

from access_requests.models import AccessRequest, Event, Participant
from access_requests.workflow import Verb
from aidahub.outbox.queue import queue, written_about
from aidahub.outbox.wording import one_line
from datasets.models import LicenseText

from . import to_named
from .case import Case
from .letter import as_html, as_text
from .mailing import Mailing, Writer
from .readers import Reader, hub, languages_of, named, of_person
from .reminders import escalation, of_turn, reminder
from .table import TABLE

__all__ = ["announce", "ask_again", "escalate", "remind", "tell_of_license"]


def announce(event: Event) -> None:
    """Write the mails of an event, in the caller's transaction.

    Args:
        event: the event, with its request as it is after it.
    """
    case = Case(event.request, event)
    post(case, TABLE[Verb(event.verb)](case), about=f"{case.reference}/{event.number}")


def remind(request: AccessRequest) -> None:
    """Remind whoever has the turn on a locked request; once in each turn, however often it is called."""
    case = Case(request)
    post(case, [(reminder, of_turn(case))], about=turn_of(request))


def escalate(request: AccessRequest) -> None:
    """Tell hub staff that a turn on a locked request lasts long; once in each turn, however often it is called."""
    case = Case(request)
    post(case, [(escalation, hub(case))], about=turn_of(request))


def ask_again(request: AccessRequest, person: Participant, *, about: str) -> bool:
    """Ask somebody named, whose answer is missing, once more, with a fresh link; whether a mail was written.

    Args:
        request: locked.
        about: what the mail is about; there is one for each.
    """
    readers = [reader for reader in named(Case(request)) if reader.address == person.email]
    if not readers or (INVITATION, person.email) in written_about(about):
        return False
    post(Case(request), [(to_named.invitation, readers)], about=about)
    return True


INVITATION = "invitation"


def tell_of_license(request: AccessRequest, people: Iterable[Participant], text: LicenseText) -> None:
    """Tell people of a locked request that the licence has changed since they accepted it; once for each text."""
    readers = [reader for person in people for reader in of_person(person)]
    post(Case(request), [(to_named.license_changed, readers)], about=f"{request.reference}/licence-{text.number}")


def turn_of(request: AccessRequest) -> str:
    """What names one turn: the status, and the moment since when it holds."""
    return f"{request.reference}/{request.status}/{request.status_since:%Y%m%dT%H%M%S%f}"


def post(case: Case, mailings: Iterable[Mailing], *, about: str) -> None:
    """Write each letter for its readers; an address that has one already gets no second.

    What was written before is not even made again: a letter may carry an invitation, which is made with it.
    """
    first: dict[str, tuple[Writer, Reader]] = {}
    for writer, readers in mailings:
        for reader in readers:
            first.setdefault(reader.address.casefold(), (writer, reader))
    languages = languages_of(first)
    written = written_about(about)
    for address, (writer, reader) in first.items():
        kind = writer.__name__.replace("_", "-")
        if (kind, address) in written:
            continue
        with override(languages[address]):
            letter = writer(case, reader)
            queue(
                about=about,
                kind=kind,
                recipient=address,
                subject=f"{one_line(letter.subject, 300)} [{case.reference}]",
                text=as_text(letter),
                html=as_html(letter),
                language=languages[address],
                thread=case.reference,
            )
