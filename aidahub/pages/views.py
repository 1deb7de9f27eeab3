"""Home, privacy, accessibility, and what search engines may read."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aidahub.accounts.models import User
from aidahub.pages import controller
from aidahub.pages.my_data.table import FLAGGED
from aidahub.pages.retention import GROUNDS, TABLE
from aidahub.pages.waiting import tasks_of
from datasets.catalogue import for_cards, totals
from datasets.models import Dataset

NEWEST = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`: what this is and the newest datasets; for people who are signed in, what waits for them comes first."""
    listed = Dataset.objects.listed()
    newest = list(for_cards(listed.newest_first())[:NEWEST])
    context: dict[str, object] = {"newest": newest, "totals": totals() if newest else None}
    if isinstance(request.user, User):
        context["tasks"], context["waiting"] = tasks_of(request.user)
    return render(request, "pages/home.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """`/privacy/`: what is kept about people, why, and who sees it."""
    context = {
        "controller": controller.name(),
        "controller_address": settings.CONTROLLER_ADDRESS,
        "dpo": controller.data_protection_officer(),
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "messages_cookie": settings.MESSAGES_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "kept": TABLE,
        "grounds": GROUNDS,
        "flagged": FLAGGED,
    }
    return render(request, "pages/privacy.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """`/accessibility/`: what the site does for people with disabilities, and whom to tell when it fails."""
    context = {"controller": controller.name(), "reviewed": settings.ACCESSIBILITY_DATE}
    return render(request, "pages/accessibility.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`: search engines may read the public pages (https://www.rfc-editor.org/rfc/rfc9309)."""
    return render(request, "pages/robots.txt", {"base_url": settings.BASE_URL}, content_type="text/plain")
