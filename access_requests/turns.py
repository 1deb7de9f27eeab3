"""Whose turn it is in each open request, by name: for hub staff, who ask those people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .awaited import Task, awaits_delivery, declined_in, hubs_turn, is_hubs_turn, task_of_hub
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
    rows = requests.select_related("dataset", "license__policy", "applicant", "assigned_to").prefetch_related(
        "participants", rounds, "acceptances", "agreements", "license__texts"
    )
    return rows.annotate(undelivered=awaits_delivery(), hubs_turn=hubs_turn())


def turn_in(request: AccessRequest) -> Turn:
    """Whose turn it is in an open request of `with_turns`."""
    if is_hubs_turn(request):
        return _of_hub(request)
    return _TURNS[Status(request.status)](request)


def turn_as_named_read(request: AccessRequest) -> Turn:
    """Whose turn it is, for hub staff who are named in the request themselves: not which of the deciders has voted."""
    round_ = request.open_round
    if request.status == Status.IN_REVIEW and round_ is not None and not round_.by_hub:
        return Turn(str(TASKS[Task.DECIDE]), [_("The deciders")])
    return turn_in(request)


def _of_hub(request: AccessRequest) -> Turn:
    task = task_of_hub(request)
    if task is Task.REPLACE:
        gone = get_text_list([person.name for person in blocks_review(request) or declined_in(request)], _("and"))
        return Turn(_("to name somebody else for %(names)s, who declined") % {"names": gone}, [settings.HUB_NAME], True)
    return Turn(str(TASKS[task]), [settings.HUB_NAME], hub=True)


TASKS: dict[Task, Promise] = {
    Task.CHECK: gettext_lazy("to check the request and forward it"),
    Task.DECIDE: gettext_lazy("to decide"),
    Task.REACH: gettext_lazy(
        "to excuse the deciders who have not voted, or to record their answer: they cannot be reached, or are no "
        "longer named on the page"
    ),
    Task.CONFIRM: gettext_lazy("to confirm the outcome"),
    Task.SIGN: gettext_lazy("to record the signed agreement"),
    Task.DELIVER: gettext_lazy("to hand the data over"),
}


def _submitted(request: AccessRequest) -> Turn:
    missing = [person for person in blocks_review(request) if person.declined_at is None]
    return Turn(_("to confirm their part before the deciders are asked"), [person.name for person in missing])


def _in_review(request: AccessRequest) -> Turn:
    round_ = request.open_round
    voted = {vote.provider_id for vote in round_.decisions.all()} if round_ else set()
    rows = round_.deciders.all() if round_ else ()
    asked = [row for row in rows if row.excused_at is None and row.provider_id not in voted]
    return Turn(_("to decide"), sorted(row.provider.name for row in asked))


def _approved(request: AccessRequest) -> Turn:
    conditions = open_conditions(request)
    people = [condition.person for condition in conditions if condition.person is not None]
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


def _of_applicant(request: AccessRequest) -> list[str]:
    applicant = applicant_in(request.participants.all())
    return [applicant.name if applicant else str(request.applicant)]


_TURNS: dict[Status, Callable[[AccessRequest], Turn]] = {
    Status.SUBMITTED: _submitted,
    Status.IN_REVIEW: _in_review,
    Status.RETURNED: lambda request: Turn(_("to change or explain something"), _of_applicant(request)),
    Status.APPROVED: _approved,
}
