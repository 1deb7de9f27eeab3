"""What the people named in a request have done and have not, and what waits for one of them.

For lists the same is asked of the database in `waits_for_person`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, prefetch_related_objects
from django.db.models.functions import Coalesce

from aidahub.accounts.models import User
from datasets.models import LicenseText

from .conditions import Condition, Open, accepted_by, blocks_review, needed_people, open_conditions, people_now
from .models import AccessRequest, AnyUser, LicenseAcceptance, Participant
from .policies import policy_of
from .workflow import HOLDERS, NAMED, OPEN, Before, Part, Status

# While the applicant is changing a request, nobody else is asked to do anything about it.
ASKING = (OPEN - {Status.RETURNED}) | {Status.GRANTED}
UNFINISHED = OPEN - {Status.RETURNED}


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
    accepted: LicenseAcceptance | None = None

    @property
    def part(self) -> Part:
        """What they are named as."""
        return Part(self.person.part)

    @property
    def accepts(self) -> bool:
        """Whether the licence is theirs to accept, since they get access."""
        return self.part in HOLDERS


def with_parts(requests: Iterable[AccessRequest]) -> None:
    """Fetch, once for all of these requests, what this module looks at."""
    rows = LicenseAcceptance.objects.select_related("license_text")
    wanted = ("participants", Prefetch("acceptances", rows), "license__texts")
    prefetch_related_objects(list(requests), *wanted)


def states(request: AccessRequest) -> list[PersonState]:
    """Everybody named in a sent request now and how far they are, in the order in which they were named."""
    people = people_now(request)
    needed = {person.pk for person in needed_people(request, people)}
    good = accepted_by(request, request.license.texts_as_good)
    ever = accepted_by(request, request.license.texts.all())
    found = []
    for person in people:
        done = _done(person, good, ever)
        waited = done != Done.CONFIRMED and (person.part == Part.APPLICANT or person.pk in needed)
        found.append(PersonState(person, done, waited and request.status in OPEN, ever.get(person.pk)))
    return found


def _done(person: Participant, good: dict[int, LicenseAcceptance], ever: dict[int, LicenseAcceptance]) -> Done:
    if person.declined_at:
        return Done.DECLINED
    if person.part != Part.APPLICANT and person.confirmed_at is None:
        return Done.ASKED
    if Part(person.part) in HOLDERS and person.pk not in good:
        return Done.AGAIN if person.pk in ever else Done.ASKED
    return Done.CONFIRMED


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
    asked = {Done.ASKED, Done.AGAIN} if request.status in UNFINISHED else {Done.ASKED}
    return [state for state in mine if state.done in asked]


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
    unaccepted = holds.exclude(Exists(_good_acceptances()))
    never = unaccepted.filter(acceptances=None)
    return (
        Q(Exists(unanswered), status__in=sorted(ASKING))
        | Q(Exists(unaccepted), status__in=sorted(UNFINISHED))
        | Q(Exists(never), status=Status.GRANTED)
    )


def _good_acceptances() -> QuerySet[LicenseAcceptance]:
    """Of the outer participant: acceptances of the text in force, or of one that differs from it editorially only."""
    first = (LicenseText.Change.FIRST, LicenseText.Change.MATERIAL)
    starts = LicenseText.objects.filter(license=OuterRef("license_text__license"), change__in=first)
    since = Coalesce(Subquery(starts.order_by("-number").values("number")[:1]), Value(0))
    rows = LicenseAcceptance.objects.filter(participant=OuterRef("pk")).annotate(since=since)
    waiting = Q(license_text__change=LicenseText.Change.WAITING)
    return rows.exclude(waiting).filter(license_text__number__gte=F("since"))
