"""What can be done with a request outside its form: each has a page that asks once more, and acts on POST only."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access_requests import actions
from access_requests.holdings import has_access
from access_requests.models import AccessRequest
from access_requests.rules import Denied, check_may
from access_requests.taking_part import Done, PersonState, own_states, with_parts
from access_requests.workflow import EDITABLE, Part, Status, Verb

from .shared import SignedIn, for_people, text_shown, visible, what_changed

ASKED = ["GET", "HEAD", "POST"]


def _page(request: SignedIn, row: AccessRequest, verb: Verb, template: str, **context: object) -> HttpResponse:
    """The page that asks once more; refused where the verb is."""
    check_may(request.user, verb, row)
    return render(request, f"access_requests/{template}.html", {"access_request": row, **context})


@require_http_methods(ASKED)
@for_people
def withdraw(request: SignedIn, reference: str) -> HttpResponse:
    """Take a sent request back."""
    row = visible(request, reference)
    if request.method != "POST":
        return _page(request, row, Verb.WITHDRAW, "withdraw")
    row = actions.withdraw(request=row, by=request.user)
    messages.success(request, _("You have withdrawn the request. Everybody who got it is told."))
    return redirect(row)


@require_http_methods(ASKED)
@for_people
def discard(request: SignedIn, reference: str) -> HttpResponse:
    """Throw a draft away."""
    row = visible(request, reference)
    if request.method != "POST":
        return _page(request, row, Verb.DISCARD, "discard")
    actions.discard(request=row, by=request.user)
    messages.success(request, _("The draft is gone. Nothing of it is kept."))
    return redirect("access_requests:mine")


@require_http_methods(ASKED)
@for_people
def accept(request: SignedIn, reference: str) -> HttpResponse:
    """Accept the licence in the text that is in force: the applicant, and whoever else gets access."""
    row = visible(request, reference)
    if request.method != "POST" and row.status in EDITABLE and row.applicant_id == request.user.pk:
        return redirect("access_requests:edit_step", reference=row.reference, step="terms")
    check_may(request.user, Verb.ACCEPT_LICENSE, row)
    with_parts([row])
    mine = [state for state in own_states(request.user, row) if state.accepts]
    if not mine and row.status != Status.DRAFT:  # hub staff, who record papers elsewhere
        raise Denied(_("This is not yours to do in this request."))
    if request.method != "POST":
        return _accept_page(request, row, mine)
    shown = text_shown(row.license, request.POST.get("text", ""))
    if shown is None or not request.POST.get("accept_license"):
        messages.error(request, _("Please read the licence and tick the box if you accept it."))
        return redirect("access_requests:accept", reference=reference)
    row = actions.accept_license(request=row, by=request.user, text=shown)
    opened = has_access(row, request.user)
    messages.success(request, _("You have accepted the licence.") if not opened else _("You now have access."))
    return redirect(row)


def _accept_page(request: SignedIn, row: AccessRequest, mine: list[PersonState]) -> HttpResponse:
    """The licence with its box to tick; whoever has not confirmed their part yet does both on that part's page."""
    if any(state.part != Part.APPLICANT and state.person.confirmed_at is None for state in mine):
        return redirect("access_requests:part", reference=row.reference)
    done = all(state.done == Done.CONFIRMED for state in mine)
    context = {"text": row.license.text_in_force, "changes": what_changed(row, mine), "done": done}
    return render(request, "access_requests/accept.html", {"access_request": row, **context})
