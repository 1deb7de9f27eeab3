"""Which event tells whom by which mail. One mail is one function; `table` says who gets it.

The mails are written into the outbox in the transaction of their event, each in its reader's language, and each
address gets one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from django.utils import timezone
from django.utils.translation import override

from access_requests.models import AccessRequest, Event, Grant, Participant
from access_requests.waiting import working_days_since
from access_requests.workflow import ENDED_ACCESS, Status, Verb
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import mail_of, queue_all, written_about
from aidahub.outbox.wording import one_line
from datasets.models import LicenseText

from . import of_copies, reminders, silences, to_holders, to_named
from .case import Case
from .letter import Letter, as_html, as_text
from .readers import Reader, at_address, holders, hub, languages_of, of_person, responsible
from .table import TABLE
from .to_all import write_to_all
from .turns import Turn

__all__ = [
    "announce",
    "ask_again",
    "ask_for_deletion",
    "ask_one_for_deletion",
    "ask_to_close",
    "delete_copies",
    "ending_soon",
    "escalate",
    "remind",
    "tell_of_license",
    "warn_of_deletion",
    "warned_of_deletion",
    "write_to_all",
    "written_on",
]

SomeCase = TypeVar("SomeCase", bound=Case)


def announce(event: Event) -> None:
    """Write the mails of an event, in the caller's transaction.

    Args:
        event: the event, with its request as it is after it.
    """
    case = Case(event.request, event)
    post(case, TABLE[Verb(event.verb)](case), about=f"{case.reference}/{event.number}")


def remind(turn: Turn, *, after: int = 0) -> int:
    """Remind those for whom a locked request has waited so many working days; once in each turn, however often called.

    Returns: how many mails were written.
    """
    late = [wait.reader for wait in turn.waits if working_days_since(wait.since) >= after]
    return post(turn, [(reminders.reminder, late)], about=turn.key) if late else 0


def escalate(turn: Turn) -> int:
    """Tell hub staff that a turn on a locked request lasts long; once in each turn, however often it is called."""
    return post(turn, [(reminders.escalation, hub(turn))], about=turn.key)


def ask_to_close(turn: Turn) -> int:
    """Ask hub staff whether a locked request in which nothing happens should be closed; once in each silence."""
    return post(turn, [(silences.close_or_not, hub(turn))], about=silence_of(turn.request))


def silence_of(request: AccessRequest) -> str:
    """What names one silence: it lasts until somebody does something in the request."""
    return f"{request.reference}/silent/{request.changed_at:%Y%m%dT%H%M%S%f}"


def written_on(turn: Turn) -> dict[str, date]:
    """The kinds of mail that were written about a turn and its silence, each with the last day, in Stockholm."""
    rows = Mail.objects.filter(about__in=(turn.key, silence_of(turn.request))).order_by("created_at")
    return {kind: timezone.localdate(at) for kind, at in rows.values_list("kind", "created_at")}


def ending_soon(request: AccessRequest, days: int) -> int:
    """Tell everybody with access by a locked request that it ends in so many days; once for each last day and number.

    A request whose access is not open, or has no end, tells nobody. Returns how many mails were written.
    """
    case = Case(request)
    ends = to_holders.last_day_of(case)
    if request.status != Status.GRANTED or not ends:
        return 0
    return post(case, [(to_holders.ending_soon, holders(case))], about=f"{request.reference}/ends/{ends}/{days}")


def delete_copies(request: AccessRequest, number: int = 1) -> int:
    """Ask whoever is responsible for a locked request's data to confirm that copies are deleted; once for each number.

    A request whose access is open, or whose copies are deleted, asks nobody. Returns how many mails were written.
    """
    case = Case(request)
    if request.status not in ENDED_ACCESS or request.copies_deleted_at or not request.grants.exists():
        return 0
    people = holders(case, [responsible(case).number])
    return post(case, [(to_holders.delete_copies, people)], about=f"{turn_of(request)}/copies/{number}")


def ask_for_deletion(request: AccessRequest) -> int:
    """Remind them, and tell hub staff that nobody has confirmed it; once for each end of access."""
    case = Case(request)
    return delete_copies(request) + post(case, [(silences.copies_uncertain, hub(case))], about=turn_of(request))


def ask_one_for_deletion(request: AccessRequest, grant: Grant) -> int:
    """Remind somebody whose own access by a locked request ended, and tell hub staff; once for each such end."""
    case = of_copies.Ended(request, grant)
    about = f"{request.reference}/copies-of-{grant.participant.number}/{grant.ended_at:%Y%m%dT%H%M%S%f}"
    readers = of_person(grant.participant)
    mailings = [(of_copies.delete_own_copies, readers), (of_copies.own_copies_uncertain, hub(case))]
    return post(case, mailings, about=about)


def ask_again(request: AccessRequest, person: Participant, *, about: str) -> bool:
    """Ask somebody named, whose answer is missing, once more, with a fresh link; whether a mail was written.

    Args:
        request: locked.
        about: what the mail is about; there is one for each.
    """
    readers = at_address(Case(request), person.email)
    if not readers or (INVITATION, readers[0].address) in written_about(about):
        return False
    post(Case(request), [(to_named.invitation, readers)], about=about)
    return True


INVITATION = "invitation"


def tell_of_license(request: AccessRequest, people: Iterable[Participant], text: LicenseText) -> None:
    """Tell people of a locked request that the licence has changed since they accepted it; once for each text."""
    readers = [reader for person in people for reader in of_person(person)]
    post(Case(request), [(to_named.license_changed, readers)], about=f"{request.reference}/licence-{text.number}")


def turn_of(request: AccessRequest) -> str:
    """What names the time that a request spends in one status: the status, and the moment since when it holds."""
    return f"{request.reference}/{request.status}/{request.status_since:%Y%m%dT%H%M%S%f}"


def warn_of_deletion(request: AccessRequest, last: date) -> int:
    """Tell whoever began a locked draft on which day it is deleted; once, until something is changed in it."""
    case = silences.Forgotten(request, last)
    return post(case, [(silences.draft_forgotten, case.owner)], about=draft_as_it_is(request))


def warned_of_deletion(request: AccessRequest) -> date | None:
    """The day, in Stockholm, on which that was told of the draft as it is now."""
    mail = Mail.objects.filter(about=draft_as_it_is(request)).order_by("created_at").first()
    return timezone.localdate(mail.created_at) if mail else None


def draft_as_it_is(request: AccessRequest) -> str:
    """What names a draft between two changes."""
    return f"{request.reference}/draft/{request.changed_at:%Y%m%dT%H%M%S%f}"


def post(
    case: SomeCase, mailings: Iterable[tuple[Callable[[SomeCase, Reader], Letter], Iterable[Reader]]], *, about: str
) -> int:
    """Write each letter for its readers; an address that has one already gets no second. Returns how many were written.

    What was written before is not even made again: a letter may carry an invitation, which is made with it.
    """
    first: dict[str, tuple[Callable[[SomeCase, Reader], Letter], Reader]] = {}
    for writer, readers in mailings:
        for reader in readers:
            first.setdefault(reader.address.casefold(), (writer, reader))
    if not first:
        return 0
    written = written_about(about)
    due = {address: pair for address, pair in first.items() if (kind_of(pair[0]), address) not in written}
    languages = languages_of(due)
    mails = []
    for address, (writer, reader) in due.items():
        with override(languages[address]):
            mails.append(_mail(writer(case, reader), case, about, kind_of(writer), address, languages[address]))
    queue_all(mails)
    return len(due)


def _mail(letter: Letter, case: Case, about: str, kind: str, address: str, language: str) -> Mail:
    return mail_of(
        about=about,
        kind=kind,
        recipient=address,
        subject=f"{one_line(letter.subject, 300)} [{case.reference}]",
        text=as_text(letter),
        html=as_html(letter),
        language=language,
        thread=case.reference,
    )


def kind_of(writer: Callable[..., Letter]) -> str:
    """What the outbox calls the letters of a writer."""
    return writer.__name__.replace("_", "-")
