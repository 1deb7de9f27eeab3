"""Links that lead somebody who is named to their part, whatever address their own account has."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
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
    rows = PartInvitation.objects.select_related("participant__request__dataset", "participant__request__applicant")
    return rows.filter(token_hash=_hash(token)).first()
