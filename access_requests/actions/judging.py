"""The verbs of those who check and decide: hub staff and deciders."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import review, sending
from access_requests.at_hand import voters_at_hand
from access_requests.events import seal
from access_requests.further import wrong_status
from access_requests.models import AccessRequest, Decision, Message
from access_requests.plain import plain
from access_requests.rules import Denied, check_may, check_reason, check_voter
from access_requests.workflow import MOVES, Answer, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Provider

from .excusing import excuse_one
from .moving import grant_if_complete, move, record, sealed_reason, settle_round, settle_with


@transaction.atomic
def close(*, request: AccessRequest, by: User, reason: str) -> AccessRequest:
    """Hub staff end a request that nobody will finish, and say why."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.CLOSE, request)
    sealed = sealed_reason(request, reason)
    review.close_round(request)
    move(request, Status.CLOSED)
    record(request, Verb.CLOSE, by=by, payload={"reason": sealed.digest})
    return request


@transaction.atomic
def forward(*, request: AccessRequest, by: User) -> AccessRequest:
    """Hub staff found the request complete: the deciders are asked."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.FORWARD, request)
    round_ = review.open_round(request)
    move(request, Status.IN_REVIEW)
    record(request, Verb.FORWARD, by=by, payload={"round": round_.number})
    return request


@transaction.atomic
def send_back(*, request: AccessRequest, by: User, reason: str) -> AccessRequest:
    """Something must be changed or explained: the applicant may write again, and reads the comments on answers."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.SEND_BACK, request)
    sealed = sealed_reason(request, reason)
    review.close_round(request)
    shown = request.messages.filter(kind=Message.Kind.COMMENT, released_at=None)
    comments = list(shown.order_by("number").values_list("number", flat=True))
    shown.update(released_at=timezone.now())
    move(request, Status.RETURNED)
    record(request, Verb.SEND_BACK, by=by, payload={"reason": sealed.digest, "comments": comments})
    return request


@transaction.atomic
def decide(
    *,
    request: AccessRequest,
    by: User,
    answer: Answer,
    reason: str = "",
    provider: Provider | None = None,
    evidence: str = "",
) -> AccessRequest:
    """Vote in the open round; the vote may settle it.

    Args:
        answer: approve or reject; a rejection needs a reason.
        provider: the decider whose vote this is; none where `by` acts for only one, or the hub decides.
        evidence: the mail by which the decider answered, when hub staff record it; it is kept.
    """
    request = AccessRequest.objects.locked(request)
    with voters_at_hand(request):
        check_may(by, Verb.DECIDE, request)
        provider = check_voter(by, request, provider, evidence)
        round_ = review.open_round_of(request)
    kept = {
        "reason": seal(request, check_reason(reason)) if answer == Answer.REJECT or reason.strip() else None,
        "evidence": seal(request, plain(evidence)) if evidence.strip() else None,
    }
    vote = {"by": by, "answer": answer, "decided_at": timezone.now(), "void_at": None, **kept}
    if not Decision.objects.filter(round=round_, provider=provider).update(**vote):
        Decision.objects.create(round=round_, provider=provider, **vote)
    outcome = settle_round(request, round_)
    payload: dict[str, Any] = {key: text.digest if text else None for key, text in kept.items()}
    payload |= {"answer": answer.value, "decider": review.place_of(round_, provider), "round": round_.number}
    payload |= {"settled": outcome.value if outcome else None}
    record(request, Verb.DECIDE, by=by, payload=payload)
    return grant_if_complete(request)


@transaction.atomic
def excuse(*, request: AccessRequest, by: User, provider: Provider, reason: str) -> AccessRequest:
    """A decider does not vote in this round (left, conflict of interest); the votes of the rest may settle it.

    Where nobody is left to ask, hub staff decide.

    Args:
        by: somebody who acts for that decider, or hub staff.
        provider: the decider who is excused.
        reason: why; hub staff and deciders read it.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.EXCUSE, request)
    round_ = review.open_round_of(request)
    rows = round_.deciders.filter(provider=provider, excused_at=None).select_related("provider", "round")
    asked = rows.first()
    if asked is None or not (by.is_hub or provider.pk in by.provider_ids):
        raise Denied(_("This provider is not asked in the round that is open, or you do not act for it."))
    excuse_one(request, asked, by=by, reason=sealed_reason(request, reason))
    return grant_if_complete(request)


@transaction.atomic
def void_votes(*, request: AccessRequest, by: User | None, voter: User) -> AccessRequest:
    """Set aside the votes that one account cast in the open round; the deciders are asked again.

    Used when an account was suspended because somebody else may have acted with it.

    Args:
        by: who does it; none for the system, which does it where whoever suspended the account is named in the request.
        voter: the account whose votes count no more.
    """
    request = AccessRequest.objects.locked(request)
    if by is not None:
        check_may(by, Verb.VOID_VOTE, request)
    elif request.status not in MOVES[Verb.VOID_VOTE].sources:
        raise Denied(wrong_status(request))
    round_ = review.open_round_of(request)
    votes = list(round_.decisions.filter(by=voter, void_at=None).select_related("provider"))
    for vote in votes:
        vote.void_at = timezone.now()
        vote.save(update_fields=["void_at"])
        payload = {"decider": review.place_of(round_, vote.provider), "round": round_.number}
        record(request, Verb.VOID_VOTE, by=by, payload=payload)
    return request


@transaction.atomic
def hand_over(*, request: AccessRequest) -> bool:
    """Leave the open round to hub staff where the dataset was retired: nobody else is asked; whether it was done.

    Called by the clock. Votes that were cast are history.
    """
    request = AccessRequest.objects.locked(request)
    round_ = request.open_round
    if request.dataset.retired_at is None or round_ is None or round_.by_hub:
        return False
    now = timezone.now()
    round_.decisions.filter(void_at=None).update(void_at=now)
    round_.deciders.filter(excused_at=None).update(excused_at=now)
    round_.by_hub = True
    round_.save(update_fields=["by_hub"])
    record(request, Verb.HAND_OVER, by=None, payload={"round": round_.number})
    return True


@transaction.atomic
def confirm(*, request: AccessRequest, by: User, answer: Answer, reason: str = "") -> AccessRequest:
    """Hub staff confirm the outcome of the votes, or decide otherwise with the votes in view."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.CONFIRM, request)
    sealed = sealed_reason(request, reason) if answer == Answer.REJECT or reason.strip() else None
    settle_with(request, answer)
    payload = {"answer": answer.value, "reason": sealed.digest if sealed else None}
    record(request, Verb.CONFIRM, by=by, payload=payload)
    return grant_if_complete(request)


@transaction.atomic
def reopen(*, request: AccessRequest, by: User, reason: str) -> AccessRequest:
    """Hub staff take a finished request up again: a new round on what was sent last. Its votes are history.

    Raises:
        Denied: also where the same person has an open request for the same thing by now.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.REOPEN, request)
    sealed = sealed_reason(request, reason)
    round_ = review.open_round(request)
    # Copies that were deleted after access was revoked say nothing of those that may be made now.
    request.outcome, request.copies_deleted_at = "", None
    move(request, Status.IN_REVIEW)
    try:
        with transaction.atomic():
            record(request, Verb.REOPEN, by=by, payload={"round": round_.number, "reason": sealed.digest})
    except IntegrityError as error:
        raise Denied(sending.ANOTHER_OPEN) from error
    return request
