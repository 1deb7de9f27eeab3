"""How an account is closed: suspended until somebody lifts it, or erased for good. Who may do it, the callers say.

What it did in requests is not touched here (`access_requests.actions.accounts`, `erasing`).
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from aidahub.accounts.models import Invitation, ProviderLink, User

# What a session holds after it was ended, so that the next click can say why. The value is a key of `SENTENCES`.
ENDED = "ended_because"
SUSPENDED, ERASED, ELSEWHERE, RESET, LONG_AGO = "suspended", "erased", "elsewhere", "reset", "long-ago"
ERASED_NAME = "Erased person"
REMAINS = ("email", "name", "institution", "department", "postal_address", "country", "language", "password",
           "is_active", "is_hub_staff", "is_superuser", "suspended_why", "erased_at")  # fmt: skip


def sentence_for(reason: str) -> str:
    """What the sign-in page says to somebody whose session was ended."""
    if reason == ERASED:
        return _("Your account was erased, so you were signed out.")
    if reason == ELSEWHERE:
        return _("You were signed out from another browser of yours, or how you sign in was changed there.")
    if reason == RESET:
        return _("The operator took out your second step, so you were signed out. Sign in and set up a new one.")
    if reason == LONG_AGO:
        days = settings.SESSION_LONGEST // (24 * 3600)
        return _("You signed in %(days)d days ago, so you were signed out. Sign in again.") % {"days": days}
    sentence = _("Your account was suspended, so you were signed out. If that is a mistake, write to %(address)s.")
    return sentence % {"address": settings.HUB_EMAIL}


@transaction.atomic
def suspend(user: User, *, by: User, reason: str) -> None:
    """End an account's sign-ins and make what was sent to its addresses useless, until `lift`.

    The password is forgotten: whoever else knew it must not come back with the owner, who signs in by a code.
    """
    user.is_active = False
    user.suspended_at, user.suspended_by, user.suspended_why = timezone.now(), by, reason
    user.set_unusable_password()
    user.save(update_fields=["is_active", "suspended_at", "suspended_by", "suspended_why", "password"])
    close_invitations(user)
    end_sessions(user, SUSPENDED)


def lift(user: User) -> None:
    """Let somebody sign in again, by a code that is sent to their address."""
    user.is_active = True
    user.suspended_at, user.suspended_by, user.suspended_why = None, None, ""
    user.save(update_fields=["is_active", "suspended_at", "suspended_by", "suspended_why"])


@transaction.atomic
def erase(user: User, *, by: User | None) -> None:
    """Empty an account: who it was, every way in, every right. The row and its public key stay, for the record.

    Args:
        by: who does it; none for the clock.
    """
    invitations = Invitation.objects.filter(email__in=addresses_of(user))
    forget_in_history(User, [user.pk])
    forget_in_history(ProviderLink, ProviderLink.objects.filter(user=user).values_list("pk", flat=True))
    forget_in_history(Invitation, invitations.values_list("pk", flat=True))
    invitations.delete()
    end_sessions(user, ERASED)
    now = timezone.now()
    ProviderLink.objects.filter(user=user, ended_at=None).update(ended_at=now, ended_by=by)
    ProviderLink.objects.filter(user=user).update(evidence="")
    EmailAddress.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.email, user.name = f"erased-{user.public_id}", ERASED_NAME
    user.institution = user.department = user.postal_address = user.country = user.language = ""
    user.is_active = user.is_hub_staff = user.is_superuser = False
    user.suspended_why, user.erased_at = "", now
    user.set_unusable_password()
    user.save(update_fields=REMAINS)
    user.groups.clear()
    user.user_permissions.clear()


def forget_in_history(model: type[Model], keys: Iterable[int]) -> None:
    """Take the names of these rows out of the admin's history: what was changed, when and by whom stays."""
    kind = ContentType.objects.get_for_model(model)
    rows = LogEntry.objects.filter(content_type=kind, object_id__in=[str(key) for key in keys])
    rows.update(object_repr=ERASED_NAME)


def addresses_of(user: User) -> set[str]:
    """Every address of an account, proven or not."""
    return {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}


def close_invitations(user: User) -> None:
    """Let no invitation work any more that was sent to an address of this account."""
    now = timezone.now()
    Invitation.objects.filter(email__in=addresses_of(user), used_at=None, expires_at__gt=now).update(expires_at=now)


def end_sessions(user: User, reason: str) -> int:
    """End everything in which an account is signed in; how many there were.

    What a browser still holds leads to an empty session that says why.
    """
    keys = {*UserSession.objects.filter(user=user).values_list("session_key", flat=True), *_keys_in_database(user)}
    for key in keys:
        close_session(key, reason)
    UserSession.objects.filter(user=user).delete()
    return len(keys)


def close_session(key: str, reason: str) -> None:
    """Empty one session but for why it was ended; one that has run out is left as it is."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    session = store(key)
    if not session.exists(key):
        return
    session.clear()
    session[ENDED] = reason
    session.save()


def _keys_in_database(user: User) -> list[str]:
    """Sessions that began before anything listed them; none where sessions are kept elsewhere."""
    rows = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    return [row.session_key for row in rows if row.get_decoded().get(SESSION_KEY) == str(user.pk)]
