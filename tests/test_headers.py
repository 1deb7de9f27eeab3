"""What every answer forbids the browser: each address as several people, errors, redirects, files and static files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as site
from django.db import transaction
from django.test import Client

from aidahub.accounts.models import User
from tests.support.processes import Server
from tests.support.raw import ask
from tests.test_urls import cast, paths, signed_in, values  # noqa: F401 - two of them are fixtures

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "frame-src": "'none'",
    "worker-src": "'none'",
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
FORBIDDEN = ("camera", "microphone", "geolocation", "usb", "payment", "display-capture")
# The same for everybody, also for somebody who has signed in: nothing of them stands there.
IMPERSONAL = {"datasets:export", "datasets:metadata", "datasets:catalogue", "datasets:feed", "healthz", "readyz"}


def policy_of(response: Any) -> dict[str, str]:
    """The answer's Content-Security-Policy, by directive."""
    pieces = (piece.strip().partition(" ") for piece in response.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _space, value in pieces if name}


def faults_of(response: Any) -> Iterator[str]:
    """What an answer lacks."""
    for name, value in ALWAYS.items():
        if response.headers.get(name) != value:
            yield f"{name} is {response.headers.get(name)}"
    allowed = response.headers.get("Permissions-Policy", "")
    yield from (f"{feature} is allowed" for feature in FORBIDDEN if f"{feature}=()" not in allowed)
    policy = policy_of(response)
    if policy != POLICY and policy != {"sandbox": "", "default-src": "'none'"}:
        yield f"the policy is {policy}"
    if "unsafe" in str(policy):
        yield "the policy has unsafe parts"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "who", ["anonymous", *(pytest.param(who, marks=pytest.mark.slow) for who in ("ada", "per", "hedda"))]
)
def test_every_address_in_both_ways(
    who: str,
    cast: dict[str, User | None],  # noqa: F811
    values: dict[str, Any],  # noqa: F811
) -> None:
    faults = []
    for name, path in paths(values):
        client = signed_in(cast, who)
        for method in ("GET", "POST"):
            with transaction.atomic():
                response = client.generic(method, path)
                transaction.set_rollback(True)
            found = [*faults_of(response), *faults_of_caching(name, path, response, signed_in=who != "anonymous")]
            faults += [f"{method} {name} ({path}), {response.status_code}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def faults_of_caching(name: str, path: str, response: Any, *, signed_in: bool) -> Iterator[str]:
    """What a cache or a search engine would keep of one person, or of whoever holds a link."""
    kept = response.headers.get("Cache-Control", "")
    private = path.startswith(("/accounts/", "/admin/", "/requests/", "/invitations/")) or path.endswith("/request/")
    if (private or (signed_in and name not in IMPERSONAL)) and "no-store" not in kept and name != "admin:jsi18n":
        yield f"Cache-Control is {kept!r}"
    if private and response.headers.get("X-Robots-Tag") != "noindex":
        yield "search engines may keep it"
    if response.cookies and "no-store" not in kept:
        yield "an answer with a cookie may be kept by a cache"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "method", "host", "status"),
    [
        ("/no-such-page", "GET", "testserver", 404),
        ("/static/no-such-file.css", "GET", "testserver", 404),
        ("/", "GET", "evil.example", 400),
        ("/", "DELETE", "testserver", 405),
        ("/healthz", "GET", "10.0.0.1", 200),
        ("/admin", "GET", "testserver", 301),
        ("/a%00b", "GET", "testserver", 404),
    ],
)
def test_errors_and_redirects(client: Client, path: str, method: str, host: str, status: int) -> None:
    response = client.generic(method, path, headers={"host": host})
    assert response.status_code == status
    assert list(faults_of(response)) == []


@pytest.mark.django_db
def test_a_page_that_breaks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError

    client.raise_request_exception = False
    monkeypatch.setattr("aidahub.pages.views.render", broken)
    response = client.get("/")
    assert response.status_code == 500
    assert list(faults_of(response)) == []


@pytest.mark.django_db
def test_static_files_are_for_this_site_alone(client: Client) -> None:
    for name in ("css/shared.css", "icons.svg", "js/search.js", "bootstrap/css/bootstrap.min.css"):
        response = client.get(f"/static/{name}")
        assert response.status_code == 200
        assert list(faults_of(response)) == []
        assert "Access-Control-Allow-Origin" not in response.headers
        response.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_under_https(run_server: Callable[..., Server], ada: User) -> None:
    """The real server behind a proxy that ends TLS."""
    server = run_server(BASE_URL="https://hub.example", HSTS_SUBDOMAINS="yes", SECOND_FACTOR="yes")
    https = {"Host": "hub.example", "X-Forwarded-Proto": "https"}
    for path in ("/", "/accounts/login/", "/no-such-page", "/static/none.css", "/readyz", "/requests/"):
        answer = ask(server.url, path, **https)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", path
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            assert cookie.startswith("__Host-"), cookie
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
    sign_in = ask(server.url, "/accounts/login/", **https)
    assert "__Host-csrf=" in str(sign_in.headers.get_all("Set-Cookie"))
    plain = ask(server.url, "/requests/", Host="hub.example")
    assert (plain.status, plain.headers["Location"]) == (301, "https://hub.example/requests/")
    assert "Strict-Transport-Security" not in plain.headers
    assert ask(server.url, "/", **https, **{"X-Forwarded-Host": "evil.example"}).status == 200
    assert ask(server.url, "/", **{**https, "Host": "evil.example"}).status == 400


def test_subdomains_are_named_only_when_the_operator_says_so() -> None:
    assert site.SECURE_HSTS_INCLUDE_SUBDOMAINS is False
