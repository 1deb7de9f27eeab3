"""The second step of signing in, and the sessions of an account."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from tests.cast import PASSWORD
from tests.support.accounts import (
    OUTBOX,
    code_for,
    newest_mail,
    post_code,
    sign_in,
    signed_in,
    text_of,
)

pytestmark = pytest.mark.django_db
NEW = "nils.ny@uu.example"


@pytest.fixture(autouse=True)
def _real_mail_and_no_attempts_yet(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    cache.clear()


SAFE = "/10.23698/aida/synthetic/brgandi"


# The second step


def totp(secret: str, when: float | None = None) -> str:
    return str(format_hotp_value(hotp_value(secret, int(when or time.time()) // 30)))


def set_up_app(client: Client) -> str:
    """Set up an authenticator app as the person who is signed in; returns its key."""
    page = client.get(reverse("mfa_activate_totp"))
    if page.status_code == 302:
        client.post(page["Location"], {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
    secret = str(page.context["form"].secret)
    answer = client.post(reverse("mfa_activate_totp"), {"code": totp(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return secret


@pytest.mark.django_db(transaction=True)
def test_a_second_step_asks_for_the_apps_code(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    secret = set_up_app(client)
    assert "second step" in newest_mail(ada.email).subject

    other = Client()
    assert sign_in(other, ada.email, next_path=SAFE) == reverse("mfa_authenticate")
    assert not signed_in(other)
    post_code(other, "mfa_authenticate", "000000")
    assert not signed_in(other)
    with time_machine.travel(time.time() + 60, tick=True):
        assert post_code(other, "mfa_authenticate", totp(secret))["Location"] == SAFE
    assert signed_in(other)


def test_a_code_by_mail_does_not_go_around_the_second_step(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    set_up_app(client)
    other = Client()
    other.post(reverse("account_request_login_code"), {"email": ada.email})
    answer = post_code(other, "account_confirm_login_code", code_for(ada.email))
    assert answer["Location"] == reverse("mfa_authenticate")
    assert not signed_in(other)


def test_a_recovery_code_works_once(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    set_up_app(client)
    code = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()[0]
    results = []
    for _time in range(2):
        other = Client()
        sign_in(other, ada.email)
        post_code(other, "mfa_authenticate", code)
        results.append(signed_in(other))
    assert results == [True, False]


def test_protection_is_changed_only_by_who_knows_the_password(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    with time_machine.travel(time.time() + settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 60, tick=True):
        answer = client.get(reverse("mfa_activate_totp"))
        assert urlsplit(answer["Location"]).path == reverse("account_reauthenticate")
        answer = client.post(reverse("account_email"), {"email": "evil@elsewhere.example", "action_add": ""})
        assert urlsplit(answer["Location"]).path == reverse("account_reauthenticate")
    assert not Mail.objects.filter(recipient="evil@elsewhere.example").exists()


def test_other_sessions_are_listed_and_ended(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    elsewhere = Client(headers={"user-agent": "A forgotten browser"})
    sign_in(elsewhere, ada.email)
    elsewhere.get("/accounts/profile/")
    assert "A forgotten browser" in text_of(client.get(reverse("usersessions_list")))
    client.post(reverse("usersessions_list"))
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200
