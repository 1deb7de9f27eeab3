"""People with and without a second step, and sittings, for tests of the locks."""

from __future__ import annotations

import time

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from aidahub.accounts.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_factor(user: User) -> None:
    """An authenticator app and recovery codes, as after setting one up."""
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)


def app_code(secret: str = SECRET, when: float | None = None) -> str:
    """What the app shows at a time."""
    return str(format_hotp_value(hotp_value(secret, int(when or time.time()) // 30)))


def recovery_code(user: User) -> str:
    """A recovery code that still works."""
    codes = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap()
    return str(codes.get_unused_codes()[0])


def record(client: Client, user: User, method: str, **facts: object) -> None:
    """Let a session have signed in in some way, as allauth writes it down."""
    session = client.session
    records = [*session.get(AUTHENTICATION_METHODS_SESSION_KEY, []), {"method": method, "at": time.time(), **facts}]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()


def enter(user: User, *, fresh: bool = False) -> Client:
    """The browser of somebody who signed in with a second step if they have one, and lately entered it again."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    if Authenticator.objects.filter(user=user).exists():
        record(client, user, "mfa", reauthenticated=fresh)
    elif fresh:
        record(client, user, "password", reauthenticated=True)
    return client
