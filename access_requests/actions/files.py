"""The verbs about files and about taking texts and files out of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests.events import erase, seal
from access_requests.models import AccessRequest, Attachment, SealedText
from access_requests.rules import Denied, check_may, check_reason
from access_requests.workflow import CONFLICTED, EDITABLE, Part, Status, Verb
from aidahub.accounts.models import User

from .moving import record


@dataclass(frozen=True)
class Stored:
    """A file that lies in the private storage already: its clean name, type by content, bytes, SHA-256 and key."""

    name: str
    content_type: str
    size: int
    sha256: str
    key: str


@transaction.atomic
def attach(
    *,
    request: AccessRequest,
    by: User,
    file: Stored,
    kind: Attachment.Kind = Attachment.Kind.SENT,
    question: str = "",
    internal: bool = False,
) -> Attachment:
    """Attach a file that was stored before; a refusal leaves it to the sweep of files that no row names.

    Args:
        question: the question of the form that the file answers, where `kind` is ANSWER.
        internal: for providers and hub staff only; whoever is named cannot attach such a file.
    """
    request = AccessRequest.objects.locked(request)
    acting = check_may(by, Verb.ATTACH, request)
    _check_room(request, file)
    named = bool(acting & CONFLICTED)
    if named and (internal or kind not in {Attachment.Kind.SENT, Attachment.Kind.ANSWER}):
        raise Denied(_("You can attach files for everybody concerned only."))
    if kind == Attachment.Kind.ANSWER and (Part.APPLICANT not in acting or request.status not in EDITABLE):
        raise Denied(_("Only the applicant answers questions, and before the request is sent."))
    row = Attachment.objects.create(
        request=request, kind=kind, question=question, internal=internal, by=by, **vars(file)
    )
    if request.status != Status.DRAFT:
        payload: dict[str, Any] = {"file": str(row.public_id), "sha256": row.sha256, "size": row.size}
        record(request, Verb.ATTACH, by=by, payload={**payload, "kind": row.kind, "internal": internal})
    return row


def _check_room(request: AccessRequest, file: Stored) -> None:
    here = request.attachments.filter(removed_at=None, redacted_at=None)
    if here.count() >= settings.REQUEST_FILES_MAX:
        raise Denied(_("A request has at most %(number)s files.") % {"number": settings.REQUEST_FILES_MAX})
    total = (here.aggregate(total=Sum("size"))["total"] or 0) + file.size
    if total > settings.REQUEST_FILES_MAX_MB * 1024 * 1024:
        sentence = _("The files of a request may have %(limit)s MB together.")
        raise Denied(sentence % {"limit": settings.REQUEST_FILES_MAX_MB})


@transaction.atomic
def detach(*, request: AccessRequest, by: User, file: Attachment) -> AccessRequest:
    """The applicant takes back a file that was not sent yet; the file itself goes with the next sweep."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.DETACH, request)
    row = request.attachments.filter(pk=file.pk, removed_at=None, redacted_at=None).first()
    last = request.last_submission
    if row is None or row.by_id != by.pk or (last and row.at <= last.sent_at):
        raise Denied(_("This file was sent with the request, so it stays. Hub staff can redact it."))
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at"])
    if request.status != Status.DRAFT:
        record(request, Verb.DETACH, by=by, payload={"file": str(row.public_id), "sha256": row.sha256})
    return request


@transaction.atomic
def redact_file(*, request: AccessRequest, by: User, file: Attachment, reason: str) -> Attachment:
    """Hub staff take a file away for good; its name, size and hash stay. The caller removes it from the storage after.

    Args:
        reason: why; hub staff and deciders read it.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.REDACT, request)
    sealed = seal(request, check_reason(reason))
    row = request.attachments.filter(pk=file.pk, redacted_at=None).first()
    if row is None:
        raise Denied(_("This file is not there any more."))
    row.redacted_at, row.redacted_by = timezone.now(), by
    row.save(update_fields=["redacted_at", "redacted_by"])
    payload = {"file": str(row.public_id), "sha256": row.sha256, "reason": sealed.digest}
    record(request, Verb.REDACT, by=by, payload=payload)
    return row


@transaction.atomic
def redact_text(*, request: AccessRequest, by: User, text: SealedText, reason: str) -> SealedText:
    """Hub staff take a free text out of the record for good; its digest stays, and the chain still verifies."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.REDACT, request)
    sealed = seal(request, check_reason(reason))
    row = request.texts.filter(pk=text.pk, erased_at=None).first()
    if row is None:
        raise Denied(_("This text is not there any more."))
    erase(row)
    record(request, Verb.REDACT, by=by, payload={"text": row.digest, "reason": sealed.digest})
    return row
