"""Who acts for a provider, by proof or by invitation, and how that ends; the profile; people in the admin."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aidahub.accounts import invitations
from aidahub.accounts.links import claim_links, end_link, people_acting_for
from aidahub.accounts.models import Invitation, ProviderLink, User
from datasets.models import Dataset, Provider
from tests.cast import fresh, make_dataset, make_user, provider_of
from tests.support.accounts import OUTBOX, code_for, newest_mail, sign_in, sign_up, signed_in, verify

pytestmark = pytest.mark.django_db
ADDRESS = "paula.prov@region.example"
ORCID_ID = "0000-0002-1825-0097"


@pytest.fixture(autouse=True)
def _real_mail_and_no_attempts_yet(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    cache.clear()


@pytest.fixture
def dataset(db: None) -> Dataset:
    return make_dataset("10.23698/aida/heads")


@pytest.fixture
def provider(dataset: Dataset) -> Provider:
    """The dataset's provider, with an address and an ORCID in the register."""
    row = provider_of(dataset, 1)
    row.name, row.email, row.identifier = "Paula Prov", ADDRESS, f"https://orcid.org/{ORCID_ID}"
    row.save()
    return row


def acts(user: User, provider: Provider) -> bool:
    return provider.pk in fresh(user).provider_ids


def connect_orcid(user: User, orcid: str = ORCID_ID) -> SocialAccount:
    return SocialAccount.objects.create(user=user, provider="orcid", uid=orcid)


def add_address(user: User, email: str, *, verified: bool = True) -> EmailAddress:
    return EmailAddress.objects.create(user=user, email=email, verified=verified)


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


def test_providers_without_address_or_orcid_have_no_people(dataset: Dataset, ada: User) -> None:
    nameless = Provider.objects.create(name="Only a name", local_to=dataset)
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
    assert client.get(reverse("admin:index")).status_code == 302


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


# By invitation


def path_of(link: str) -> str:
    assert link.startswith(settings.BASE_URL + "/invitations/")
    return link.removeprefix(settings.BASE_URL)


def test_an_invitation_is_kept_as_a_hash_of_256_bits(provider: Provider) -> None:
    token = urlsplit(invitations.invite(provider)).path.split("/")[2]
    assert len(token) == 43
    invitation = Invitation.objects.get()
    assert invitation.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert invitation.email == ADDRESS
    assert invitation.expires_at - invitation.created_at == timedelta(days=settings.INVITATION_DAYS)


def test_without_an_address_there_is_nobody_to_invite(dataset: Dataset) -> None:
    nameless = Provider.objects.create(name="Only a name", local_to=dataset)
    with pytest.raises(ValueError, match="no e-mail address"):
        invitations.invite(nameless)
    assert not Invitation.objects.exists()


def test_looking_at_an_invitation_changes_nothing(
    provider: Provider, dataset: Dataset, ada: User, client: Client
) -> None:
    path = path_of(invitations.invite(provider))
    client.force_login(ada)
    for _look in range(3):
        page = client.get(path)
        assert page.status_code == 200
        client.head(path)
    body = page.content.decode()
    assert "Paula Prov" in body
    assert str(dataset) in body
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


def claim_links_of(user: User, provider: Provider) -> ProviderLink:
    add_address(user, provider.email)
    (link,) = claim_links(user)
    return link


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


def test_hub_staff_send_an_invitation(hedda: User, provider: Provider, dataset: Dataset, client: Client) -> None:
    client.force_login(hedda)
    page = reverse("admin:accounts_invitation_add")
    client.post(page, {"provider": provider.pk, "email": ""})
    mail = newest_mail(ADDRESS)
    assert mail.subject.startswith("Accept: ")
    assert str(dataset) in mail.text
    (link,) = [line for line in mail.text.splitlines() if line.startswith(settings.BASE_URL + "/invitations/")]
    assert Client().get(path_of(link)).status_code == 200
    assert Invitation.objects.count() == 1

    client.post(page, {"provider": provider.pk, "email": "colleague@region.example"})
    assert newest_mail("colleague@region.example").subject == mail.subject


def test_hub_staff_invite_from_the_list_of_providers(
    hedda: User, provider: Provider, dataset: Dataset, client: Client
) -> None:
    nameless = Provider.objects.create(name="Only a name", local_to=dataset)
    client.force_login(hedda)
    page = reverse("admin:datasets_provider_changelist")
    data = {"action": "invite", "_selected_action": [provider.pk, nameless.pk]}
    body = client.post(page, data, follow=True).content.decode()
    assert "The register has no address of Only a name." in body
    assert Invitation.objects.get().email == ADDRESS
    assert newest_mail(ADDRESS).subject.startswith("Accept: ")


def test_an_invitation_needs_an_address(hedda: User, dataset: Dataset, client: Client) -> None:
    nameless = Provider.objects.create(name="Only a name", local_to=dataset)
    client.force_login(hedda)
    answer = client.post(reverse("admin:accounts_invitation_add"), {"provider": nameless.pk, "email": ""})
    assert "no address of this provider" in answer.content.decode()
    assert not Invitation.objects.exists()
