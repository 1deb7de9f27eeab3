"""The profile, and the page of an invitation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.views import SuccessMessageMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.generic import UpdateView

from aidahub.accounts import invitations, sittings
from aidahub.accounts.forms import Profile
from aidahub.accounts.models import Invitation, User


@method_decorator(never_cache, name="dispatch")
class ProfileView(LoginRequiredMixin, SuccessMessageMixin[Profile], UpdateView[User, Profile]):
    """What is known about a person, for themselves to change."""

    form_class = Profile
    template_name = "account/profile.html"
    success_url = reverse_lazy("accounts:profile")
    success_message = _("Your profile is saved.")

    def get_object(self, queryset: QuerySet[User] | None = None) -> User:
        """Oneself; a second copy, so that a wrong answer does not show in the page's head."""
        return User.objects.get(pk=self.request.user.pk or 0)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page to which an invitation's link leads. Looking at it changes nothing; accepting is a POST.

    Whether a link is unknown, used or too old is not told apart. Whoever acts for the provider already is led on.
    """
    found = invitations.find(token)
    next_path = invitations.safe_path(request.GET.get("next", ""), otherwise=reverse("admin:index"))
    if found and found.is_open and request.user.is_authenticated:
        # Who holds the link reads the address that it was mailed to; it opens nothing for whoever does not act for it.
        sittings.remember(request, request.user, sittings.INVITATION, found.email)
    if found and request.user.is_authenticated and found.provider_id in acted_for(request.user):
        response: HttpResponse = redirect(next_path)
    elif found is None or not found.is_open:
        response = render(request, "account/invitation_closed.html", status=404)
    elif request.method == "POST":
        response = _accept(request, found, next_path)
    else:
        response = render(request, "account/invitation.html", _shown(request, found))
    response["Referrer-Policy"] = "same-origin"  # the address holds a secret
    response["X-Robots-Tag"] = "noindex"
    return response


def acted_for(user: User) -> set[int]:
    """Keys of the providers somebody acts for, whether or not this sitting is confirmed."""
    return {link.provider_id for link in user.links_in_force}


def _accept(request: HttpRequest, found: Invitation, next_path: str) -> HttpResponse:
    """Accept for the person who is signed in; anybody else signs in first."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    try:
        invitations.accept(found, by=request.user)
    except invitations.InvitationError as refusal:
        messages.error(request, str(refusal))
        return redirect(request.get_full_path())
    messages.success(request, _("You now act for %(provider)s.") % {"provider": found.provider})
    return redirect(next_path)


def _shown(request: HttpRequest, found: Invitation) -> dict[str, Any]:
    """What the page of an open invitation says."""
    return {
        "invitation": found,
        "datasets": invitations.datasets_of(found.provider),
        "here": request.get_full_path(),
    }
