"""The verbs: the only code that changes a request.

Each verb locks the request, asks its rules, changes it, appends its events and queues their mails, all in one
transaction. Views, admin and tasks call these and nothing else.

Every verb raises `rules.Denied` with a sentence for the person, and then nothing has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from aidahub.accounts.models import User
from datasets.models import License, LicenseText, Provider

from . import notifications, questions, review, sending
from .builtin import version_in_use
from .events import append, seal
from .models import AccessRequest, Decision, Event, Round
from .plain import plain
from .policies import is_requestable, policy_of
from .references import next_reference
from .rules import AlreadySent, Denied, check_may, check_reason, check_voter
from .workflow import EDITABLE, FINISHED, OPEN, Answer, Part, Status, Verb


def start(*, license: License, by: User) -> AccessRequest:
    """Begin a request under a licence: a new draft, filled in with what the account knows.

    A person who has a draft under this licence gets that one, so a double click makes no second.
    """
    if not is_requestable(license):
        raise Denied(_("This dataset takes no requests under this licence here."))
    drafts = AccessRequest.objects.filter(applicant=by, license=license, status=Status.DRAFT)
    if draft := drafts.order_by("pk").first():
        return draft
    version = version_in_use(policy_of(license).form)
    reference = next_reference()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        return drafts.order_by("pk").first() or AccessRequest.objects.create(
            reference=reference,
            dataset=license.dataset,
            license=license,
            applicant=by,
            form_version=version,
            draft=questions.prefilled(questions.parse(version.questions), sending.known_of(by)),
        )


@transaction.atomic
def save_answers(*, request: AccessRequest, by: User, answers: Mapping[str, Any]) -> AccessRequest:
    """Keep answers in the draft, right or wrong: nothing that can be read is lost. Unknown keys are dropped."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.SAVE, request)
    asked = questions.parse(request.form_version.questions)
    request.draft = {**request.draft, **questions.tidied(asked, answers)}
    request.changed_at = timezone.now()
    request.save(update_fields=["draft", "changed_at"])
    return request


@transaction.atomic
def accept_license(*, request: AccessRequest, by: User, text: LicenseText) -> AccessRequest:
    """The applicant accepts a text of the licence; sent requests record it, and it may be the last condition.

    Args:
        text: the text that was shown; it must be the one in force.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.ACCEPT_LICENSE, request)
    if request.license.text_in_force != text:
        raise Denied(_("The licence has changed since you opened the page. Please read and accept it again."))
    if request.status in EDITABLE:
        request.draft_license_text = text
        request.save(update_fields=["draft_license_text"])
        return request
    if sending.accept(request, by=by, text=text):
        participant = request.participants.get(part=Part.APPLICANT, removed_at=None)
        record(request, Verb.ACCEPT_LICENSE, by=by, payload={"text": text.sha256, "person": participant.part})
    return grant_if_complete(request)


@transaction.atomic
def submit(*, request: AccessRequest, by: User) -> AccessRequest:
    """Send a request, or send it again: freezes the answers, names the people, opens the review.

    Raises:
        AlreadySent: on the second click; the first one counts.
        Incomplete: when answers are missing or wrong, with what is.
    """
    request = AccessRequest.objects.locked(request)
    if request.applicant_id == by.pk and request.status in OPEN and request.status not in EDITABLE:
        raise AlreadySent(_("This request has been sent already."))
    check_may(by, Verb.SUBMIT, request)
    answers = sending.checked_answers(request)
    people = sending.people_of(request, answers)
    sending.check_only_one(request, people)
    submission, changed = sending.add_submission(request, answers)
    sending.name_people(request, people)
    sending.accept(request, by=by, text=submission.license_text)
    sending.remember(by, answers)
    now = timezone.now()
    request.submitted_at = request.submitted_at or now
    request.draft = answers
    payload: dict[str, Any] = {"submission": submission.number, "digest": submission.digest, "changed": changed}
    policy = policy_of(request.license)
    if policy.triage and not review.hub_decides(policy):
        move(request, Status.SUBMITTED)
    else:
        payload["round"] = review.open_round(request).number
        move(request, Status.IN_REVIEW)
    try:
        with transaction.atomic():
            record(request, Verb.SUBMIT, by=by, payload=payload)
    except IntegrityError as error:
        raise Denied(sending.ONLY_ONE) from error
    return request


@transaction.atomic
def discard(*, request: AccessRequest, by: User) -> None:
    """Throw a draft away. It was never sent, so nothing of it is kept."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.DISCARD, request)
    request.delete()


