"""Who acts for a provider because of what they can prove, and how that ends."""

from __future__ import annotations

from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from aidahub.accounts import invitations
from aidahub.accounts.links import claim_links, end_link, people_acting_for
from aidahub.accounts.models import ProviderLink, User
from datasets.models import Provider
from tests.cast import make_user
from tests.support.accounts import (
    ADDRESS,
    ORCID_ID,
    OUTBOX,
    acts,
    add_address,
    code_for,
    connect_orcid,
    dataset_of,
    make_provider,
    sign_in,
    sign_up,
    signed_in,
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


# By proof


def test_who_verifies_the_registers_address_acts_at_once(provider: Provider, client: Client) -> None:
    sign_up(client, ADDRESS)
    user = User.objects.get()
    assert not acts(user, provider)
    verify(client, ADDRESS)
    assert acts(user, provider)
    link = ProviderLink.objects.get()
    assert (link.via, link.evidence) == (ProviderLink.Via.EMAIL, ADDRESS)
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_second_address_gives_the_right_when_it_is_verified(provider: Provider, ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery staple"})
    client.post(reverse("account_email"), {"email": ADDRESS.upper(), "action_add": ""})
    assert not acts(ada, provider)
    client.post(reverse("account_email_verification_sent"), {"code": code_for(ADDRESS)})
    assert acts(ada, provider)


def test_an_unverified_address_gives_nothing(provider: Provider, ada: User, client: Client) -> None:
    add_address(ada, ADDRESS, verified=False)
    sign_in(client, ada.email)
    assert signed_in(client)
    assert not acts(ada, provider)
    assert not ProviderLink.objects.exists()


def test_a_provider_that_came_later_is_claimed_at_the_next_sign_in(ada: User, client: Client) -> None:
    sign_in(client, ada.email)
    provider = Provider.objects.create(name="Ada", email=ada.email)
    assert not acts(ada, provider)
    sign_in(Client(), ada.email)
    assert acts(ada, provider)


def test_a_provider_that_came_later_has_its_people_when_it_is_asked_for_them(ada: User, provider: Provider) -> None:
    by_orcid = make_user("olof@uu.example", "Olof Orcid")
    connect_orcid(by_orcid)
    add_address(ada, ADDRESS)
    make_user("nobody@uu.example", "Nobody")
    assert people_acting_for(provider) == sorted([ada, by_orcid], key=lambda user: user.pk)
    assert people_acting_for(provider) == sorted([ada, by_orcid], key=lambda user: user.pk)
    assert ProviderLink.objects.count() == 2


def test_providers_without_address_or_orcid_have_no_people(provider: Provider, ada: User) -> None:
    nameless = Provider.objects.create(name="Only a name", local_to=dataset_of(provider))
    empty = make_user("empty@uu.example", "Empty")
    EmailAddress.objects.filter(user=empty).update(email="")
    connect_orcid(ada, "")
    assert people_acting_for(nameless) == []
    assert claim_links(empty) == []
    assert claim_links(ada) == []


def test_an_orcid_gives_the_right_only_when_it_is_the_registers(provider: Provider, ada: User, otto: User) -> None:
    connect_orcid(ada)
    SocialAccount.objects.create(user=otto, provider="another-service", uid=ORCID_ID)
    for user in (ada, otto):
        claim_links(user)
    assert acts(ada, provider)
    assert not acts(otto, provider)


def test_several_people_act_for_one_provider(provider: Provider, ada: User, otto: User) -> None:
    add_address(ada, ADDRESS)
    connect_orcid(otto)
    claim_links(ada)
    claim_links(otto)
    assert acts(ada, provider)
    assert acts(otto, provider)


def test_claiming_twice_makes_one_link(provider: Provider, ada: User) -> None:
    add_address(ada, ADDRESS)
    connect_orcid(ada)
    assert len(claim_links(ada)) == 1
    assert claim_links(ada) == []
    assert ProviderLink.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_signing_in_twice_at_once_makes_one_link() -> None:
    user = make_user(ADDRESS, "Paula")
    Provider.objects.create(name="Paula", email=ADDRESS)
    failures: list[Exception] = []

    def claim() -> None:
        try:
            claim_links(user)
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert ProviderLink.objects.count() == 1


# How it ends


def test_removing_the_address_ends_the_right(provider: Provider, ada: User, client: Client) -> None:
    add_address(ada, ADDRESS)
    sign_in(client, ada.email)
    assert acts(ada, provider)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery staple"})
    client.post(reverse("account_email"), {"email": ADDRESS, "action_remove": ""})
    assert not EmailAddress.objects.filter(email=ADDRESS).exists()
    assert not acts(ada, provider)
    assert client.get(reverse("admin:index")).status_code == 404


def test_disconnecting_the_orcid_ends_the_right_and_connecting_gives_it_back(provider: Provider, ada: User) -> None:
    account = connect_orcid(ada)
    claim_links(ada)
    account.delete()
    assert not acts(ada, provider)
    connect_orcid(ada)
    claim_links(ada)
    assert acts(ada, provider)


def test_a_register_that_names_another_address_ends_the_right(provider: Provider, ada: User) -> None:
    add_address(ada, ADDRESS)
    claim_links(ada)
    provider.email = "somebody.else@region.example"
    provider.save()
    assert not acts(ada, provider)
    connect_orcid(ada)
    claim_links(ada)
    assert acts(ada, provider), "the other ground still holds"
    assert ProviderLink.objects.filter(ended_at=None).get().via == ProviderLink.Via.ORCID


def test_what_hub_staff_ended_does_not_come_back_by_signing_in(
    provider: Provider, ada: User, hedda: User, client: Client
) -> None:
    add_address(ada, ADDRESS)
    connect_orcid(ada)
    (link,) = claim_links(ada)
    end_link(link, by=hedda)
    end_link(link, by=ada)
    link.refresh_from_db()
    assert link.ended_by == hedda
    sign_in(client, ada.email)
    assert people_acting_for(provider) == []
    assert not acts(ada, provider)

    token = urlsplit(invitations.invite(provider)).path
    client.post(token)
    assert acts(ada, provider), "a new invitation gives it back"
    sign_in(Client(), ada.email)
    assert acts(ada, provider)


def test_a_closed_account_acts_for_nobody(provider: Provider, ada: User) -> None:
    add_address(ada, ADDRESS)
    claim_links(ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert not acts(ada, provider)
    assert people_acting_for(provider) == []
