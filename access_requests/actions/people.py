"""The verbs that change who is named in a request."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import sending, siblings
from access_requests.at_hand import at_hand
from access_requests.conditions import blocks_review
from access_requests.models import AccessRequest, Participant
from access_requests.people import Named
from access_requests.plain import plain
from access_requests.rules import Denied, check_may
from access_requests.workflow import NAMED, GrantEnd, Part, Status, Verb
from aidahub.accounts.models import User

from .excusing import excuse_the_named
from .members import MOST_MEMBERS, copy_members
from .moving import end_grants, forward_if_ready, grant_if_complete, grants_of, record

MOST_EVER = 200


@transaction.atomic
def add_person(*, request: AccessRequest, by: User, person: Named) -> AccessRequest:
    """Name somebody else: the applicant adds members before sending, hub staff anybody at any time.

    The drafts that are asked for together with it name a member, too.

    Raises:
        Denied: also where the name or address is missing, or the part is somebody's already.
    """
    request, others = siblings.locked_with_siblings(request)
    acting = check_may(by, Verb.ADD_PERSON, request)
    if person.part not in (NAMED if Part.HUB in acting else {Part.MEMBER}):
        raise Denied(_("You can add members here. Who else is named stands in the answers."))
    added = _add(request, person)
    for draft in others:
        copy_members(request, draft)
    sending.write_into_draft(request, Part(added.part), added)
    if added.part == Part.RECIPIENT_SCIENTIST:
        request.recipient_key = added.email
    payload = {"person": added.number, "part": added.part, "ended": []}
    return _told(request, Verb.ADD_PERSON, by, payload, blocked=False)


def _add(request: AccessRequest, person: Named) -> Participant:
    checked = _checked(person)
    here = request.participants.filter(removed_at=None)
    same = here.filter(email=checked["email"])
    if same.exists() if person.part == Part.MEMBER else same.filter(part=person.part).exists():
        raise Denied(_("This person is named in the request already."))
    if person.part != Part.MEMBER and here.filter(part=person.part).exists():
        raise Denied(_("Somebody is named as that already. Replace that person instead."))
    if here.filter(part=Part.MEMBER).count() >= MOST_MEMBERS:
        raise Denied(_("A request names at most %(number)s members.") % {"number": MOST_MEMBERS})
    if request.participants.count() >= MOST_EVER:  # each of them gets a mail
        raise Denied(_("Too many people were named in this request by now. Write to hub staff."))
    return request.participants.create(part=person.part, **checked)


def _checked(person: Named) -> dict[str, Any]:
    name, email = plain(person.name), plain(person.email).casefold()
    try:
        validate_email(email)
    except ValidationError:
        raise Denied(_("Please give a valid e-mail address.")) from None
    if not name:
        raise Denied(_("Please give a name."))
    values = {"name": name, "email": email, "title": plain(person.title), "institution": plain(person.institution)}
    longest = {"name": 200, "email": 254, "title": 200, "institution": 300}
    if any(len(value) > longest[key] for key, value in values.items()):
        raise Denied(_("One of these is too long."))
    return values


def _told(request: AccessRequest, verb: Verb, by: User, payload: dict[str, Any], *, blocked: bool) -> AccessRequest:
    """Record a change of people in a sent request, which may meet the last condition. A draft has no events.

    Args:
        blocked: whether the request waited for somebody named before the change.
    """
    if request.status == Status.DRAFT:
        return request
    with at_hand(request):
        sending.index_words(request)
    try:
        with transaction.atomic():
            record(request, verb, by=by, payload=payload)
    except IntegrityError as error:
        raise Denied(sending.ANOTHER_OPEN) from error
    request = excuse_the_named(request)
    return grant_if_complete(forward_if_ready(request, blocked=blocked))


def _person_in(request: AccessRequest, person: Participant) -> Participant:
    """The person as the locked request has them.

    Raises:
        Denied: when they are not named in it any more.
    """
    found = request.participants.filter(pk=person.pk, removed_at=None).first()
    if found is None:
        raise Denied(_("This person is not named in the request any more."))
    return found


@transaction.atomic
def remove_person(*, request: AccessRequest, by: User, person: Participant) -> AccessRequest:
    """Name somebody no longer; their own access ends. The applicant removes members before sending.

    The drafts that are asked for together with it name that member no longer, either.
    """
    request, others = siblings.locked_with_siblings(request)
    acting = check_may(by, Verb.REMOVE_PERSON, request)
    person = _person_in(request, person)
    if Part.HUB not in acting and person.part != Part.MEMBER:
        raise Denied(_("You can remove members here. Who else is named stands in the answers."))
    if person.part in {Part.APPLICANT, Part.RECIPIENT_SCIENTIST}:
        raise Denied(_("A request always has this person. Name somebody else in their place."))
    blocked = bool(blocks_review(request))
    for draft in others:
        draft.participants.filter(part=person.part, email=person.email, removed_at=None).update(
            removed_at=timezone.now()
        )
    payload = {"person": person.number, "part": person.part, "ended": _remove(request, person)}
    sending.write_into_draft(request, Part(person.part), None)
    return _told(request, Verb.REMOVE_PERSON, by, payload, blocked=blocked)


def _remove(request: AccessRequest, person: Participant) -> list[int]:
    person.removed_at = timezone.now()
    person.save(update_fields=["removed_at"])
    return end_grants(grants_of(request, person), GrantEnd.REMOVED)


@transaction.atomic
def replace_person(*, request: AccessRequest, by: User, person: Participant, successor: Named) -> AccessRequest:
    """Hub staff name somebody in another's place; that one's access ends, the new one confirms and accepts anew.

    The answers being written name the new one from now on, so that sending again keeps them.

    Args:
        person: recipient scientist, signatory or member.
        successor: who takes the part; its own part is not looked at.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.REPLACE_PERSON, request)
    person = _person_in(request, person)
    if person.part == Part.APPLICANT:
        raise Denied(_("The applicant is changed in another way."))
    ended = _remove(request, person)
    named = Named(Part(person.part), successor.name, successor.title, successor.email, successor.institution)
    added = _add(request, named)
    sending.write_into_draft(request, Part(added.part), added)
    if added.part == Part.RECIPIENT_SCIENTIST:
        request.recipient_key = added.email
    payload = {"person": person.number, "successor": added.number, "part": added.part, "ended": ended}
    return _told(request, Verb.REPLACE_PERSON, by, payload, blocked=False)


