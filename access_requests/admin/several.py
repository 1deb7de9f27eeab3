"""The same step with several requests: one confirmation page, one line of result for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access_requests.desk import requests_for
from access_requests.models import AccessRequest
from access_requests.rows import Shown, shown, with_rows
from access_requests.rules import Denied, may, parts_of
from aidahub.accounts.models import User

from . import canned
from .filters import user_of
from .forms import StepForm
from .frame import frame
from .offers import Offer, offer
from .perform import perform
from .steps import SEVERAL, Step

MOST = 50


@dataclass(frozen=True)
class Line:
    """One request on the confirmation page: what will happen with it, or why nothing can."""

    request: AccessRequest
    shown: Shown
    offer: Offer


@dataclass(frozen=True)
class Result:
    """What came of one request."""

    shown: Shown
    done: bool
    sentence: str


@require_http_methods(["GET", "HEAD", "POST"])
def several(request: HttpRequest, slug: str) -> HttpResponse:
    """The confirmation page of a step with several requests (GET), and doing it (POST).

    References of requests that the person may not see are passed over like ones that do not exist.
    """
    if slug not in SEVERAL:
        raise Http404
    step, user = SEVERAL[slug], user_of(request)
    given = request.POST if request.method == "POST" else request.GET
    lines = _lines(user, step, given.getlist("reference"))
    if not lines:
        raise Http404
    readers = next((line.offer.readers for line in lines if line.offer.allowed), "")
    data, initial = canned.given(request, "reason", *(line.request for line in lines))
    form = StepForm(data, initial=initial, step=step, providers=(), readers=readers)
    if form.is_valid():
        results = [_perform(step, line, user, form) for line in lines]
        return _page(request, step, "several_done.html", results=results)
    return _page(request, step, "several.html", lines=lines, form=form)


def _lines(user: User, step: Step, references: Sequence[str]) -> list[Line]:
    clean = {text for text in references[:MOST] if "\0" not in text}
    found = with_rows(requests_for(user)).select_related("license__policy").filter(reference__in=clean)
    rows = list(found.order_by("status_since", "pk"))
    parts = parts_of(user, rows)
    rules = {row.pk: may(user, step.verb, row, parts=parts[row.pk]) for row in rows}
    return [Line(row, shown(row, mine=False), offer(step, row, rules[row.pk])) for row in rows]


def _perform(step: Step, line: Line, user: User, form: StepForm) -> Result:
    """Do it with one request; a refusal stops no other."""
    try:
        perform(step, request=line.request, by=user, form=form)
    except Denied as denied:
        return Result(line.shown, False, str(denied))
    return Result(line.shown, True, str(step.done) % {"reference": line.request.reference})


def _page(request: HttpRequest, step: Step, template: str, **context: object) -> TemplateResponse:
    title = _("%(label)s several requests") % {"label": step.label}
    context = {**frame(request, title), "step": step, **context}
    return TemplateResponse(request, f"admin/access_requests/accessrequest/{template}", context)
