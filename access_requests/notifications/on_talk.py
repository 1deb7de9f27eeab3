"""Which event about messages and files tells whom by which letter. Nobody is told of what they did themselves."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress

from access_requests.models import Attachment, Message
from access_requests.workflow import Part, Verb
from aidahub.accounts.models import User

from . import to_talkers
from .case import Case
from .mailing import Mailing, Rule, nobody
from .readers import Reader, applicant, hub, named, of_provider

# An answer of the form goes out with the next sending; a signed agreement has an event of its own.
TOLD_FILES = frozenset({Attachment.Kind.SENT, Attachment.Kind.PAPER})


def on_message(case: Case) -> Iterator[Mailing]:
    """From the named to those who review and to the applicant; the other way to the applicant and the named."""
    if case.payload["voice"] == Message.Voice.PARTICIPANT:
        yield to_talkers.asked, but_the_writer(case, reviewers(case))
        yield to_talkers.copied, but_the_writer(case, applicant(case))
    else:
        yield to_talkers.answered, but_the_writer(case, [*applicant(case), *named_who_see_it(case)])


def on_note(case: Case) -> Iterator[Mailing]:
    """A decider's note is told to hub staff, who might not look; one of theirs to nobody.

    Its words are in no mail: the hub's mailbox may be read by somebody who is named in the request.
    """
    if case.payload["voice"] == Message.Voice.PROVIDER:
        yield to_talkers.noted, but_the_writer(case, hub_and_assigned(case))


def on_attach(case: Case) -> Iterator[Mailing]:
    """A file goes the way of a message. An internal one is told to nobody, and so is an answer before it is sent."""
    file = to_talkers.file_of(case)
    if file is None or file.internal or file.kind not in TOLD_FILES:
        return
    if is_named(case, file.by):
        yield to_talkers.attached, but_the_writer(case, reviewers(case))
    else:
        yield to_talkers.attached_for_you, but_the_writer(case, [*applicant(case), *named_who_see_it(case)])


def reviewers(case: Case) -> list[Reader]:
    """Hub staff and who is assigned; while votes are collected also the deciders who are asked and not excused."""
    asked: list[Reader] = []
    if case.round and not case.round.closed_at:
        waiting = set(case.round.deciders.filter(excused_at=None).values_list("provider_id", flat=True))
        rows = [row for row in case.deciders if row.provider_id in waiting]
        asked = [reader for row in rows for reader in of_provider(row, Part.DECIDER)]
    return [*asked, *hub_and_assigned(case)]


def hub_and_assigned(case: Case) -> list[Reader]:
    """Hub staff, and that member of them to whom the request is assigned."""
    member = case.request.assigned_to
    if member is None or not member.is_hub or is_named(case, member):
        return hub(case)
    return [*hub(case), Reader(member.email, frozenset({Part.HUB}))]


def named_who_see_it(case: Case) -> list[Reader]:
    """The named who have an account that may open the request. Whoever declined has said that it is not theirs."""
    there = {person.email for person in case.named if person.takes_part}
    proven = EmailAddress.objects.filter(email__in=there, verified=True, user__is_active=True)
    emails = {email.casefold() for email in proven.values_list("email", flat=True)}
    emails |= {person.email for person in case.named if person.email in there and person.user_id}
    return [reader for reader in named(case) if reader.known_by in emails]


def but_the_writer(case: Case, readers: list[Reader]) -> list[Reader]:
    """These readers without those addresses that are the writer's own."""
    by = case.event.by if case.event else None
    own = {by.email, *by.verified_emails} if by else set()
    return [reader for reader in readers if reader.address.casefold() not in own]


def is_named(case: Case, user: User) -> bool:
    """Whether somebody is the applicant or takes part in the request."""
    return user.pk == case.request.applicant_id or any(
        person.takes_part and (person.user_id == user.pk or person.email in user.verified_emails)
        for person in case.people
    )


ON_TALK: dict[Verb, Rule] = {
    Verb.MESSAGE: on_message,
    Verb.NOTE: on_note,
    Verb.COMMENT: nobody,  # the applicant reads it when the request is sent back
    Verb.ATTACH: on_attach,
    Verb.DETACH: nobody,
    Verb.REDACT: nobody,  # a mail would spread again what was taken out
}
