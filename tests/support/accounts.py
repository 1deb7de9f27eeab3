"""What tests of accounts do again and again: read the newest mail to somebody, find the code in it, sign in."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.test import Client
from django.urls import reverse

from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, Provider
from tests.cast import PASSWORD, fresh, make_dataset, provider_of

Answer = Any  # what the test client returns
OUTBOX = "aidahub.outbox.backend.OutboxBackend"  # Django's test runner puts a list in its place
ADDRESS = "paula.prov@region.example"
ORCID_ID = "0000-0002-1825-0097"
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


def make_provider() -> Provider:
    """Paula, who provides one dataset, with an address and an ORCID in the register."""
    provider = provider_of(make_dataset("10.23698/aida/heads"), 1)
    provider.name, provider.email, provider.identifier = "Paula Prov", ADDRESS, f"https://orcid.org/{ORCID_ID}"
    provider.save()
    return provider


def dataset_of(provider: Provider) -> Dataset:
    """The dataset that the provider provides."""
    return provider.dataset_providers.get().dataset


def acts(user: User, provider: Provider) -> bool:
    """Whether the user acts for the provider now."""
    return provider.pk in fresh(user).provider_ids


def connect_orcid(user: User, orcid: str = ORCID_ID) -> SocialAccount:
    """As after signing in with ORCID."""
    return SocialAccount.objects.create(user=user, provider="orcid", uid=orcid)


def add_address(user: User, email: str, *, verified: bool = True) -> EmailAddress:
    """One more address of an account."""
    return EmailAddress.objects.create(user=user, email=email, verified=verified)


def path_of(link: str) -> str:
    """The path of an invitation's address."""
    assert link.startswith(settings.BASE_URL + "/invitations/")
    return link.removeprefix(settings.BASE_URL)


def text_of(answer: Answer) -> str:
    """A page as text."""
    return str(answer.content.decode())


def without_tokens(answer: Answer) -> str:
    """A page without what differs each time it is asked for."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", text_of(answer))


def post_code(client: Client, url_name: str, code: str, **data: str) -> Answer:
    """Enter a code on the page of this name."""
    answer: Answer = client.post(reverse(url_name), {"code": code, **data})
    return answer
