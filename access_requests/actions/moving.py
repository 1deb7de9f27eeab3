"""What every verb ends with: the next status, its event and mails, and access when the last condition is met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from access_requests import notifications, review, sending
from access_requests.conditions import blocks_review, needs_triage, open_conditions
from access_requests.conflicts import sorted_out
from access_requests.events import append, seal
from access_requests.flags import forces_triage, proven_in
from access_requests.models import AccessRequest, Event, Grant, Participant, Round, SealedText
from access_requests.rules import check_reason
from access_requests.workflow import ENDED_ACCESS, FINISHED, Answer, GrantEnd, Status, Verb
from aidahub.accounts.models import User


def move(request: AccessRequest, status: Status) -> None:
    """Give a locked request its next status and the time of it; `record` saves both."""
    now = timezone.now()
    request.status, request.status_since = status, now
    request.ended_at = now if status in FINISHED else None


def record(request: AccessRequest, verb: Verb, *, by: User | None, payload: Mapping[str, Any]) -> Event:
    """Append the event of a verb to a locked request, save the request, and queue the mails, together."""
    event = append(request, verb, by=by, payload=payload)
    request.changed_at = event.at
    request.save()
    notifications.announce(event)
    return event


def sealed_reason(request: AccessRequest, reason: str) -> SealedText:
    """Keep a reason that must be given.

    Raises:
        Denied: when there is none, or it is longer than anybody would read.
    """
    return seal(request, check_reason(reason))


def settle_with(request: AccessRequest, answer: Answer) -> None:
    """Give a locked request its decision."""
    request.outcome = answer
    move(request, Status.APPROVED if answer == Answer.APPROVE else Status.REJECTED)


def settle_round(request: AccessRequest, round_: Round) -> Answer | None:
    """Close the open round if its votes settle it; then the hub confirms, or the request has its decision."""
    outcome = review.outcome_of(round_)
    if outcome is None:
        return None
    review.close_round(request, outcome)
    if review.is_confirmed_by_hub(request, round_):
        move(request, Status.DECIDED)
    else:
        settle_with(request, outcome)
    return outcome


def grant_if_complete(request: AccessRequest) -> AccessRequest:
    """Open access where no condition is left: for everybody entitled, and later for who completes their part later."""
    opens = request.status == Status.APPROVED
    if request.status not in {Status.APPROVED, Status.GRANTED} or (opens and open_conditions(request)):
        return request
    made = sending.grant_all(request)
    if opens:
        move(request, Status.GRANTED)
        request.copies_deleted_at = None  # of access before that was revoked and is open again
    if made:
        record(request, Verb.GRANT, by=None, payload=_granted(made, opens=opens))
    return request


def _granted(made: list[Grant], *, opens: bool) -> dict[str, Any]:
    first = made[0]
    return {
        "starts": first.starts.isoformat(),
        "ends": first.ends.isoformat() if first.ends else None,
        "persons": [grant.participant.number for grant in made],
        "opens": opens,
    }


def end_grants(grants: Iterable[Grant], reason: GrantEnd) -> list[int]:
    """End grants now, and empty what was handed over with them; returns their holders' numbers."""
    now, numbers = timezone.now(), []
    for grant in grants:
        grant.ended_at, grant.closed_on, grant.end_reason = now, timezone.localdate(now), reason
        grant.save(update_fields=["ended_at", "closed_on", "end_reason"])
        grant.deliveries.filter(emptied_at=None).update(link="", secret="", how="", emptied_at=now)
        numbers.append(grant.participant.number)
    return numbers


def note_copies(request: AccessRequest) -> None:
    """Note in a locked request whose access is over that no copies are left, once that is confirmed for every grant."""
    rows = Grant.objects.filter(request=request)
    confirmed = rows.exists() and not rows.filter(copies_deleted_at=None).exists()
    if request.status in ENDED_ACCESS and confirmed:
        request.copies_deleted_at = timezone.now()


def grants_of(request: AccessRequest, person: Participant | None = None) -> list[Grant]:
    """The grants in force of a locked request, or of one person in it."""
    rows = Grant.objects.in_force().filter(request=request).select_related("participant")
    return list(rows if person is None else rows.filter(participant=person))


def open_review(request: AccessRequest, answers: Mapping[str, Any]) -> int | None:
    """Bring a request that was sent to whoever has the next move.

    Returns:
        The number of the round that was opened; none where hub staff check first or somebody named must confirm first.
    """
    proven = proven_in(request)
    deciders = sorted_out(request, proven)
    flagged = forces_triage(request, proven)
    checked = needs_triage(request, answers, flagged=flagged, conflicts=deciders.conflicts)
    if checked or blocks_review(request):
        if request.status != Status.SUBMITTED:
            move(request, Status.SUBMITTED)
        return None
    number = review.open_round(request, deciders.asked).number
    move(request, Status.IN_REVIEW)
    return number


def forward_if_ready(request: AccessRequest, *, blocked: bool) -> AccessRequest:
    """Bring a submitted request on for which the last person has confirmed, or is not waited for any more.

    The deciders are asked; where hub staff check first, their turn begins now.

    Args:
        request: locked, as it is after what was done.
        blocked: whether it waited for somebody named before that.
    """
    if request.status != Status.SUBMITTED or not blocked or blocks_review(request):
        return request
    answers = request.submissions.latest("number").answers
    number = open_review(request, answers)
    if number is not None:
        by_hub = {"by_hub": True} if review.open_round_of(request).by_hub else {}
        record(request, Verb.FORWARD, by=None, payload={"round": number, **by_hub})
    else:
        request.status_since = timezone.now()
        request.save(update_fields=["status_since"])
    return request
