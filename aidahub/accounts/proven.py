"""Before something that cannot be taken back: whoever holds the browser shows once more that the account is theirs."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows, is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

View = Callable[..., HttpResponseBase]


def proven_lately(view: View) -> View:
    """Let a POST through only from somebody who has shown within a quarter of an hour that it is them.

    By password or second step where there is one: allauth asks for it, and does the POST afterwards. Whoever signs in
    by a code or through a service has neither; then the sign-in itself must be as young, and a page says so.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            if not get_reauthentication_flows(request.user):
                if not _signed_in_lately(request):
                    return _sign_in_again(request)
            elif is_reauthentication_required(request, app="account"):
                raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded


def _signed_in_lately(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(record.get("at", 0) >= since for record in records)


def _sign_in_again(request: HttpRequest) -> HttpResponseBase:
    back = f"{reverse('account_login')}?{urlencode({'next': request.path})}"
    return render(request, "account/sign_in_again.html", {"back": back}, status=403)
