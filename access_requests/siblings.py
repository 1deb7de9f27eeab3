"""Requests that are asked for together: drafts that share their answers, and what became of them once sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from . import questions
from .builtin import questions_of
from .forms import ACCEPT
from .kinds import Sentence
from .models import AccessRequest, AccessRequestQuerySet
from .steps import Problem, missing, problems
from .workflow import Status

MOST = 20  # drafts that can be sent together
# What one draft alone holds: the name of a file says nothing where the file is not.
OWN_KINDS = frozenset({"file"})


@dataclass(frozen=True)
class Ready:
    """One draft of those that are sent together, and what keeps it from being sent."""

    request: AccessRequest
    problems: list[Problem]
    accepted: bool


def drafts_with(request: AccessRequest) -> AccessRequestQuerySet:
    """The drafts that are asked for together with a draft, itself included, in the order in which they were begun."""
    own = Q(pk=request.pk)
    if request.siblings_key is not None:
        own |= Q(siblings_key=request.siblings_key, applicant=request.applicant_id)
    return AccessRequest.objects.filter(own, status=Status.DRAFT).order_by("pk")


def locked_with_siblings(request: AccessRequest) -> tuple[AccessRequest, list[AccessRequest]]:
    """A request, locked, and the other drafts that share its answers, locked, too; none where it was sent.

    All are locked in one order, so that two of them can be saved at the same moment.

    Raises:
        AccessRequest.DoesNotExist: when it was discarded in the meantime.
    """
    if request.siblings_key is None:
        return AccessRequest.objects.locked(request), []
    group = Q(siblings_key=request.siblings_key, status=Status.DRAFT)
    rows = AccessRequest.objects.select_related("dataset", "license", "applicant", "form_version")
    found = {
        row.pk: row for row in rows.select_for_update(of=("self",)).filter(Q(pk=request.pk) | group).order_by("pk")
    }
    if request.pk not in found:
        raise AccessRequest.DoesNotExist
    own = found.pop(request.pk)
    together = own.status == Status.DRAFT and own.siblings_key == request.siblings_key
    return own, [row for row in found.values() if together and row.applicant_id == own.applicant_id]


def shared_answers(request: AccessRequest, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Those of these answers that another draft asks for, too, under the same key."""
    asked = request.form_version.asked
    return questions.tidied([question for question in asked if question.kind not in OWN_KINDS], answers)


def readiness(drafts: Iterable[AccessRequest], emails: frozenset[str]) -> list[Ready]:
    """What each of some drafts still needs before it can be sent."""
    found = []
    for draft in drafts:
        asked = questions_of(draft)
        sentences: Mapping[str, Sentence] = missing(draft, asked, emails)
        found.append(Ready(draft, problems(draft, asked, sentences), ACCEPT not in sentences))
    return found


def with_what_is_asked(drafts: AccessRequestQuerySet) -> AccessRequestQuerySet:
    """Drafts with all that `readiness` reads, in two queries."""
    return drafts.select_related("dataset", "license", "form_version").prefetch_related("license__texts")


def sent_with(request: AccessRequest, seen: AccessRequestQuerySet) -> list[AccessRequest]:
    """The requests that were asked for together with one, of those that somebody sees. No query without siblings."""
    if request.siblings_key is None:
        return []
    rows = seen.filter(siblings_key=request.siblings_key).exclude(pk=request.pk)
    return list(rows.select_related("dataset", "license").order_by("pk"))
