"""What a changed policy means for the requests that are open: some wait for nothing any more."""

from __future__ import annotations

from django.db import transaction

from access_requests.conditions import blocks_review, needs_triage, open_conditions
from access_requests.flags import forces_triage
from access_requests.models import AccessRequest
from access_requests.workflow import Status
from datasets.models import License

from .moving import forward_if_ready, grant_if_complete

WAITING = (Status.SUBMITTED, Status.APPROVED)


def apply_policy(*, license: License) -> list[AccessRequest]:
    """Move on the open requests that, by the policy as it is now, wait for nothing any more.

    A sent one that nobody need check or confirm goes to the deciders; an approved one that is complete opens access.
    Rounds that are open keep the votes that they need.

    Returns:
        Those that moved.
    """
    found = AccessRequest.objects.filter(license=license, status__in=WAITING).order_by("pk")
    return [request for request in found if _moved_on(request)]


@transaction.atomic
def _moved_on(request: AccessRequest) -> bool:
    request = AccessRequest.objects.locked(request)
    before = request.status
    if before == Status.APPROVED and not open_conditions(request):
        grant_if_complete(request)
    elif before == Status.SUBMITTED and not blocks_review(request):
        answers = request.submissions.latest("number").answers
        if not needs_triage(request, answers, flagged=forces_triage(request)):
            forward_if_ready(request, blocked=True)
    return request.status != before
