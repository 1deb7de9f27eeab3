"""The pages to which `locks` and `again` lead: setting up a second step, confirming a sitting, a code by mail."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import resume_request
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidahub.accounts import again, mailed_codes, second_factor, sessions, sittings
from aidahub.accounts.invitations import safe_path
from aidahub.accounts.models import User

SITTING, AGAIN = "sitting", "again"  # what a mailed code is for
WRONG = gettext_lazy("This code is wrong, too old, or was tried too often. Use the newest one, or ask for a new one.")


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


def _next(request: HttpRequest) -> str:
    return safe_path(request.POST.get("next", "") or request.GET.get("next", ""), otherwise="/")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Why hub staff need a second step, and how to set it up; who has it is led on to where they wanted to go."""
    lacking = second_factor.missing(request)
    if lacking is None:
        return redirect(safe_path(request.session.pop(second_factor.NEXT, "") or _next(request), otherwise="/"))
    if "next" in request.GET or second_factor.NEXT not in request.session:
        request.session[second_factor.NEXT] = _next(request)
    return render(request, "account/second_factor.html", {"lacking": lacking.value})


@sensitive_post_parameters("code")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sitting(request: HttpRequest) -> HttpResponse:
    """Confirm that one still acts for a provider: by a code to its address, or by a service."""
    user = cast("User", request.user)
    closed = sittings.closed_links(user)
    if not closed:
        return redirect(_next(request))
    ways = sittings.ways_for(closed)
    form = CodeForm(request.POST if "code" in request.POST else None)
    if way := next((way for way in ways if way.key == request.POST.get("way")), None):
        names = ", ".join(str(provider) for provider in way.providers)
        mailed_codes.send(request, user, SITTING, way.address, provider=names)
        messages.info(request, _sent(way.masked))
        return redirect(request.get_full_path())
    if form.is_valid():
        if address := mailed_codes.check(request, user, SITTING, form.cleaned_data["code"]):
            sittings.remember(request, user, sittings.CONFIRMED, address)
            return redirect(_next(request))
        form.add_error("code", str(WRONG))
    waits = mailed_codes.waits_for(request, SITTING)
    context = {
        "closed": closed, "ways": ways, "form": form, "next": _next(request),
        "sent_to": sittings.masked(waits) if waits else "", "services": _services_of(user),
    }  # fmt: skip
    return render(request, "account/sitting.html", context)


def _services_of(user: User) -> list[str]:
    """The ids of the services that are set up here and connected to the account."""
    known = {service["provider_id"] for service in settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]}
    own = SocialAccount.objects.filter(user=user, provider__in=known)
    return list(own.order_by("provider").values_list("provider", flat=True).distinct())


def _sent(address: str) -> str:
    return _("A code is on its way to %(address)s, unless too many were sent there lately.") % {"address": address}


@sensitive_post_parameters("code")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def again_by_mail(request: HttpRequest) -> HttpResponse:
    """Who has neither password nor app enters a code from a mail to their main address; then goes on."""
    user = cast("User", request.user)
    if (way := again.way_of(request)) != reverse("accounts:again_by_mail"):
        return redirect(f"{way}?{urlencode({'next': _next(request)})}")
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.POST.get("action") == "send":
        mailed_codes.send(request, user, AGAIN, user.email)
        messages.info(request, _sent(user.email))
        return redirect(request.get_full_path())
    if form.is_valid():
        if mailed_codes.check(request, user, AGAIN, form.cleaned_data["code"]) == user.email:
            again.remember_mail(request, user)
            answer: Any = resume_request(request)
            return cast("HttpResponse", answer or redirect(_next(request)))
        form.add_error("code", str(WRONG))
    context = {"form": form, "next": _next(request), "sent_to": mailed_codes.waits_for(request, AGAIN)}
    return render(request, "account/again_by_mail.html", context)


@login_required
@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of one's own sign-ins. One that is not one's own is as good as ended already."""
    if sessions.end_one(cast("User", request.user), request.POST.get("session", "")):
        messages.info(request, _("That browser is signed out."))
    return redirect("usersessions_list")
