"""Who takes care of a request: one click on the desk, in the list and on its page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access_requests import actions
from access_requests.desk import requests_for
from access_requests.rows import page_url
from access_requests.rules import Denied
from aidahub.accounts.invitations import safe_path
from aidahub.accounts.models import User

from .filters import user_of
from .frame import frame

ME = "me"


def hub_staff() -> list[User]:
    """Those to whom a request can be assigned, by name."""
    found = User.objects.filter(Q(is_hub_staff=True) | Q(is_superuser=True), is_active=True)
    return sorted(found, key=lambda user: str(user).casefold())


@require_POST
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Assign a request to whoever is chosen (`to`: `me`, a public key, or empty for nobody) and go back (`next`)."""
    user = user_of(request)
    row = get_object_or_404(requests_for(user), reference=reference)
    to = _chosen(user, request.POST.get("to", ""))
    try:
        done = actions.assign(request=row, by=user, to=to)
    except Denied as denied:
        context = {**frame(request, _("Not done")), "why": str(denied), "page_url": page_url(reference)}
        return TemplateResponse(request, "admin/access_requests/accessrequest/refused.html", context, status=403)
    messages.success(request, _said(done.reference, done.assigned_to, user))
    return redirect(safe_path(request.POST.get("next", ""), otherwise=page_url(reference)))


def _chosen(user: User, key: str) -> User | None:
    """Whom the button or the choice names.

    Raises:
        Http404: for a key of nobody.
    """
    if not key or key == ME:
        return user if key else None
    try:
        return get_object_or_404(User, public_id=UUID(key))
    except ValueError as error:
        raise Http404 from error


def _said(reference: str, to: User | None, user: User) -> str:
    if to is None:
        return _("%(reference)s is nobody’s in particular now.") % {"reference": reference}
    if to.pk == user.pk:
        return _("%(reference)s is yours now.") % {"reference": reference}
    return _("%(reference)s is assigned to %(name)s.") % {"reference": reference, "name": to}
