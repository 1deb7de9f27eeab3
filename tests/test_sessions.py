"""Where one is signed in: on what, since when, and how that is ended."""

from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from aidahub.accounts.models import User
from aidahub.accounts.sessions import NOWHERE, device_of
from tests.cast import PASSWORD
from tests.support.accounts import OUTBOX, newest_mail, sign_in, signed_in, text_of
from tests.support.locks import app_code, enter, give_factor

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML) Version/17.5 Safari/604.1"
LIST = "/accounts/sessions/"


@pytest.fixture(autouse=True)
def _real_mail_and_no_attempts_yet(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    cache.clear()


@pytest.fixture
def elsewhere(ada: User) -> Client:
    """Ada's telephone."""
    browser = Client(headers={"user-agent": SAFARI})
    sign_in(browser, ada.email)
    return browser


@pytest.fixture
def here(ada: User, elsewhere: Client) -> Client:
    """Ada's computer, where she signed in after that."""
    browser = Client(headers={"user-agent": FIREFOX})
    sign_in(browser, ada.email)
    return browser


def row_of(browser: Client) -> UserSession:
    """What is kept of this sign-in."""
    return UserSession.objects.get(session_key=browser.session.session_key)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/126.0 Safari/537.36", "Chrome on Mac"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)  # fmt: skip
def test_a_browser_is_called_what_people_call_it(said: str, meant: str) -> None:
    assert device_of(said) == meant


def test_the_list_says_what_and_when_and_keeps_no_address(here: Client) -> None:
    page = text_of(here.get(LIST))
    for words in ("Firefox on Windows", "Safari on iPhone", "this browser", "Signed in", "Last used"):
        assert words in page
    assert set(UserSession.objects.values_list("ip", flat=True)) == {NOWHERE}
    assert "127.0.0.1" not in page.replace("http://127.0.0.1", "")


def test_when_it_was_last_used_is_known_to_ten_minutes(here: Client, django_assert_num_queries: Any) -> None:
    first = row_of(here).last_seen_at
    with time_machine.travel(time.time() + 5 * 60, tick=True):
        here.get("/accounts/profile/")
        assert row_of(here).last_seen_at == first
    with time_machine.travel(time.time() + 11 * 60, tick=True):
        here.get("/accounts/profile/")
        assert (row_of(here).last_seen_at - first).total_seconds() > 600


def test_one_is_ended_and_is_out_at_the_next_click_and_told_why(here: Client, elsewhere: Client) -> None:
    third = Client()
    sign_in(third, "ada.berg@uu.example")
    here.post(reverse("accounts:end_session"), {"session": row_of(elsewhere).pk})
    page = elsewhere.get("/accounts/profile/", follow=True)
    assert "signed out from another browser" in text_of(page)
    assert not signed_in(elsewhere)
    assert signed_in(here)
    assert third.get("/accounts/profile/").status_code == 200


def test_nobody_ends_another_persons(here: Client, otto: User) -> None:
    browser = enter(otto)
    for key in (row_of(here).pk, "", "x", "9" * 30, "0"):
        assert browser.post(reverse("accounts:end_session"), {"session": key})["Location"] == LIST
    assert here.get("/accounts/profile/").status_code == 200
    assert browser.get(reverse("accounts:end_session")).status_code == 405


def test_all_others_are_ended(here: Client, elsewhere: Client) -> None:
    here.post(LIST)
    assert "signed out from another browser" in text_of(elsewhere.get("/requests/", follow=True))
    assert here.get("/requests/").status_code == 200
    assert UserSession.objects.count() == 1


def test_no_cache_keeps_the_answer_that_signs_somebody_out(here: Client, elsewhere: Client) -> None:
    """Its address may be one that everybody asks for."""
    here.post(LIST)
    answer = elsewhere.get("/")
    assert answer["Location"] == reverse("account_login")
    assert answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_a_new_password_ends_the_others_and_tells_the_owner(here: Client, elsewhere: Client) -> None:
    new = "another horse battery staple"
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert "signed out from another browser" in text_of(elsewhere.get("/requests/", follow=True))
    assert here.get("/requests/").status_code == 200
    mail = newest_mail("ada.berg@uu.example")
    assert "password" in mail.subject
    assert "127.0.0.1" not in mail.text.replace("http://127.0.0.1", "")


@pytest.mark.django_db(transaction=True)
def test_a_changed_second_step_ends_the_others_and_tells_the_owner(ada: User, here: Client, elsewhere: Client) -> None:
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = here.get(reverse("mfa_activate_totp")).context["form"].secret
    here.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    assert "now takes a second step" in newest_mail(ada.email).subject
    assert "signed out from another browser" in text_of(elsewhere.get("/requests/", follow=True))
    for url_name, subject in (("mfa_generate_recovery_codes", "recovery codes"), ("mfa_deactivate_totp", "no longer")):
        other = Client()
        other.force_login(ada)
        UserSession.objects.create(user=ada, session_key=other.session.session_key, ip=NOWHERE)
        assert other.get("/requests/").status_code == 200
        here.post(reverse(url_name))
        assert subject in newest_mail(ada.email).subject
        assert not signed_in(other), url_name
        assert here.get("/requests/").status_code == 200


def test_the_list_is_linked_from_the_account(here: Client) -> None:
    assert f'href="{LIST}"' in text_of(here.get("/accounts/profile/"))


def test_giving_a_factor_by_hand_changes_no_session(ada: User, here: Client) -> None:
    give_factor(ada)
    assert here.get("/requests/").status_code == 200
