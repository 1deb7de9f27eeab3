"""Logs: facts, and nothing that tells who somebody is."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from aidahub.logs import blot
from tests.support.processes import Server


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Mail to ada.berg+x@uu.example.org failed", "Mail to [e-mail] failed"),
        ("Key (email)=(åsa@example.org) already exists", "Key (email)=([e-mail]) already exists"),
        ("GET /invitations/s3cr3t-token/ 500", "GET /invitations/[secret] 500"),
        ("/accounts/confirm-email/MTI:abc/ broke", "/accounts/confirm-email/[secret] broke"),
        ("/accounts/password/reset/key/1-set-password/", "/accounts/password/reset/key/[secret]"),
        ("no address here: 10.23698/aida", "no address here: 10.23698/aida"),
    ],
)
def test_blot(written: str, kept: str) -> None:
    assert blot(written) == kept


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
