"""Whose turn it is in each open request, by name: for hub staff, who ask those people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from .conditions import Condition, Open, blocks_review, open_conditions
from .models import AccessRequest, AccessRequestQuerySet, Decider, Decision, Participant, Round
from .rows import applicant_in
from .workflow import Status


@dataclass(frozen=True)
class Turn:
    """What must be done next, and the names of those who do it; `hub` where hub staff have the turn."""

    what: str
    names: list[str]
    hub: bool = False


def with_turns(requests: AccessRequestQuerySet) -> AccessRequestQuerySet:
    """These requests with what `turn_in` asks, in a constant number of queries."""
    asked = Prefetch("deciders", Decider.objects.select_related("provider"))
    votes = Prefetch("decisions", Decision.objects.filter(void_at=None))
    rounds = Prefetch("rounds", Round.objects.prefetch_related(asked, votes))
    return requests.select_related("dataset", "license__policy", "applicant", "assigned_to").prefetch_related(
        "participants", rounds, "acceptances", "agreements", "license__texts"
    )


def turn_in(request: AccessRequest) -> Turn:
    """Whose turn it is in an open request of `with_turns`."""
    return _TURNS[Status(request.status)](request)


def _submitted(request: AccessRequest) -> Turn:
    if missing := blocks_review(request):
        return Turn(_("to confirm their part before the deciders are asked"), [person.name for person in missing])
    return _of_hub(_("to check the request and forward it"))


def _in_review(request: AccessRequest) -> Turn:
    round_ = request.open_round
    if round_ is None or round_.by_hub:
        return _of_hub(_("to decide"))
    voted = {vote.provider_id for vote in round_.decisions.all()}
    asked = [row for row in round_.deciders.all() if row.excused_at is None and row.provider_id not in voted]
    return Turn(_("to decide"), sorted(row.provider.name for row in asked))


def _approved(request: AccessRequest) -> Turn:
    conditions = open_conditions(request)
    people = [condition.person for condition in conditions if condition.person is not None]
    if not people:
        return _of_hub(_("to record the signed agreement"))
    return Turn(_approved_words(conditions), list(dict.fromkeys(_names(people))))


def _approved_words(conditions: Iterable[Condition]) -> str:
    whats = {condition.what for condition in conditions}
    if Open.SIGN in whats:
        return _("to confirm or accept before access opens; the signed agreement is missing, too")
    if whats == {Open.CONFIRM}:
        return _("to confirm their part before access opens")
    if whats == {Open.ACCEPT}:
        return _("to accept the licence before access opens")
    return _("to confirm their part and accept the licence before access opens")


def _names(people: Iterable[Participant]) -> Iterable[str]:
    return (person.name for person in people)


def _of_hub(what: str) -> Turn:
    return Turn(what, [settings.HUB_NAME], hub=True)


def _of_applicant(request: AccessRequest) -> list[str]:
    applicant = applicant_in(request.participants.all())
    return [applicant.name if applicant else str(request.applicant)]


_TURNS: dict[Status, Callable[[AccessRequest], Turn]] = {
    Status.SUBMITTED: _submitted,
    Status.IN_REVIEW: _in_review,
    Status.DECIDED: lambda request: _of_hub(_("to confirm the outcome")),
    Status.RETURNED: lambda request: Turn(_("to change or explain something"), _of_applicant(request)),
    Status.APPROVED: _approved,
}
