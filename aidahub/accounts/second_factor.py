"""The second step of hub staff: who needs one, and whether this session has shown it. `locks` holds to it."""

from __future__ import annotations

from enum import StrEnum

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

from aidahub.accounts.models import User

NEXT = "second_factor_next"  # where somebody wanted to go before they were led to set up a second step


class Missing(StrEnum):
    """What keeps hub staff out."""

    FACTOR = "factor"  # the account has no second step
    PROOF = "proof"  # it has one, and this session began before that


def is_required(user: User) -> bool:
    """Whether this person may do nothing here without a second step: hub staff and operators."""
    return bool(settings.SECOND_FACTOR and user.is_hub)


def missing(request: HttpRequest) -> Missing | None:
    """What a session of hub staff lacks; None for everybody else, and where nothing is lacking."""
    user = request.user
    if not user.is_authenticated or not is_required(user):
        return None
    if not is_mfa_enabled(user, [Authenticator.Type.TOTP]):
        return Missing.FACTOR
    records = get_authentication_records(request, user)
    return None if any(record.get("method") == "mfa" for record in records) else Missing.PROOF
