"""The verbs of those who are named: take one's part, confirm or decline it, accept the licence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import part_invitations, sending
from access_requests.conditions import accepted_by, blocks_review
from access_requests.events import seal
from access_requests.models import AccessRequest, Attachment, Participant, PartInvitation
from access_requests.plain import plain
from access_requests.rules import Denied, check_length, check_may
from access_requests.workflow import EDITABLE, HOLDERS, NAMED, OPEN, GrantEnd, Part, Verb
from aidahub.accounts.models import User
from datasets.models import LicenseText

from .excusing import excuse_the_named
from .moving import end_grants, forward_if_ready, grant_if_complete, grants_of, record


@transaction.atomic
def take_part(*, invitation: PartInvitation, by: User) -> AccessRequest:
    """Let the person who followed a link take the part as their own; the link is used up, and others like it close.

    Whatever else the request names the same address as is theirs, too.

    Raises:
        Denied: when the link was used or has run out, the part is settled by somebody else, or the person has no
        verified address or is the applicant.
    """
    request = AccessRequest.objects.locked(invitation.participant.request)
    if not by.verified_emails:
        raise Denied(_("First verify the e-mail address of your account, then open the link again."))
    if request.applicant_id == by.pk:
        raise Denied(_("You are the applicant of this request. The link is for the person whom you named."))
    # One conditional update, so that of two people with the same link only one is let in.
    open_ = PartInvitation.objects.filter(pk=invitation.pk, used_at=None, expires_at__gt=timezone.now())
    if not open_.filter(participant__removed_at=None).update(used_at=timezone.now(), used_by=by):
        raise Denied(_("This link does not work any more. You can ask for a new one."))
    person = Participant.objects.get(pk=invitation.participant_id)
    same = request.participants.filter(email=person.email, removed_at=None).exclude(part=Part.APPLICANT)
    if same.exclude(confirmed_at=None).exclude(user=None).exclude(user=by).exists():
        raise Denied(_("Somebody has confirmed this part with another account. Write to hub staff if it was not you."))
    same.update(user=by)
    part_invitations.close(same)
    return grant_if_complete(excuse_the_named(request))


def _own(request: AccessRequest, by: User, parts: Iterable[Part]) -> list[Participant]:
    """What the person is named as, of some parts, also what they declined."""
    rows = Participant.objects.naming(by).filter(request=request, part__in=sorted(parts))
    return list(rows.order_by("number"))


@transaction.atomic
def confirm_part(*, request: AccessRequest, by: User, text: LicenseText | None = None) -> AccessRequest:
    """Somebody who is named confirms their part; whoever gets access accepts the licence with it.

    What they have confirmed and accepted already is not recorded again.

    Args:
        text: the text of the licence that was shown; it must be the one in force. None for who only signs.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.CONFIRM_PART, request)
    own = _own(request, by, NAMED)
    if any(Part(person.part) in HOLDERS for person in own):
        _check_in_force(request, text)
    blocked = bool(blocks_review(request))
    for person in own:
        accepted = text if Part(person.part) in HOLDERS else None
        new = sending.accept(request, person, by=by, text=accepted) if accepted else False
        if person.confirmed_at and not new:
            continue
        _settle(person, by, confirmed_at=person.confirmed_at or timezone.now())
        payload = {"person": person.number, "part": person.part, "text": accepted.sha256 if accepted else None}
        record(request, Verb.CONFIRM_PART, by=by, payload=payload)
    request = excuse_the_named(request)
    return grant_if_complete(forward_if_ready(request, blocked=blocked))


def _settle(person: Participant, by: User, **values: Any) -> None:
    """Keep somebody's answer; no link that was sent before lets in anybody else now."""
    settled: dict[str, Any] = {"confirmed_at": None, "declined_at": None, "declined_why": None, "user": by, **values}
    for field, value in settled.items():
        setattr(person, field, value)
    person.save(update_fields=list(settled))
    part_invitations.close(Participant.objects.filter(pk=person.pk))


def _check_in_force(request: AccessRequest, text: LicenseText | None) -> None:
    if text is None or request.license.text_in_force != text:
        raise Denied(_("The licence has changed since you opened the page. Please read and accept it again."))


