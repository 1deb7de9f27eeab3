"""The page on which a request is decided, and the confirmation page of each of its buttons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from access_requests import flags
from access_requests.desk import requests_for, waiting_for
from access_requests.filing import files_shown
from access_requests.message_form import MessageForm
from access_requests.models import AccessRequest
from access_requests.rows import page_url
from access_requests.rules import Allowed, Denied, may, parts_in, voting_providers
from access_requests.timeline import timeline
from access_requests.waiting import standing
from access_requests.workflow import Part, Verb
from aidahub.accounts.models import User
from datasets.models import Provider

from . import canned, facts
from .assigning import hub_staff
from .conversation import conversation
from .filters import user_of
from .forms import StepForm
from .forms_of_access import AccessForm
from .frame import frame
from .holders import holdings_for
from .identity import people_of
from .offers import Offer, offer, offers, step_url, votes_here
from .parts import people_for
from .perform import perform
from .siblings import asked_together
from .steps import APPROVE, RECORD, REJECT, STEPS, Step
from .steps_of_access import ACCESS_FORMS, ACCESS_STEPS, perform_access
from .steps_of_hub import EXCUSE, STEPS_OF_HUB, excusable, form_class, initial_for, offer_of_hub, offers_of_hub

ALL_STEPS = {**STEPS, **STEPS_OF_HUB, **ACCESS_STEPS}
TEMPLATES = "admin/access_requests/accessrequest"


def request_for(user: User, reference: str) -> AccessRequest:
    """The request with this reference, with all that is shown of it.

    Raises:
        Http404: when there is none, or the person may not see it.
    """
    return get_object_or_404(facts.with_all(requests_for(user)), reference=reference)


@require_safe
def decision(request: HttpRequest, reference: str) -> HttpResponse:
    """The decision page."""
    user = user_of(request)
    return decision_page(request, user, request_for(user, reference))


def decision_page(
    request: HttpRequest, user: User, access_request: AccessRequest, **posted: MessageForm
) -> TemplateResponse:
    """The decision page of a request of `request_for`, with a form that was posted in its conversation, if any."""
    title = _("%(reference)s: %(name)s asks for %(dataset)s") % {
        "reference": access_request.reference,
        "name": facts.who_asks(access_request).name,
        "dataset": access_request.dataset.display_name,
    }
    parts = parts_in(user, access_request)
    page = page_of(user, access_request, parts)
    said = conversation(request, user, access_request, parts, page["lines"], **posted)
    return TemplateResponse(request, f"{TEMPLATES}/decision.html", {**frame(request, title), **page, **said})


def page_of(user: User, access_request: AccessRequest, parts: frozenset[Part]) -> dict[str, Any]:
    """What the decision page shows to one reader, who has these parts."""
    submission = facts.last_sent(access_request)
    people = people_of(user, access_request, submission.answers)
    buttons = offers(user, access_request, parts)
    is_named = facts.is_named(user, access_request)
    return {
        "access_request": access_request,
        "submission": submission,
        "submissions": sorted(access_request.submissions.all(), key=lambda row: -row.number),
        "standing": standing(access_request, user),
        "who": facts.who_asks(access_request),
        "people": {person.part.name.lower(): person for person in people},
        "answers": submission.answers,
        "profile": facts.profile_of(submission),
        "findings": facts.check(user, access_request, submission, people),
        "offers": buttons,
        "reasons": dict.fromkeys(offer.readers for offer in buttons if offer.allowed and offer.readers),
        "is_named": is_named,
        "on_paper": user.is_hub and not is_named,
        "flags": flags.of_requests(user, [access_request]).get(access_request.pk, []),
        "may_flag": user.is_hub and not is_named,
        "around": offers_of_hub(user, access_request, parts),
        "staff": hub_staff() if user.is_hub else [],
        "lines": facts.answers_of(access_request),
        "earlier": facts.earlier_of(people),
        **asked_together(user, access_request, parts),
        "rounds": facts.rounds_for(user, access_request),
        "files": files_shown(access_request, user, parts),
        "renews": requests_for(user).filter(pk=access_request.renews_id).first() if access_request.renews_id else None,
        "holdings": holdings_for(user, access_request),
        "timeline": timeline(access_request, user, parts),
        **people_for(user, access_request, named=facts.is_named(user, access_request)),
    }


@sensitive_post_parameters("secret")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """The confirmation page of a button (GET), and doing it (POST). A refusal is 403 with its sentence."""
    if slug not in ALL_STEPS:
        raise Http404
    user, step_ = user_of(request), ALL_STEPS[slug]
    access_request = request_for(user, reference)
    offered = _offered(step_, access_request, may(user, step_.verb, access_request))
    if not offered.allowed:
        return _confirmation(request, access_request, offered, status=403)
    if step_ in (APPROVE, REJECT) and not votes_here(user, access_request):
        return HttpResponseRedirect(step_url(reference, RECORD))
    form = _form(request, access_request, offered)
    if not form.is_valid():
        return _confirmation(request, access_request, offered, form, rounds=_votes_in_view(user, access_request, step_))
    try:
        _do(step_, access_request, user, form)
    except Denied as denied:
        refused = _offered(step_, access_request, Allowed(False, str(denied)))
        return _confirmation(request, access_request, refused, status=403)
    return _next(request, user, step_, access_request)


def _form(request: HttpRequest, access_request: AccessRequest, offered: Offer) -> StepForm | AccessForm:
    """What a step asks for: a form of its own, or that of all others."""
    step_ = offered.step
    data, typed = canned.given(request, "reason", access_request)
    if step_.slug in ACCESS_FORMS:
        return ACCESS_FORMS[step_.slug](data, request=access_request, initial=typed or {})
    providers = _voters(user_of(request), access_request, step_)
    initial = {**initial_for(step_, access_request), **(typed or {})}
    return form_class(step_)(data, step=step_, providers=providers, readers=offered.readers, initial=initial)


def _do(step_: Step, access_request: AccessRequest, user: User, form: StepForm | AccessForm) -> None:
    if isinstance(form, AccessForm):
        perform_access(step_, request=access_request, by=user, form=form)
    else:
        perform(step_, request=access_request, by=user, form=form)


def _offered(step_: Step, access_request: AccessRequest, allowed: Allowed) -> Offer:
    around = step_.slug in STEPS_OF_HUB
    return (offer_of_hub if around else offer)(step_, access_request, allowed)


def _votes_in_view(user: User, access_request: AccessRequest, step_: Step) -> list[facts.RoundShown]:
    """The votes and reasons beside what hub staff write when they confirm."""
    return facts.rounds_for(user, access_request)[:1] if step_.verb == Verb.CONFIRM else []


def _voters(user: User, access_request: AccessRequest, step_: Step) -> list[Provider]:
    """The deciders to choose from: all whose mail may be recorded, else those that the person acts for."""
    if step_ == EXCUSE:
        return excusable(user, access_request)
    round_ = access_request.open_round
    if round_ is None or round_.by_hub:
        return []
    own = voting_providers(user, access_request)
    if not step_.by_mail:
        return own
    waited_for = [row.provider for row in round_.deciders.all() if row.excused_at is None]
    asked = sorted(waited_for, key=lambda provider: provider.name)
    return [provider for provider in asked if provider not in own]


def _confirmation(
    request: HttpRequest,
    access_request: AccessRequest,
    offered: Offer,
    form: StepForm | AccessForm | None = None,
    status: int = 200,
    rounds: list[facts.RoundShown] | None = None,
) -> TemplateResponse:
    title = str(offered.step.title) % {"reference": access_request.reference}
    context = {
        **frame(request, title),
        "access_request": access_request,
        "who": facts.who_asks(access_request),
        "answers": facts.last_sent(access_request).answers,
        "offer": offered,
        "form": form,
        "rounds": rounds or [],
        "page_url": page_url(access_request.reference),
    }
    return TemplateResponse(request, f"{TEMPLATES}/confirm.html", context, status=status)


def _next(request: HttpRequest, user: User, step_: Step, done: AccessRequest) -> HttpResponse:
    """Say what was done and lead on to the next request that waits for this person, or to the desk."""
    sentence = str(step_.done) % {"reference": done.reference}
    if step_.slug in STEPS_OF_HUB:
        messages.success(request, sentence)
        return HttpResponseRedirect(page_url(done.reference))
    following = waiting_for(user).exclude(pk=done.pk).first()
    if following is None:
        messages.success(request, _("%(done)s Nothing else waits for you.") % {"done": sentence})
        return HttpResponseRedirect(reverse("admin:index"))
    messages.success(request, _("%(done)s This is the next request that waits for you.") % {"done": sentence})
    return HttpResponseRedirect(page_url(following.reference))
