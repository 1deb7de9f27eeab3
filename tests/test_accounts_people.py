"""One's own profile, and people in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from aidahub.accounts.links import claim_links
from aidahub.accounts.models import Invitation, ProviderLink, User
from datasets.models import Provider
from tests.cast import fresh
from tests.support.accounts import (
    ADDRESS,
    OUTBOX,
    acts,
    add_address,
    dataset_of,
    make_provider,
    newest_mail,
    path_of,
    sign_in,
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


def claim_links_of(user: User, provider: Provider) -> ProviderLink:
    add_address(user, provider.email)
    (link,) = claim_links(user)
    return link


# The profile


def test_the_profile_is_kept_and_speaks_ones_language(ada: User, client: Client) -> None:
    client.force_login(ada)
    data = {
        "name": "Ada  Berg",
        "institution": "Uppsala universitet",
        "department": "",
        "postal_address": "Box 1",
        "country": "SE",
        "language": "sv",
    }
    assert client.post(reverse("accounts:profile"), data)["Location"] == reverse("accounts:profile")
    ada = fresh(ada)
    assert (ada.institution, ada.country.code, ada.language) == ("Uppsala universitet", "SE", "sv")
    assert client.get(reverse("accounts:profile"))["Content-Language"] == "sv"
    assert Client().get("/accounts/login/")["Content-Language"] == "en"


def test_nobody_makes_themselves_staff_through_the_profile(ada: User, client: Client) -> None:
    client.force_login(ada)
    client.post(reverse("accounts:profile"), {"name": "Ada", "is_hub_staff": "on", "email": "x@y.example"})
    assert (fresh(ada).is_hub_staff, fresh(ada).email) == (False, ada.email)


def test_the_profile_is_ones_own(client: Client) -> None:
    answer = client.get(reverse("accounts:profile"))
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('accounts:profile')}"


def test_the_main_address_is_the_users_address(ada: User, client: Client) -> None:
    add_address(ada, "ada@home.example")
    sign_in(client, ada.email)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery staple"})
    client.post(reverse("account_email"), {"email": "ada@home.example", "action_primary": ""})
    assert fresh(ada).email == "ada@home.example"
    assert "main address" in newest_mail("ada.berg@uu.example").subject


# People in the admin


def test_only_hub_staff_see_people_in_the_admin(
    ada: User, per: User, hedda: User, sigrid: User, provider: Provider
) -> None:
    link = claim_links_of(ada, provider)
    pages = [
        *(reverse(f"admin:accounts_{name}_changelist") for name in ("user", "providerlink", "invitation")),
        reverse("admin:accounts_user_change", args=[ada.pk]),
        reverse("admin:accounts_providerlink_change", args=[link.pk]),
        reverse("admin:accounts_invitation_add"),
    ]
    for person, status in ((hedda, 200), (sigrid, 200), (per, 404)):
        client = Client()
        client.force_login(person)
        assert {client.get(page).status_code for page in pages} == {status}, person
        assert ("accounts/user" in client.get(reverse("admin:index")).content.decode()) == (status == 200)
    assert Client().get(pages[0]).status_code == 302


def test_an_operator_says_who_is_hub_staff_and_hub_staff_cannot(ada: User, hedda: User, sigrid: User) -> None:
    page = reverse("admin:accounts_user_change", args=[ada.pk])
    inlines: dict[str, str] = {}
    for prefix in ("emailaddress_set", "socialaccount_set", "provider_links"):
        inlines |= {f"{prefix}-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    for person, is_staff in ((hedda, False), (sigrid, True)):
        client = Client()
        client.force_login(person)
        data = {"is_hub_staff": "on", "is_active": "on", "email": "x@y.example", "is_superuser": "on"}
        client.post(page, data | inlines)
        ada = fresh(ada)
        assert (ada.is_hub_staff, ada.is_superuser, ada.email) == (is_staff, False, "ada.berg@uu.example")


def test_hub_staff_end_a_right_from_the_list(ada: User, hedda: User, provider: Provider, client: Client) -> None:
    link = claim_links_of(ada, provider)
    client.force_login(hedda)
    page = reverse("admin:accounts_providerlink_changelist")
    assert "Paula Prov" in client.get(page).content.decode()
    client.post(page, {"action": "end", "_selected_action": [link.pk]})
    link.refresh_from_db()
    assert link.ended_by == hedda
    assert not acts(ada, provider)


def test_hub_staff_send_an_invitation(hedda: User, provider: Provider, client: Client) -> None:
    client.force_login(hedda)
    page = reverse("admin:accounts_invitation_add")
    client.post(page, {"provider": provider.pk, "email": ""})
    mail = newest_mail(ADDRESS)
    assert mail.subject.startswith("Accept: ")
    assert str(dataset_of(provider)) in mail.text
    (link,) = [line for line in mail.text.splitlines() if line.startswith(settings.BASE_URL + "/invitations/")]
    assert Client().get(path_of(link)).status_code == 200
    assert Invitation.objects.count() == 1

    client.post(page, {"provider": provider.pk, "email": "colleague@region.example"})
    assert newest_mail("colleague@region.example").subject == mail.subject


def test_hub_staff_invite_from_the_list_of_providers(hedda: User, provider: Provider, client: Client) -> None:
    nameless = Provider.objects.create(name="Only a name", local_to=dataset_of(provider))
    client.force_login(hedda)
    page = reverse("admin:datasets_provider_changelist")
    data = {"action": "invite", "_selected_action": [provider.pk, nameless.pk]}
    body = client.post(page, data, follow=True).content.decode()
    assert "The register has no address of Only a name." in body
    assert Invitation.objects.get().email == ADDRESS
    assert newest_mail(ADDRESS).subject.startswith("Accept: ")


def test_an_invitation_needs_an_address(hedda: User, provider: Provider, client: Client) -> None:
    nameless = Provider.objects.create(name="Only a name", local_to=dataset_of(provider))
    client.force_login(hedda)
    answer = client.post(reverse("admin:accounts_invitation_add"), {"provider": nameless.pk, "email": ""})
    assert "no address of this provider" in answer.content.decode()
    assert not Invitation.objects.exists()
