"""What waits for one person, whatever they are: the first thing on their home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Window
from django.urls import reverse

from access_requests.desk import waiting_for
from access_requests.models import AccessRequest
from access_requests.rows import UNSHOWN
from access_requests.taking_part import waits_for_person
from access_requests.waiting import working_days_since
from access_requests.workflow import EDITABLE, Status
from aidahub.accounts.models import User

MOST = 5


@dataclass(frozen=True)
class Task:
    """One request in which it is this person's turn, and the page where they act. `own`: they are its applicant."""

    request: AccessRequest
    address: str
    own: bool
    since: datetime
    days: int


def tasks_of(user: User) -> tuple[list[Task], int]:
    """What waits for them as applicant or named, then what they decide on; of each the longest waiting first.

    Returns: the first few, and how many there are in all.
    """
    turn = Q(applicant=user, status__in=EDITABLE) | waits_for_person(user)
    own = AccessRequest.objects.of(user).filter(turn).select_related("dataset", "applicant")
    tasks = [_task(each, own=True, mine=each.applicant_id == user.pk) for each in own.order_by("status_since")]
    number = len(tasks)
    if user.is_staff:
        waiting = waiting_for(user).select_related("dataset", "applicant").defer(*UNSHOWN)
        rows = list(waiting.annotate(total=Window(Count("pk")))[:MOST])
        number += rows[0].total if rows else 0  # type: ignore[attr-defined]  # annotated
        tasks += [_task(each, own=False) for each in rows]
    return tasks[:MOST], number


def _task(request: AccessRequest, *, own: bool, mine: bool = False) -> Task:
    if own:
        address = request.get_absolute_url()
    else:
        address = reverse("admin:access_requests_accessrequest_change", args=[request.reference])
    draft = request.status == Status.DRAFT
    since = request.changed_at if draft else request.status_since
    return Task(request, address, mine, since, 0 if draft else working_days_since(since))
