"""Asking again who it is, before what cannot be undone or takes many people's data out.

`ask_again` stands before a view; within a quarter of an hour after the password, the app's code or a code by mail was
entered once more it lets through. What was posted waits in the session meanwhile and is done after the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
    suspend_request,
)
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from aidahub.accounts.models import User

BY_MAIL = "mail"
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
    """Lead to the page that asks; what was posted waits there."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    answer: HttpResponse = suspend_request(request, ways[0]["url"])
    return answer


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
