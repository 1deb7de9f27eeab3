"""Writing in a request."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access_requests import actions
from access_requests.rules import Denied, check_may
from access_requests.workflow import UNSENT, Verb

from . import kept
from .pages import page_of_request
from .said import STEP
from .shared import SignedIn, for_people, visible


@require_POST
def write(request: HttpRequest, reference: str) -> HttpResponse:
    """`/requests/<reference>/messages/`: write to the other side. What is posted signed out is kept for after."""
    if not request.user.is_authenticated:
        kept.keep(request, reference, STEP)
        return redirect_to_login(reverse("access_requests:detail", args=[reference]))
    return _write(request, reference)


@for_people
def _write(request: SignedIn, reference: str) -> HttpResponse:
    row = visible(request, reference)
    if row.status in UNSENT:
        check_may(request.user, Verb.MESSAGE, row)
    words = request.POST.get("text", "")
    try:
        message = actions.write(request=row, by=request.user, text=words)
    except Denied as denied:
        messages.error(request, str(denied))
        return page_of_request(request, row, words)
    messages.success(request, _("Your message is sent."))
    return redirect(f"{row.get_absolute_url()}#message-{message.number}")
