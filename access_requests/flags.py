"""Flags on people: a word of warning that hub staff see and nobody else, and that has hub staff look first.

A flag holds for a user, for an address, and for whoever has proven that address. It never refuses anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.models import User

from .models import AccessRequest, Participant, PersonFlag
from .people import participants_in
from .plain import plain
from .proven import Proven, proven_by
from .rules import Denied

LONGEST_REASON = 2000


@dataclass(frozen=True)
class Identities:
    """By which users (keys) and addresses (case-folded) some people are known."""

    users: frozenset[int] = frozenset()
    emails: frozenset[str] = frozenset()

    def __or__(self, other: Identities) -> Identities:
        return Identities(self.users | other.users, self.emails | other.emails)

    def has(self, flag: PersonFlag) -> bool:
        """Whether a flag concerns one of them."""
        return flag.user_id in self.users or flag.email in self.emails


def _folded(emails: Iterable[str]) -> frozenset[str]:
    return frozenset(email.strip().casefold() for email in emails) - {""}


def widened(identities: Identities) -> Identities:
    """These people with all addresses that they have proven, and the users who have proven one of these addresses."""
    return _with_proven(identities, proven_by(identities.users, identities.emails))


def _together(found: Iterable[Identities]) -> Identities:
    together = Identities()
    for identities in found:
        together |= identities
    return together


def _widened_each(found: Mapping[int, Identities]) -> dict[int, Identities]:
    """Each of these widened, in one query however many there are."""
    everybody = _together(found.values())
    proven = proven_by(everybody.users, everybody.emails)
    return {key: _with_proven(identities, proven) for key, identities in found.items()}


def _with_proven(identities: Identities, proven: Proven) -> Identities:
    users = identities.users | {user for user, theirs in proven.items() if theirs & identities.emails}
    return Identities(users, identities.emails | {email for user in users for email in proven.get(user, ())})


def _on(identities: Identities) -> QuerySet[PersonFlag]:
    """The flags that hold now for any of these people, who have been widened before; the latest first."""
    concerned = Q(user__in=identities.users) | Q(email__in=identities.emails)
    return PersonFlag.objects.filter(concerned, lifted_at=None)


def in_force(identities: Identities) -> list[PersonFlag]:
    """The same, with the people themselves."""
    return list(_on(identities).select_related("user", "set_by"))


def flagged(users: Iterable[User], emails: Iterable[str]) -> list[PersonFlag]:
    """The flags that hold now for any of these users and addresses, the latest first.

    A flag matches by the user, by any address that the user has proven, and by the address; a flag on a user
    matches, too, where only an address is given that this user has proven.
    """
    return in_force(widened(Identities(frozenset(user.pk for user in users), _folded(emails))))


def people_in(request: AccessRequest, *, unsent: bool = False) -> Identities:
    """Everybody in a request: the applicant, and whoever is named.

    Args:
        request: any request.
        unsent: count those, too, whom the answers being written name; they are the applicant's alone until sent.
    """
    people = [row for row in request.participants.all() if row.removed_at is None]
    users = {request.applicant_id, *(row.user_id for row in people if row.user_id)}
    emails = [row.email for row in people]
    if unsent and request.is_editable:
        emails += [named.email for named in participants_in(request.draft, applicant_email=request.applicant.email)]
    return Identities(frozenset(users), _folded(emails))


def forces_triage(request: AccessRequest, proven: Proven | None = None) -> bool:
    """Whether hub staff look at this request first, since somebody in it is flagged.

    Args:
        request: any request.
        proven: as `proven_in` has it, where the caller knows it.
    """
    people = people_in(request, unsent=True)
    return _on(widened(people) if proven is None else _with_proven(people, proven)).exists()


def proven_in(request: AccessRequest) -> Proven:
    """Who has proven which addresses, of everybody in a request: those, too, whom the answers being written name."""
    people = people_in(request, unsent=True)
    return proven_by(people.users, people.emails)


def of_requests(reader: User, requests: Iterable[AccessRequest]) -> dict[int, list[PersonFlag]]:
    """The flags that the reader may see on people of these requests, by the request's key.

    None for anybody but hub staff, nor on a request in which the reader is the applicant or named: they may be the
    one whom the flag is about, or stand close to them. Three queries however many requests there are.

    Args:
        reader: who looks.
        requests: sent ones, with their participants.
    """
    if not reader.is_hub:
        return {}
    people = _widened_each({request.pk: people_in(request) for request in requests})
    own = Identities(frozenset({reader.pk}), reader.verified_emails)
    others = {key: each for key, each in people.items() if not (each.users & own.users or each.emails & own.emails)}
    flags = in_force(_together(others.values())) if others else []
    found = {key: [flag for flag in flags if each.has(flag)] for key, each in others.items()}
    return {key: theirs for key, theirs in found.items() if theirs}


def visible_to(reader: User) -> QuerySet[PersonFlag]:
    """The flags that somebody may see at all: hub staff, but none on themselves nor on people of their own requests."""
    if not reader.is_hub:
        return PersonFlag.objects.none()
    own = Identities(frozenset({reader.pk}), reader.verified_emails)
    close = widened(own | _close_to(reader))
    return PersonFlag.objects.exclude(Q(user__in=close.users) | Q(email__in=close.emails))


def _close_to(reader: User) -> Identities:
    """Everybody in the requests in which the reader is the applicant or named."""
    mine = Participant.objects.of(reader).values("request")
    own = AccessRequest.objects.filter(Q(applicant=reader) | Q(pk__in=mine), submitted_at__isnull=False)
    found = Identities()
    for request in own.select_related("applicant").prefetch_related("participants"):
        found |= people_in(request)
    return found


def check_may_flag(by: User, email: str, user: User | None) -> None:
    """Refuse unless this person may flag that one.

    Raises:
        Denied: with the reason.
    """
    if not by.is_hub:
        raise Denied(_("Only hub staff can flag a person."))
    if (user and user.pk == by.pk) or email in by.verified_emails:
        raise Denied(_("You cannot flag yourself."))
    try:
        validate_email(email)
    except ValidationError as error:
        if email or user is None:
            raise Denied(_("Say whom you mean, by an e-mail address.")) from error


def check_reason(reason: str) -> str:
    """The reason, stripped.

    Raises:
        Denied: when there is none, or it is longer than anybody would read.
    """
    text = plain(reason)
    if not text:
        raise Denied(_("Please give a reason; hub staff read it."))
    if len(text) > LONGEST_REASON:
        raise Denied(_("The reason is too long: at most 2,000 characters."))
    return text


@transaction.atomic
def flag(*, by: User, reason: str, email: str = "", user: User | None = None) -> PersonFlag:
    """Flag a person: requests that name them go through hub staff first from now on.

    Args:
        by: who sets it, of hub staff.
        reason: why; hub staff read it.
        email: their address. Whoever has proven it is flagged as a user, too.
        user: the user, where one is meant.

    Raises:
        Denied: when it may not be, or nobody or no reason is given.
    """
    email = email.strip().casefold()
    if user is None and email:
        proven = EmailAddress.objects.filter(verified=True, email=email).select_related("user").first()
        user = proven.user if proven else None
    check_may_flag(by, email, user)
    return PersonFlag.objects.create(user=user, email=email, reason=check_reason(reason), set_by=by)


@transaction.atomic
def lift(flag: PersonFlag, *, by: User) -> PersonFlag:
    """Lift a flag; the row stays and says who did it.

    Raises:
        Denied: when they may not, or somebody has lifted it already.
    """
    locked = visible_to(by).select_for_update(of=("self",)).filter(pk=flag.pk).first()
    if locked is None:
        raise Denied(_("There is no such flag."))
    if not locked.is_set:
        raise Denied(_("This flag has been lifted already."))
    locked.lifted_at, locked.lifted_by = timezone.now(), by
    locked.save(update_fields=["lifted_at", "lifted_by"])
    return locked
