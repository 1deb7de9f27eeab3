"""On the decision page: the requests that the same person asked for together, and the way to decide on them at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from access_requests.desk import requests_for
from access_requests.models import AccessRequest
from access_requests.rows import shown, with_rows
from access_requests.rules import may
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User

from .offers import votes_here
from .steps import APPROVE, REJECT, SEVERAL, Step


def asked_together(user: User, request: AccessRequest, parts: frozenset[Part]) -> dict[str, Any]:
    """Those of them that the reader may handle, as lines; and the steps that can be taken with several, as links.

    No query where the request was asked for alone.
    """
    if request.siblings_key is None:
        return {}
    seen = requests_for(user).filter(siblings_key=request.siblings_key, applicant=request.applicant_id)
    rows = list(with_rows(seen.exclude(pk=request.pk)).order_by("pk"))
    open_ = [row.reference for row in (request, *rows) if row.status == Status.IN_REVIEW]
    at_once = open_ if request.status == Status.IN_REVIEW and len(open_) > 1 else []
    return {
        "siblings": [shown(row, mine=False) for row in rows],
        "at_once": [(step.label, _address(slug, at_once)) for slug, step in _steps(user, request, parts, at_once)],
        "number_at_once": len(at_once),
    }


def _steps(user: User, request: AccessRequest, parts: frozenset[Part], references: list[str]) -> list[tuple[str, Step]]:
    """The steps with several that this reader may take with this one; a vote only where they have one."""
    if not references:
        return []
    votes = votes_here(user, request)
    return [
        (slug, step)
        for slug, step in SEVERAL.items()
        if (votes or step not in (APPROVE, REJECT)) and may(user, step.verb, request, parts)
    ]


def _address(slug: str, references: list[str]) -> str:
    address = reverse("admin:access_requests_accessrequest_several", args=[slug])
    return f"{address}?{urlencode([('reference', one) for one in references])}"
