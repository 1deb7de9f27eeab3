"""Questions about many requests: what waits for whom, what was decided lately, what takes too long."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from aidahub.row_by_row import Found

from .awaited import HUBS_TURN, to_hand_over
from .models import AccessRequest, AccessRequestQuerySet, Decider, Decision, keys_of
from .workflow import OPEN, UNDER_REVIEW, Status

Rows = TypeVar("Rows", bound=QuerySet[Any])
# Where somebody who handles requests can have the turn before access is open.
TURNS = (*sorted(UNDER_REVIEW), Status.APPROVED)
DECIDED = (Status.APPROVED, Status.GRANTED, Status.REJECTED)


def requests_for(user: User) -> AccessRequestQuerySet:
    """The requests that somebody may handle, as a provider or as hub staff: all that the admin ever shows them."""
    return AccessRequest.objects.for_provider(user)


def handled(rows: Rows, user: User) -> Rows:
    """Of rows that belong to sent requests those of the ones that somebody may handle; of hub staff all."""
    return rows if user.is_hub else rows.filter(request__in=requests_for(user).order_by())


def waits_for(user: User) -> Q:
    """Whether it is this person's turn: a vote not yet cast, or something for hub staff. Never where they are named.

    When it is the hub's turn, `awaited` says. The status first: a list asks this of every request, and few are open.
    """
    turns = [Q(status=status) & turn for status in TURNS if (turn := turn_at(user, status)) is not None]
    if user.is_hub:
        turns.append(to_hand_over())
    return reduce(or_, turns) & ~names(user)


def turn_at(user: User, status: Status) -> Q | None:
    """Whether it is this person's turn in a request of one status that does not name them; None where it never is."""
    rules = [HUBS_TURN[status]()] if user.is_hub and status in HUBS_TURN else []
    if status == Status.IN_REVIEW:
        rules.append(Q(Found(_asked(user))))
    return reduce(or_, rules) if rules else None


def _asked(user: User) -> QuerySet[Decider]:
    """The votes in a request that somebody is asked for and has not cast."""
    asked = Decider.objects.filter(
        round__request=OuterRef("pk"), round__closed_at=None, provider__in=user.provider_ids, excused_at=None
    )
    voted = Decision.objects.filter(round=OuterRef("round"), provider=OuterRef("provider"), void_at=None)
    return asked.exclude(Exists(voted))


def names(user: User) -> Q:
    """For many requests: whether a person is the applicant, or named: then they read no votes, nor handle it."""
    return Q(pk__in=keys_of(user))


def mails_for(user: User) -> QuerySet[Mail]:
    """The mails that hub staff may look at: not those about requests that name them, since mails tell of votes."""
    own = AccessRequest.objects.filter(names(user), submitted_at__isnull=False)
    about_own = Q(pk=None)
    for reference in own.values_list("reference", flat=True):
        about_own |= Q(about__startswith=f"{reference}/")
    return Mail.objects.exclude(about_own)


def is_open() -> Q:
    """For many requests: whether somebody has the next move."""
    return Q(status__in=OPEN) | to_hand_over()


def waiting_for(user: User) -> AccessRequestQuerySet:
    """The requests in which it is this person's turn, the longest waiting first."""
    return requests_for(user).filter(is_turn_of(user)).order_by("status_since", "pk")


def is_turn_of(user: User) -> Q:
    """For many requests: whether it is this person's turn, with what an index finds said first."""
    return (Q(status__in=TURNS) | to_hand_over() if user.is_hub else Q(status=Status.IN_REVIEW)) & waits_for(user)


def longest(requests: AccessRequestQuerySet, number: int) -> AccessRequestQuerySet:
    """Of open requests the few that have waited longest, in this order."""
    return _first(
        [requests.filter(there) for there in (*(Q(status=each) for each in sorted(OPEN)), to_hand_over())], number
    )


def longest_waiting_for(user: User, number: int) -> AccessRequestQuerySet:
    """The requests before the end of the review or of its conditions in which it is this person's turn.

    The few that have waited longest, in this order. Data to be handed over is no part of them.
    """
    if not user.is_hub:  # whose requests are found by their datasets
        return waiting_for(user)[:number]
    rows = requests_for(user).exclude(names(user))
    turns = ((status, turn_at(user, status)) for status in TURNS)
    return _first([rows.filter(turn, status=status) for status, turn in turns if turn is not None], number)


def longest_waiting_for_others(hub: User, number: int) -> AccessRequestQuerySet:
    """The open requests in which hub staff do not have the turn; the few that have waited longest, in this order."""
    rows = requests_for(hub)
    places = [rows.filter(to_hand_over()).filter(names(hub))]
    for status in sorted(OPEN):
        turn = turn_at(hub, status)
        there = rows.filter(status=status)
        places.append(there if turn is None else there.exclude(turn & ~names(hub)))
    return _first(places, number)


def _first(places: Iterable[AccessRequestQuerySet], number: int) -> AccessRequestQuerySet:
    """The few requests that have waited longest.

    Each place, of one status, is looked through by itself, in the order of an index, and only until there are enough:
    the database would sort all that is open to show ten.
    """
    firsts = [rows.order_by("status_since", "pk").values("pk")[:number] for rows in places]
    # SQLite joins no lists that are cut, but those of rows whose key is in one.
    keys = [AccessRequest.objects.filter(pk__in=first).order_by().values("pk") for first in firsts]
    together = keys[0].union(*keys[1:], all=True)
    return AccessRequest.objects.filter(pk__in=together).order_by("status_since", "pk")[:number]


def decided_lately(user: User) -> AccessRequestQuerySet:
    """The requests that came to a decision, the latest first."""
    return requests_for(user).filter(status__in=DECIDED).order_by("-status_since", "-pk")
