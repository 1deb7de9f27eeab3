"""From a confirmed step to the verb that does it."""

from __future__ import annotations

from collections.abc import Callable

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Answer, Verb
from aidahub.accounts.models import User

from .forms import StepForm
from .steps import Step
from .steps_of_hub import DO_OF_HUB


def perform(step: Step, *, request: AccessRequest, by: User, form: StepForm) -> AccessRequest:
    """Do what a step stands for.

    Args:
        step: the step that was confirmed.
        request: the request.
        by: who confirmed it.
        form: its valid form.

    Raises:
        Denied: with the sentence that says why not; then nothing has changed.
    """
    return _DO[step.verb](step, request, by, form)


def _decide(step: Step, request: AccessRequest, by: User, form: StepForm) -> AccessRequest:
    return actions.decide(
        request=request,
        by=by,
        answer=step.answer or Answer(form.cleaned_data["answer"]),
        reason=form.cleaned_data.get("reason", ""),
        provider=form.chosen_provider(),
        evidence=form.cleaned_data.get("evidence", ""),
    )


def _confirm(step: Step, request: AccessRequest, by: User, form: StepForm) -> AccessRequest:
    return actions.confirm(request=request, by=by, answer=Answer(step.answer or ""), reason=form.cleaned_data["reason"])


def _send_back(step: Step, request: AccessRequest, by: User, form: StepForm) -> AccessRequest:
    return actions.send_back(request=request, by=by, reason=form.cleaned_data["reason"])


def _close(step: Step, request: AccessRequest, by: User, form: StepForm) -> AccessRequest:
    return actions.close(request=request, by=by, reason=form.cleaned_data["reason"])


def _forward(step: Step, request: AccessRequest, by: User, form: StepForm) -> AccessRequest:
    return actions.forward(request=request, by=by)


_DO: dict[Verb, Callable[[Step, AccessRequest, User, StepForm], AccessRequest]] = {
    Verb.DECIDE: _decide,
    Verb.CONFIRM: _confirm,
    Verb.SEND_BACK: _send_back,
    Verb.CLOSE: _close,
    Verb.FORWARD: _forward,
    **DO_OF_HUB,
}
