"""`/accounts/my-data/` and `/accounts/erase/`: what a person may do with everything that is kept about them."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access_requests import actions
from access_requests.attachments import as_download
from access_requests.models import AccessRequest
from access_requests.obstacles import obstacles_to_erasing
from access_requests.refusals import Denied
from access_requests.workflow import Status
from aidahub.accounts.again import ask_before_posting
from aidahub.accounts.models import User
from aidahub.pages.controller import data_protection_officer
from aidahub.pages.retention import GROUNDS, TABLE

from .archive import archive_of
from .table import FLAGGED, SECTIONS

log = structlog.stdlib.get_logger("aidahub.my_data")
STAYS = ("requests", "votes", "messages", "links", "flags", "backups")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@ask_before_posting
def my_data(request: HttpRequest) -> HttpResponseBase:
    """What the archive will hold (GET), and the archive itself (POST), a few times an hour."""
    user = person(request)
    if request.method != "POST":
        context = {"sections": SECTIONS, "flagged": FLAGGED, "dpo": data_protection_officer()}
        return render(request, "account/my_data.html", context)
    if refused := ratelimit.consume_or_429(request, action="my_data", user=user):
        return refused  # type: ignore[no-any-return]  # allauth ships no types
    archive = archive_of(user)
    log.info("own data taken out")
    return as_download(archive, f"my-data-{timezone.localdate():%Y-%m-%d}.zip", "application/zip")


class EraseForm(forms.Form):
    """The main address typed once more: nobody does that by mistake."""

    email = forms.CharField(label=_("Your main e-mail address"), max_length=254)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Args: user: whose address it must be."""
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["email"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}

    def clean_email(self) -> str:
        """Refuse another one."""
        email: str = self.cleaned_data["email"].strip().casefold()
        if email != self.user.email.casefold():
            raise forms.ValidationError(_("This is not the main address of your account."))
        return email


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@ask_before_posting
def erase(request: HttpRequest) -> HttpResponseBase:
    """What goes, what stays and what stands in the way (GET), and doing it (POST)."""
    user = person(request)
    if request.method == "POST" and (refused := ratelimit.consume_or_429(request, action="erase", user=user)):
        return refused  # type: ignore[no-any-return]  # allauth ships no types
    form = EraseForm(request.POST if request.method == "POST" else None, user=user, label_suffix="")
    if form.is_valid() and _erased(user):
        logout(request)
        return render(request, "account/erased.html")
    obstacles = obstacles_to_erasing(user, own=True)
    context = _what_goes(user) | {"form": form, "obstacles": obstacles}
    status = 403 if request.method == "POST" and obstacles else 200
    return render(request, "account/erase.html", context, status=status)


def _erased(user: User) -> bool:
    """Erase it; the page says why where that may not be."""
    try:
        actions.erase_own_account(by=user)
    except Denied:
        return False
    return True


def _what_goes(user: User) -> dict[str, Any]:
    """What the page tells of an account, and the rows of the table of what stays."""
    rows = AccessRequest.objects.filter(applicant=user).select_related("dataset").order_by("pk")
    return {
        "drafts": rows.filter(status=Status.DRAFT),
        "sent": rows.exclude(status=Status.DRAFT),
        "addresses": EmailAddress.objects.filter(user=user).order_by("-primary", "email"),
        "connected": SocialAccount.objects.filter(user=user).order_by("provider"),
        "second_step": Authenticator.objects.filter(user=user).exists(),
        "sessions": UserSession.objects.filter(user=user).count(),
        "stays": [(ground, [row for row in TABLE if row.slug in STAYS and row.ground is ground]) for ground in GROUNDS],
    }


def person(request: HttpRequest) -> User:
    """Whoever is signed in, as the database has them now."""
    return User.objects.get(pk=request.user.pk or 0)
