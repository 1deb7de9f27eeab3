"""What changed between two sendings of a request, answer by answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .models import Submission
from .questions import Question, name_of, parse, shown, words
from .workflow import Part


@dataclass(frozen=True)
class Line:
    """One answer as people read it; `before` is what stood there in the sending before, None where it is the same.

    `comments` are those on this answer that the reader may see; `talk.with_comments` puts them there.
    """

    step: str
    key: str
    label: str
    answer: str
    before: str | None = None
    comments: tuple[Any, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether it reads otherwise than before."""
        return self.before is not None


def lines(submission: Submission, before: Submission | None = None) -> list[Line]:
    """A submission's answers in the order of its form, with what stood there in an earlier one.

    Answers that were there before and are not any more come last, with an empty answer.
    """
    asked = parse(submission.form_version.questions)
    earlier = _by_key(before) if before else {}
    now = _by_key(submission)
    found = [_line(line, earlier.get(line.key), before) for line in now.values()]
    gone = [line for key, line in earlier.items() if key not in now]
    found += [Line(line.step, line.key, line.label, "", line.answer) for line in gone]
    order = {question.key: place for place, question in enumerate(asked)}
    return sorted(found, key=lambda line: order.get(line.key, len(order)))


def _line(line: Line, earlier: Line | None, before: Submission | None) -> Line:
    old = earlier.answer if earlier else ""
    if before is None or old == line.answer:
        return line
    return Line(line.step, line.key, line.label, line.answer, old)


def _by_key(submission: Submission) -> dict[str, Line]:
    asked = shown(parse(submission.form_version.questions), submission.answers)
    return {line.key: line for line in read(asked, submission.answers)}


def read(asked: Iterable[Question], answers: dict[str, object]) -> list[Line]:
    """Answers to questions as people read them, in the reader's language; unanswered ones are left out."""
    given = ((question, words(question, answers.get(question.key))) for question in asked)
    return [Line(question.step, question.key, name_of(question), text) for question, text in given if text]


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
