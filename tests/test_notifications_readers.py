"""Who reads the mails: whoever is known by what they proved, at an address that is theirs now."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount

from access_requests import actions, notifications, part_invitations
from access_requests.admin.identity import Account, with_services
from access_requests.notifications.turns import Turn
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import Invitation, ProviderLink, User
from aidahub.accounts.sign_in import Service
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.mails import PER, PETRA
from tests.support.parts import link_to

ORCID = "0000-0002-1825-0097"


@pytest.mark.django_db
def test_account_that_was_there_before_the_provider_acts_for_it(brgandi: Dataset, ada: User) -> None:
    """Petra signed in before her dataset was imported, and has not been back since."""
    petra = cast.make_user(PETRA, "Petra")
    ProviderLink.objects.all().delete()
    cast.sent(ada, brgandi)
    assert ProviderLink.objects.in_force().get(user=petra).via == ProviderLink.Via.EMAIL
    assert "/invitations/" not in Mail.objects.get(kind="decide", recipient=PETRA).text


@pytest.mark.django_db
def test_provider_without_address_is_reached_by_their_orcid(brgandi: Dataset, ada: User) -> None:
    petra = cast.make_user("petra@home.example", "Petra")
    SocialAccount.objects.create(user=petra, provider="orcid", uid=ORCID)
    provider = cast.provider_of(brgandi, 1)
    provider.email, provider.identifier = "", f"https://orcid.org/{ORCID}"
    provider.save()
    cast.sent(ada, brgandi)
    assert Mail.objects.filter(kind="decide", recipient="petra@home.example").exists()


@pytest.mark.django_db
def test_reminder_that_was_written_invites_nobody_again(brgandi: Dataset, ada: User) -> None:
    """The clock asks every hour; an invitation is made with its mail, and only with it."""
    request = cast.sent(ada, brgandi)
    notifications.remind(Turn(request))
    invitations = Invitation.objects.filter(email=PER).count()
    notifications.remind(Turn(request))
    assert (invitations, Invitation.objects.filter(email=PER).count()) == (2, 2)
    assert Mail.objects.filter(kind="reminder", recipient=PER).count() == 1


@pytest.mark.django_db
def test_sign_in_services_have_the_names_of_the_sign_in_page(ada: User, settings: Any) -> None:
    settings.SIGN_IN_SERVICES = [Service("lifescience", "Life Science Login", "x", "y", "https://login.example")]
    for provider in ("lifescience", "orcid", "gone"):
        SocialAccount.objects.create(user=ada, provider=provider, uid=provider)
    assert with_services({ada.pk: Account(ada)})[ada.pk].services == ["gone", "Life Science Login", "ORCID"]


NEW = {"ada.berg@uu.example": "ada@lund.example", "rut.ek@uu.example": "rut@lund.example"}


def moves_on(user: User) -> None:
    """Their account has another address now, and the one in the request no more."""
    EmailAddress.objects.filter(user=user).delete()
    address = NEW[user.email]
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    User.objects.filter(pk=user.pk).update(email=address)


def told_since(number: int) -> dict[str, str]:
    """Who got which mail after the first so many."""
    return dict(Mail.objects.order_by("pk").values_list("recipient", "kind")[number:])


@pytest.mark.django_db
def test_mails_follow_an_account_to_its_address(request_at: cast.RequestAt, ada: User, rut: User, per: User) -> None:
    request = cast.confirm(request_at(Status.IN_REVIEW), rut)
    moves_on(ada)
    moves_on(rut)
    before = Mail.objects.count()
    actions.write(request=request, by=cast.fresh(per), text="Which scanner?")
    assert told_since(before) == {NEW[ada.email]: "answered", NEW[rut.email]: "answered"}
    before = Mail.objects.count()
    actions.decide(request=request, by=cast.fresh(per), answer=Answer.APPROVE)
    told = told_since(before)
    assert {NEW[ada.email], NEW[rut.email]} <= set(told)
    assert not {ada.email, rut.email} & set(told)


@pytest.mark.django_db
def test_a_further_address_changes_nothing(request_at: cast.RequestAt, ada: User, per: User) -> None:
    """The one in the request is still theirs, whichever is the main one."""
    request = request_at(Status.IN_REVIEW)
    EmailAddress.objects.filter(user=ada).update(primary=False)
    EmailAddress.objects.create(user=ada, email=NEW[ada.email], verified=True, primary=True)
    before = Mail.objects.count()
    actions.write(request=request, by=cast.fresh(per), text="Which scanner?")
    assert ada.email in told_since(before)
    assert NEW[ada.email] not in told_since(before)


@pytest.mark.django_db
def test_who_took_a_part_by_its_link_is_written_to_where_the_link_went(
    request_at: cast.RequestAt, rut: User, per: User
) -> None:
    """Before they answered it may have gone astray; after that it is their address at work all the same."""
    EmailAddress.objects.filter(user=rut).update(email="rut@home.example")
    request = request_at(Status.IN_REVIEW)
    found = part_invitations.find(link_to(rut.email).split("/")[2])
    assert found
    actions.take_part(invitation=found, by=cast.fresh(rut))
    before = Mail.objects.count()
    actions.write(request=request, by=per, text="Which scanner?")
    assert rut.email in told_since(before)
    request = cast.confirm(request, rut)
    before = Mail.objects.count()
    actions.write(request=request, by=per, text="And which use?")
    assert rut.email in told_since(before)
    assert "rut@home.example" not in told_since(before)