@transaction.atomic
def withdraw(*, request: AccessRequest, by: User) -> AccessRequest:
    """The applicant takes the request back."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.WITHDRAW, request)
    review.close_round(request)
    move(request, Status.WITHDRAWN)
    record(request, Verb.WITHDRAW, by=by, payload={})
    return request


@transaction.atomic
def close(*, request: AccessRequest, by: User, reason: str) -> AccessRequest:
    """Hub staff end a request that nobody will finish, and say why."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.CLOSE, request)
    sealed = seal(request, check_reason(reason))
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
    """Something must be changed or explained: the applicant may write again."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.SEND_BACK, request)
    sealed = seal(request, check_reason(reason))
    review.close_round(request)
    move(request, Status.RETURNED)
    record(request, Verb.SEND_BACK, by=by, payload={"reason": sealed.digest})
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
    check_may(by, Verb.DECIDE, request)
    provider = check_voter(by, request, provider, evidence)
    kept = {
        "reason": seal(request, check_reason(reason)) if answer == Answer.REJECT or reason.strip() else None,
        "evidence": seal(request, plain(evidence)) if evidence.strip() else None,
    }
    round_ = review.open_round_of(request)
    vote = {"by": by, "answer": answer, "decided_at": timezone.now(), **kept}
    Decision.objects.update_or_create(round=round_, provider=provider, defaults=vote)
    outcome = _settle_round(request, round_)
    payload: dict[str, Any] = {key: text.digest if text else None for key, text in kept.items()}
    payload |= {"answer": answer.value, "decider": review.place_of(round_, provider), "round": round_.number}
    payload |= {"settled": outcome.value if outcome else None}
    record(request, Verb.DECIDE, by=by, payload=payload)
    return grant_if_complete(request)


def _settle_round(request: AccessRequest, round_: Round) -> Answer | None:
    """Close the round if its votes settle it; then the hub confirms, or the request has its decision."""
    outcome = review.outcome_of(round_)
    if outcome is None:
        return None
    review.close_round(request, outcome)
    if policy_of(request.license).confirm and not round_.by_hub:
        move(request, Status.DECIDED)
    else:
        settle_with(request, outcome)
    return outcome


@transaction.atomic
def confirm(*, request: AccessRequest, by: User, answer: Answer, reason: str = "") -> AccessRequest:
    """Hub staff confirm the outcome of the votes, or decide otherwise with the votes in view."""
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.CONFIRM, request)
    sealed = seal(request, check_reason(reason)) if answer == Answer.REJECT or reason.strip() else None
    settle_with(request, answer)
    payload = {"answer": answer.value, "reason": sealed.digest if sealed else None}
    record(request, Verb.CONFIRM, by=by, payload=payload)
    return grant_if_complete(request)


def settle_with(request: AccessRequest, answer: Answer) -> None:
    """Give a locked request its decision."""
    request.outcome = answer
    move(request, Status.APPROVED if answer == Answer.APPROVE else Status.REJECTED)


def grant_if_complete(request: AccessRequest) -> AccessRequest:
    """Open access on a locked request that is approved and has no condition left; else leave it as it is."""
    if request.status != Status.APPROVED:
        return request
    grant = sending.grant(request)
    if grant is None:
        return request
    move(request, Status.GRANTED)
    ends = grant.ends.isoformat() if grant.ends else None
    record(request, Verb.GRANT, by=None, payload={"starts": grant.starts.isoformat(), "ends": ends})
    return request


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
