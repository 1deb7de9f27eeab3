"""The language that a person chose, pages that no cache keeps, and what is said to whoever was signed out.

Also a page for when a sign-in service is away.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from requests import RequestException

from aidahub.accounts.closing import ENDED
from aidahub.accounts.sessions import clear_browser, to_sign_in
from aidahub.faults import told

log = structlog.stdlib.get_logger("aidahub.accounts")
SIGN_OUT = frozenset({"account_logout", "admin:logout"})  # pages on which people sign themselves out
SERVICE_PAGES = frozenset({"openid_connect_login", "openid_connect_callback"})


class LanguageOfUser:
    """Middleware: after the browser's wish, the choice in the account, where there is one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Switch to the person's language; `LocaleMiddleware` names it in the answer and switches back."""
        if request.user.is_authenticated and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class PersonalPages:
    """Middleware: every page of somebody who has signed in bears their name, so no cache may keep it.

    Without this the next person at a shared computer could go back to it, and a careless proxy hand it out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say so where the page says nothing of its own."""
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        match = request.resolver_match
        if request.method == "POST" and match and match.view_name in SIGN_OUT and not request.user.is_authenticated:
            clear_browser(response)
        return response


class SignedOut:
    """Middleware: the next click of somebody whose session was ended leads to the sign-in, which says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say it once; whatever the click was to do is not done."""
        reason = request.session.pop(ENDED, "")
        if not reason:
            return self.get_response(request)
        return to_sign_in(request, reason)


class ServiceAway:
    """Middleware: allauth asks a service for its addresses without a thought that it may not answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the rest of the site does."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say that the sign-in did not work, and tell the operator why."""
        match = request.resolver_match
        if not isinstance(exception, RequestException) or match is None or match.url_name not in SERVICE_PAGES:
            return None
        log.warning("sign-in service away", service=match.kwargs.get("provider_id"), why=told(exception))
        return render(request, "socialaccount/authentication_error.html", status=503)
