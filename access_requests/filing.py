"""A request's files for one reader, and a file that comes in with a form: looked into, stored, attached."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aidahub.accounts.models import User

from . import actions
from .actions.files import Stored
from .attachments import Problem, by_content_type, inspect, kept, remove
from .further import is_unsent
from .models import AccessRequest, AnyUser, Attachment, Participant
from .rules import Denied, check_may, may
from .talk import sees_inside, sees_internal_files
from .workflow import Part, Verb


@dataclass(frozen=True)
class FileShown:
    """A file as one reader sees it: from whom, of which type, and whether this reader may take it back."""

    file: Attachment
    who: str
    type: str | Promise
    removable: bool


def files_visible(request: AccessRequest, user: AnyUser, parts: Collection[Part]) -> Any:
    """The files of a request that somebody with these parts sees, redacted ones as stubs."""
    rows = request.attachments.filter(removed_at=None).select_related("by")
    return rows if sees_internal_files(request, user, parts) else rows.filter(internal=False)


def files_with(request: AccessRequest) -> list[Attachment]:
    """The files that whoever is named in a request attached to it, beside those that are answers of its form."""
    rows = request.attachments.filter(removed_at=None, internal=False)
    return list(rows.exclude(kind=Attachment.Kind.ANSWER).order_by("at", "pk"))


def files_shown(request: AccessRequest, user: User, parts: frozenset[Part]) -> list[FileShown]:
    """The same, made for reading, in the order in which they came."""
    rows = [row for row in request.attachments.all() if row.removed_at is None]
    if any(row.internal for row in rows) and not sees_internal_files(request, user, parts):
        rows = [row for row in rows if not row.internal]
    if not rows:
        return []
    inside = sees_inside(parts)
    detaching = may(user, Verb.DETACH, request, parts).ok
    return [
        FileShown(
            row,
            _from_whom(row, user, inside),
            kind.label if (kind := by_content_type(row.content_type)) else gettext_lazy("file"),
            detaching and is_unsent(request, row, user),
        )
        for row in rows
    ]


def _from_whom(row: Attachment, reader: User, inside: bool) -> str:
    """Who attached it: by name to those who see inside, and where somebody named did; else by what they act for."""
    if row.by_id == reader.pk:
        return _("you")
    named = Participant.objects.naming(row.by).filter(request=row.request)
    is_one_of_them = row.by_id == row.request.applicant_id or named.exists()
    if inside or is_one_of_them:
        return str(row.by)
    return settings.HUB_NAME if row.by.is_hub else _("the dataset's providers")


def attach_upload(
    *,
    request: AccessRequest,
    by: User,
    file: File[Any],
    kind: Attachment.Kind = Attachment.Kind.SENT,
    question: str = "",
    internal: bool = False,
) -> Attachment:
    """Attach a file that came in with a form. It is stored first; when it may not be attached, it is removed again.

    Args:
        file: with the name that the browser gave it.
        kind, question, internal: as `actions.attach` takes them.

    Raises:
        Denied: when it may not be attached.
        Problem: when it is not taken, or the storage does not work.
    """
    check_may(by, Verb.ATTACH, request)
    found = inspect(file, file.name or "")
    with kept(file) as key:
        stored = Stored(found.name, found.content_type, found.size, found.sha256, key)
        row = actions.attach(request=request, by=by, file=stored, kind=kind, question=question, internal=internal)
        if row.key != key:
            remove(key)
        return row


def answer_with_files(
    *,
    request: AccessRequest,
    by: User,
    gone: Mapping[str, Collection[str]],
    uploads: Mapping[str, Sequence[File[Any]]],
) -> dict[str, list[str]]:
    """Take files out of the answers of a draft, then attach those that came in; the draft holds their ids after.

    Only what the person took away or sent is told, not what should be there after: somebody who adds a file in another
    window at the same moment keeps it.

    Args:
        gone: by question, the public ids of files to take out of its answer.
        uploads: by question, the files that came in.

    Returns:
        By question a sentence for each file that was not taken; the others are kept.

    Raises:
        Denied: when the person may not write in the draft.
    """
    for question, files in gone.items():
        actions.take_from_answer(request=request, by=by, question=question, files=files)
    problems: dict[str, list[str]] = {}
    for question, came in uploads.items():
        for file in came:
            try:
                attach_upload(request=request, by=by, file=file, kind=Attachment.Kind.ANSWER, question=question)
            except (Problem, Denied) as problem:
                sentence = _("“%(name)s”: %(problem)s") % {"name": file.name, "problem": problem}
                problems.setdefault(question, []).append(sentence)
    return problems


def redact_stored(*, request: AccessRequest, by: User, file: Attachment, reason: str) -> Attachment:
    """Redact a file and remove it from the storage; what cannot be removed now goes with the next sweep.

    Raises:
        Denied: when it may not be.
    """
    row = actions.redact_file(request=request, by=by, file=file, reason=reason)
    remove(row.key)
    return row


def known_keys() -> Any:
    """The keys of all files that must be in the storage, for `attachments.remove_orphans`."""
    rows = Attachment.objects.filter(removed_at=None, redacted_at=None)
    return rows.order_by().values_list("key", flat=True).iterator(2000)
