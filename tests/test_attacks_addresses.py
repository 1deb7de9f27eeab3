"""Addresses and search words that nobody types: each gets a page of its own, and none an error or a way out."""

from __future__ import annotations

import pytest
from django.test import Client

from access_requests.workflow import Status
from aidahub.accounts.models import User
from tests.cast import BRGANDI_DOI, RequestAt

pytestmark = pytest.mark.django_db

ADMIN = "/admin/access_requests/accessrequest/"
BAD = (
    "%00",
    "a%00b",
    "%ff%fe",
    "..%2f..%2fetc",
    "%0d%0aSet-Cookie:a=b",
    "%ed%a0%80",
    "9" * 400,
    "x" * 4000,
    "%E2%80%AE",
)
PLACES = (
    "/requests/{}/", "/requests/{}/edit/you/", "/requests/{}/withdraw/", "/10.23698/{}", "/10.23698/{}/request/",
    f"/{BRGANDI_DOI}/request/?license={{}}", "/datasets/?q={}", "/datasets/?page={}", "/requests/?page={}",
    "/invitations/{}/", "/accounts/login/?next={}", "/accounts/oidc/{}/login/", "/accounts/confirm-email/{}/",
    ADMIN + "{}/change/", ADMIN + "{}/approve/", ADMIN + "several/approve/?reference={}", ADMIN + "?q={}",
    ADMIN + "?turn={}", ADMIN + "?dataset={}", ADMIN + "?status={}", ADMIN + "?o={}", ADMIN + "?p={}",
    "/admin/outbox/mail/{}/change/", "/admin/outbox/mail/?q={}", "/admin/outbox/mail/?created_at__year={}",
    "/admin/outbox/mail/?kind={}", "/admin/access_requests/accessrequest/?license={}",
    "/admin/accounts/user/?q={}", "/admin/accounts/user/?is_active__exact={}", "/admin/datasets/dataset/?findings={}",
    "/admin/datasets/licensetext/?license__id__exact={}", "/admin/datasets/dataset/{}/change/", "/admin/r/1/{}/",
)  # fmt: skip
WAYS_OUT = (
    "/10.23698//evil.example/..", "/10.23698/AIDA\\evil", "/\\evil.example/", "//evil.example/requests",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_address_makes_an_error(
    client: Client, hedda: User, request_at: RequestAt, brgandi: object, place: str
) -> None:
    client.force_login(hedda)
    for bad in BAD:
        answer = client.get(place.format(bad))
        assert answer.status_code in {200, 301, 302, 400, 404}, bad[:20]
        assert "\n" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("name", ["text", "license", "reference", "_selected_action", "provider", "reason", "action"])
def test_no_posted_word_makes_an_error(client: Client, ada: User, per: User, request_at: RequestAt, name: str) -> None:
    request = request_at(Status.APPROVED)
    for person, place in (
        (ada, f"/requests/{request.reference}/accept/"), (ada, f"/{BRGANDI_DOI}/request/"),
        (per, ADMIN), (per, f"{ADMIN}several/reject/"), (per, f"{ADMIN}{request.reference}/approve/"),
    ):  # fmt: skip
        client.force_login(person)
        for bad in ("\0", "a\0b", "\u202e", "x" * 100_000):
            words = {"accept_license": "on", "action": "approve", "reference": request.reference, name: bad}
            assert client.post(place, words).status_code in {200, 302, 403, 404}


@pytest.mark.parametrize("address", WAYS_OUT)
def test_no_address_leads_to_another_site(client: Client, brgandi: object, address: str) -> None:
    answer = client.get(address)
    assert not answer.headers.get("Location", "").replace("\\", "/").startswith(("//", "http"))


@pytest.mark.parametrize(
    "to", ["//evil.example", "https:evil.example", "/\\evil.example", "javascript:alert(1)", "\thttp://evil.example"]
)
def test_signing_in_leads_to_no_other_site(client: Client, ada: User, to: str) -> None:
    words = {"login": ada.email, "password": "correct horse battery staple", "next": to}
    assert client.post("/accounts/login/", words)["Location"] == "/"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1@evil.example", "127.0.0.1:80:80", "127.0.0.1\\evil"])
def test_another_host_s_name_gets_no_page(client: Client, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 400
