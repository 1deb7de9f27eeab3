"""The files of one step of the request form: what is attached, keeping what came in, and saying what was not kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests import kinds
from access_requests.attachments import dropped_by_field, names_that_came
from access_requests.filing import answer_with_files
from access_requests.forms import StepForm
from access_requests.kinds import Kind
from access_requests.models import AccessRequest, Attachment
from access_requests.plain import plain
from access_requests.questions import Question, of_step

from .shared import SignedIn

MOST_NAMES = 20
NAME_LENGTH = 100


def names_in(draft: AccessRequest, asked: Sequence[Question], step: str) -> dict[str, str]:
    """What the files of a draft's answers are called, by public id; nothing is looked up where a step asks for none."""
    if not any(question.kind is Kind.FILE for question in of_step(asked, step)):
        return {}
    rows = draft.attachments.filter(kind=Attachment.Kind.ANSWER, removed_at=None, redacted_at=None)
    return {str(row.public_id): row.name for row in rows}


def keep_files(request: SignedIn, draft: AccessRequest, form: StepForm) -> dict[str, list[str]]:
    """Keep the files that came with a step, take away those that were ticked, and read the draft again.

    Returns:
        By question a sentence for each file that was not taken; the others are kept.
    """
    refused = {key: sentences for key, sentences in dropped_by_field(request).items() if key in form.fields}
    problems = answer_with_files(request=draft, by=request.user, gone=form.taken_away(), uploads=form.uploads())
    for key, sentences in problems.items():
        refused.setdefault(key, []).extend(sentences)
    draft.refresh_from_db(fields=["draft"])
    return refused


def say(request: HttpRequest, refused: Mapping[str, Sequence[str]]) -> None:
    """Say which files were not taken, on the page that comes next."""
    for sentences in refused.values():
        for sentence in sentences:
            messages.error(request, sentence)


def without_ticks(posted: Any) -> MultiValueDict[str, Any]:
    """What was posted, but for ticks that took files away, which are not there any more."""
    rest: MultiValueDict[str, Any] = posted.copy()
    for key in [key for key in rest if key.endswith("-remove")]:
        del rest[key]
    return rest


def names_of(request: HttpRequest) -> list[str]:
    """What the files that came are called, as a page can say it."""
    return [plain(name)[:NAME_LENGTH] for name in names_that_came(request)[:MOST_NAMES]]


def choose_again(names: Sequence[str]) -> str:
    """That these files were not kept."""
    sentence = ngettext(
        "This file could not be kept; please choose it again: %(names)s.",
        "These files could not be kept; please choose them again: %(names)s.",
        len(names),
    )
    return sentence % {"names": get_text_list(list(names), _("and"))}


def asks_again(draft: AccessRequest, form: StepForm) -> bool:
    """Whether the step asks for files that the request before this one had, and that were not copied from it."""
    empty = [q.key for q in form.questions if q.kind is Kind.FILE and not _answered(draft.draft, q.key)]
    if not empty or draft.renews is None or (sent := draft.renews.last_submission) is None:
        return False
    return any(_answered(sent.answers, key) for key in empty)


def _answered(answers: Mapping[str, Any], key: str) -> bool:
    return bool(kinds.tidy(Kind.FILE, answers.get(key)))
