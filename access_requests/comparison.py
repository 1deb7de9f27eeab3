"""What changed between two sendings of a request, answer by answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .models import Submission
from .questions import Question, name_of, parse, shown, words


@dataclass(frozen=True)
class Line:
    """One answer as people read it; `before` is what stood there in the sending before, None where it is the same."""

    step: str
    key: str
    label: str
    answer: str
    before: str | None = None

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
    """Only the answers that read otherwise than in an earlier submission."""
    return [line for line in lines(submission, before) if line.changed]
