"""Answers as people read them, files by their names, and what changed between two sendings of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from . import kinds
from .kinds import Kind
from .models import AccessRequest, Attachment, Submission
from .questions import Question, name_of, shown, words
from .workflow import Part


@dataclass(frozen=True)
class FileRead:
    """A file of an answer: its public id, name and bytes, and whether it can be had; no name where nothing is known."""

    id: str
    name: str = ""
    size: int = 0
    is_there: bool = False

    def __str__(self) -> str:
        if not self.name:
            return _("a file that is not here any more")
        return self.name if self.is_there else _("%(name)s (taken away by hub staff)") % {"name": self.name}


class Files:
    """What the files of a request's answers are called; looked up once, and only where an answer holds any."""

    def __init__(self, request: AccessRequest) -> None:
        """Args: request: whose files."""
        self.request = request

    @cached_property
    def _rows(self) -> dict[str, Attachment]:
        rows = self.request.attachments.all()
        answers = (row for row in rows if row.kind == Attachment.Kind.ANSWER and not (row.internal or row.removed_at))
        return {str(row.public_id): row for row in answers}

    def of(self, question: Question, answer: Any) -> tuple[FileRead, ...]:
        """The files of an answer in their order; none where the question asks for something else."""
        if question.kind is not Kind.FILE:
            return ()
        return tuple(self._read(each) for each in kinds.tidy(Kind.FILE, answer))

    def _read(self, public_id: str) -> FileRead:
        row = self._rows.get(public_id)
        return FileRead(public_id, row.name, row.size, row.is_there) if row else FileRead(public_id)


@dataclass(frozen=True)
class Line:
    """One answer as people read it; `before` is what stood there in the sending before, None where it is the same.

    `comments` are those on this answer that the reader may see; `talk.with_comments` puts them there.
    Pages show `files` and `files_before`, where there are any, in place of the text, which holds their names only.
    """

    step: str
    key: str
    label: str
    answer: str
    before: str | None = None
    comments: tuple[Any, ...] = ()
    files: tuple[FileRead, ...] = ()
    files_before: tuple[FileRead, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether it reads otherwise than before."""
        return self.before is not None


def lines(submission: Submission, before: Submission | None = None, files: Files | None = None) -> list[Line]:
    """A submission's answers in the order of its form, with what stood there in an earlier one.

    Answers that were there before and are not any more come last, with an empty answer.

    Args:
        submission: what was sent.
        before: what it is compared with.
        files: the request's, for who reads several of its submissions.
    """
    files = files or Files(submission.request)
    asked = submission.form_version.asked
    earlier = _by_key(before, files) if before else {}
    now = _by_key(submission, files)
    found = [_line(line, earlier.get(line.key), before) for line in now.values()]
    gone = [line for key, line in earlier.items() if key not in now]
    found += [replace(line, answer="", before=line.answer, files=(), files_before=line.files) for line in gone]
    order = {question.key: place for place, question in enumerate(asked)}
    return sorted(found, key=lambda line: order.get(line.key, len(order)))


def _line(line: Line, earlier: Line | None, before: Submission | None) -> Line:
    old, files = (earlier.answer, earlier.files) if earlier else ("", ())
    if before is None or (old, files) == (line.answer, line.files):  # another file may bear the same name
        return line
    return replace(line, before=old, files_before=files)


def _by_key(submission: Submission, files: Files) -> dict[str, Line]:
    asked = shown(submission.form_version.asked, submission.answers)
    return {line.key: line for line in read(asked, submission.answers, files)}


def read(asked: Iterable[Question], answers: Mapping[str, Any], files: Files | None = None) -> list[Line]:
    """Answers to questions as people read them, in the reader's language; unanswered ones are left out.

    Args:
        asked: the questions.
        answers: by key.
        files: the request's; where there is no request, answers with files say how many there are.
    """
    found = []
    for question in asked:
        answer = answers.get(question.key)
        here = files.of(question, answer) if files else ()
        if text := ", ".join(map(str, here)) or words(question, answer):
            found.append(Line(question.step, question.key, name_of(question), text, files=here))
    return found


def changes(submission: Submission, before: Submission) -> list[Line]:
    """Only what reads otherwise than in an earlier submission: answers, members, the text of the licence by number."""
    found = [line for line in lines(submission, before) if line.changed]
    return [*found, *filter(None, (members(submission, before), license_number(submission, before)))]


def members(submission: Submission, before: Submission) -> Line | None:
    """Who else was named when each was sent, where that differs; they stand beside the answers."""
    now, then = (_members_at(sent) for sent in (submission, before))
    return Line("people", "members", _("Members"), now, then) if now != then else None


def _members_at(sent: Submission) -> str:
    at = sent.sent_at
    members = [row for row in sent.request.participants.all() if row.part == Part.MEMBER and row.added_at <= at]
    here = sorted((row for row in members if not row.removed_at or row.removed_at > at), key=lambda row: row.pk)
    return "\n".join(", ".join(filter(None, (row.name, row.title, row.email))) for row in here)


def license_number(submission: Submission, before: Submission) -> Line | None:
    """Which text of the licence was accepted with each, where that differs."""
    if submission.license_text_id == before.license_text_id:
        return None
    now, then = (_("text number %(number)s") % {"number": sent.license_text.number} for sent in (submission, before))
    return Line("terms", "license", _("Licence"), now, then)
