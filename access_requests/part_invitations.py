"""Links that lead somebody who is named to their part, whatever address their own account has."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from .models import Participant, PartInvitation

TOKEN_BYTES = 32  # 256 bits: nobody guesses one, so a plain hash of it is enough in the database


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite(participant: Participant) -> str:
    """Make an invitation; its link is returned and kept nowhere else. Several may be open at once."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = timezone.now()
    PartInvitation.objects.create(
        participant=participant,
        token_hash=_hash(token),
        created_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
    )
    return settings.BASE_URL + reverse("access_requests:part_invitation", kwargs={"token": token})


def find(token: str) -> PartInvitation | None:
    """The invitation with this token, whether or not it still works."""
    request = "participant__request"
    rows = PartInvitation.objects.select_related(
        f"{request}__dataset", f"{request}__applicant", f"{request}__license__policy"
    )
    return rows.filter(token_hash=_hash(token)).first()


def close(people: QuerySet[Participant]) -> None:
    """Let no open link to these people's parts work any longer."""
    now = timezone.now()
    rows = PartInvitation.objects.filter(participant__in=people.values("pk"), used_at=None, expires_at__gt=now)
    rows.update(expires_at=now)


def needs_link(people: list[Participant], proven: Collection[str]) -> Participant | None:
    """The one of these people, all named by one address, by whose link its reader comes in.

    None where no link is needed: an account has proven that address, or somebody has answered.

    Args:
        people: whom the address names.
        proven: as `proven_of` has it, of these people and maybe of others.
    """
    if any(person.confirmed_at or person.declined_at or person.email in proven for person in people):
        return None
    return people[0] if people else None


def proven_of(people: Iterable[Participant]) -> frozenset[str]:
    """Those addresses of these people that an account which may sign in has proven."""
    emails = {person.email for person in people}
    rows = EmailAddress.objects.filter(email__in=emails, verified=True, user__is_active=True)
    return frozenset(rows.values_list("email", flat=True))
