"""Questions about many requests: what waits for whom, what was decided lately, what takes too long."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from aidahub.accounts.models import User
from aidahub.outbox.models import Mail

from .awaited import awaits_hub, to_hand_over
from .models import AccessRequest, AccessRequestQuerySet, Decider, Decision, Participant
from .workflow import OPEN, UNDER_REVIEW, Status

# Where somebody who handles requests can have the turn before access is open.
TURNS = (*sorted(UNDER_REVIEW), Status.APPROVED)
DECIDED = (Status.APPROVED, Status.GRANTED, Status.REJECTED)


def requests_for(user: User) -> AccessRequestQuerySet:
    """The requests that somebody may handle, as a provider or as hub staff: all that the admin ever shows them."""
    return AccessRequest.objects.for_provider(user)


def waits_for(user: User) -> Q:
    """Whether it is this person's turn: a vote not yet cast, or something for hub staff. Never where they are named.

    When it is the hub's turn, `awaited` says.
    """
    asked = Decider.objects.filter(
        round__request=OuterRef("pk"), round__closed_at=None, provider__in=user.provider_ids, excused_at=None
    ).exclude(Exists(Decision.objects.filter(round=OuterRef("round"), provider=OuterRef("provider"), void_at=None)))
    # The status first: a list asks this of every request, and few are in review.
    turn = Q(status=Status.IN_REVIEW) & Q(Exists(asked))
    if user.is_hub:
        turn |= awaits_hub()
    return turn & ~names(user)


def names(user: User) -> Q:
    """For many requests: whether a person is the applicant, or named: then they read no votes, nor handle it."""
    return Q(applicant=user) | Q(pk__in=Participant.objects.of(user).values("request"))


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
    """Of open requests the few that have waited longest, in this order.

    Each status is asked by itself, in the order of an index, and stops where there are enough: the database would sort
    all that is open to show ten.
    """
    found: list[tuple[datetime, int]] = []
    for there in (*(Q(status=status) for status in sorted(OPEN)), to_hand_over()):
        rows = requests.filter(there).order_by("status_since", "pk")
        found += rows.values_list("status_since", "pk")[:number]
    keys = [key for _since, key in sorted(found)[:number]]
    return AccessRequest.objects.filter(pk__in=keys).order_by("status_since", "pk")


def decided_lately(user: User) -> AccessRequestQuerySet:
    """The requests that came to a decision, the latest first."""
    return requests_for(user).filter(status__in=DECIDED).order_by("-status_since", "-pk")


def waiting_for_others(user: User) -> AccessRequestQuerySet:
    """The open requests in which it is somebody else's turn, the longest waiting first."""
    return requests_for(user).filter(is_open()).exclude(waits_for(user)).order_by("status_since", "pk")
