"""The files about requests: those that one sent, one's parts in others', and what one wrote, decided and accepted.

Of the requests of others only what concerns the person. Never a colleague's vote, name or note: what `timeline` and
the pages do not show them is not here either.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from access_requests.models import (
    AccessRequest,
    Attachment,
    Decision,
    Delivery,
    Grant,
    LicenseAcceptance,
    Message,
    Participant,
    Submission,
)
from access_requests.timeline import events_with_reasons, timeline
from aidahub.accounts.models import User

from .shape import CHUNK, Row, Section, day, moment


def own_parts(user: User) -> QuerySet[Participant]:
    """Every part in a sent request that the person has or had, by their account or a proven address."""
    mine = Q(user=user) | Q(email__in=user.verified_emails)
    return Participant.objects.filter(mine, request__submitted_at__isnull=False)


def _requests(user: User) -> Iterator[Row]:
    rows = AccessRequest.objects.filter(applicant=user).select_related("dataset", "license").order_by("pk")
    fetched = rows.prefetch_related(Prefetch("events", events_with_reasons()), "participants", "rounds", "attachments")
    for row in fetched.iterator(CHUNK // 10):
        yield {
            "reference": row.reference, "dataset": row.dataset.doi, "dataset_name": row.dataset.display_name,
            "licence": row.license.name, "status": row.status, "since": moment(row.status_since),
            "begun": moment(row.created_at), "sent": moment(row.submitted_at), "ended": moment(row.ended_at),
            "being_written": row.draft if row.is_editable else None, "copies_deleted": moment(row.copies_deleted_at),
            "history": [
                {"when": moment(entry.at), "what": entry.sentence, "words": entry.detail}
                for entry in reversed(timeline(row, user))
            ],
        }  # fmt: skip


def submissions_of(user: User) -> QuerySet[Submission]:
    """What was sent in the requests that are the person's own."""
    rows = Submission.objects.filter(request__applicant=user).order_by("pk")
    return rows.select_related("request", "form_version__form", "license_text")


def _submissions(user: User) -> Iterator[Row]:
    for row in submissions_of(user).iterator(CHUNK):
        yield {
            "request": row.request.reference, "number": row.number, "sent": moment(row.sent_at),
            "form": row.form_version.form.slug, "form_version": row.form_version.number,
            "licence_text_sha256": row.license_text.sha256, "answers": row.answers,
        }  # fmt: skip


def _parts(user: User) -> Iterator[Row]:
    rows = own_parts(user).select_related("request__dataset", "declined_why").order_by("pk")
    for row in rows.iterator(CHUNK):
        yield {
            "request": row.request.reference, "dataset": row.request.dataset.doi, "part": row.part, "name": row.name,
            "title": row.title, "email": row.email, "institution": row.institution, "named": moment(row.added_at),
            "removed": moment(row.removed_at), "confirmed": moment(row.confirmed_at),
            "declined": moment(row.declined_at), "why_declined": row.declined_why.words if row.declined_why else None,
            "links": list(map(moment, row.invitations.order_by("pk").values_list("created_at", flat=True))),
        }  # fmt: skip


def _acceptances(user: User) -> Iterator[Row]:
    rows = LicenseAcceptance.objects.filter(participant__in=own_parts(user)).order_by("pk")
    for row in rows.select_related("request", "license_text__license").iterator(CHUNK):
        yield {
            "request": row.request.reference, "licence": row.license_text.license.name,
            "text_number": row.license_text.number, "text_sha256": row.license_text.sha256,
            "accepted": moment(row.accepted_at), "on_paper": row.paper_id is not None,
        }  # fmt: skip


def _grants(user: User) -> Iterator[Row]:
    rows = Grant.objects.filter(participant__in=own_parts(user)).select_related("request__dataset").order_by("pk")
    handed = Prefetch("deliveries", Delivery.objects.order_by("number").defer("link", "secret", "how"))
    for row in rows.prefetch_related(handed).iterator(CHUNK):
        yield {
            "request": row.request.reference, "dataset": row.request.dataset.doi, "institution": row.institution,
            "starts": day(row.starts), "ends": day(row.ends), "ended": moment(row.ended_at),
            "why_ended": row.end_reason or None, "copies_deleted": moment(row.copies_deleted_at),
            "handed_over": [
                {"when": moment(each.at), "works_until": day(each.valid_until)} for each in row.deliveries.all()
            ],
        }  # fmt: skip


def _messages(user: User) -> Iterator[Row]:
    rows = Message.objects.filter(by=user).select_related("request", "text").order_by("pk")
    for row in rows.iterator(CHUNK):
        yield {
            "request": row.request.reference, "number": row.number, "kind": row.kind, "said_as": row.voice,
            "about_answer": row.question or None, "when": moment(row.at), "words": row.text.words,
        }  # fmt: skip


def _decisions(user: User) -> Iterator[Row]:
    rows = Decision.objects.filter(by=user).select_related("round__request", "provider", "reason").order_by("pk")
    for row in rows.iterator(CHUNK):
        yield {
            "request": row.round.request.reference, "round": row.round.number,
            "provider": row.provider.name if row.provider else None, "answer": row.answer,
            "reason": row.reason.words if row.reason else None, "when": moment(row.decided_at),
            "set_aside": moment(row.void_at),
        }  # fmt: skip


