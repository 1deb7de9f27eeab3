"""The sign-ins of an account: when each was last used, on what kind of device, and how one is ended.

Addresses of clients are not kept: they are personal data, and nothing here needs them (`receivers.no_address_kept`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import timedelta

from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from aidahub.accounts.closing import ELSEWHERE, LONG_AGO, close_session, sentence_for
from aidahub.accounts.models import User

NOWHERE = "0.0.0.0"  # noqa: S104 # nosec B104 # stands where allauth would keep a client's address; nothing listens on it
SEEN, BEGAN, EXACT = "seen_at", "began_at", timedelta(minutes=10)
# What stands in a browser's own description -> what people call it; the first that fits counts.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome",
            "Chrom": "Chrome", "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "Mac",
           "CrOS": "Chromebook", "Linux": "Linux"}  # fmt: skip


def device_of(user_agent: str) -> str:
    """What kind of browser on what kind of device a description means: "Firefox on Windows"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown browser")


def note_seen(request: HttpRequest) -> None:
    """Let a session remember when it was last used, and when it was first."""
    request.session[SEEN] = now = time.time()
    request.session.setdefault(BEGAN, now)


def is_too_old(request: HttpRequest) -> bool:
    """Whether somebody signed in so long ago that they do it again, however much they were here since."""
    return bool(time.time() - request.session.get(BEGAN, time.time()) > settings.SESSION_LONGEST)


def renew_key(request: HttpRequest) -> None:
    """Give a session another key, so that whoever has copied the one before has nothing more."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


class LastSeen:
    """Middleware: keeps when a sign-in was last used, to ten minutes, so that most pages write nothing.

    It also ends one that began too long ago.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Write it down before the page is made, which may end the session."""
        if request.user.is_authenticated and time.time() - request.session.get(SEEN, 0) > EXACT.total_seconds():
            if is_too_old(request):
                return end_this(request)
            UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())
            note_seen(request)
        return self.get_response(request)


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]  # allauth ships no types
    """How allauth's page ends sessions: what their browsers hold leads to a sentence that says so."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        """End them."""
        for session in sessions:
            close_session(session.session_key, ELSEWHERE)
            session.delete()


def end_this(request: HttpRequest) -> HttpResponse:
    """End the sign-in of this request; what it was to do is not done."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)
    return to_sign_in(request, LONG_AGO)


def clear_browser(response: HttpResponse) -> None:
    """Let the browser forget what it holds of this site but for cookies: the pages that it could go back to, too."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def to_sign_in(request: HttpRequest, reason: str) -> HttpResponse:
    """Lead whoever is signed out by somebody else than themselves to the sign-in, which says why.

    Args:
        reason: one of those that `closing.sentence_for` knows.
    """
    messages.error(request, sentence_for(reason))
    response = redirect("account_login")
    clear_browser(response)
    return response


def end_others(request: HttpRequest, user: User) -> None:
    """End every sign-in of an account but the one of this request."""
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    SessionsAdapter().end_sessions(others)


def end_one(user: User, key: str) -> bool:
    """End one of a person's sign-ins, by the key of its row; whether there was such a one."""
    found = UserSession.objects.filter(user=user, pk=key) if key.isdecimal() and len(key) < 19 else []
    SessionsAdapter().end_sessions(sessions := list(found))
    return bool(sessions)
