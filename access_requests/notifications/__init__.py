"""Which event tells whom by which mail. One mail is one function; `table` says who gets it.

The mails are written into the outbox in the transaction of their event, each in its reader's language, and each
address gets one.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import override

from access_requests.models import AccessRequest, Event
from access_requests.workflow import ENDED_ACCESS, Status, Verb
from aidahub.outbox.queue import queue, written_about
from aidahub.outbox.wording import one_line

from . import to_holders
from .case import Case
from .letter import as_html, as_text
from .mailing import Mailing, Writer
from .readers import Reader, holders, hub, languages_of, responsible
from .reminders import escalation, of_turn, reminder
from .table import TABLE
from .to_all import write_to_all

__all__ = ["announce", "delete_copies", "ending_soon", "escalate", "remind", "write_to_all"]


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


def ending_soon(request: AccessRequest, days: int) -> None:
    """Tell everybody with access by a locked request that it ends in so many days; once for each last day and number.

    A request whose access is not open, or has no end, tells nobody.
    """
    case = Case(request)
    ends = to_holders.last_day_of(case)
    if request.status == Status.GRANTED and ends:
        post(case, [(to_holders.ending_soon, holders(case))], about=f"{request.reference}/ends/{ends}/{days}")


def delete_copies(request: AccessRequest, number: int = 1) -> None:
    """Ask whoever is responsible for a locked request's data to confirm that copies are deleted; once for each number.

    A request whose access is open, or whose copies are deleted, asks nobody.
    """
    case = Case(request)
    if request.status in ENDED_ACCESS and request.copies_deleted_at is None and request.grants.exists():
        people = holders(case, [responsible(case).number])
        post(case, [(to_holders.delete_copies, people)], about=f"{turn_of(request)}/copies/{number}")


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
