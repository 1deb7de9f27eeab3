"""The buttons around a decision: excuse a decider, take a request up again, its register number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.rules import Allowed, may
from access_requests.workflow import REOPENABLE, Answer, Part, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Provider

from .forms import StepForm
from .offers import Offer, step_url
from .steps import CONFIRM_APPROVAL, CONFIRM_REJECTION, Reason, Sentence, Step

EXCUSE = Step(
    slug="excuse",
    verb=Verb.EXCUSE,
    label=gettext_lazy("Excuse a decider"),
    title=gettext_lazy("Excuse a decider of %(reference)s?"),
    done=gettext_lazy("%(reference)s: the decider is excused."),
    look="plain",
    reason=Reason.REQUIRED,
)
REOPEN = Step(
    slug="reopen",
    verb=Verb.REOPEN,
    label=gettext_lazy("Take up again"),
    title=gettext_lazy("Take %(reference)s up again?"),
    done=gettext_lazy("%(reference)s is in review again."),
    look="plain",
    reason=Reason.REQUIRED,
)
REGISTER = Step(
    slug="register",
    verb=Verb.REGISTER,
    label=gettext_lazy("Give the register number"),
    title=gettext_lazy("The register number of %(reference)s"),
    done=gettext_lazy("%(reference)s: the register number is kept."),
    look="plain",
    reason=Reason.NONE,
)
STEPS_OF_HUB: dict[str, Step] = {step.slug: step for step in (EXCUSE, REOPEN, REGISTER)}
READERS_OF_HUB: dict[Step, Sentence] = {
    EXCUSE: gettext_lazy("Hub staff and the deciders read the reason; the applicant does not."),
    REOPEN: gettext_lazy("The applicant, whoever is named and the deciders read the reason. It is not signed."),
    REGISTER: "",
}


class ExcuseForm(StepForm):
    """Who does not decide, and why."""

    def __init__(self, *args: Any, step: Step, providers: list[Provider], **kwargs: Any) -> None:
        """Name the deciders, also a single one: whom it is about must be read before it is done."""
        super().__init__(*args, step=step, providers=providers, **kwargs)
        self.fields["provider"] = forms.ChoiceField(
            label=_("Who does not decide on this request?"),
            widget=forms.RadioSelect,
            choices=[(str(provider.pk), provider.name) for provider in providers],
            initial=str(providers[0].pk) if len(providers) == 1 else None,
        )
        self.order_fields(["provider", "reason"])


class RegisterForm(StepForm):
    """The number; an empty one takes it away."""

    number = forms.CharField(
        label=gettext_lazy("Register number (diarienummer)"),
        help_text=gettext_lazy("As the public register writes it. Leave it empty to take the number away."),
        max_length=100,
        required=False,
    )


FORMS: dict[str, type[StepForm]] = {"excuse": ExcuseForm, "register": RegisterForm}


def form_class(step: Step) -> type[StepForm]:
    """The form that asks what a step needs."""
    return FORMS.get(step.slug, StepForm)


def initial_for(step: Step, request: AccessRequest) -> dict[str, str]:
    """What stands in a step's form before anybody has written in it."""
    if step in (CONFIRM_APPROVAL, CONFIRM_REJECTION):
        return {"reason": reasons_for(request, Answer(step.answer or ""))}
    return {"number": request.register_number} if step == REGISTER else {}


def reasons_for(request: AccessRequest, answer: Answer) -> str:
    """What the deciders who answered so wrote in the last round: a draft for the words of hub staff."""
    last = max(request.rounds.all(), key=lambda round_: round_.number, default=None)
    votes = [vote for vote in last.decisions.all() if vote.void_at is None and vote.answer == answer] if last else []
    texts = (vote.reason.text for vote in sorted(votes, key=lambda vote: vote.decided_at) if vote.reason)
    return "\n\n".join(text for text in texts if text)


def excusable(user: User, request: AccessRequest) -> list[Provider]:
    """The deciders whom somebody may excuse: hub staff each one, others those for whom they act."""
    round_ = request.open_round
    if round_ is None or round_.by_hub:
        return []
    asked = sorted(
        (row.provider for row in round_.deciders.all() if row.excused_at is None), key=lambda provider: provider.name
    )
    return asked if user.is_hub else [provider for provider in asked if provider.pk in user.provider_ids]


def offers_of_hub(user: User, request: AccessRequest, parts: frozenset[Part]) -> list[Offer]:
    """The buttons around the decision that somebody is offered; those that make no sense now are left out."""
    steps = []
    if request.status == Status.IN_REVIEW and excusable(user, request):
        steps.append(EXCUSE)
    if user.is_hub:
        steps += [REOPEN, REGISTER] if _ended_before_its_time(user, request, parts) else [REGISTER]
    if not steps:
        return []
    return [offer_of_hub(step, request, may(user, step.verb, request, parts=parts)) for step in steps]


def _ended_before_its_time(user: User, request: AccessRequest, parts: frozenset[Part]) -> bool:
    """Whether it makes sense to take a request up again: not one whose access ended with its last day."""
    if request.status == Status.EXPIRED:
        return may(user, Verb.REOPEN, request, parts=parts).ok
    return request.status in REOPENABLE


def offer_of_hub(step: Step, request: AccessRequest, allowed: Allowed) -> Offer:
    """One of these buttons with its words."""
    consequences = {
        EXCUSE: _(
            "Their vote is not waited for, and one that they have cast counts no more. The votes of the others may "
            "settle the request at once. Where nobody is left, hub staff decide."
        ),
        REOPEN: _(
            "The deciders are asked anew about what was sent last. The applicant and whoever is named get a mail. "
            "Access that has ended stays ended."
        ),
        REGISTER: _("It is shown to hub staff and the dataset’s providers, and the list finds the request by it."),
    }
    return Offer(step, step_url(request.reference, step), allowed, consequences[step], READERS_OF_HUB[step])


def _excuse(step: Step, request: AccessRequest, by: User, form: StepForm) -> AccessRequest:
    provider = form.chosen_provider() or form.providers[0]
    return actions.excuse(request=request, by=by, provider=provider, reason=form.cleaned_data["reason"])


def _reopen(step: Step, request: AccessRequest, by: User, form: StepForm) -> AccessRequest:
    return actions.reopen(request=request, by=by, reason=form.cleaned_data["reason"])


def _register(step: Step, request: AccessRequest, by: User, form: StepForm) -> AccessRequest:
    return actions.register(request=request, by=by, number=form.cleaned_data["number"])


DO_OF_HUB: dict[Verb, Callable[[Step, AccessRequest, User, StepForm], AccessRequest]] = {
    Verb.EXCUSE: _excuse,
    Verb.REOPEN: _reopen,
    Verb.REGISTER: _register,
}
