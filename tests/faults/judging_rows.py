"""The judge's rules about rows and files: somebody has the turn, nothing is half-written, nothing lies about."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count

from access_requests.attachments.keeping import private, remove_orphans
from access_requests.conditions import blocks_review, open_conditions
from access_requests.filing import known_keys
from access_requests.models import AccessRequest, Attachment, Round
from access_requests.workflow import OPEN, TURN, Before, Part, Status

UPLOADS = "*.upload.*"  # what Django calls the files of uploads that are coming in


def nobodys_turn() -> Iterator[str]:
    """Requests that are not over and in which nobody has the next move."""
    for request in AccessRequest.objects.filter(status__in=OPEN).select_related("applicant", "license__policy"):
        if why := _why_stuck(request):
            yield f"Nobody's turn: {request.reference} is {request.status}, and {why}."


def _why_stuck(request: AccessRequest) -> str:
    status = Status(request.status)
    if not TURN[status]:
        return "the table names nobody"
    if status == Status.IN_REVIEW:
        round_ = request.rounds.filter(closed_at=None).first()
        return "no round is open" if round_ is None else _why_round_is_stuck(round_)
    if request.rounds.filter(closed_at=None).exists():
        return "a round is still open"
    if status == Status.APPROVED and not open_conditions(request):
        return "no condition is open, so that access should be"
    policy = getattr(request.license, "policy", None)
    if status == Status.SUBMITTED and policy and not policy.triage and policy.needed_before == Before.REVIEW:
        return "" if blocks_review(request) else "all have confirmed, so that the deciders should be asked"
    return ""


def _why_round_is_stuck(round_: Round) -> str:
    if round_.by_hub:
        return ""
    voted = set(round_.decisions.filter(void_at=None).values_list("provider_id", flat=True))
    asked = set(round_.deciders.filter(excused_at=None).values_list("provider_id", flat=True))
    return "" if asked - voted else "every decider has voted"


def half_written() -> Iterator[str]:
    """Requests of which a part is missing that is written together with the rest."""
    for request in AccessRequest.objects.all():
        found = {
            "a submission": request.submissions.exists(),
            "an event": request.events.exists(),
            "its applicant among the people": request.participants.filter(part=Part.APPLICANT).exists(),
        }
        sent = request.status != Status.DRAFT
        for what, is_there in found.items():
            if sent and not is_there:
                yield f"Half-written: {request.reference} is {request.status} without {what}."
        if not sent and (found["a submission"] or found["an event"]):
            yield f"Half-written: {request.reference} is a draft and was sent."
        if request.status == Status.GRANTED and not request.grants.exists():
            yield f"Half-written: {request.reference} is granted to nobody."
    yield from _messages_without_event()


def _messages_without_event() -> Iterator[str]:
    for request in AccessRequest.objects.exclude(status=Status.DRAFT).prefetch_related("messages", "events"):
        told = {event.payload.get("message") for event in request.events.all()}
        for message in request.messages.all():
            if message.number not in told:
                yield f"Half-written: message {message.number} of {request.reference} has no event."


def begun_twice() -> Iterator[str]:
    """People with two drafts under one licence, of whom each pressed the button until there was one."""
    drafts = AccessRequest.objects.filter(status=Status.DRAFT).order_by()
    for row in drafts.values("applicant", "license").annotate(number=Count("pk")).filter(number__gt=1):
        yield f"Begun twice: {row['number']} drafts of one person under one licence."


def files_astray() -> Iterator[str]:
    """Rows without their file, and files that are left over even after the sweep."""
    for row in Attachment.objects.filter(removed_at=None, redacted_at=None).select_related("request"):
        if not private().exists(row.key):
            yield f"File gone: {row.name} of {row.request.reference}."
        elif hashlib.sha256(private().open(row.key).read()).hexdigest() != row.sha256:
            yield f"File altered: {row.name} of {row.request.reference}."
    remove_orphans(known_keys(), older_than=timedelta())
    named = set(known_keys())
    root = Path(private().path(""))
    for path in root.rglob("*"):
        if path.is_file() and str(path.relative_to(root)) not in named:
            yield f"File left over: {path.name}"
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()).glob(UPLOADS):
        yield f"Upload left over: {path.name}"
