"""The made-up people of the trial site."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from aidahub.accounts.models import ProviderLink, User
from datasets.models import DatasetProvider

DATASET = "10.23698/aida/synthetic/brgandi"


@dataclass(frozen=True)
class DemoPerson:
    """One of them: who they are, and what they are here for."""

    email: str
    purpose: str
    facts: dict[str, Any] = field(default_factory=dict)
    provider: int | None = None


UPPSALA = {"institution": "Uppsala University", "department": "Department of Surgical Sciences", "country": "SE"}
PEOPLE = (
    DemoPerson(
        "researcher@example.org",
        "asks for access",
        {"name": "Ada Berg", "postal_address": "Akademiska sjukhuset, 751 85 Uppsala", **UPPSALA},
    ),
    DemoPerson("provider1@example.org", "decides, for the dataset's first provider", {"name": "Per Lind"}, 0),
    DemoPerson("provider2@example.org", "decides, for the dataset's second provider", {"name": "Petra Holm"}, 1),
    DemoPerson("hub@example.org", "hub staff", {"name": "Hedda Ek", "is_hub_staff": True}),
    DemoPerson(
        "admin@example.org", "operator, may do everything in /admin/", {"name": "Olle Sand", "is_superuser": True}
    ),
)


@transaction.atomic
def make_people(password: str) -> None:
    """Make those who are missing, and see to it that all sign in with `password`.

    What somebody changed on the site (a name, an institution) stays as it is.
    """
    users = [make_person(person) for person in PEOPLE]
    # One hash for all of them, so that an unchanged start costs one slow check and not five.
    stored = {user.password for user in users}
    if len(stored) > 1 or not check_password(password, stored.pop()):
        User.objects.filter(email__in=[person.email for person in PEOPLE]).update(password=make_password(password))


def make_person(person: DemoPerson) -> User:
    """The user for `person`, made if it is not there, with a verified address and the provider they act for."""
    user, _made = User.objects.get_or_create(email=person.email, defaults={"password": "!", **person.facts})
    EmailAddress.objects.get_or_create(user=user, email=person.email, defaults={"verified": True, "primary": True})
    if person.provider is not None:
        places = DatasetProvider.objects.filter(dataset__doi=DATASET).order_by("order")
        place = places[person.provider : person.provider + 1].first()
        if place and not ProviderLink.objects.filter(user=user, provider=place.provider).exists():
            ProviderLink.objects.create(user=user, provider=place.provider, via=ProviderLink.Via.INVITATION)
    return user