@transaction.atomic
def decline_part(*, request: AccessRequest, by: User, reason: str = "") -> AccessRequest:
    """Somebody who is named says that this is not their part; their own access, if there is any, ends.

    Saying it again changes nothing.

    Args:
        reason: for hub staff and the dataset's providers; neither the applicant nor anybody named reads it.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.DECLINE_PART, request)
    text = check_length(plain(reason))
    for person in _own(request, by, NAMED):
        if person.declined_at:
            continue
        sealed = seal(request, text) if text else None
        _settle(person, by, declined_at=timezone.now(), declined_why=sealed)
        ended = end_grants(grants_of(request, person), GrantEnd.REMOVED)
        payload = {"person": person.number, "part": person.part, "reason": sealed.digest if sealed else None}
        record(request, Verb.DECLINE_PART, by=by, payload={**payload, "ended": ended})
    return request


@transaction.atomic
def accept_license(
    *,
    request: AccessRequest,
    by: User,
    text: LicenseText,
    person: Participant | None = None,
    paper: Attachment | None = None,
) -> AccessRequest:
    """Accept a text of the licence; in a sent request it is recorded, and it may be the last condition.

    Args:
        text: the text that was shown; it must be the one in force.
        person: for whom hub staff record it; none where people accept for themselves.
        paper: what that person signed, kept by hub staff. It shows that they know of their part, too.
    """
    request = AccessRequest.objects.locked(request)
    acting = check_may(by, Verb.ACCEPT_LICENSE, request)
    _check_in_force(request, text)
    if request.status in EDITABLE and Part.APPLICANT in acting:
        request.draft_license_text = text
        request.save(update_fields=["draft_license_text"])
        return request
    blocked = bool(blocks_review(request))
    for named in _for_whom(request, by, acting, person, paper):
        if sending.accept(request, named, by=by, text=text, paper=paper):
            payload: dict[str, Any] = {"text": text.sha256, "person": named.number, "part": named.part}
            payload["paper"] = paper.sha256 if paper else None
            record(request, Verb.ACCEPT_LICENSE, by=by, payload=payload)
    request = excuse_the_named(request)
    return grant_if_complete(forward_if_ready(request, blocked=blocked))


def _for_whom(
    request: AccessRequest, by: User, acting: frozenset[Part], person: Participant | None, paper: Attachment | None
) -> list[Participant]:
    """Whose acceptance it is: one's own, or that of whoever signed the paper that hub staff keep."""
    if Part.HUB not in acting:
        return [person for person in _own(request, by, HOLDERS) if person.takes_part]
    if person is None or person.request_id != request.pk or person.removed_at or Part(person.part) not in HOLDERS:
        raise Denied(_("Say whose acceptance this is."))
    if paper is None or paper.request_id != request.pk or not paper.is_there:
        raise Denied(_("Attach what the person signed; it is kept with the request."))
    if person.part != Part.APPLICANT:
        person.confirmed_at = person.confirmed_at or timezone.now()
        person.declined_at = person.declined_why = None
        person.save(update_fields=["confirmed_at", "declined_at", "declined_why"])
        part_invitations.close(request.participants.filter(pk=person.pk))
    return [person]


@transaction.atomic
def carry_over(*, request: AccessRequest, text: LicenseText) -> int:
    """Record that acceptances of earlier texts count for one that differs editorially; how many.

    Called by the clock for every open request. Whoever has accepted this very text needs nothing carried over.
    """
    request = AccessRequest.objects.locked(request)
    if request.status not in OPEN or text not in request.license.texts_as_good:
        return 0
    held = accepted_by(request, request.license.texts_as_good)
    told = {
        event.payload["person"]
        for event in request.events.filter(verb=Verb.CARRY_OVER)
        if event.payload["text"] == text.sha256
    }
    people = list(request.participants.filter(removed_at=None, pk__in=held).order_by("number"))
    new = [
        person for person in people if person.number not in told and held[person.pk].license_text.number < text.number
    ]
    for person in new:
        accepted = held[person.pk].license_text.sha256
        payload = {"text": text.sha256, "accepted": accepted, "person": person.number}
        record(request, Verb.CARRY_OVER, by=None, payload=payload)
    return len(new)
