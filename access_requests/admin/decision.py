"""The page on which a request is decided, and the confirmation page of each of its buttons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access_requests.desk import requests_for, waiting_for
from access_requests.filing import files_shown
from access_requests.models import AccessRequest
from access_requests.rows import page_url
from access_requests.rules import Allowed, Denied, may, parts_in, voting_providers
from access_requests.timeline import timeline
from access_requests.waiting import standing
from access_requests.workflow import Part
from aidahub.accounts.models import User
from datasets.models import Provider

from . import facts
from .filters import user_of
from .forms import StepForm
from .frame import frame
from .offers import Offer, offer, offers, step_url, votes_here
from .perform import perform
from .steps import APPROVE, RECORD, REJECT, STEPS, Step

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
    access_request = request_for(user, reference)
    title = _("%(reference)s: %(name)s asks for %(dataset)s") % {
        "reference": access_request.reference,
        "name": facts.who_asks(access_request).name,
        "dataset": access_request.dataset.display_name,
    }
    context = {**frame(request, title), **page_of(user, access_request)}
    return TemplateResponse(request, f"{TEMPLATES}/decision.html", context)


def page_of(user: User, access_request: AccessRequest) -> dict[str, Any]:
    """What the decision page shows to one reader."""
    submission = facts.last_sent(access_request)
    buttons = offers(user, access_request)
    return {
        "access_request": access_request,
        "submission": submission,
        "submissions": sorted(access_request.submissions.all(), key=lambda row: -row.number),
        "standing": standing(access_request, user),
        "who": facts.who_asks(access_request),
        "answers": submission.answers,
        "profile": facts.profile_of(submission),
        "recipient": facts.person_in(access_request, Part.RECIPIENT_SCIENTIST),
        "signatory": facts.person_in(access_request, Part.SIGNATORY),
        "findings": facts.check(user, access_request, submission),
        "offers": buttons,
        "reasons": dict.fromkeys(offer.readers for offer in buttons if offer.allowed and offer.readers),
        "is_named": facts.is_named(user, access_request),
        "on_paper": user.is_hub and not facts.is_named(user, access_request),
        "lines": facts.answers_of(access_request),
        "earlier": facts.earlier_requests(user, access_request),
        "rounds": facts.rounds_for(user, access_request),
        "files": files_shown(access_request, user, parts_in(user, access_request)),
        "timeline": timeline(access_request, user),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """The confirmation page of a button (GET), and doing it (POST). A refusal is 403 with its sentence."""
    if slug not in STEPS:
        raise Http404
    user, step_ = user_of(request), STEPS[slug]
    access_request = request_for(user, reference)
    offered = offer(step_, access_request, may(user, step_.verb, access_request))
    if not offered.allowed:
        return _confirmation(request, access_request, offered, status=403)
    if step_ in (APPROVE, REJECT) and not votes_here(user, access_request):
        return HttpResponseRedirect(step_url(reference, RECORD))
    providers = _voters(user, access_request, step_)
    data = request.POST if request.method == "POST" else None
    form = StepForm(data, step=step_, providers=providers, readers=offered.readers)
    if not form.is_valid():
        return _confirmation(request, access_request, offered, form)
    try:
        perform(step_, request=access_request, by=user, form=form)
    except Denied as denied:
        refused = offer(step_, access_request, Allowed(False, str(denied)))
        return _confirmation(request, access_request, refused, status=403)
    return _next(request, user, step_, access_request)


def _voters(user: User, access_request: AccessRequest, step_: Step) -> list[Provider]:
    """The deciders to choose from: all whose mail may be recorded, else those that the person acts for."""
    round_ = access_request.open_round
    if round_ is None or round_.by_hub:
        return []
    own = voting_providers(user, access_request)
    if not step_.by_mail:
        return own
    asked = sorted((row.provider for row in round_.deciders.all()), key=lambda provider: provider.name)
    return [provider for provider in asked if provider not in own]


def _confirmation(
    request: HttpRequest, access_request: AccessRequest, offered: Offer, form: StepForm | None = None, status: int = 200
) -> TemplateResponse:
    title = str(offered.step.title) % {"reference": access_request.reference}
    context = {
        **frame(request, title),
        "access_request": access_request,
        "who": facts.who_asks(access_request),
        "answers": facts.last_sent(access_request).answers,
        "offer": offered,
        "form": form,
        "page_url": page_url(access_request.reference),
    }
    return TemplateResponse(request, f"{TEMPLATES}/confirm.html", context, status=status)


def _next(request: HttpRequest, user: User, step_: Step, done: AccessRequest) -> HttpResponse:
    """Say what was done and lead on to the next request that waits for this person, or to the desk."""
    sentence = str(step_.done) % {"reference": done.reference}
    following = waiting_for(user).exclude(pk=done.pk).first()
    if following is None:
        messages.success(request, _("%(done)s Nothing else waits for you.") % {"done": sentence})
        return HttpResponseRedirect(reverse("admin:index"))
    messages.success(request, _("%(done)s This is the next request that waits for you.") % {"done": sentence})
    return HttpResponseRedirect(page_url(following.reference))
