"""What the decision page shows of a request's conversation, and of what changed between two of its sendings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from access_requests import comparison
from access_requests.comparison import Line
from access_requests.message_form import MessageForm
from access_requests.models import AccessRequest, Submission
from access_requests.rules import may
from access_requests.talk import page_of, reads_notes, talk_of, with_comments
from access_requests.word_changes import Piece, word_changes
from access_requests.workflow import CONFLICTED, Part, Verb
from aidahub.accounts.models import User

SHOWN = 10


@dataclass(frozen=True)
class Marked:
    """One thing that changed: what it is called, and its words with those added and removed."""

    label: str
    pieces: list[Piece]


def conversation(
    request: HttpRequest,
    user: User,
    access_request: AccessRequest,
    parts: frozenset[Part],
    lines: list[Line],
    **posted: MessageForm,
) -> dict[str, Any]:
    """What the decision page shows to one reader besides what is decided on.

    Args:
        request: the web request, whose address says which pages and which sendings.
        user: who reads.
        access_request: of `facts.with_all`.
        parts: what they are to it.
        lines: the answers as sent last.
        posted: a form that was posted and is shown again, by its name: `message_form` or `note_form`.
    """
    talk = talk_of(access_request, user, parts)
    inside = reads_notes(user, access_request, parts)
    sent = sorted(access_request.submissions.all(), key=lambda row: row.number)
    return {
        "reads_notes": inside,
        "sees_inside": CONFLICTED.isdisjoint(parts),
        "may_comment": inside and may(user, Verb.COMMENT, access_request, parts).ok,
        "lines": with_comments(lines, talk.about(sent[-1])),
        "messages_said": _page(talk.messages, request, "messages"),
        "notes_said": _page(talk.notes, request, "notes"),
        "notes_there": bool(talk.notes),
        **_forms(user, access_request, parts, notes=inside),
        **posted,
        **changed(request, sent),
    }


def _forms(user: User, access_request: AccessRequest, parts: frozenset[Part], *, notes: bool) -> dict[str, Any]:
    """The empty forms of a message and of a note, for whoever may write them."""
    return {
        "message_form": may(user, Verb.MESSAGE, access_request, parts).ok and message_form(parts),
        "note_form": notes and may(user, Verb.NOTE, access_request, parts).ok and note_form(),
    }


def _page(said: list[Any], request: HttpRequest, name: str) -> dict[str, Any]:
    rows, page, pages = page_of(said, request.GET.get(name, ""), SHOWN)
    return {"rows": rows, "page": page, "pages": pages}


def message_form(parts: frozenset[Any], **kwargs: Any) -> MessageForm:
    """The form of a message, with who reads it."""
    readers = _("The applicant and everybody named in the request get it by mail. They do not see your name.")
    if not CONFLICTED.isdisjoint(parts):
        readers = _("Those who review the request read it, and everybody who is named in it.")
    return MessageForm(name="message", label=_("Write a message"), help_text=readers, **kwargs)


def note_form(**kwargs: Any) -> MessageForm:
    """The form of an internal note, with who reads it."""
    readers = _("Only deciders and hub staff read this. Whoever is named in the request never does.")
    return MessageForm(name="note", label=_("Write an internal note"), help_text=readers, **kwargs)


def changed(request: HttpRequest, sent: list[Submission]) -> dict[str, Any]:
    """What changed between two sendings: those that the address names, else the last two."""
    if len(sent) < 2:
        return {}
    by_number = {str(row.number): row for row in sent}
    after = by_number.get(request.GET.get("after", ""), sent[-1])
    before = by_number.get(request.GET.get("before", ""), sent[-2])
    if before.number > after.number:
        before, after = after, before
    return {"compared": [before, after], "marked": marked(before, after)}


def marked(before: Submission, after: Submission) -> list[Marked]:
    """What reads otherwise in the later of two sendings, word by word: answers, people, the text of the licence."""
    found = [Marked(line.label, word_changes(line.before or "", line.answer)) for line in _changes(before, after)]
    if after.license_text_id != before.license_text_id:
        found.append(Marked(_("Text of the licence"), word_changes(before.license_text.text, after.license_text.text)))
    return found


def _changes(before: Submission, after: Submission) -> list[Line]:
    return comparison.changes(after, before) if before.number != after.number else []
