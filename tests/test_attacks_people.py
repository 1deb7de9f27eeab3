"""Attacks on who somebody is: addresses and names that are taken for others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.test import Client

from aidahub.accounts.adapters import ServiceAdapter
from aidahub.accounts.models import User
from tests.support.accounts import ADDRESS, OUTBOX, sign_up

pytestmark = pytest.mark.django_db

LONG_S = "\u017fara@region.example"


@pytest.fixture(autouse=True)
def _real_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = OUTBOX


@pytest.mark.parametrize("address", [LONG_S, "\u0131da@region.example"])
def test_no_account_with_an_address_that_folds_into_somebody_else_s(client: Client, db: None, address: str) -> None:
    sign_up(client, address)
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


def test_nor_does_another_service_vouch_for_one() -> None:
    addresses = [EmailAddress(email=email, verified=True) for email in (LONG_S, ADDRESS)]
    ServiceAdapter().pre_social_login(HttpRequest(), SimpleNamespace(email_addresses=addresses, state={}))
    assert [address.verified for address in addresses] == [False, True]


def test_a_name_cannot_turn_or_break_the_sentences_it_stands_in(client: Client, ada: User) -> None:
    client.force_login(ada)
    answers = {
        "name": "Ada\u202eevorppa\r\nBcc: eve@evil.example",
        "institution": "Uppsala\x07 University\u2066",
        "department": "a\nb",
        "postal_address": "Street\r\n\u200f75185 Uppsala",
        "country": "SE",
    }
    assert client.post("/accounts/profile/", answers).status_code == 302
    ada.refresh_from_db()
    found = (ada.name, ada.institution, ada.department, ada.postal_address)
    assert found == ("Ada evorppa Bcc: eve@evil.example", "Uppsala University", "a b", "Street\n75185 Uppsala")


def test_the_profile_takes_nothing_but_its_own_fields(client: Client, ada: User) -> None:
    client.force_login(ada)
    client.post("/accounts/profile/", {"name": "A", "email": "x@y.example", "is_hub_staff": "on", "is_superuser": "on"})
    ada.refresh_from_db()
    assert (ada.name, ada.email, ada.is_hub_staff, ada.is_superuser) == ("A", "ada.berg@uu.example", False, False)
