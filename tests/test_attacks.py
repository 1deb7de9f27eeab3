"""Attacks from outside: what a stranger, a careless proxy or a hostile site may try."""

from __future__ import annotations

import pytest
from django.test import Client

from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import BRGANDI_DOI

pytestmark = pytest.mark.django_db


# Caches


@pytest.mark.parametrize(
    "path", ["/", "/datasets/", f"/{BRGANDI_DOI}", "/privacy/", "/requests/", "/accounts/email/", "/accounts/2fa/", "/no"]
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
