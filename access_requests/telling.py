"""The bricks of a request's timeline: entries, readers, and sentences in two wordings.

The applicant and whoever is named read of "the dataset's providers" and "the hub"; votes, voters and the
reasons that hub staff still have to weigh are for the providers and the hub (docs/architecture.md, who sees what).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from aidahub.accounts.models import User
from datasets.models import Provider

from .models import AnyUser, Attachment, Event, Participant
from .models.record import words_or_removed


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, by whom (empty for the reader themselves or the system), and what."""

    at: datetime
    who: str
    sentence: str
    icon: str
    detail: str = ""


@dataclass(frozen=True)
class Reader:
    """For whom the sentences are: `inner` for providers and hub staff who are not named in the request.

    `voters` are those who were asked, by the round's number and their place in it; `people` everybody who is or was
    named, by their number. `notes`: they read internal notes and comments; `files` are those attached, by their
    public id; `staff` the names of those to whom it was assigned, by their public key; `rounds` the numbers of
    the rounds whose votes they read.
    """

    user: AnyUser
    inner: bool
    voters: Mapping[tuple[int, int], Provider]
    people: Mapping[int, Participant]
    notes: bool = False
    files: Mapping[str, Attachment] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict)
    rounds: Collection[int] = frozenset()

    def is_who_did(self, event: Event) -> bool:
        """Whether the reader did this."""
        return event.by_id is not None and event.by_id == self.user.pk

    def reads_vote(self, event: Event) -> bool:
        """Whether they read what an event says about a vote: in a round that they read, or of a provider of theirs."""
        if not self.inner or event.payload.get("round") in self.rounds:
            return self.inner
        voter = self.voters.get((event.payload.get("round", 0), event.payload.get("decider", 0)))
        return voter is not None and isinstance(self.user, User) and voter.pk in self.user.provider_ids

    def is_person(self, number: object) -> bool:
        """Whether the reader is this person, by their number in the record."""
        person = self.people.get(number) if isinstance(number, int) else None
        if person is None or not isinstance(self.user, User):
            return False
        return person.user_id == self.user.pk or person.email in self.user.verified_emails

    def name_of(self, number: object) -> str:
        """The name of somebody named, by their number in the record; empty for what the record does not know."""
        person = self.people.get(number) if isinstance(number, int) else None
        return person.name if person else ""


def voter_of(event: Event, reader: Reader) -> str:
    """The name of the decider whom an event is about, by their place in its round; for readers who see inside."""
    provider = reader.voters.get((event.payload.get("round", 0), event.payload.get("decider", 0)))
    return provider.name if provider else ""


Tale = Callable[[Event, Reader, list[Event]], Entry | None]


def reason_of(event: Event) -> str:
    """The reason given with an event, empty when there is none; in place of one that was erased, that it was."""
    if hasattr(event, "reason_text"):
        return words_or_removed(event.reason_text or "", getattr(event, "reason_erased_at", None))
    digest = event.payload.get("reason")
    return next((row.words for row in event.request.texts.all() if row.digest == digest), "") if digest else ""


def entry(event: Event, reader: Reader, own: str, other: str, icon: str, detail: str = "", **names: str) -> Entry:
    """The reader's own doing in one wording, somebody else's in another, which may name them as %(who)s."""
    name = event.by.get_full_name() if event.by else ""
    mine = reader.is_who_did(event)
    sentence = (own if mine else other) % {"who": name, "hub": settings.HUB_NAME, **names}
    return Entry(event.at, "" if mine else name, sentence, icon, detail)


def told(event: Event, sentence: str, icon: str, detail: str = "", **names: str) -> Entry:
    """Something that nobody signs."""
    return Entry(event.at, "", sentence % {"hub": settings.HUB_NAME, **names}, icon, detail)


def unsigned(line: Entry, reader: Reader) -> Entry:
    """Without the name of who acted, unless the reader sees inside."""
    return line if reader.inner else Entry(line.at, "", line.sentence, line.icon, line.detail)
