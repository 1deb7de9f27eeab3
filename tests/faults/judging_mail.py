"""The judge's rules about mail: each event that tells somebody has its mails, none is lost, none comes too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from access_requests.models import Event
from access_requests.workflow import Status, Verb
from aidahub.outbox.models import Mail

Received = Sequence[tuple[str, str]]

# Verbs of which the applicant hears in any case; said here once more, apart from the table that the site goes by.
TOLD_TO_APPLICANT = frozenset(
    {Verb.SUBMIT, Verb.WITHDRAW, Verb.CLOSE, Verb.SEND_BACK, Verb.CONFIRM, Verb.REVOKE, Verb.DECLINE_PART}
)
OUTCOMES = frozenset({Status.APPROVED, Status.GRANTED, Status.REJECTED})
TOLD_TO_SOMEBODY = TOLD_TO_APPLICANT | {Verb.MESSAGE}


def unannounced() -> Iterator[str]:
    """Events whose mails were not even written. An answer that opens access at once is told with the access."""
    written: dict[str, set[str]] = {}
    for about, recipient in Mail.objects.values_list("about", "recipient"):
        written.setdefault(about, set()).add(recipient.casefold())
    grants = {(event.request_id, event.number) for event in Event.objects.filter(verb=Verb.GRANT)}
    for event in Event.objects.select_related("request__applicant"):
        to = written.get(f"{event.request.reference}/{event.number}", set())
        if (event.request_id, event.number + 1) in grants:
            to = to | written.get(f"{event.request.reference}/{event.number + 1}", set())
        settled = event.verb == Verb.DECIDE and bool(event.payload.get("settled"))
        heard = event.verb in TOLD_TO_APPLICANT or (settled and event.payload["status"] in OUTCOMES)
        if (heard or settled or event.verb in TOLD_TO_SOMEBODY) and not to:
            yield f"No mail was written of {event}, {event.verb}."
        elif heard and event.request.applicant.email.casefold() not in to:
            yield f"No mail was written to the applicant of {event}, {event.verb}."


def undelivered(received: Received) -> Iterator[str]:
    """Mails that neither arrived nor failed with a reason in the outbox; and those that it does not know."""
    arrived = {message_id for message_id, _recipient in received}
    known = set()
    for mail in Mail.objects.all():
        known.add(mail.message_id)
        if mail.status == Mail.Status.SENT and mail.message_id not in arrived:
            yield f"Mail lost: {mail.about} {mail.kind} to {mail.recipient} counts as sent and never arrived."
        elif mail.status == Mail.Status.FAILED and not mail.last_error:
            yield f"Mail failed in silence: {mail.about} {mail.kind} to {mail.recipient}."
        elif mail.status in {Mail.Status.WAITING, Mail.Status.SENDING}:
            yield f"Mail still {mail.status}: {mail.about} {mail.kind} to {mail.recipient}, {mail.last_error}"
    for message_id, recipient in received:
        if message_id not in known:
            yield f"Mail from nowhere: {message_id} to {recipient} is not in the outbox."


def repeated(received: Received, allowance: int) -> Iterator[str]:
    """More repetitions than senders that were killed or cut off; or a mail that came to two people."""
    if (extra := repetitions(received)) > allowance:
        yield f"{extra} mails came again, and only {allowance} senders were killed or cut off."
    people: dict[str, set[str]] = {}
    for message_id, recipient in received:
        people.setdefault(message_id, set()).add(recipient)
    for message_id, recipients in people.items():
        if len(recipients) > 1:
            yield f"One Message-ID went to several: {message_id} to {sorted(recipients)}."


def repetitions(received: Received) -> int:
    """How many mails are repetitions of another."""
    counts = Counter(message_id for message_id, _recipient in received)
    return sum(counts.values()) - len(counts)
