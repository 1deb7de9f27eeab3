"""Invitations to act for a provider: made, seen, accepted once, run out."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aidahub.accounts import invitations
from aidahub.accounts.links import claim_links
from aidahub.accounts.models import Invitation, ProviderLink, User
from datasets.models import Provider
from tests.support.accounts import (
    ADDRESS,
    OUTBOX,
    acts,
    add_address,
    dataset_of,
    make_provider,
    path_of,
    sign_up,
    verify,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real_mail_and_no_attempts_yet(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    cache.clear()


@pytest.fixture
def provider(db: None) -> Provider:
    """Paula, as the register has her."""
    return make_provider()


# By invitation


def test_an_invitation_is_kept_as_a_hash_of_256_bits(provider: Provider) -> None:
    token = urlsplit(invitations.invite(provider)).path.split("/")[2]
    assert len(token) == 43
    invitation = Invitation.objects.get()
    assert invitation.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert invitation.email == ADDRESS
    assert invitation.expires_at - invitation.created_at == timedelta(days=settings.INVITATION_DAYS)


def test_without_an_address_there_is_nobody_to_invite(provider: Provider) -> None:
    nameless = Provider.objects.create(name="Only a name", local_to=dataset_of(provider))
    with pytest.raises(ValueError, match="no e-mail address"):
        invitations.invite(nameless)
    assert not Invitation.objects.exists()


def test_looking_at_an_invitation_changes_nothing(provider: Provider, ada: User, client: Client) -> None:
    path = path_of(invitations.invite(provider))
    client.force_login(ada)
    for _look in range(3):
        page = client.get(path)
        assert page.status_code == 200
        client.head(path)
    body = page.content.decode()
    assert "Paula Prov" in body
    assert str(dataset_of(provider)) in body
    assert not acts(ada, provider)
    assert Invitation.objects.get().is_open


def test_an_invitation_leads_through_signing_up_to_the_request(provider: Provider, client: Client) -> None:
    goal = "/admin/access_requests/accessrequest/AIDA-2026-00042/change/"
    path = path_of(invitations.invite(provider, next_path=goal))
    page = client.get(path).content.decode()
    assert f'href="{reverse("account_signup")}?next=' in page
    assert client.post(path)["Location"].startswith(reverse("account_login"))
    assert Invitation.objects.get().is_open

    sign_up(client, "paula@home.example", next_path=path)
    assert verify(client, "paula@home.example") == path
    user = User.objects.get(email="paula@home.example")
    assert client.post(path)["Location"] == goal
    assert acts(user, provider)
    link = ProviderLink.objects.get()
    assert (link.via, link.evidence) == (ProviderLink.Via.INVITATION, ADDRESS)
    invitation = Invitation.objects.get()
    assert (invitation.used_by, invitation.is_open) == (user, False)
    assert client.get(path)["Location"] == goal, "the same link leads on for whoever accepted it"


def test_an_invitation_works_once(provider: Provider, ada: User, otto: User) -> None:
    path = path_of(invitations.invite(provider))
    first, second = Client(), Client()
    first.force_login(ada)
    second.force_login(otto)
    assert first.post(path).status_code == 302
    assert second.post(path).status_code == 404
    assert not acts(otto, provider)
    assert ProviderLink.objects.count() == 1


def test_of_two_who_saw_an_open_invitation_one_is_let_in(provider: Provider, ada: User, otto: User) -> None:
    token = urlsplit(invitations.invite(provider)).path.split("/")[2]
    seen_by_both = invitations.find(token)
    assert seen_by_both
    invitations.accept(seen_by_both, by=ada)
    with pytest.raises(invitations.InvitationError):
        invitations.accept(seen_by_both, by=otto)
    assert not acts(otto, provider)


def test_unknown_used_and_old_invitations_look_the_same(provider: Provider, ada: User, otto: User) -> None:
    used, old = (path_of(invitations.invite(provider)) for _ in range(2))
    accepting = Client()
    accepting.force_login(ada)
    accepting.post(used)
    client = Client()
    client.force_login(otto)
    with time_machine.travel(timezone.now() + timedelta(days=settings.INVITATION_DAYS, minutes=1)):
        client.force_login(otto)
        answers = [client.get(path) for path in ("/invitations/made-up/", used, old)]
        refused = [client.post(path) for path in ("/invitations/made-up/", used, old)]
    assert {answer.status_code for answer in answers + refused} == {404}
    assert not acts(otto, provider)
    bodies = {answer.content.decode().partition("<main")[2] for answer in answers}
    assert len(bodies) == 1
    assert "Paula" not in bodies.pop()


def test_several_invitations_can_be_open(provider: Provider, ada: User, otto: User) -> None:
    paths = [path_of(invitations.invite(provider)) for _ in range(2)]
    for user, path in zip((ada, otto), paths, strict=True):
        client = Client()
        client.force_login(user)
        client.post(path)
    assert acts(ada, provider)
    assert acts(otto, provider)


def test_only_a_verified_account_accepts(provider: Provider, ada: User, client: Client) -> None:
    path = path_of(invitations.invite(provider))
    client.force_login(ada)
    EmailAddress.objects.update(verified=False)
    assert "verify" in client.post(path, follow=True).content.decode()
    assert not acts(ada, provider)
    assert Invitation.objects.get().is_open


@pytest.mark.parametrize(
    "goal", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "x"]
)
def test_an_invitation_leads_only_to_own_pages(provider: Provider, ada: User, client: Client, goal: str) -> None:
    path = path_of(invitations.invite(provider, next_path=goal))
    client.force_login(ada)
    assert client.post(path)["Location"] == reverse("admin:index")
    assert client.get(path)["Location"] == reverse("admin:index")


def test_the_address_with_the_secret_goes_nowhere_else(provider: Provider, client: Client) -> None:
    for path in (path_of(invitations.invite(provider)), "/invitations/made-up/"):
        answer = client.get(path)
        assert answer["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"] == "noindex"
    assert client.put(path).status_code == 405


def test_an_accepted_invitation_outlives_the_address_of_the_register(provider: Provider, ada: User) -> None:
    add_address(ada, ADDRESS)
    claim_links(ada)
    client = Client()
    path = path_of(invitations.invite(provider))
    invitation = Invitation.objects.get()
    invitations.accept(invitation, by=ada)
    EmailAddress.objects.filter(email=ADDRESS).delete()
    assert acts(ada, provider)
    assert ProviderLink.objects.filter(ended_at=None).count() == 1
    assert client.get(path).status_code == 404