@transaction.atomic
def change_applicant(*, request: AccessRequest, by: User, email: str) -> AccessRequest:
    """Hub staff make somebody else the applicant: an account with this verified address. The old one's access ends.

    The new applicant accepts the licence before they get access.
    """
    request = AccessRequest.objects.locked(request)
    check_may(by, Verb.CHANGE_APPLICANT, request)
    proven = EmailAddress.objects.filter(email__iexact=plain(email), verified=True, user__is_active=True)
    address = proven.select_related("user").first()
    if address is None:
        raise Denied(_("Nobody has an account here with that address. Ask the person to sign in once, then try again."))
    if address.user_id == request.applicant_id:
        raise Denied(_("This person is the applicant already."))
    if address.user == by:
        raise Denied(_("You cannot make yourself the applicant of a request that you handle."))
    old = sending.applicant_in(request)
    ended = _remove(request, old)
    user = address.user
    institution = user.institution or old.institution
    person = Named(Part.APPLICANT, user.get_full_name(), "", address.email.casefold(), institution)
    added = request.participants.create(part=Part.APPLICANT, user=user, **_checked(person))
    if request.recipient_key == old.email:
        request.recipient_key = added.email
    request.applicant, request.draft_license_text = user, None  # what the old one accepted, this one has not
    known = {**sending.known_of(user), "applicant_email": added.email}
    own = {key: known[key] for key in request.draft if key in known and key.startswith("applicant_")}
    request.draft = {**request.draft, **own}
    payload = {"person": old.number, "successor": added.number, "part": added.part, "ended": ended}
    return _told(request, Verb.CHANGE_APPLICANT, by, payload, blocked=False)
