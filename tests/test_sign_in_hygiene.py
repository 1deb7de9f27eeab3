"""Passwords as they are typed, keys that change, what a browser keeps, accounts that nobody made."""

from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings as site
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from aidahub.accounts.models import User
from aidahub.accounts.passwords import NotOfThisSite
from tests.cast import PASSWORD, fresh
from tests.support.accounts import OUTBOX, code_for, post_code, sign_in, sign_up, signed_in, text_of, verify
from tests.support.locks import app_code, give_factor

pytestmark = pytest.mark.django_db
NEW = "new.person@uu.example"
AGAIN = "/accounts/reauthenticate/"


@pytest.fixture(autouse=True)
def _real_mail_and_no_attempts_yet(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    cache.clear()


# Passwords


@pytest.mark.parametrize(
    "password",
    [
        "onlysmallletters",
        "ONLY LETTERS AND BLANKS",
        "åäöåäöåäöåäö",
        "lång " * 40 + "fras",
        '!"#¤%&/()=?`^*',
        "  spaces around  ",
    ],
)
def test_any_ten_characters_are_a_password_exactly_as_typed(client: Client, password: str) -> None:
    sign_up(client, NEW, password)
    verify(client, NEW)
    for other in (password.swapcase(), password.strip(), password[:-1], password[:72], f"{password} "):
        if other != password:
            cache.clear()
            assert sign_in(Client(), NEW, other) == "", other
    assert sign_in(Client(), NEW, password) == "/"


@pytest.mark.parametrize("password", ["AIDA-Data-Hub-2026", "aidahub12345", "DataHub.admin!", "admin-password1"])
def test_the_sites_own_name_is_no_password(client: Client, password: str) -> None:
    answer = client.post(reverse("account_signup"), {"email": NEW, "password1": password})
    assert "little more than the name of this site" in text_of(answer)
    assert not User.objects.exists()


def test_words_of_the_site_beside_others_are_taken(settings: Any) -> None:
    settings.HUB_NAME = "Walrus Registry"
    for password in ("the hub of seven walruses", "1234567890", "!!!!!!!!!!"):
        NotOfThisSite().validate(password)  # the latter two are for Django's own rules to judge
    with pytest.raises(ValidationError, match="name of this site"):
        NotOfThisSite().validate("WalrusRegistry1")


def test_a_password_is_changed_by_whoever_knows_it(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    new = "another horse battery staple"
    for old, taken in (("", False), ("wrong", False), (PASSWORD, True)):
        client.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new})
        assert fresh(ada).check_password(new) is taken, old


@pytest.mark.parametrize("page", ["login", "signup", "change_password", "reauthenticate"])
def test_fields_of_passwords_are_masked_and_known_to_password_managers(ada: User, client: Client, page: str) -> None:
    if page not in {"login", "signup"}:
        sign_in(client, ada.email)
    html = text_of(client.get(reverse(f"account_{page}")))
    fields = [field.partition(">")[0] for field in html.split("<input")[1:] if "password" in field.partition(">")[0]]
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert 'autocomplete="current-password"' in field or 'autocomplete="new-password"' in field
        assert "onpaste" not in field


def test_a_new_site_has_no_account() -> None:
    assert not User.objects.exists()


# Keys of sessions


def key_of(client: Client) -> str:
    """What the browser holds."""
    return client.cookies[site.SESSION_COOKIE_NAME].value


def with_key(key: str) -> Client:
    """Somebody who has copied a key."""
    thief = Client()
    thief.cookies[site.SESSION_COOKIE_NAME] = key
    return thief


@pytest.mark.parametrize("way", ["password", "app", "mail"])
def test_whoever_is_asked_again_goes_on_under_another_key(ada: User, client: Client, way: str) -> None:
    if way == "app":
        give_factor(ada)
    sign_in(client, ada.email)
    if way == "app":
        post_code(client, "mfa_authenticate", app_code())
    if way == "mail":
        ada.set_unusable_password()
        ada.save()
        client.post("/accounts/login/code/", {"email": ada.email})
        client.post("/accounts/login/code/confirm/", {"code": code_for(ada.email)})
    before = key_of(client)
    assert with_key(before).get("/requests/").status_code == 200
    with time_machine.travel(time.time() + 3600, tick=True):
        if way == "password":
            client.post(AGAIN, {"password": PASSWORD})
        elif way == "app":
            post_code(client, "mfa_reauthenticate", app_code())
        else:
            client.post(reverse("accounts:again_by_mail"), {"action": "send"})
            post_code(client, "accounts:again_by_mail", code_for(ada.email))
        assert key_of(client) != before
        assert client.get("/requests/").status_code == 200
        assert with_key(before).get("/requests/").status_code == 302, "the key that was copied is worth nothing"
    assert [row.session_key for row in UserSession.objects.filter(user=ada)] == [key_of(client)]


def test_a_wrong_answer_changes_no_key(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    before = key_of(client)
    client.post(AGAIN, {"password": "wrong"})
    assert key_of(client) == before


def test_a_sign_in_ends_after_two_weeks_without_a_click(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    begun = time.time()
    with time_machine.travel(begun + site.SESSION_COOKIE_AGE - 60, tick=True):
        assert client.get("/requests/").status_code == 200
    with time_machine.travel(begun + 2 * site.SESSION_COOKIE_AGE - 30, tick=True):
        assert client.get("/requests/").status_code == 302


def test_a_sign_in_ends_after_a_month_however_much_it_is_used(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    begun = time.time()
    for day in (10, 20, 29):
        with time_machine.travel(begun + day * 24 * 3600, tick=True):
            assert client.get("/requests/").status_code == 200, day
    with time_machine.travel(begun + site.SESSION_LONGEST + 60, tick=True):
        answer = client.post("/accounts/profile/", {"name": "Changed"}, follow=True)
        assert answer.redirect_chain[-1] == ("/accounts/login/", 302)
        assert not signed_in(client)
        assert "You signed in 30 days ago, so you were signed out." in text_of(answer)
        assert fresh(ada).name == "Ada Berg", "what was posted was not done"
        assert not UserSession.objects.exists()
        sign_in(client, ada.email)
        assert client.get("/requests/").status_code == 200


# What a browser keeps


def test_signing_out_lets_the_browser_forget(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    assert "Clear-Site-Data" not in client.get("/requests/")
    assert "Clear-Site-Data" not in client.get("/accounts/logout/")
    assert client.post("/accounts/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get("/accounts/login/")


def test_a_sign_in_that_was_ended_elsewhere_does_so_too(ada: User, client: Client) -> None:
    other = Client()
    for browser in (other, client):
        sign_in(browser, ada.email)
    client.post("/accounts/sessions/")
    assert other.get("/requests/")["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    "path", ["/", "/accounts/login/", "/datasets/", "/healthz", "/static/icons.svg", "/no-such-page"]
)
def test_trace_gives_nothing_back(client: Client, path: str) -> None:
    answer = client.generic("TRACE", path, headers={"x-token": "a-secret-of-the-proxy"})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    assert b"a-secret-of-the-proxy" not in content
    assert answer.headers.get("Content-Type", "").partition(";")[0] != "message/http"


@pytest.mark.parametrize("path", ["/static/", "/static/css/", "/static/../manage.py", "/.git/config", "/media/"])
def test_no_folder_is_listed_and_nothing_beside_it_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
