"""What can be done with a request outside its form: each has a page that asks once more, and acts on POST only."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.rules import check_may
from access_requests.workflow import EDITABLE, Status, Verb

from .shared import SignedIn, for_people, text_shown, visible

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
    """Accept the licence in the text that is in force."""
    row = visible(request, reference)
    text = row.license.text_in_force
    if request.method != "POST":
        if row.status in EDITABLE:
            return redirect("access_requests:edit_step", reference=reference, step="terms")
        return _page(request, row, Verb.ACCEPT_LICENSE, "accept", text=text)
    check_may(request.user, Verb.ACCEPT_LICENSE, row)
    shown = text_shown(row.license, request.POST.get("text", ""))
    if shown is None or not request.POST.get("accept_license"):
        messages.error(request, _("Please read the licence and tick the box if you accept it."))
        return redirect("access_requests:accept", reference=reference)
    row = actions.accept_license(request=row, by=request.user, text=shown)
    opened = row.status == Status.GRANTED
    messages.success(request, _("You have accepted the licence.") if not opened else _("You now have access."))
    return redirect(row)
