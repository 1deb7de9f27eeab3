"""People with and without a second step, and sittings, for tests of the locks."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from tests.cast import RequestAt
from tests.support.accounts import OUTBOX

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD_PAGE = "/accounts/reauthenticate/"


@pytest.fixture
def locked(db: None, settings: Any) -> None:
    """A site that locks twice, with mails in the outbox and no attempts counted."""
    settings.SECOND_FACTOR = True
    settings.EMAIL_BACKEND = OUTBOX
    cache.clear()


@pytest.fixture
def hub(hedda: User) -> Client:
    """Hedda, who signed in with her second step."""
    give_factor(hedda)
    return enter(hedda)


@pytest.fixture
def granted(request_at: RequestAt) -> AccessRequest:
    """Ada's request, with access open."""
    return request_at(Status.GRANTED)


def led_to(answer: Any) -> str:
    """Where an answer leads, without its query."""
    return str(urlsplit(answer.headers.get("Location", "")).path)


def revoke_page(request: AccessRequest) -> str:
    """Where access is revoked."""
    return f"/admin/access_requests/accessrequest/{request.reference}/revoke/"


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
