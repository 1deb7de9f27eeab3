"""Who is known as a provider by what they proved before the register named them; no mail, no new invitation."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount

from access_requests import notifications
from access_requests.admin.identity import Account, with_services
from access_requests.notifications.turns import Turn
from aidahub.accounts.models import Invitation, ProviderLink, User
from aidahub.accounts.sign_in import Service
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.mails import PER, PETRA

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
