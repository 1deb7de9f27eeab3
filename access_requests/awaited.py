"""Whether it is hub staff's turn in a request, and what they do then.

One rule for the lists, the desk, "What waits for whom" and the reminders. Hub staff have the turn where nobody else can
go on: a test compares it with those whom the clock reminds.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import reduce
from operator import or_

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from aidahub.accounts.models import ProviderLink
from aidahub.row_by_row import Found
from datasets.models import DatasetProvider

from .conditions import awaits_people, blocks_review, declined_people, needed_people, open_for_people, people_now
from .models import AccessRequest, Decider, Decision, Grant, Participant
from .workflow import Status


class Task(StrEnum):
    """What hub staff do next."""

    CHECK = "check"
    REPLACE = "replace"  # somebody for whom the request waits has declined
    DECIDE = "decide"
    REACH = "reach"  # votes are missing, and nobody who could give one can be reached
    CONFIRM = "confirm"
    SIGN = "sign"  # nothing but the signed agreement is missing
    DELIVER = "deliver"


def awaits_hub() -> Q:
    """For many requests: whether it is hub staff's turn. The status first: a list asks this of every request."""
    return reduce(or_, (Q(status=status) & rule() for status, rule in HUBS_TURN.items())) | to_hand_over()


def hubs_turn() -> Case:
    """For a list of requests, to annotate as `hubs_turn`: the same, so that `is_hubs_turn` need not ask for each."""
    return Case(When(awaits_hub(), then=Value(True)), default=Value(False))


def is_hubs_turn(request: AccessRequest) -> bool:
    """Whether it is hub staff's turn in one request."""
    known: bool | None = getattr(request, "hubs_turn", None)
    return known if known is not None else AccessRequest.objects.filter(awaits_hub(), pk=request.pk).exists()


def task_of_hub(request: AccessRequest) -> Task:
    """What hub staff do in a request in which it is their turn."""
    status = Status(request.status)
    if status == Status.SUBMITTED:
        return Task.REPLACE if blocks_review(request) else Task.CHECK
    if status == Status.IN_REVIEW:
        round_ = request.open_round
        return Task.DECIDE if round_ is None or round_.by_hub else Task.REACH
    if status == Status.APPROVED:
        return Task.REPLACE if declined_in(request) else Task.SIGN
    return Task.CONFIRM if status == Status.DECIDED else Task.DELIVER


def declined_in(request: AccessRequest) -> list[Participant]:
    """Those for whom the policy makes a request wait, and who declined."""
    return [person for person in needed_people(request, people_now(request)) if person.declined_at]


def to_hand_over() -> Q:
    """For many requests: whether access is open to somebody to whom no data was handed over yet.

    The few grants are found first: most requests have been granted, and none of them need be asked.
    """
    return Q(status=Status.GRANTED, pk__in=Grant.objects.undelivered().values("request"))


def awaits_delivery() -> Found:
    """For a list of requests, to annotate: whether somebody holds access to whom no data was handed over yet."""
    return Found(Grant.objects.undelivered().filter(request=OuterRef("pk")))


def _nobody_could_vote() -> Q:
    return ~Q(Found(_could_vote()))


def _nobody_else_acts() -> Q:
    """Whether somebody needed has declined, or all that is left is for hub staff."""
    return Q(Found(declined_people())) | ~Q(Found(open_for_people()))


def _could_vote() -> QuerySet[Decider]:
    """The deciders of a request's open round whose vote is missing and who can be reached to give it.

    The dataset's page still names them, and somebody acts for them, or can be invited to by mail: not where hub staff
    ended somebody's right, or suspended them (`notifications.readers.may_be_invited`).
    """
    named = DatasetProvider.objects.filter(
        Q(confirmed=True) | Q(added_at__lte=OuterRef("round__request__submitted_at")),
        dataset=OuterRef("round__request__dataset"),
        provider=OuterRef("provider"),
        retired_at=None,
    )
    links = ProviderLink.objects.filter(provider=OuterRef("provider"))
    taken = links.filter(Q(ended_by__isnull=False) | Q(ended_at=None, user__is_active=False))
    acting = ProviderLink.objects.in_force().filter(provider=OuterRef("provider"))
    voted = Decision.objects.filter(round=OuterRef("round"), provider=OuterRef("provider"), void_at=None)
    return Decider.objects.filter(
        (~Q(provider__email="") & ~Q(Exists(taken))) | Q(Exists(acting)),
        Exists(named),
        ~Exists(voted),
        round__request=OuterRef("pk"),
        round__closed_at=None,
        round__by_hub=False,
        excused_at=None,
    )


# By status what must be so, besides, for hub staff to have the turn; in others they have it only to hand data over.
HUBS_TURN: dict[Status, Callable[[], Q]] = {
    Status.DECIDED: Q,
    Status.SUBMITTED: lambda: ~awaits_people(),
    Status.IN_REVIEW: _nobody_could_vote,
    Status.APPROVED: _nobody_else_acts,
}
