"""Logs: facts, and nothing that tells who somebody is."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from django.urls import URLResolver, get_resolver

from aidahub.logs import blot
from tests.support.processes import Server


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Mail to ada.berg+x@uu.example.org failed", "Mail to [e-mail] failed"),
        ("Key (email)=(åsa@example.org) already exists", "Key (email)=([e-mail]) already exists"),
        ("GET /invitations/s3cr3t-token/ 500", "GET /invitations/[secret] 500"),
        ("GET /parts/s3cr3t-token/ 500", "GET /parts/[secret] 500"),
        ("/accounts/confirm-email/MTI:abc/ broke", "/accounts/confirm-email/[secret] broke"),
        ("/accounts/password/reset/key/1-set-password/", "/accounts/password/reset/key/[secret]"),
        ("no address here: 10.23698/aida", "no address here: 10.23698/aida"),
    ],
)
def test_blot(written: str, kept: str) -> None:
    assert blot(written) == kept


def test_every_address_of_the_site_with_a_secret_in_it_is_blotted() -> None:
    found = [address for address in addresses_in(get_resolver(), "/") if "<str:token>" in address]
    assert len(found) >= 2
    for address in found:
        assert "s3cr3t" not in blot(address.replace("<str:token>", "s3cr3t")), address


def addresses_in(resolver: URLResolver, begin: str) -> Iterator[str]:
    """Every address of the site, as its pattern is written."""
    for pattern in resolver.url_patterns:
        address = f"{begin}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from addresses_in(pattern, address)
        else:
            yield address


def test_request_is_logged_by_route_without_address_or_visitor(run_server: Callable[..., Server]) -> None:
    server = run_server()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{server.url}/invitations/s3cr3t-token/x?email=ada@example.org", timeout=10)
    entry = next(json.loads(line) for line in server.log.splitlines() if '"event": "request"' in line)
    assert entry["status"] == 404
    assert entry["route"]
    assert isinstance(entry["ms"], int)
    for secret in ("s3cr3t", "ada@", "127.0.0.1"):
        assert secret not in server.log
