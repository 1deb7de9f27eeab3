"""One request's own page, and the list of one's requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Prefetch, Q, Value, When, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from access_requests import comparison
from access_requests.conditions import Condition, Open, open_conditions, people_now
from access_requests.filing import files_shown
from access_requests.holdings import with_grants
from access_requests.labels import PART_LABELS, STATUS_LABELS
from access_requests.models import AccessRequest, Attachment, Participant, Submission
from access_requests.models import AccessRequestQuerySet as Rows
from access_requests.rules import may, parts_in
from access_requests.siblings import sent_with
from access_requests.taking_part import (
    ASKING,
    PersonState,
    own_states,
    states,
    still_asked,
    waits_for_person,
    with_parts,
)
from access_requests.talk import Talk, sees_inside, talk_of, with_comments
from access_requests.telling import reason_of
from access_requests.timeline import events_with_reasons, timeline
from access_requests.usual import annotated
from access_requests.waiting import Standing, hub_decides, standing
from access_requests.workflow import EDITABLE, ENDED_ACCESS, FINISHED, Part, Status, Verb
from aidahub.accounts.models import User

from . import access
from .said import messages_shown
from .shared import SignedIn, for_people, visible

PAGE = 20
WITH_CONDITIONS = frozenset({Status.SUBMITTED, Status.APPROVED})


@dataclass(frozen=True)
class Stage:
    """One of the steps that a request goes through: done, going on now, or to come."""

    name: str | Promise
    state: str


@dataclass(frozen=True)
class Person:
    """Somebody named in the request, as what."""

    participant: Participant
    part: str | Promise
    state: PersonState | None = None


@require_safe
@for_people
def detail(request: SignedIn, reference: str) -> HttpResponse:
    """`/requests/<reference>/`: what is going on, what can be done now, and everything that was sent and done."""
    return page_of_request(request, visible(request, reference))


def page_of_request(request: SignedIn, row: AccessRequest, words: str | None = None) -> HttpResponse:
    """The page of one request.

    Args:
        words: a message that was posted and could not be sent; it is shown again with what is wrong.
    """
    _fetch(row)
    parts = parts_in(request.user, row)
    open_ = open_conditions(row) if row.status == Status.APPROVED else []
    talk = talk_of(row, request.user, parts) if row.submitted_at else Talk()
    context = {
        **messages_shown(request, row, parts, talk, words),
        "access_request": row,
        "standing": standing(row, request.user),
        "stages": stages(row),
        "is_applicant": Part.APPLICANT in parts,
        "sees_inside": sees_inside(parts),
        "may": _may(request.user, row, parts),
        "entries": timeline(row, request.user, parts),
        "returned": _last_reason(row) if row.status == Status.RETURNED else "",
        "submissions": _submissions(row, talk),
        "people": _people(row),
        "files": files_shown(row, request.user, parts),
        "access": access.panel(request.user, row, parts),
        "sent_with": sent_with(row, AccessRequest.objects.visible_to(request.user)),
        "asked": _asked(request.user, row),
        "opens_with_mine": len(open_) == 1,
        "signing": Condition(Open.SIGN) in open_,
        "admin_url": _admin_url(row) if sees_inside(parts) else "",
    }
    return render(request, "access_requests/detail.html", context)


def _admin_url(row: AccessRequest) -> str:
    return reverse("admin:access_requests_accessrequest_change", args=[row.reference])


def _fetch(row: AccessRequest) -> None:
    """What the page shows of a request, each in one query."""
    with_parts([row])
    wanted: list[Prefetch[str]] = []
    if row.submitted_at:
        wanted.append(Prefetch("submissions", Submission.objects.select_related("form_version")))
        wanted.append(Prefetch("events", events_with_reasons()))
        wanted.append(Prefetch("attachments", Attachment.objects.select_related("by")))
    prefetch_related_objects([row], *wanted)
    access.fetch(row)


def _may(user: User, row: AccessRequest, parts: frozenset[Part]) -> dict[str, bool]:
    """Which buttons there are, by the rules themselves."""
    verbs = {"save": Verb.SAVE, "withdraw": Verb.WITHDRAW, "discard": Verb.DISCARD, "attach": Verb.ATTACH}
    found = {name: may(user, verb, row, parts).ok for name, verb in verbs.items()}
    return {**found, "people": may(user, Verb.ADD_PERSON, row, parts).ok and row.is_editable}


def _last_reason(row: AccessRequest) -> str:
    """Why it was sent back last, whatever was said and done since."""
    sent_back = [event for event in row.events.all() if event.verb == Verb.SEND_BACK]
    last = max(sent_back, key=lambda event: event.number, default=None)
    return reason_of(last) if last else ""


def _submissions(row: AccessRequest, talk: Talk) -> list[dict[str, Any]]:
    """Every sending, the latest first, each with what it changed in the one before and the comments on it."""
    if not row.submitted_at:
        return []
    sent: list[Submission] = sorted(row.submissions.all(), key=lambda submission: submission.number)
    found, files = [], comparison.Files(row)
    for before, submission, after in zip([None, *sent], sent, [*sent[1:], None], strict=False):
        lines = with_comments(comparison.lines(submission, before, files), talk.about(submission, after))
        found.append({"submission": submission, "lines": lines, "again": bool(before)})
    return found[::-1]


def _people(row: AccessRequest) -> list[Person]:
    """Who is named now, in the order of their parts, and what each has done; in a draft nobody was asked."""
    if row.status == Status.DRAFT:
        found = [Person(person, PART_LABELS[Part(person.part)]) for person in people_now(row)]
    else:
        found = [Person(state.person, PART_LABELS[state.part], state) for state in states(row)]
    order = list(PART_LABELS)
    return sorted(found, key=lambda person: order.index(Part(person.participant.part)))


def _asked(user: User, row: AccessRequest) -> str:
    """What somebody named in a request is asked to do now: `part`, `accept` or nothing."""
    if row.status not in ASKING:
        return ""
    asked = still_asked(own_states(user, row), row)
    if not asked:
        return ""
    parts = [state for state in asked if state.part != Part.APPLICANT and state.person.confirmed_at is None]
    return "part" if parts else "accept"


def stages(row: AccessRequest) -> list[Stage]:
    """The line of steps done and to come; a request that ended early ends the line."""
    status = Status(row.status)
    first = [_("Sent"), _("Changes")] if status == Status.RETURNED else [_("Draft"), _("Sent")]
    names = [*first, _("Decision"), _("Access")]
    reached = {
        Status.DRAFT: 0,
        Status.RETURNED: 1,
        Status.SUBMITTED: 2,
        Status.IN_REVIEW: 2,
        Status.DECIDED: 2,
        Status.APPROVED: 3,
        Status.GRANTED: 4,
    }.get(status)
    if reached is None:
        done = 3 if row.outcome else 2
        if status in ENDED_ACCESS and row.grants.all():
            done = 4
        return [*(Stage(name, "done") for name in names[:done]), Stage(STATUS_LABELS[status], "end")]
    states = ["done"] * reached + ["now"] + ["next"] * 4
    return [Stage(name, state) for name, state in zip(names, states, strict=False)]


@require_safe
@for_people
def mine(request: SignedIn) -> HttpResponse:
    """`/requests/`: my own requests and those that name me; what waits for me first."""
    page = Paginator(_mine(request.user), PAGE).get_page(request.GET.get("page"))
    with_parts(row for row in page if row.status in WITH_CONDITIONS)
    rows = [(row, standing(row, request.user)) for row in page]
    groups: list[tuple[object, list[tuple[AccessRequest, Standing]]]] = []
    for number, title in enumerate((_("Waits for you"), _("In progress"), _("Access"), _("Finished"))):
        if group := [item for item in rows if item[0].group == number]:  # type: ignore[attr-defined]  # annotated
            groups.append((title, group))
    return render(request, "access_requests/mine.html", {"page": page, "groups": groups})


def _mine(user: User) -> Rows:
    group = Case(
        When(Q(applicant=user, status__in=EDITABLE) | waits_for_person(user), then=Value(0)),
        When(status=Status.GRANTED, then=Value(2)),
        When(status__in=FINISHED, then=Value(3)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = AccessRequest.objects.of(user)
    return (
        rows.annotate(group=group, hub_decides=hub_decides(), **annotated("dataset"))
        .select_related("dataset", "license__policy", "applicant")
        .prefetch_related(with_grants())
        .order_by("group", "-status_since")
    )
