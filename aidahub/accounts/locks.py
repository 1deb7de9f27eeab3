"""The one place where second step and sittings are held to: every page passes here before its view is called.

Nothing but the pages of `TO_ENROL` answers hub staff without a second step. Whoever acts for providers, none of which
is confirmed in this sitting, gets nothing of the admin; of those that are not confirmed nothing is shown anywhere,
since `User.provider_ids` leaves them out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from aidahub.accounts import again, second_factor, sittings
from aidahub.accounts.models import User
from aidahub.accounts.second_factor import Missing

# What hub staff without a second step may open: setting one up, proving an address for that, and leaving.
TO_ENROL = frozenset({
    "accounts:second_factor", "accounts:again_by_mail", "mfa_activate_totp", "mfa_reauthenticate",
    "account_reauthenticate", "account_email", "account_email_verification_sent", "account_logout",
    "healthz", "readyz",
})  # fmt: skip
WITH_PROVIDERS = frozenset({"admin", "access_requests"})  # where something is missing while a sitting is not confirmed
# What asks for all of them: a further way in would open all, and one's own data hold mails and words about all.
WHOLE = frozenset({"socialaccount_connections", "pages:my_data"})
NOT_SHOWN = frozenset({"csrfmiddlewaretoken", "password", "code", "secret"})


class Locks:
    """Middleware: leads to the second step or the confirmation of the sitting who has not done that yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say which providers are proven; a page that is missing may be one that is not confirmed yet."""
        if not settings.SECOND_FACTOR or not request.user.is_authenticated:
            return self.get_response(request)
        request.user.is_proven = sittings.proof_of(request, request.user)
        response = self.get_response(request)
        if response.status_code == 404 and _space(request) in WITH_PROVIDERS and request.user.closed_ids:
            return confirm_sitting(request)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Stop whoever must do something else first; None lets through."""
        if not settings.SECOND_FACTOR or not request.user.is_authenticated:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        lacking = second_factor.missing(request)
        if lacking is None:
            return _sitting(request, name)
        if name == "mfa_activate_totp" and not again.is_fresh(request):
            return again.ask(request)
        return None if name in TO_ENROL else _second_step(request, lacking)


def _space(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.namespace.partition(":")[0] if match else ""


def _second_step(request: HttpRequest, lacking: Missing) -> HttpResponse:
    why = _("Hub staff sign in with a second step. Your account has none yet, so nothing was done.")
    if lacking == Missing.PROOF:
        why = _("Hub staff sign in with a second step. This sign-in went without it, so nothing was done.")
    return stop(request, why, "accounts:second_factor")


def _sitting(request: HttpRequest, name: str) -> HttpResponse | None:
    """Ask whoever acts for providers to confirm first: where none is, or, for what concerns all of them, one is not."""
    user = cast("User", request.user)
    in_admin = _space(request) == "admin"
    whole = name in WHOLE or (name == "openid_connect_login" and _asks_to_connect(request))
    if not (in_admin or whole) or not user.closed_ids:
        return None
    return confirm_sitting(request) if whole or not user.provider_ids else None


def _asks_to_connect(request: HttpRequest) -> bool:
    return "connect" in {request.GET.get("process"), request.POST.get("process")}


def confirm_sitting(request: HttpRequest) -> HttpResponse:
    """Lead to where the sitting is confirmed."""
    why = _("Confirm first that you still act for the provider. Until then nothing is shown, and nothing was done.")
    return stop(request, why, "accounts:sitting")


def stop(request: HttpRequest, why: str, where: str) -> HttpResponse:
    """Lead to a page that says what to do first, and from there back.

    What somebody posted is not done. They are told so, and find the words that they wrote.
    """
    if request.method in {"GET", "HEAD"}:
        return redirect(f"{reverse(where)}?{urlencode({'next': request.get_full_path()})}")
    back = request.headers.get("referer", "")
    own = back.removeprefix(settings.BASE_URL) if back.startswith(f"{settings.BASE_URL}/") else "/"
    context = {
        "why": why,
        "go_on": f"{reverse(where)}?{urlencode({'next': own})}",
        "written": [text for name, text in request.POST.items() if name not in NOT_SHOWN and len(str(text)) > 40],
    }
    return render(request, "account/stopped.html", context, status=403)
