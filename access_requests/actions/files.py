"""The verbs about files and about taking texts and files out of the record.

A file that answers a question stands in the draft by its public id. Whatever adds or takes such a file changes the
draft with it, under the same lock: two windows lose nothing of each other, and nobody answers with an id alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import kinds
from access_requests.builtin import questions_of
from access_requests.events import erase, seal
from access_requests.further import is_unsent
from access_requests.kinds import Kind
from access_requests.models import AccessRequest, Attachment, SealedText
from access_requests.repeats import attached_already
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

    The same file that the same person attached a moment ago is not attached again: its row is returned, with its key.

    Args:
        question: the question of the form that the file answers, where `kind` is ANSWER; it joins the draft's answer.
        internal: for providers and hub staff only; whoever is named cannot attach such a file.
    """
    request = AccessRequest.objects.locked(request)
    acting = check_may(by, Verb.ATTACH, request)
    use = {"kind": kind, "question": question, "internal": internal}
    there = attached_already(request, by, name=file.name, sha256=file.sha256, **use)
    if there and (kind != Attachment.Kind.ANSWER or str(there.public_id) in _answer(request, question)):
        return there
    _check_room(request, file)
    named = bool(acting & CONFLICTED)
    if named and (internal or kind not in {Attachment.Kind.SENT, Attachment.Kind.ANSWER}):
        raise Denied(_("You can attach files for everybody concerned only."))
    if kind == Attachment.Kind.ANSWER:
        _check_answer(request, acting, question)
    row = Attachment.objects.create(request=request, by=by, **use, **vars(file))
    if kind == Attachment.Kind.ANSWER:
        _set_answer(request, question, [*_answer(request, question), str(row.public_id)])
    payload: dict[str, Any] = {"file": str(row.public_id), "sha256": row.sha256, "size": row.size}
    _keep(request, Verb.ATTACH, by, {**payload, "kind": row.kind, "internal": internal})
    return row


def _check_answer(request: AccessRequest, acting: Collection[Part], question: str) -> None:
    if Part.APPLICANT not in acting or request.status not in EDITABLE:
        raise Denied(_("Only the applicant answers questions, and before the request is sent."))
    _check_asked(request, question)


def _check_asked(request: AccessRequest, question: str) -> None:
    if question not in {each.key for each in questions_of(request) if each.kind is Kind.FILE}:
        raise Denied(_("The form does not ask for this file."))


def _answer(request: AccessRequest, question: str) -> list[str]:
    """The ids that answer a question in the draft."""
    found: list[str] = kinds.tidy(Kind.FILE, request.draft.get(question))
    return found


def _set_answer(request: AccessRequest, question: str, ids: list[str]) -> None:
    """Answer a question in the draft with files; the caller saves the request."""
    request.draft = {**request.draft, question: ids}


def _keep(request: AccessRequest, verb: Verb, by: User, payload: Mapping[str, Any]) -> None:
    """Save a request whose files changed, with an event, but for a draft that nobody else has seen."""
    if request.status == Status.DRAFT:
        request.changed_at = timezone.now()
        request.save(update_fields=["draft", "changed_at"])
    else:
        record(request, verb, by=by, payload=payload)


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
    row = request.attachments.filter(pk=file.pk).first()
    if row is None or not is_unsent(request, row, by):
        raise Denied(_("This file was sent with the request, so it stays. Hub staff can redact it."))
    _take_back(request, row, by)
    return request


def _take_back(request: AccessRequest, row: Attachment, by: User) -> None:
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at"])
    _leave_out(request, row)
    _keep(request, Verb.DETACH, by, {"file": str(row.public_id), "sha256": row.sha256})


def _leave_out(request: AccessRequest, row: Attachment) -> None:
    """Take a file out of the draft's answer, if it is in one; the caller saves the request."""
    answer = _answer(request, row.question)
    if str(row.public_id) in answer:
        _set_answer(request, row.question, [each for each in answer if each != str(row.public_id)])


@transaction.atomic
def take_from_answer(*, request: AccessRequest, by: User, question: str, files: Collection[str]) -> AccessRequest:
    """The applicant takes files out of the answer to a question.

    One that nobody else has read is taken back with it; one that was sent before stays with the request, since it
    belongs to what was sent.

    Args:
        question: its key.
        files: public ids as the draft holds them; others are passed over.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.SAVE, request)
    _check_asked(request, question)
    _set_answer(request, question, [each for each in _answer(request, question) if each not in files])
    request.changed_at = timezone.now()
    request.save(update_fields=["draft", "changed_at"])
    for row in request.attachments.filter(kind=Attachment.Kind.ANSWER, question=question):
        if str(row.public_id) in files and is_unsent(request, row, by):
            _take_back(request, row, by)
    return request


def take_back_unused(request: AccessRequest, *, by: User, answers: Mapping[str, Any]) -> None:
    """Before a locked request is sent: take back the files of questions that are not asked with these answers.

    Nobody has read them, and they must not lie with the request as if they were sent.
    """
    named = {each for key in answers for each in kinds.tidy(Kind.FILE, answers[key])}
    answering = [row for row in request.attachments.all() if row.kind == Attachment.Kind.ANSWER]
    for row in answering:
        if str(row.public_id) not in named and is_unsent(request, row, row.by):  # one applicant may follow another
            _take_back(request, row, by)


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
    _leave_out(request, row)  # whoever sends the request again attaches another
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
