"""`{% load access_requests %}`: the request panel of a landing page, the badge of a status, texts used again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.safestring import mark_safe

from access_requests.labels import STATUS_LABELS
from access_requests.models import AccessRequest, CannedText
from access_requests.panel import licenses_for_panel, ways_in
from access_requests.usual import sentence
from access_requests.waiting import LOOKS
from access_requests.workflow import Status
from datasets.models import Dataset

register = template.Library()


@register.inclusion_tag("access_requests/panel.html", takes_context=True)
def request_panel(context: Mapping[str, Any], dataset: Dataset) -> dict[str, Any]:
    """How to ask for a dataset: each way in, or the person's own request, or whom to write to. One query.

    `shared` in the context keeps its answer for the same box in the other languages.
    """
    user = context.get("user") or AnonymousUser()
    shared = context.get("shared", {})
    licenses = shared.get("panel")
    if licenses is None:
        licenses = shared["panel"] = licenses_for_panel(dataset, user)
    return {
        "dataset": dataset,
        "user": user,
        "ways": ways_in(licenses),
        "start": reverse("access_requests:start", kwargs={"doi": dataset.doi}),
        # Sanitised when it was read.
        "contact": mark_safe(next((one.html for one in licenses if one.html), "")),  # noqa: S308 # nosec B308 # sanitised at import
    }


@register.inclusion_tag("admin/access_requests/accessrequest/parts/canned.html")
def canned_texts(name: str) -> dict[str, Any]:
    """The choice of a text that is used again, with the button that puts it into the form's field. One query.

    Args:
        name: what keeps the choices of one page apart.
    """
    return {"name": name, "texts": CannedText.objects.all()}


@register.simple_tag
def usual_time(usual: int | None) -> str:
    """How long an answer takes: what was measured, if anything was, and what is promised."""
    return sentence(usual)


@register.simple_tag
def promised_days() -> int:
    """Within how many working days an answer is promised."""
    days: int = settings.PROMISED_DAYS
    return days


@register.inclusion_tag("includes/status.html")
def status_badge(request: AccessRequest) -> dict[str, str]:
    """A request's status as a word and an icon, as its applicant reads it."""
    status = Status(request.status)
    kind, icon = LOOKS[status]
    return {"kind": kind, "icon": icon, "word": str(STATUS_LABELS[status])}
