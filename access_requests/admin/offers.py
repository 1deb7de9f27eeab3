"""Which buttons a person is offered on a request, whether each may be used now, and what it leads to."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from access_requests.models import AccessRequest, Round
from access_requests.policies import policy_of
from access_requests.rules import Allowed, may, voting_providers
from access_requests.workflow import FINISHED, UNDER_REVIEW, Answer, Part, Quorum, Status, Verb
from aidahub.accounts.models import User

from .steps import (
    APPROVE,
    CLOSE,
    CONFIRM_APPROVAL,
    CONFIRM_REJECTION,
    FORWARD,
    READERS,
    RECORD,
    REJECT,
    SEND_BACK,
    Readers,
    Reason,
    Sentence,
    Step,
)
from .steps_of_access import ACCESS_STEPS, access_consequence, access_steps_for

# Nothing is left to decide; what remains is about access.
SETTLED = FINISHED | {Status.GRANTED}


@dataclass(frozen=True)
class Offer:
    """A button: where it leads, whether it may be used now, what happens then and who reads the reason."""

    step: Step
    url: str
    allowed: Allowed
    consequence: str
    readers: Sentence


def step_url(reference: str, step: Step) -> str:
    """The confirmation page of a step."""
    return reverse("admin:access_requests_accessrequest_step", args=(reference, step.slug))


def offers(user: User, request: AccessRequest, parts: frozenset[Part]) -> list[Offer]:
    """The buttons of the decision page for somebody with these parts; none where nothing is left to do."""
    steps = [] if request.status in SETTLED else _steps_for(user, request)
    steps += access_steps_for(user, request, parts)
    rules = {verb: may(user, verb, request, parts=parts) for verb in {step.verb for step in steps}}
    return [offer(step, request, rules[step.verb]) for step in steps]


def offer(step: Step, request: AccessRequest, allowed: Allowed) -> Offer:
    """One button with its words."""
    own = step.slug in ACCESS_STEPS or step.reason == Reason.NONE
    readers = "" if own else READERS[_readers(step, request)]
    return Offer(step, step_url(request.reference, step), allowed, consequence(step, request), readers)


def votes_here(user: User, request: AccessRequest) -> bool:
    """Whether a vote of this person would be their own: as a decider, or as hub staff where the hub decides."""
    round_ = request.open_round
    if round_ is not None and round_.by_hub:
        return user.is_hub
    return bool(voting_providers(user, request))


def _steps_for(user: User, request: AccessRequest) -> list[Step]:
    own = votes_here(user, request)
    steps = [APPROVE, REJECT] if own or not user.is_hub else []
    if not user.is_hub:
        return [*steps, SEND_BACK]
    if request.status == Status.SUBMITTED:
        steps.append(FORWARD)
    if request.status == Status.DECIDED:
        steps += [CONFIRM_APPROVAL, CONFIRM_REJECTION]
    round_ = request.open_round
    if round_ is not None and not round_.by_hub:
        steps.append(RECORD)
    if request.status in UNDER_REVIEW:
        steps.append(SEND_BACK)
    return [*steps, CLOSE]


def _readers(step: Step, request: AccessRequest) -> Readers:
    under_confirm = step.verb == Verb.DECIDE and policy_of(request.license).confirm
    return Readers.HUB if under_confirm and not _by_hub(request.open_round) else Readers.APPLICANT


def _by_hub(round_: Round | None) -> bool:
    return round_ is not None and round_.by_hub


def consequence(step: Step, request: AccessRequest) -> str:
    """What happens when the step is confirmed, in a sentence or two."""
    if step.slug in ACCESS_STEPS:
        return access_consequence(step, request)
    if step.verb == Verb.DECIDE:
        return _of_vote(step.answer, request)
    return {
        SEND_BACK: _(
            "The applicant is asked by mail to change or explain something and to send the request again. Comments on "
            "single answers are shown to them then."
        ),
        FORWARD: _("The dataset’s deciders get a mail and are asked to decide."),
        CONFIRM_APPROVAL: _("The request is approved and the applicant is told by mail."),
        CONFIRM_REJECTION: _("The request is rejected and the applicant is told by mail."),
        CLOSE: _("The request ends without a decision and the applicant is told by mail."),
    }[step]


def _of_vote(answer: Answer | None, request: AccessRequest) -> str:
    round_, policy = request.open_round, policy_of(request.license)
    if policy.confirm and not _by_hub(round_):
        return _("This is one vote. Hub staff confirm the outcome before the applicant hears of it.")
    if round_ is not None and round_.quorum == Quorum.ALL and not round_.by_hub:
        return _("This is one vote. The request is settled when every decider has voted; one rejection rejects it.")
    if answer == Answer.APPROVE:
        return _("The request is approved at once and the applicant is told by mail.")
    if answer == Answer.REJECT:
        return _("The request is rejected at once and the applicant is told by mail why.")
    return _("The answer counts as that provider’s own vote. It settles the request at once.")
