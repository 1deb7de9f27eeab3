"""Where signing in leads, and how often one may try."""

from __future__ import annotations

import http.cookiejar
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import PASSWORD, provider_of
from tests.support.accounts import (
    OUTBOX,
    code_for,
    post_code,
    sign_in,
    sign_up,
    signed_in,
    text_of,
    verify,
)
from tests.support.processes import Server

pytestmark = pytest.mark.django_db
NEW = "nils.ny@uu.example"


@pytest.fixture(autouse=True)
def _real_mail_and_no_attempts_yet(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    cache.clear()


# Where one was going


SAFE = "/10.23698/aida/synthetic/brgandi?x=1#controlled"
HOSTILE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "https:///evil.example",
    "/\t/evil.example",
    "http://127.0.0.1:8000@evil.example/",
]


def test_next_is_kept_through_signing_up(client: Client) -> None:
    page = client.get(reverse("account_login"), {"next": SAFE})
    assert parse_qs(urlsplit(page.context["signup_url"]).query)["next"] == [SAFE]
    sign_up(client, NEW, next_path=SAFE)
    assert verify(client, NEW) == SAFE


def test_next_is_kept_through_password_and_code(ada: User, client: Client) -> None:
    assert sign_in(Client(), ada.email, next_path=SAFE) == SAFE
    answer = client.post(reverse("account_request_login_code"), {"email": ada.email, "next": SAFE})
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [SAFE]
    answer = post_code(client, "account_confirm_login_code", code_for(ada.email), next=SAFE)
    assert answer["Location"] == SAFE


@pytest.mark.parametrize("next_path", HOSTILE)
def test_next_never_leads_to_another_site(ada: User, next_path: str) -> None:
    def leads_away(address: str) -> bool:
        return "evil" in address or "javascript" in address

    assert not leads_away(sign_in(Client(), ada.email, next_path=next_path))
    client = Client()
    client.post(reverse("account_request_login_code"), {"email": ada.email, "next": next_path})
    assert not leads_away(
        post_code(client, "account_confirm_login_code", code_for(ada.email), next=next_path)["Location"]
    )
    client = Client()
    sign_up(client, NEW, next_path=next_path)
    assert not leads_away(verify(client, NEW))
    answer = client.post(reverse("account_logout"), {"next": next_path})
    assert not leads_away(answer["Location"])


# Limits


def test_wrong_passwords_are_limited_for_an_address_and_a_code_still_opens(ada: User, client: Client) -> None:
    for _attempt in range(5):
        sign_in(client, ada.email, "wrong")
    answer = client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
    assert "Too many attempts" in text_of(answer)
    assert not signed_in(client)
    client.post(reverse("account_request_login_code"), {"email": ada.email})
    post_code(client, "account_confirm_login_code", code_for(ada.email))
    assert signed_in(client)


def test_a_made_up_port_is_no_fresh_start(ada: User, client: Client) -> None:
    for port in range(1, 7):
        data = {"login": ada.email, "password": "wrong"}
        answer = client.post(reverse("account_login"), data, headers={"host": f"localhost:{port}"})
    assert "Too many attempts" in text_of(answer)


def test_nobody_can_flood_an_address_with_codes(ada: User, client: Client) -> None:
    for minute in range(20):
        with time_machine.travel(time.time() + minute * 60, tick=True):
            for page in ("account_request_login_code", "account_reset_password"):
                client.post(reverse(page), {"email": ada.email})
    assert Mail.objects.filter(recipient=ada.email).count() <= 20


def test_too_many_new_accounts_from_one_place_get_a_429(client: Client) -> None:
    answers = [client.post(reverse("account_signup"), {"email": f"n{n}@uu.example"}) for n in range(21)]
    assert [answer.status_code for answer in answers] == [302] * 20 + [429]


@pytest.mark.django_db(transaction=True)
def test_limits_hold_across_processes(run_server: Callable[..., Server]) -> None:
    User.objects.create_user("ada.berg@uu.example", PASSWORD)
    servers = [run_server(), run_server()]
    answers = []
    for attempt in range(8):
        url = servers[attempt % 2].url + reverse("account_login")
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        page = opener.open(url, timeout=10).read().decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        data = {"login": "ada.berg@uu.example", "password": "wrong", "csrfmiddlewaretoken": token}
        answers.append(opener.open(url, urlencode(data).encode(), timeout=10).read().decode())
    assert ["Too many attempts" in answer for answer in answers] == [False] * 5 + [True] * 3


def opened(opener: urllib.request.OpenerDirector, url: str, **data: str) -> str:
    """A page; with data, what it answers to its form being filled in so."""
    page = str(opener.open(url, timeout=20).read().decode())
    if not data:
        return page
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    body = urlencode({**data, "csrfmiddlewaretoken": token}).encode()
    return str(opener.open(url, body, timeout=20).read().decode())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_tries_of_a_mailed_code_are_counted_over_all_processes(
    per: User, brgandi: Dataset, run_server: Callable[..., Server]
) -> None:
    register = provider_of(brgandi, 1).email
    servers = [run_server(SECOND_FACTOR="yes") for _number in range(2)]
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    opened(opener, servers[0].url + reverse("account_login"), login=per.email, password=PASSWORD)
    pages = [server.url + reverse("accounts:sitting") for server in servers]
    way = opened(opener, pages[0]).split('name="way" value="')[1].split('"')[0]
    for sent in range(5):
        opened(opener, pages[sent % 2], way=way)
    assert Mail.objects.filter(recipient=register).count() == 3, "a fourth code within a minute"
    for attempt in range(5):
        assert "This code is wrong" in opened(opener, pages[attempt % 2], code="BBBB-BBBB")
    for page in pages:
        assert "This code is wrong" in opened(opener, page, code=code_for(register))
