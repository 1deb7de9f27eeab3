"""The applicant's verbs: begin, write, send, take back, renew; and what becomes of drafts that nobody goes on with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import kinds, questions, review, sending, siblings
from access_requests.at_hand import all_at_hand
from access_requests.builtin import version_in_use
from access_requests.models import AccessRequest, Participant
from access_requests.policies import is_requestable, policy_of
from access_requests.references import next_reference
from access_requests.rules import AlreadySent, Denied, check_may
from access_requests.workflow import EDITABLE, OPEN, GrantEnd, Status, Verb
from aidahub.accounts.models import User
from datasets.models import License

from .files import take_back_unused
from .members import copy_members
from .moving import move, open_review, record


def start(*, license: License, by: User) -> AccessRequest:
    """Begin a request under a licence: a new draft, filled in with what the account knows.

    A person who has a draft under this licence gets that one, so a double click makes no second.
    """
    if not is_requestable(license):
        raise Denied(_("This dataset takes no requests under this licence here."))
    version = version_in_use(policy_of(license).form)
    filled = questions.prefilled(questions.parse(version.questions), sending.known_of(by))
    return _draft(license, by, {"form_version": version, "draft": filled})


def _draft(license: License, by: User, values: Mapping[str, Any]) -> AccessRequest:
    drafts = AccessRequest.objects.filter(applicant=by, license=license, status=Status.DRAFT)
    if draft := drafts.order_by("pk").first():
        return draft
    reference = next_reference()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        return drafts.order_by("pk").first() or AccessRequest.objects.create(
            reference=reference, dataset=license.dataset, license=license, applicant=by, **values
        )


# What is asked anew of somebody whose access ended because they left the institution.
PLACES = ("applicant_institution", "applicant_department", "applicant_address")


def renew(*, request: AccessRequest, by: User) -> AccessRequest:
    """Begin a request that follows this one: a draft with the same answers, linked to it.

    A person who has a draft under this licence gets that one, linked, with what is empty in it filled in. Its members
    are those of this request who have not declined. Who left the institution answers anew where they
    work. Files are not copied: they stay with the request that they were sent in, and the form asks for them again.
    """
    request = AccessRequest.objects.select_related("license__dataset", "form_version").get(pk=request.pk)
    check_may(by, Verb.RENEW, request)
    version = version_in_use(policy_of(request.license).form)
    asked = questions.parse(version.questions)
    sent = request.last_submission
    answers = questions.without_files(asked, questions.tidied(asked, sent.answers if sent else {}))
    filled = {**questions.prefilled(asked, sending.known_of(by)), **answers}
    if request.grants.filter(participant__in=Participant.objects.of(by), end_reason=GrantEnd.LEFT).exists():
        filled = {key: value for key, value in filled.items() if key not in PLACES}
    if (begun := request.renewals.filter(applicant=by, status=Status.DRAFT).order_by("pk").first()) is not None:
        return begun
    draft = _draft(request.license, by, {"form_version": version, "draft": filled, "renews": request})
    return _filled_in(draft, request, filled)


@transaction.atomic
def _filled_in(draft: AccessRequest, renewed: AccessRequest, answers: Mapping[str, Any]) -> AccessRequest:
    """Link a draft to the request that it renews, fill in what is empty in it, and name the same members."""
    draft = AccessRequest.objects.locked(draft)
    if draft.status != Status.DRAFT or draft.renews_id not in {None, renewed.pk}:
        return draft
    own = {key: value for key, value in draft.draft.items() if not kinds.is_empty(value)}
    known = questions.tidied(draft.form_version.asked, answers)
    draft.renews, draft.draft = renewed, {**draft.draft, **known, **own}
    draft.save(update_fields=["renews", "draft"])
    copy_members(renewed, draft)
    return draft


@transaction.atomic
def save_answers(*, request: AccessRequest, by: User, answers: Mapping[str, Any]) -> AccessRequest:
    """Keep answers in the draft, right or wrong: nothing that can be read is lost.

    The drafts that are asked for together with it keep those that they ask for, too. Unknown keys are dropped. So are
    files: they answer by being attached (`attach`), never by their ids.
    """
    request, others = siblings.locked_with_siblings(request)
    check_may(by, Verb.SAVE, request)
    asked = request.form_version.asked
    _keep(request, questions.without_files(asked, questions.tidied(asked, answers)))
    for draft in others:
        _keep(draft, siblings.shared_answers(draft, answers))
    return request


def _keep(request: AccessRequest, answers: Mapping[str, Any]) -> None:
    request.draft = {**request.draft, **answers}
    request.changed_at = timezone.now()
    request.save(update_fields=["draft", "changed_at"])


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
    with all_at_hand(request):
        check_may(by, Verb.SUBMIT, request)
        answers = sending.checked_answers(request)
        people = sending.people_of(request, answers)
        sending.check_only_one(request, people)
        take_back_unused(request, by=by, answers=answers)
        submission, changed = sending.add_submission(request, answers)
        sending.name_people(request, people)
        sending.remember(by, answers)
        request.submitted_at = request.submitted_at or timezone.now()
        request.draft = answers
        sending.accept(request, sending.applicant_in(request), by=by, text=submission.license_text)
        payload = sending.payload_of(submission, changed)
        if (number := open_review(request, answers)) is not None:
            payload["round"] = number
        sending.index_words(request)
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
    _throw_away(request)


@transaction.atomic
def discard_unused(*, request: AccessRequest, unchanged_since: Any) -> bool:
    """The clock throws a draft away that nobody has changed since a moment; whether it did."""
    request = AccessRequest.objects.locked(request)
    if request.status != Status.DRAFT or request.changed_at > unchanged_since:
        return False
    _throw_away(request)
    return True


def _throw_away(request: AccessRequest) -> None:
    """A draft's members and files go with it; the sweep of files that no row names removes what lies in the store."""
    request.attachments.all().delete()
    for person in request.participants.all():
        person.invitations.all().delete()
    request.participants.all().delete()
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
