"""What tests of accounts do again and again: read the newest mail to somebody, find the code in it, sign in."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from aidahub.outbox.models import Mail
from tests.cast import PASSWORD

OUTBOX = "aidahub.outbox.backend.OutboxBackend"  # Django's test runner puts a list in its place
CODE = re.compile(r"^    (\S+)$", re.MULTILINE)


def newest_mail(address: str) -> Mail:
    """The last mail written to this address."""
    return Mail.objects.filter(recipient=address).latest("pk")


def code_for(address: str) -> str:
    """The code in the last mail to this address."""
    found = CODE.search(newest_mail(address).text)
    assert found, newest_mail(address).text
    return found[1]


def signed_in(client: Client) -> bool:
    """Whether the client's person is signed in."""
    return "_auth_user_id" in client.session


def sign_in(client: Client, email: str, password: str = PASSWORD, next_path: str = "") -> str:
    """Sign in with a password through the page; returns where that leads, empty when the form came back."""
    answer = client.post(reverse("account_login"), {"login": email, "password": password, "next": next_path})
    return answer.headers.get("Location", "")


def sign_up(client: Client, email: str, password: str = PASSWORD, next_path: str = "") -> str:
    """Fill in the page for new accounts; returns where that leads."""
    answer = client.post(reverse("account_signup"), {"email": email, "password1": password, "next": next_path})
    return answer.headers.get("Location", "")


def verify(client: Client, email: str) -> str:
    """Enter the code of the newest mail to this address after signing up; returns where that leads."""
    answer = client.post(reverse("account_email_verification_sent"), {"code": code_for(email)})
    return answer.headers.get("Location", "")
