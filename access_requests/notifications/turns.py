"""Whose move it is in a request, and since when: whom the clock reminds, and what it calls that turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property

from django.utils import timezone

from access_requests.awaited import is_hubs_turn
from access_requests.conditions import Condition, Open, blocks_review, needed_people, open_conditions
from access_requests.models import Grant, Participant
from access_requests.policies import policy_of
from access_requests.workflow import Before, Part, Status

from .case import Case
from .readers import Reader, applicant, hub, of_person, without_vote


@dataclass(frozen=True)
class Wait:
    """One reader for whom a request waits, since when, and what an open condition asks of them."""

    reader: Reader
    since: datetime
    what: Open | None = None


class Turn(Case):
    """The turn that a request is in, and all for whom it waits."""

    @cached_property
    def waits(self) -> list[Wait]:
        """Everybody who has the next move, each address once; nobody where nothing waits."""
        first: dict[str, Wait] = {}
        for wait in WAITS.get(Status(self.request.status), _nobody)(self):
            first.setdefault(wait.reader.address.casefold(), wait)
        return list(first.values())

    @property
    def since(self) -> datetime:
        """Since when the request waits for the first of them."""
        return min(wait.since for wait in self.waits)

    @property
    def key(self) -> str:
        """What tells this turn from every other one: the status, and the moment since when somebody is waited for."""
        return f"{self.reference}/{self.request.status}/{self.since:%Y%m%dT%H%M%S%f}"

    @property
    def parts(self) -> set[Part]:
        """What those for whom it waits are to the request."""
        return {part for wait in self.waits for part in wait.reader.parts}

    def wait_of(self, reader: Reader) -> Wait:
        """Why it waits for one of them; somebody else is told of the whole turn."""
        return next((wait for wait in self.waits if wait.reader == reader), Wait(reader, self.since))


def _nobody(turn: Turn) -> Iterable[Wait]:
    return ()


def _each(turn: Turn, readers: Iterable[Reader], since: datetime | None = None, what: Open | None = None) -> list[Wait]:
    return [Wait(reader, since or turn.request.status_since, what) for reader in readers]


def _submitted(turn: Turn) -> Iterable[Wait]:
    """Named people must confirm first; whoever declined is for hub staff to replace, and a check is theirs, too.

    Hub staff have their turn from the moment at which the last of the people confirmed.
    """
    missing = blocks_review(turn.request)
    asked = [person for person in missing if person.declined_at is None]
    if asked:
        return [_of_person(turn, person, Open.CONFIRM) for person in asked]
    before_review = policy_of(turn.request.license).needed_before == Before.REVIEW
    people = needed_people(turn.request, turn.people) if before_review else []
    answers = [person.declined_at or person.confirmed_at for person in people]
    return _each(turn, hub(turn), max([turn.request.status_since, *filter(None, answers)]))


def _in_review(turn: Turn) -> Iterable[Wait]:
    """Hub staff also where votes are missing and nobody who could give one can be reached."""
    return _each(turn, hub(turn) if is_hubs_turn(turn.request) else without_vote(turn))


def _approved(turn: Turn) -> Iterator[Wait]:
    """Exactly those who must still do something; hub staff where somebody declined, or only the agreement is missing.

    The agreement comes from the people named: while they have something else to do, nobody asks hub staff for it.
    """
    conditions = open_conditions(turn.request)
    people = [each for each in conditions if each.person and each.person.declined_at is None]
    for condition in conditions:
        if condition.person or not people:
            yield from _of_condition(turn, condition)


def _of_condition(turn: Turn, condition: Condition) -> list[Wait]:
    person = condition.person
    if person is None or person.declined_at:
        since = (person and person.declined_at) or _all_done(turn)
        return _each(turn, hub(turn), max(turn.request.status_since, since), condition.what)
    if person.part == Part.APPLICANT:
        return _each(turn, applicant(turn), None, condition.what)
    return [_of_person(turn, person, condition.what)]


def _all_done(turn: Turn) -> datetime:
    """When the last of those for whom access waits confirmed or accepted."""
    people = [turn.applicant, *needed_people(turn.request, turn.people)]
    accepted = turn.request.acceptances.filter(participant__in=people).values_list("accepted_at", flat=True)
    return max([turn.request.status_since, *accepted, *filter(None, (person.confirmed_at for person in people))])


def _of_person(turn: Turn, person: Participant, what: Open) -> Wait:
    """Somebody who was named later is waited for since then."""
    (reader,) = of_person(person)
    return Wait(reader, max(turn.request.status_since, person.added_at), what)


def _granted(turn: Turn) -> Iterable[Wait]:
    """Hub staff, until the data is with everybody who has access; from the day on which the first of them got it."""
    first = Grant.objects.undelivered().filter(request=turn.request).order_by("starts").values_list("starts", flat=True)
    if (day := first.first()) is None:
        return ()
    begun = timezone.make_aware(datetime.combine(day, time()))
    return _each(turn, hub(turn), max(turn.request.status_since, begun))


WAITS: dict[Status, Callable[[Turn], Iterable[Wait]]] = {
    Status.SUBMITTED: _submitted,
    Status.IN_REVIEW: _in_review,
    Status.DECIDED: lambda turn: _each(turn, hub(turn)),
    Status.RETURNED: lambda turn: _each(turn, applicant(turn)),
    Status.APPROVED: _approved,
    Status.GRANTED: _granted,
}