def _acts(user: User) -> Iterator[Row]:
    rows = events_with_reasons().filter(by=user).select_related("request").order_by("pk")
    for row in rows.iterator(CHUNK):
        words: str | None = row.reason_text  # type: ignore[attr-defined]  # annotated
        yield {
            "request": row.request.reference, "number": row.number, "what": row.verb, "when": moment(row.at),
            "words": words or None,
        }  # fmt: skip


def files_of(user: User) -> QuerySet[Attachment]:
    """The files that the person attached, and that were not taken back."""
    return Attachment.objects.filter(by=user, removed_at=None).select_related("request").order_by("pk")


def own_files(user: User) -> QuerySet[Attachment]:
    """Those of them whose bytes belong in the export: attached as applicant or as somebody named, and still there.

    What hub staff attached to the requests of others is about these others.
    """
    parts = own_parts(user).values("request")
    mine = Q(request__applicant=user) | Q(request__in=parts)
    return files_of(user).filter(mine, internal=False, redacted_at=None)


def path_of(file: Attachment) -> str:
    """Where a file lies in the archive; its name is clean since it was attached."""
    return f"files/{file.request.reference}/{file.public_id.hex[:8]}-{file.name}"


def _files(user: User) -> Iterator[Row]:
    here = set(own_files(user).values_list("pk", flat=True))
    for row in files_of(user).iterator(CHUNK):
        yield {
            "request": row.request.reference, "name": row.name, "type": row.content_type, "bytes": row.size,
            "sha256": row.sha256, "kind": row.kind, "when": moment(row.at), "taken_away": moment(row.redacted_at),
            "file": path_of(row) if row.pk in here else None,
        }  # fmt: skip


SECTIONS = (
    Section(
        "requests", _("Your requests, drafts too, and what happened in each as its page tells you."),
        {
            "reference": "its reference", "dataset": "the DOI", "dataset_name": "the dataset's name",
            "licence": "the licence asked under", "status": "the code of its status", "since": "since when",
            "begun": "when you began", "sent": "when you first sent it", "ended": "when it was over",
            "being_written": "answers by question, while you can change them",
            "copies_deleted": "when it was confirmed that copies are deleted",
            "history": "what happened: `when`, `what`, `words`",
        },
        ("access_requests.AccessRequest.applicant", "access_requests.Round"), _requests,
    ),
    Section(
        "submissions", _("What you sent, each time; also as text in the folder “answers”."),
        {
            "request": "the reference", "number": "which sending", "sent": "when", "form": "the form's id",
            "form_version": "its version", "licence_text_sha256": "the text of the licence at that time",
            "answers": "answers by question",
        },
        ("access_requests.Submission",), _submissions,
    ),
    Section(
        "parts", _("Your parts in requests, your own and those of others: only what concerns you."),
        {
            "request": "the reference", "dataset": "the DOI", "part": "the code of your part", "name": "as named there",
            "title": "as named there", "email": "as named there", "institution": "as named there",
            "named": "since when", "removed": "until when", "confirmed": "when you confirmed it",
            "declined": "when you declined it", "why_declined": "your words", "links": "when you were sent a link",
        },
        (
            "access_requests.Participant.user", "access_requests.Participant.email",
            "access_requests.PartInvitation.used_by",
        ),
        _parts,
    ),
    Section(
        "acceptances", _("The licences that you accepted."),
        {
            "request": "the reference", "licence": "its name", "text_number": "which text", "text_sha256": "its digest",
            "accepted": "when", "on_paper": "whether hub staff recorded a paper of yours",
        },
        ("access_requests.LicenseAcceptance.by",), _acceptances,
    ),
    Section(
        "grants", _("The access that you have or had; never the link or the secret."),
        {
            "request": "the reference", "dataset": "the DOI", "institution": "where", "starts": "first day",
            "ends": "last day", "ended": "when it was over", "why_ended": "a code", "copies_deleted": "when confirmed",
            "handed_over": "when you got the way to the data: `when`, `works_until`",
        },
        ("access_requests.Grant", "access_requests.Delivery"), _grants,
    ),
    Section(
        "messages", _("What you wrote in requests."),
        {
            "request": "the reference", "number": "its number there", "kind": "message, note or comment",
            "said_as": "as whom", "about_answer": "the question, for a comment", "when": "the time",
            "words": "the text",
        },
        ("access_requests.Message.by", "access_requests.SealedText"), _messages,
    ),
    Section(
        "decisions", _("How you decided."),
        {
            "request": "the reference", "round": "which round of votes", "provider": "for whom; empty: for the hub",
            "answer": "approve or reject", "reason": "your words", "when": "the time",
            "set_aside": "when the vote stopped counting",
        },
        ("access_requests.Decision.by",), _decisions,
    ),
    Section(
        "acts", _("Everything that the record has of you: what you did in any request."),
        {
            "request": "the reference", "number": "the event's number there", "what": "the code of the verb",
            "when": "the time", "words": "the reason that you gave",
        },
        (
            "access_requests.Event.by", "access_requests.Agreement.by", "access_requests.Delivery.by",
            "access_requests.Delivery.closed_by", "access_requests.Decider.excused_by",
            "access_requests.Attachment.redacted_by",
        ),
        _acts,
    ),
    Section(
        "files", _("The files that you attached; those to your own requests and parts lie in the folder “files”."),
        {
            "request": "the reference", "name": "its name", "type": "media type", "bytes": "its size",
            "sha256": "its digest", "kind": "what it is for", "when": "the time", "taken_away": "when hub staff did",
            "file": "where it lies in the archive; empty where it is not in it",
        },
        ("access_requests.Attachment.by",), _files,
    ),
)  # fmt: skip
