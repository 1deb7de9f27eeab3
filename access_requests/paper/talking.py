"""Messages, notes, comments and files on paper."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access_requests.filing import files_visible
from access_requests.models import AccessRequest, Attachment, Message
from access_requests.questions import name_of
from access_requests.talk import reads_notes

from .shape import Item, Mark, Section, View, moment, row, rows

TITLES = {
    Message.Kind.MESSAGE: gettext_lazy("Message %(number)s, %(moment)s"),
    Message.Kind.NOTE: gettext_lazy("Internal note %(number)s, %(moment)s"),
    Message.Kind.COMMENT: gettext_lazy("Comment %(number)s on an answer, %(moment)s"),
}


def said(request: AccessRequest, view: View) -> Section | None:
    """What was said that the reader may read, the oldest first."""
    seen = list(_heard(request, view))
    asked = _questions(request) if any(one.question for one in seen) else {}
    items = tuple(_said(one, view, asked) for one in seen)
    return Section("messages", _("Messages, notes and comments"), items) if items else None


def _heard(request: AccessRequest, view: View) -> Iterable[Message]:
    """Messages are for all; notes, and comments before they are shown to the applicant, for those who review."""
    notes = view.hub or reads_notes(view.user, request, view.parts)
    for one in sorted(request.messages.all(), key=lambda each: each.number):
        if one.kind == Message.Kind.MESSAGE or notes or one.released_at:
            yield one


def _questions(request: AccessRequest) -> dict[str, str]:
    sent = request.last_submission
    return {each.key: name_of(each) for each in sent.form_version.asked} if sent else {}


def _said(one: Message, view: View, asked: dict[str, str]) -> Item:
    kind = Message.Kind(one.kind)
    title = str(TITLES[kind]) % {"number": one.number, "moment": moment(one.at)}
    told = rows(
        row(_("From"), _signature(one, view), *_signer_marks(one)),
        row(_("About"), asked.get(one.question, one.question)),
        row(_("Shown to the applicant"), moment(one.released_at)),
        row(_("Text"), one.text.words),
    )
    group = {Message.Kind.NOTE: Mark.NOTES, Message.Kind.COMMENT: Mark.COMMENTS}.get(kind)
    return Item(title, told, frozenset({f"message-{one.number}", *([group] if group else [])}))


def _signature(one: Message, view: View) -> str:
    """The named under their names, those who review under that of their side, and their own for each other."""
    if one.voice == Message.Voice.PARTICIPANT:
        return one.by.get_full_name()
    side = settings.HUB_NAME if one.voice == Message.Voice.HUB else _("The dataset's providers")
    return f"{one.by.get_full_name()} ({side})" if view.inside else side


def _signer_marks(one: Message) -> tuple[str, ...]:
    by_side = {Message.Voice.PARTICIPANT: (Mark.NAMES,), Message.Voice.PROVIDER: (Mark.DECIDERS,)}
    return by_side.get(Message.Voice(one.voice), ())


def files_of(request: AccessRequest, view: View) -> list[Attachment]:
    """The files that the reader may see, in the order in which the paper numbers them."""
    return list(files_visible(request, view.user, view.parts))


def files(attached: list[Attachment], view: View) -> Section | None:
    """The files by name, size and hash; they lie beside the paper in the ZIP. Of redacted ones this is all there is."""
    items = tuple(_file(each, number, view) for number, each in enumerate(attached, 1))
    intro = _("The files themselves are not in this document.")
    return Section("files", _("Files"), items, intro) if items else None


def _file(file: Attachment, number: int, view: View) -> Item:
    size = _("%(number)s bytes") % {"number": file.size}
    removed = _("Removed on %(moment)s; this is all that is left of it.") % {"moment": moment(file.redacted_at)}
    told = rows(
        row(_("Name"), file.name),
        row(_("For"), file.get_kind_display()),
        row(_("Internal"), _("yes, for providers and hub staff only") if file.internal else ""),
        row(_("Size"), size),
        row(_("SHA-256"), file.sha256),
        row(_("Attached"), moment(file.at)),
        row(_("By"), file.by.get_full_name() if view.inside else ""),
        row(_("Redacted"), removed if file.redacted_at else ""),
    )
    return Item(_("File %(number)s") % {"number": number}, told, marks_of_file(file))


def marks_of_file(file: Attachment) -> frozenset[str]:
    """The marks by which a file is withheld: its own, and with the internal notes where it is internal."""
    own = {f"file-{file.public_id}"}
    return frozenset(own | {Mark.NOTES} if file.internal else own)
