"""The buttons around access on the decision page: what each leads to, which are offered, and doing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access_requests import actions
from access_requests.models import AccessRequest, Grant
from access_requests.policies import policy_of
from access_requests.rules import was_asked
from access_requests.workflow import ENDED_ACCESS, RUNNING, WITH_ACCESS, Part, Status, Verb
from aidahub.accounts.models import User

from .forms_of_access import (
    AccessForm,
    AgreementForm,
    ClosedForm,
    DeletionForm,
    DeliverForm,
    ExtendForm,
    LeaveForm,
    RevokeForm,
)
from .steps import Reason, Step

DELIVER = Step(
    slug="deliver",
    verb=Verb.DELIVER,
    label=gettext_lazy("Hand the data over"),
    title=gettext_lazy("Hand the data of %(reference)s over"),
    done=gettext_lazy("%(reference)s: the data is handed over."),
    look="go",
    reason=Reason.NONE,
)
EXTEND = Step(
    slug="extend",
    verb=Verb.EXTEND,
    label=gettext_lazy("Extend access"),
    title=gettext_lazy("Extend access of %(reference)s"),
    done=gettext_lazy("%(reference)s: access is extended."),
    look="plain",
    reason=Reason.NONE,
)
CLOSED = Step(
    slug="closed",
    verb=Verb.CLOSE_DELIVERY,
    label=gettext_lazy("Record that the way is closed"),
    title=gettext_lazy("Is the way to the data of %(reference)s closed?"),
    done=gettext_lazy("%(reference)s: it is recorded that the way to the data is closed."),
    look="go",
    reason=Reason.NONE,
)
LEAVE = Step(
    slug="leave",
    verb=Verb.LEAVE,
    label=gettext_lazy("Somebody left the institution"),
    title=gettext_lazy("Who of %(reference)s left the institution?"),
    done=gettext_lazy("%(reference)s: that person’s access is over."),
    look="plain",
    reason=Reason.OPTIONAL,
)
REVOKE = Step(
    slug="revoke",
    verb=Verb.REVOKE,
    label=gettext_lazy("Revoke"),
    title=gettext_lazy("Revoke %(reference)s?"),
    done=gettext_lazy("%(reference)s is revoked."),
    look="stop",
    reason=Reason.REQUIRED,
)
AGREEMENT = Step(
    slug="agreement",
    verb=Verb.RECORD_AGREEMENT,
    label=gettext_lazy("Record the signed agreement"),
    title=gettext_lazy("Record the signed agreement of %(reference)s"),
    done=gettext_lazy("%(reference)s: the agreement is recorded."),
    look="go",
    reason=Reason.NONE,
)
DELETION = Step(
    slug="deletion",
    verb=Verb.CONFIRM_DELETION,
    label=gettext_lazy("Record that copies are deleted"),
    title=gettext_lazy("Are all copies of %(reference)s deleted?"),
    done=gettext_lazy("%(reference)s: it is recorded that the copies are deleted."),
    look="plain",
    reason=Reason.NONE,
)

ACCESS_STEPS: dict[str, Step] = {
    step.slug: step for step in (DELIVER, EXTEND, LEAVE, REVOKE, AGREEMENT, CLOSED, DELETION)
}
ACCESS_FORMS: dict[str, type[AccessForm]] = {
    "deliver": DeliverForm,
    "extend": ExtendForm,
    "leave": LeaveForm,
    "revoke": RevokeForm,
    "agreement": AgreementForm,
    "closed": ClosedForm,
    "deletion": DeletionForm,
}


def access_steps_for(user: User, request: AccessRequest, parts: frozenset[Part]) -> list[Step]:
    """The buttons that somebody is offered, by the status and what they are to the request."""
    steps = []
    decides = Part.DECIDER in parts and was_asked(user, request)
    if user.is_hub and _needs_agreement(request):
        steps.append(AGREEMENT)
    if user.is_hub and request.status == Status.GRANTED:
        steps += [DELIVER, EXTEND, LEAVE, REVOKE]
    elif decides and request.status == Status.GRANTED:
        steps += [EXTEND, REVOKE]
    elif request.status == Status.APPROVED and (user.is_hub or decides):
        steps.append(REVOKE)
    return steps + (_after_the_end(request) if user.is_hub else [])


def _after_the_end(request: AccessRequest) -> list[Step]:
    """What is still to be recorded of access that ended."""
    if all(grant.in_force for grant in request.grants.all()):
        return []
    rows = Grant.objects.filter(request=request)
    steps = [CLOSED] if rows.with_open_way().exists() else []
    copies = request.status in WITH_ACCESS and rows.with_copies().exists()
    return [*steps, DELETION] if copies else steps


def _needs_agreement(request: AccessRequest) -> bool:
    return request.status in RUNNING and policy_of(request.license).agreement and not request.agreements.exists()


def access_consequence(step: Step, request: AccessRequest) -> str:
    """What happens when a step is confirmed."""
    return {
        DELIVER: _(
            "Each holder gets a mail that the data is ready, and finds the way to it on the request’s page after "
            "signing in. The secret is shown there only when they ask for it, and each time is recorded. Nobody sees "
            "it here again."
        ),
        EXTEND: _("Everybody who has access keeps it until the new last day and is told by mail."),
        LEAVE: _("That person’s access ends at once, and they are told by mail. The others keep theirs."),
        REVOKE: _(
            "Access ends at once for everybody, and the ways to the data are emptied here. Everybody concerned is told "
            "by mail why, and that copies must be deleted."
        )
        if request.status == Status.GRANTED
        else _("Access does not open. Everybody concerned is told by mail why."),
        CLOSED: _("It is recorded with your name and the time. Nobody gets a mail."),
        AGREEMENT: _("It is kept with the request. Access opens when nothing else is open."),
        DELETION: _("It is recorded with your name, and whoever is responsible for the data is told by mail.")
        if request.status in ENDED_ACCESS
        else _("It is recorded with your name, and those whose copies were deleted are told by mail."),
    }[step]


def perform_access(step: Step, *, request: AccessRequest, by: User, form: AccessForm) -> AccessRequest:
    """Do what a step stands for.

    Raises:
        Denied: with the sentence that says why not; then nothing has changed.
    """
    return _DO[step.slug](request, by, form)


def _deliver(request: AccessRequest, by: User, form: AccessForm) -> AccessRequest:
    asked = cast("DeliverForm", form)
    persons = asked.chosen(asked.cleaned_data["persons"])
    return actions.deliver(request=request, by=by, what=asked.what(), persons=persons)


def _extend(request: AccessRequest, by: User, form: AccessForm) -> AccessRequest:
    return actions.extend(request=request, by=by, ends=form.cleaned_data["ends"])


def _leave(request: AccessRequest, by: User, form: AccessForm) -> AccessRequest:
    person = form.chosen([form.cleaned_data["person"]])[0]
    return actions.leave(request=request, by=by, person=person, reason=form.cleaned_data["reason"])


def _revoke(request: AccessRequest, by: User, form: AccessForm) -> AccessRequest:
    return actions.revoke(request=request, by=by, reason=form.cleaned_data["reason"])


def _agreement(request: AccessRequest, by: User, form: AccessForm) -> AccessRequest:
    data = form.cleaned_data
    return actions.record_agreement(request=request, by=by, paper=data["paper"], signed_on=data["signed_on"])


def _closed(request: AccessRequest, by: User, form: AccessForm) -> AccessRequest:
    return actions.close_delivery(request=request, by=by, persons=form.chosen(form.cleaned_data["persons"]))


def _deletion(request: AccessRequest, by: User, form: AccessForm) -> AccessRequest:
    numbers = form.cleaned_data.get("persons")
    persons = form.chosen(numbers) if numbers else None
    return actions.confirm_deletion(request=request, by=by, persons=persons)


_DO: dict[str, Callable[[AccessRequest, User, AccessForm], AccessRequest]] = {
    "deliver": _deliver,
    "extend": _extend,
    "leave": _leave,
    "revoke": _revoke,
    "agreement": _agreement,
    "closed": _closed,
    "deletion": _deletion,
}
