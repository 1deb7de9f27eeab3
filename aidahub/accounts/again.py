"""Asking again who it is, before what cannot be undone or takes many people's data out.

`ask_again` stands before a view; within a quarter of an hour after the password, the app's code or a code by mail was
entered once more it lets through. What was posted waits in the session meanwhile and is done after the answer, unless
that comes late, or its owner came back only to look: by then they have thought better of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    did_recently_reauthenticate,
    get_reauthentication_flows,
    suspend_request,
)
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from aidahub.accounts.models import User

BY_MAIL = "mail"
SINCE = "waits_since"  # when that was posted which waits in the session
View = Callable[..., HttpResponseBase]
Asks = Callable[..., bool]


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session has lately entered again what the account is protected by."""
    user = request.user
    if not user.is_authenticated:
        return False
    if get_reauthentication_flows(user):
        return bool(did_recently_reauthenticate(request))
    # Neither password nor app: allauth asks such people nothing. Here they enter a code from a mail.
    times = [record["at"] for record in get_authentication_records(request, user) if record["method"] == BY_MAIL]
    return bool(times) and time.time() - times[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def remember_mail(request: HttpRequest, user: User) -> None:
    """Write down that a code from a mail was entered now."""
    record_authentication(request, user, BY_MAIL, reauthenticated=True)


def ask(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks; what was posted waits there, and what was posted before and left is forgotten."""
    for left in (STATE_SESSION_KEY, SINCE):
        request.session.pop(left, None)
    where = way_of(request)
    suspend_request(request, where)
    # It is found again by its path alone, and has its query with it.
    back = request.path if request.method == "POST" else request.get_full_path()
    return redirect(f"{where}?{urlencode({'next': back})}")


def way_of(request: HttpRequest) -> str:
    """The page on which this person is asked again: of the ways that their account has, the first."""
    return str(get_adapter().get_reauthentication_methods(request.user)[0]["url"])


class Waiting:
    """Middleware: lets nothing that was posted wait longer than the answer for which it waits would count.

    Else a link of anybody to the page that asks would be enough to have done what its reader gave up a week ago.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Forget what is too old before the page is made; note the time of what waits since."""
        if time.time() - request.session.get(SINCE, 0) > app_settings.REAUTHENTICATION_TIMEOUT:
            request.session.pop(STATE_SESSION_KEY, None)
        before = request.session.get(STATE_SESSION_KEY)
        response = self.get_response(request)
        waits = request.session.get(STATE_SESSION_KEY)
        if waits and (waits != before or SINCE not in request.session):
            request.session[SINCE] = time.time()
        return response


def always(request: HttpRequest, *_args: Any, **_kwargs: Any) -> bool:
    """Every request to the view."""
    return True


def ask_before_posting(view: View) -> View:
    """The view, before a POST to which everybody is asked again, on a trial site, too."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.method == "POST" and not is_fresh(request)
        return ask(request) if asked else view(request, *args, **kwargs)

    return asking


def ask_again(view: View, *, when: Asks = always) -> View:
    """The view, before which somebody who is signed in is asked again who they are.

    Args:
        view: what is done.
        when: of a request and the view's arguments, whether it is one of those that ask.
    """

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = settings.SECOND_FACTOR and request.user.is_authenticated and when(request, *args, **kwargs)
        return ask(request) if asked and not is_fresh(request) else view(request, *args, **kwargs)

    return asking
