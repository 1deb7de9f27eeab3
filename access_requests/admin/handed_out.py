"""Who took a request out on paper, when, in which version: kept in the admin's own log, since it changes no request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from access_requests.models import AccessRequest
from access_requests.paper import Made, Paper, Where
from aidahub.accounts.models import User

SHOWN = 50


@dataclass(frozen=True)
class HandedOut:
    """One time that a request was taken out on paper; `sha256` is that of the PDF."""

    at: datetime
    who: str
    released: bool
    form: str
    ground: str
    sha256: str


def note_down(request: AccessRequest, by: User, paper: Paper, made: Made, chosen: dict[str, Any]) -> None:
    """Note that somebody takes a request out on paper, before they get it."""
    facts = {
        "paper": str(paper.kind),
        "form": chosen["form"],
        "withheld": sorted(chosen["marks"]) if paper.kind == Where.RELEASE else [],
        "ground": chosen["ground"] if paper.kind == Where.RELEASE else "",
        "sha256": made.sha256,
    }
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(AccessRequest),
        object_id=str(request.pk),
        object_repr=request.reference,
        action_flag=CHANGE,
        change_message=json.dumps(facts),
    )


def handed_out(request: AccessRequest) -> list[HandedOut]:
    """The times that a request was taken out, the latest first."""
    kind = ContentType.objects.get_for_model(AccessRequest)
    rows = LogEntry.objects.filter(content_type=kind, object_id=str(request.pk), change_message__startswith='{"paper"')
    return [_told(row) for row in rows.select_related("user").order_by("-action_time", "-pk")[:SHOWN]]


def _told(row: LogEntry) -> HandedOut:
    facts = json.loads(row.change_message)
    return HandedOut(
        at=row.action_time,
        who=row.user.get_full_name(),
        released=facts["paper"] == Where.RELEASE,
        form=facts["form"].upper(),
        ground=facts["ground"],
        sha256=facts["sha256"],
    )
