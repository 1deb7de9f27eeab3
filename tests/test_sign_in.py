"""Accounts are made, opened, lost and found: with a password, with codes by mail, with a second step."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
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
    sign_up,
    signed_in,
    text_of,
    verify,
    without_tokens,
)

pytestmark = pytest.mark.django_db
NEW = "nils.ny@uu.example"


@pytest.fixture(autouse=True)
def _real_mail_and_no_attempts_yet(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    cache.clear()


# Making an account


def test_signing_up_takes_an_address_a_password_and_the_code_from_the_mail(client: Client) -> None:
    assert sign_up(client, "Nils.Ny@UU.example") == reverse("account_email_verification_sent")
    assert not signed_in(client)
    mail = newest_mail(NEW)
    assert mail.secret
    assert settings.HUB_NAME in mail.subject
    assert code_for(NEW) not in mail.subject

    assert verify(client, NEW) == "/"
    assert signed_in(client)
    user = User.objects.get(email=NEW)
    assert user.verified_emails == {NEW}
    assert user.check_password(PASSWORD)


def test_without_a_password_the_account_is_opened_by_codes(client: Client) -> None:
    sign_up(client, NEW, password="")
    assert verify(client, NEW) == "/"
    assert not User.objects.get(email=NEW).has_usable_password()
    assert sign_in(Client(), NEW, "") == ""
    assert sign_in(Client(), NEW, "!") == ""


def test_a_wrong_code_opens_nothing_and_three_are_enough(client: Client) -> None:
    sign_up(client, NEW)
    for _attempt in range(3):
        post_code(client, "account_email_verification_sent", "AAAA-AAAA")
    post_code(client, "account_email_verification_sent", code_for(NEW))
    assert not signed_in(client)
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_a_code_is_of_no_use_in_another_browser(client: Client) -> None:
    sign_up(client, NEW)
    other = Client()
    post_code(other, "account_email_verification_sent", code_for(NEW))
    assert not signed_in(other)


def test_a_code_is_of_no_use_after_half_an_hour(client: Client) -> None:
    sign_up(client, NEW)
    with time_machine.travel(time.time() + settings.CODE_MINUTES * 60 + 5, tick=True):
        verify(client, NEW)
    assert not signed_in(client)


def test_a_code_still_works_after_the_mail_server_took_its_time(client: Client) -> None:
    sign_up(client, NEW)
    with time_machine.travel(time.time() + 25 * 60, tick=True):
        verify(client, NEW)
        assert signed_in(client)


def test_weak_passwords_are_refused_with_the_reason(client: Client) -> None:
    for password in ("short", "1234567890", "password123", NEW):
        answer = client.post(reverse("account_signup"), {"email": NEW, "password1": password})
        assert answer.status_code == 200
        assert 'id="id_password1_error"' in text_of(answer)
    assert not User.objects.exists()


def test_the_code_can_be_sent_again_and_only_the_new_one_works(client: Client) -> None:
    sign_up(client, NEW)
    first = code_for(NEW)
    with time_machine.travel(time.time() + 11, tick=True):
        client.post(reverse("account_email_verification_sent"), {"action": "resend"})
        assert code_for(NEW) != first
        post_code(client, "account_email_verification_sent", first)
        assert not signed_in(client)
        verify(client, NEW)
    assert signed_in(client)


# Coming back


def test_a_password_opens_the_account_however_the_address_is_written(ada: User, client: Client) -> None:
    assert sign_in(client, "Ada.Berg@UU.Example") == "/"
    assert signed_in(client)


def test_the_form_says_one_thing_for_a_wrong_password_and_an_unknown_address(ada: User, client: Client) -> None:
    answers = [
        client.post(reverse("account_login"), {"login": email, "password": "wrong"})
        for email in (ada.email, "nobody@uu.example")
    ]
    bodies = {without_tokens(answer).replace(ada.email, "").replace("nobody@uu.example", "") for answer in answers}
    assert len(bodies) == 1
    assert "The e-mail address or the password is wrong." in bodies.pop()
    assert not signed_in(client)


def test_a_code_by_mail_opens_the_account(ada: User, client: Client) -> None:
    answer = client.post(reverse("account_request_login_code"), {"email": ada.email})
    assert urlsplit(answer["Location"]).path == reverse("account_confirm_login_code")
    assert post_code(client, "account_confirm_login_code", code_for(ada.email))["Location"] == "/"
    assert signed_in(client)


def test_a_closed_account_stays_closed(ada: User, client: Client) -> None:
    User.objects.update(is_active=False)
    sign_in(client, ada.email)
    assert not signed_in(client)
    client.post(reverse("account_request_login_code"), {"email": ada.email})
    assert "There is no account" in newest_mail(ada.email).subject


def test_closing_an_account_ends_its_sessions(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    assert client.get(reverse("accounts:profile")).status_code == 200
    User.objects.update(is_active=False)
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_a_lost_password_is_replaced_with_a_code(ada: User, client: Client) -> None:
    elsewhere = Client()
    sign_in(elsewhere, ada.email)
    answer = client.post(reverse("account_reset_password"), {"email": ada.email, "next": "/requests/"})
    assert urlsplit(answer["Location"]).path == reverse("account_confirm_password_reset_code")
    answer = post_code(client, "account_confirm_password_reset_code", code_for(ada.email), next="/requests/")
    new = "another horse battery staple"
    answer = client.post(answer["Location"], {"password1": new, "password2": new, "next": "/requests/"})
    assert answer["Location"] == "/requests/"
    assert signed_in(client)
    assert sign_in(Client(), ada.email) == ""
    assert sign_in(Client(), ada.email, new) == "/"
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302, "a stolen session outlived the password"


def test_signing_out_is_a_post(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    assert client.get(reverse("account_logout")).status_code == 200
    assert signed_in(client)
    client.post(reverse("account_logout"))
    assert not signed_in(client)


# Nobody learns who has an account


@pytest.mark.parametrize("page", ["account_signup", "account_request_login_code", "account_reset_password"])
def test_known_and_unknown_addresses_get_the_same_answer(ada: User, page: str) -> None:
    seen = []
    for email in (ada.email, "nobody@uu.example"):
        browser = Client()
        answer = browser.post(reverse(page), {"email": email, "password1": PASSWORD}, follow=True)
        seen.append((answer.status_code, answer.redirect_chain, without_tokens(answer).replace(email, "somebody")))
        assert Mail.objects.filter(recipient=email).count() == 1, "one mail, whoever it is"
    assert seen[0] == seen[1]


def test_signing_up_with_a_taken_address_tells_its_owner_only(ada: User, client: Client) -> None:
    assert sign_up(client, ada.email, "somebody else's password") == reverse("account_email_verification_sent")
    mail = newest_mail(ada.email)
    assert "already" in mail.subject
    assert f"{settings.BASE_URL}{reverse('account_request_login_code')}" in mail.text
    assert User.objects.count() == 1
    assert User.objects.get().check_password(PASSWORD)


# An account that a stranger made with somebody's address


def squat() -> User:
    """A stranger has signed up with the address and connected a service, and could not verify the address."""
    sign_up(Client(), NEW, "the stranger's password")
    user = User.objects.get(email=NEW)
    SocialAccount.objects.create(user=user, provider="elsewhere", uid="stranger")
    return user


def test_the_owner_takes_over_by_a_code_and_the_stranger_is_out(client: Client) -> None:
    user = squat()
    client.post(reverse("account_request_login_code"), {"email": NEW})
    post_code(client, "account_confirm_login_code", code_for(NEW))
    assert signed_in(client)
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert not SocialAccount.objects.filter(user=user).exists()
    assert sign_in(Client(), NEW, "the stranger's password") == ""


def test_the_owner_takes_over_by_a_reset_even_if_they_stop_half_way(client: Client) -> None:
    user = squat()
    client.post(reverse("account_reset_password"), {"email": NEW})
    post_code(client, "account_confirm_password_reset_code", code_for(NEW))
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert not SocialAccount.objects.filter(user=user).exists()


def test_a_proven_account_keeps_its_password_when_a_code_is_used(ada: User, client: Client) -> None:
    EmailAddress.objects.create(user=ada, email="second@uu.example")
    client.post(reverse("account_request_login_code"), {"email": "second@uu.example"})
    post_code(client, "account_confirm_login_code", code_for("second@uu.example"))
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
