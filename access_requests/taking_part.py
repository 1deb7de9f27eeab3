"""What the people named in a request have done and have not, and what waits for one of them.

For lists the same is asked of the database in `waits_for_person`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, prefetch_related_objects

from aidahub.accounts.models import User
from aidahub.row_by_row import Found

from .conditions import Condition, Open, blocks_review, has_accepted, needed_people, open_conditions, people_now
from .models import AccessRequest, AnyUser, Participant
from .policies import policy_of
from .workflow import HOLDERS, NAMED, OPEN, RUNNING, Before, Part, Status

# While the applicant is changing a request, nobody else is asked to do anything about it.
ASKING = (OPEN - {Status.RETURNED}) | {Status.GRANTED}


class Done(StrEnum):
    """How far somebody is with their part."""

    ASKED = "asked"  # has not answered
    DECLINED = "declined"
    AGAIN = "again"  # the licence has changed since they accepted it
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class PersonState:
    """One person in a request: how far they are, and whether the request waits for them."""

    person: Participant
    done: Done
    waited_for: bool
    accepted_at: datetime | None = None

    @property
    def part(self) -> Part:
        """What they are named as."""
        return Part(self.person.part)

    @property
    def accepts(self) -> bool:
        """Whether the licence is theirs to accept, since they get access."""
        return self.part in HOLDERS


def with_parts(requests: Iterable[AccessRequest]) -> None:
    """Fetch, once for all of these requests, what this module looks at; before anything else fetches their people."""
    prefetch_related_objects(list(requests), Prefetch("participants", Participant.objects.with_acceptances()))


def states(request: AccessRequest) -> list[PersonState]:
    """Everybody named in a sent request now and how far they are, in the order in which they were named."""
    people: list[Any] = list(people_now(request))
    if not all(hasattr(person, "good_since") for person in people):
        rows = Participant.objects.with_acceptances().filter(request=request, removed_at=None)
        people = list(rows.order_by("number"))
    needed = {person.pk for person in needed_people(request, people)}
    found = []
    for person in people:
        done = _done(person, running=request.status in RUNNING)
        waited = done != Done.CONFIRMED and (person.part == Part.APPLICANT or person.pk in needed)
        found.append(PersonState(person, done, waited and request.status in OPEN, person.accepted_at))
    return found


def _done(person: Any, *, running: bool) -> Done:
    """How far somebody is; access that is open, and what is over, stand on the text that was accepted for them."""
    if person.declined_at:
        return Done.DECLINED
    if person.part != Part.APPLICANT and person.confirmed_at is None:
        return Done.ASKED
    if Part(person.part) not in HOLDERS or has_accepted(person):
        return Done.CONFIRMED
    if person.accepted_number is None:
        return Done.ASKED
    return Done.AGAIN if running and not person.holds_grant else Done.CONFIRMED


def own(user: AnyUser, request: AccessRequest) -> list[Participant]:
    """What a person is named as, the first named first: as a user, or by an address that they have verified."""
    if not isinstance(user, User):
        return []
    mine = [row for row in people_now(request) if row.user_id == user.pk]
    known = {row.pk for row in mine}
    others = [row for row in people_now(request) if row.pk not in known]
    return mine + ([row for row in others if row.email in user.verified_emails] if others else [])


def own_states(user: AnyUser, request: AccessRequest) -> list[PersonState]:
    """How far a person is with what they are named as."""
    keys = {person.pk for person in own(user, request)}
    return [state for state in states(request) if state.person.pk in keys]


def still_asked(mine: Iterable[PersonState], request: AccessRequest) -> list[PersonState]:
    """Which of these states ask their person to do something now: the same as `waits_for_person`, for one request."""
    if request.status not in ASKING:
        return []
    return [state for state in mine if state.done in {Done.ASKED, Done.AGAIN}]


def first_waits_for_people(request: AccessRequest) -> list[Participant]:
    """Those for whom a sent request waits before anybody looks at it or decides."""
    return blocks_review(request) if request.status == Status.SUBMITTED else []


def waits_for(request: AccessRequest) -> list[Condition]:
    """What people must still do before the request goes on: before the review, or before access opens."""
    if request.status == Status.APPROVED:
        return open_conditions(request)
    return [Condition(Open.CONFIRM, person) for person in first_waits_for_people(request)]


def holds_up_review(request: AccessRequest, person: Participant) -> bool:
    """Whether the deciders are not asked before this person has confirmed."""
    early = policy_of(request.license).needed_before == Before.REVIEW
    return early and bool(needed_people(request, [person]))


def waits_for_person(user: User) -> Q:
    """For many requests: whether a person who is named, or the applicant, must confirm or accept something now."""
    named = Participant.objects.of(user).filter(request=OuterRef("pk"), declined_at=None)
    unanswered = named.filter(part__in=sorted(NAMED), confirmed_at=None)
    holds = named.filter(part__in=sorted(HOLDERS)).filter(Q(part=Part.APPLICANT) | Q(confirmed_at__isnull=False))
    never = Q(acceptances=None)
    outdated = Q(("accepted_number__lt", F("good_since")), ("holds_grant", False))
    unaccepted = holds.with_acceptances().filter(never | outdated)
    return (Q(Found(unanswered)) | Q(Found(unaccepted))) & Q(status__in=sorted(ASKING))
