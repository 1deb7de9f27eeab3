"""Many requests from a few: each copy is whole, with its own reference, applicant and chain of events.

A request that goes through the verbs takes about a tenth of a second, mostly for its mails; a copy takes a thousandth.
The copies have no mails: none of the pages that are measured shows any.
"""

from __future__ import annotations

from typing import Any

from django.db.models import ForeignKey, Model, QuerySet

from access_requests.events import BEFORE_THE_FIRST, hash_of
from access_requests.models import (
    AccessRequest,
    Decider,
    Decision,
    Grant,
    LicenseAcceptance,
    Participant,
    Round,
    SealedText,
    Submission,
)
from access_requests.references import next_reference
from aidahub.accounts.models import User

from .rows import insert

# What belongs to a request, each after what it points at.
PARTS: tuple[tuple[type[Model], str], ...] = (
    (SealedText, "request"),
    (Submission, "request"),
    (Participant, "request"),
    (Round, "request"),
    (Decider, "round__request"),
    (Decision, "round__request"),
    (LicenseAcceptance, "request"),
    (Grant, "request"),
)

Key = tuple[type[Model], int]


def copied(row: Model, new: dict[Key, Any]) -> Any:
    """An unsaved copy of a row that points at the copies of what the row pointed at."""
    values = {}
    for column in row._meta.concrete_fields:  # noqa: SLF001  Django documents it as its own interface for models
        if column.primary_key:
            continue
        value = getattr(row, column.attname)
        if isinstance(column, ForeignKey) and isinstance(column.related_model, type):
            twin = new.get((column.related_model, value))
            value = twin.pk if twin else value
        values[column.attname] = value
    return type(row)(**values)


def copy_request(request: AccessRequest, applicant: User) -> None:
    """Copy one request with all that belongs to it, as if `applicant` had asked."""
    twin = copied(request, {(User, request.applicant_id): applicant})
    twin.reference = next_reference()
    twin.recipient_key = f"{twin.reference}@university.example".lower()
    twin.save()
    new: dict[Key, Any] = {(AccessRequest, request.pk): twin, (User, request.applicant_id): applicant}
    for model, way in PARTS:
        rows: list[Any] = list(QuerySet(model).filter(**{way: request}).order_by("pk"))
        twins = [copied(row, new) for row in rows]
        insert(twins)
        new |= {(model, row.pk): copy for row, copy in zip(rows, twins, strict=True)}
    copy_events(request, twin, new)


def copy_events(request: AccessRequest, twin: AccessRequest, new: dict[Key, Any]) -> None:
    """Copy the events, and chain them anew: their hashes hold the reference and the people."""
    before = BEFORE_THE_FIRST
    twins = []
    for event in request.events.order_by("number"):
        link = copied(event, new)
        link.request, link.before = twin, before
        before = link.hash = hash_of(link)
        twins.append(link)
    insert(twins)
    AccessRequest.objects.filter(pk=twin.pk).update(event_head=before)
