"""Attacks from outside: what a stranger, a careless proxy or a hostile site may try."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from time_machine import travel

from access_requests import actions, further, rules
from aidahub.accounts.models import User
from aidahub.logs import blot
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import BRGANDI_DOI, sent
from tests.support.asking import draft, step

pytestmark = pytest.mark.django_db


# Caches


@pytest.mark.parametrize(
    "path",
    ["/", "/datasets/", f"/{BRGANDI_DOI}", "/privacy/", "/requests/", "/accounts/email/", "/accounts/2fa/", "/no"],
)
def test_no_cache_keeps_a_page_of_somebody_who_signed_in(
    client: Client, ada: User, brgandi: Dataset, path: str
) -> None:
    client.force_login(ada)
    kept = client.get(path)["Cache-Control"]
    assert "no-store" in kept
    assert "private" in kept


@pytest.mark.parametrize("path", ["/", "/datasets/", f"/{BRGANDI_DOI}"])
def test_caches_tell_apart_who_asks_for_a_public_page(client: Client, brgandi: Dataset, path: str) -> None:
    answer = client.get(path)
    assert "Cookie" in answer["Vary"]
    assert not answer.cookies
    assert "no-store" not in answer.headers.get("Cache-Control", "")


# What other sites send


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_what_another_site_sends_is_not_shown_in_somebody_s_own_form(ada: User, brgandi: Dataset, origin: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    address = step(draft(ada, brgandi), "project")
    answer = browser.post(address, {"planned_use": "We sell the data."}, headers={"origin": origin})
    assert answer.status_code == 403
    assert "We sell the data." not in answer.content.decode()


# More than anybody would send


def test_nobody_floods_a_mailbox_by_sending_and_withdrawing(
    ada: User, alva: User, brgandi: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The people whom the answers name get a mail with each sending."""
    monkeypatch.setattr(further, "SENDINGS_A_DAY", 3)
    for _number in range(3):
        actions.withdraw(request=sent(ada, brgandi), by=ada)
    written = Mail.objects.count()
    with pytest.raises(rules.Denied, match="very many requests"):
        sent(ada, brgandi)
    assert Mail.objects.count() == written
    assert sent(alva, brgandi).submitted_at
    with travel(timezone.now() + timedelta(hours=25)):
        assert sent(ada, brgandi).submitted_at, "the next day it goes on"


def test_a_large_file_fills_no_disk(client: Client, ada: User, brgandi: Dataset, tmp_path: Path, settings: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "not-there")  # whoever writes a file there gets an error
    client.force_login(ada)
    request = draft(ada, brgandi)
    large = SimpleUploadedFile("scan.dcm", b"x" * 6_000_000)
    answer = client.post(step(request, "project"), {"planned_use": large, "project_title": "Kept"})
    assert answer.status_code == 200
    request.refresh_from_db()
    assert request.draft["project_title"] == "Kept"


@pytest.mark.parametrize("text", ["a" * 40_000, "a." * 20_000, "@a" * 20_000, "/invitations/" * 4_000])
def test_a_long_text_does_not_hold_up_the_log(text: str) -> None:
    started = time.process_time()
    blot(text)
    assert time.process_time() - started < 0.5, "it took four seconds when every letter could begin an address"
