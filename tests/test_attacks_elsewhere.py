"""Ways to another site: addresses to go on to, names of hosts, and what a cache would give to others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from access_requests.workflow import Status
from aidahub.accounts.invitations import invite
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import BRGANDI_DOI, PASSWORD, RequestAt, provider_of
from tests.support.accounts import OUTBOX, sign_up
from tests.test_urls import cast, paths, signed_in, values  # noqa: F401 - two of them are fixtures

pytestmark = pytest.mark.django_db

AWAY = (
    "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/%2F/evil.example",
    "///evil.example", "http:evil.example", "https:/evil.example", "javascript:alert(1)//evil.example",
    "\thttps://evil.example", "/\t/evil.example", "//evil\u3002example", "/\u2044evil.example",
    "//testserver@evil.example", "/\n/evil.example", "https://testserver.evil.example/",
    "//evil.example\\@testserver", "data:text/html,evil.example", " //evil.example",
)  # fmt: skip
NAMES = (
    "next", "return", "return_to", "redirect", "redirect_uri", "redirect_to", "url", "to", "continue", "goto", "back",
)  # fmt: skip
HERE = "http://testserver"


def leads_away(place: str) -> bool:
    """Whether a browser that follows this address leaves the site (https://url.spec.whatwg.org/#url-parsing)."""
    seen = re.sub(r"[\t\r\n]", "", place).strip("".join(map(chr, range(33)))).replace("\\", "/")
    seen = re.sub(r"^https:/*", "https://", re.sub(r"^/{2,}", "//", seen))
    whole = urlsplit(urljoin(HERE + "/x/", seen.replace("\u3002", ".")))
    return whole.scheme not in {"http", "https"} or whole.hostname != "testserver"


def test_a_browser_would_leave_by_each_of_these() -> None:
    """The judge itself: those that stay within the site are there because some framework once read them otherwise."""
    stays = {"/%2F/evil.example", "/\u2044evil.example", "/\t/evil.example", "/\n/evil.example"}
    assert {each for each in AWAY if not leads_away(each)} <= stays | {"http:evil.example"}
    assert not leads_away("/requests/")
    assert leads_away("//evil.example")


def asks(number: int) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Method, words and headers: every name of a place to go on to, with one of the addresses."""
    words = {name: AWAY[(number + place) % len(AWAY)] for place, name in enumerate(NAMES)}
    referer = {"referer": "https://evil.example/"}
    yield "get", words, referer
    yield "post", words, referer


@pytest.mark.parametrize("who", ["anonymous", "ada", pytest.param("hedda", marks=pytest.mark.slow)])
def test_no_address_leads_away_whatever_it_is_asked(
    who: str,
    cast: dict[str, User | None],  # noqa: F811
    values: dict[str, Any],  # noqa: F811
) -> None:
    client = signed_in(cast, who)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    faults = []
    for number, (name, path) in enumerate(paths(values)):
        for method, words, headers in asks(number):
            client.cookies.clear()
            client.cookies.load(cookies)
            with transaction.atomic():
                answer = getattr(client, method)(path, words, headers=headers)
                transaction.set_rollback(True)
            place = answer.headers.get("Location", "")
            links = (
                re.findall(r'(?:href|action|src)="([^"]*)"', answer.text) if "html" in answer["Content-Type"] else []
            )
            if place and leads_away(place):
                faults.append(f"{method} {name}: to {place}")
            faults += [f"{method} {name}: a link to {link}" for link in links if is_evil(link)]
    assert not faults, "\n".join(faults)


def is_evil(link: str) -> bool:
    """Whether a link leads to the attacker, and not only names them in a place to go on to that is looked at later."""
    return leads_away(link) and "evil" in link.partition("?")[0]


@pytest.mark.parametrize("to", AWAY)
def test_forms_that_lead_on_lead_to_no_other_site(
    client: Client, ada: User, hedda: User, request_at: RequestAt, brgandi: Dataset, to: str
) -> None:
    """Each form that has a place to go on to, filled in rightly."""
    request = request_at(Status.IN_REVIEW)
    token = invite(provider_of(brgandi, 3)).rpartition("/invitations/")[2].partition("/")[0]
    places: list[tuple[User | None, str, dict[str, object]]] = [
        (None, "/accounts/login/", {"login": ada.email, "password": PASSWORD}),
        (ada, "/accounts/reauthenticate/", {"password": PASSWORD}),
        (ada, "/accounts/logout/", {}),
        (ada, f"/invitations/{token}/", {}),
        (hedda, f"/admin/access_requests/accessrequest/{request.reference}/assign/", {"assignee": hedda.pk}),
    ]
    for person, path, words in places:
        client.logout()
        if person:
            client.force_login(person)
        for answer in (client.post(path, {**words, "next": to}), client.post(f"{path}", {**words, "next": ["/", to]})):
            place = answer.headers.get("Location", "")
            assert not place or not leads_away(place), path
        answer = client.get(path, {"next": to})
        assert not leads_away(answer.headers.get("Location", "/")), path


# Names of hosts

POISON = {
    "X-Forwarded-Host": "evil.example", "X-Host": "evil.example", "X-Forwarded-Server": "evil.example",
    "Forwarded": "host=evil.example;proto=https", "X-Original-URL": "/admin/evil.example",
    "X-Rewrite-URL": "/evil.example",
    "X-Forwarded-Prefix": "/evil.example", "X-Forwarded-Scheme": "https", "X-Forwarded-Port": "64646",
    "X-HTTP-Method-Override": "POST", "X-Forwarded-For": "evil.example", "X-Script-Name": "/evil.example",
    "X-Wap-Profile": "http://evil.example/", "Via": "evil.example", "True-Client-IP": "evil.example",
}  # fmt: skip
PUBLIC = ("/", "/datasets/", "/metrics/", "/privacy/", f"/{BRGANDI_DOI}", f"/{BRGANDI_DOI}/metadata.ttl", "/feed.atom",
          "/robots.txt", "/sitemap.xml", "/api/1.0/metadata.json", "/no-such-page")  # fmt: skip


def told(answer: Any) -> tuple[int, bytes, str]:
    """What a cache would keep of an answer."""
    body = answer.getvalue() if answer.streaming else answer.content
    return answer.status_code, body, answer.headers.get("Location", "")


@pytest.mark.parametrize("path", PUBLIC)
def test_no_header_that_caches_ignore_changes_a_page(client: Client, brgandi: Dataset, path: str) -> None:
    """The one who asks first must not decide what the others read, neither in a cache nor in our own memory."""
    first = told(Client().get(path, headers=POISON))
    assert b"evil" not in first[1]
    assert b"64646" not in first[1]
    assert "evil" not in first[2]
    assert told(client.get(path)) == first


@pytest.mark.parametrize("path", ["/", f"/{BRGANDI_DOI}", "/metrics/", "/privacy/"])
def test_no_word_behind_the_address_stays_in_a_page(client: Client, brgandi: Dataset, path: str) -> None:
    clean = told(client.get(path))
    other = told(client.get(f"{path}?zqevilqz=zqevilqz&utm=zqevilqz&next=//zqevilqz"))[1].decode()
    places = re.findall(r'"([^"]*zqevilqz[^"]*)"', other)
    assert other.count("zqevilqz") == sum(place.count("zqevilqz") for place in places), "nowhere but in addresses"
    assert not [place for place in places if "zqevilqz" in place.partition("?")[0]], (
        "a place to come back to is judged later"
    )
    assert told(client.get(path)) == clean


@pytest.mark.parametrize("path", PUBLIC[:6])
def test_what_changes_a_page_is_named_for_caches(client: Client, brgandi: Dataset, path: str) -> None:
    answer = client.get(path)
    varies = {name.strip().lower() for name in answer.headers.get("Vary", "").split(",")}
    swedish = client.get(path, headers={"accept-language": "sv"})
    machine = client.get(path, headers={"accept": "text/turtle"})
    assert told(swedish) == told(answer) or "accept-language" in varies
    assert told(machine) == told(answer) or "accept" in varies


@pytest.mark.parametrize("host", ["testserver:6666", "TESTSERVER", "testserver."])
def test_links_in_mails_come_from_the_settings(client: Client, settings: Any, db: None, host: str) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    settings.ALLOWED_HOSTS = ["*"]
    client.defaults |= {"HTTP_HOST": host, "HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "https"}
    sign_up(client, "new@uu.example")
    sign_up(Client(HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example"), "other@uu.example")
    client.post("/accounts/password/reset/", {"email": "new@uu.example"})
    client.post("/accounts/login/code/", {"email": "new@uu.example"})
    mails = list(Mail.objects.all())
    assert len(mails) >= 3
    for mail in mails:
        links = re.findall(r"https?://[^\s\"<>]+", mail.text + mail.html)
        assert all(link.startswith(settings.BASE_URL) for link in links), links
        assert "evil" not in mail.text + mail.html + mail.subject + str(mail.headers)


def test_a_site_behind_a_name_answers_to_that_name_alone() -> None:
    assert "*" not in settings.ALLOWED_HOSTS
    assert not settings.USE_X_FORWARDED_HOST
    assert not settings.USE_X_FORWARDED_PORT


def test_of_two_words_with_one_name_one_counts_everywhere(client: Client, ada: User, brgandi: Dataset) -> None:
    """What one part of a site checks and another one does must be the same word."""
    words = {"login": [ada.email, "otto@elsewhere.example"], "password": ["wrong", PASSWORD]}
    assert client.post("/accounts/login/", words).status_code == 200
    assert client.post(f"/accounts/login/?login={ada.email}&password={PASSWORD}", {}).status_code == 200
    assert "_auth_user_id" not in client.session
