"""Many people and datasets, as rows: invented datasets with two deciders each, and the people who ask for them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management import call_command

from access_requests.models import Policy
from access_requests.policies import PRESETS, RESEARCH
from aidahub.accounts.models import ProviderLink, User
from datasets.models import Dataset, DatasetProvider, License, LicenseText, Provider

from . import shelf
from .copies import copied
from .data import DOI, PAGE, person
from .rows import insert

DATASETS = 300
PEOPLE = 3000
PROVIDERS = 120
BATCH = 1000
# The provider who looks decides on so many datasets, as a large clinic would.
OWN_DATASETS = 48
# Every third licence each: the shortest way, AIDA's own practice, and the shortest way with an end.
FLAVOURS = ("direct", "aida", "a year")
PLACES = "Linköping Uppsala Lund Umeå Göteborg Stockholm Örebro Malmö Oslo Aarhus Helsinki Tartu Riga Gent Graz".split()
FIRST = "Anna Erik Maria Lars Karin Nils Sara Olof Eva Per Ida Axel Elin Hugo Märta Åke Ylva Sven Tove Björn".split()
LAST = "Berg Lind Holm Ek Dahl Ström Åberg Sjö Norén Falk Hed Öst Wik Rask Moe Juul Aho Tamm Maes Gruber".split()


@dataclass(frozen=True)
class Asked:
    """A licence under which one can ask, with its two deciders and who acts for each."""

    license: License
    text: LicenseText
    deciders: tuple[Provider, Provider]
    acting: tuple[User, User]


@dataclass(frozen=True)
class World:
    """Who is there and what can be asked for: those who look at pages, and everybody else.

    `applicant`, `recipient` and `member` are in what is walked by the verbs; `provider` acts for the first decider of
    the first datasets.
    """

    asked: list[Asked]
    people: list[User]
    hub: User
    providers: list[tuple[Provider, User]]

    @property
    def applicant(self) -> User:
        """Who asks."""
        return self.people[0]

    @property
    def recipient(self) -> User:
        """The recipient scientist."""
        return self.people[1]

    @property
    def member(self) -> User:
        """Works with them."""
        return self.people[2]

    @property
    def provider(self) -> User:
        """Decides."""
        return self.asked[0].acting[0]


def make_world(datasets: int = DATASETS, people: int = PEOPLE) -> World:
    """Fill an empty, migrated database with people and datasets.

    Args:
        datasets: how many; at least `OWN_DATASETS`.
        people: how many can ask.
    """
    call_command("load_forms", verbosity=0)
    if not Dataset.objects.filter(doi=DOI).exists():
        call_command("import_datasets", str(PAGE), verbosity=0)
    hub = person("hub@hub.example", "Hedda Ek", is_hub_staff=True)
    world = World([], [], hub, _providers())
    grow(world, datasets, people)
    return world


def grow(world: World, datasets: int, people: int) -> None:
    """Let a world have so many datasets and people, those included that it has."""
    for start in range(len(world.asked), datasets, BATCH):
        world.asked.extend(_datasets(range(start, min(start + BATCH, datasets)), world.providers))
    world.people.extend(_people(range(len(world.people), people)))


def _people(numbers: range) -> list[User]:
    dice = random.Random(numbers.start)
    rows = []
    for at in numbers:
        place = dice.choice(PLACES)
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
        rows.append(_user(f"person{at}@{place.lower()}.example", name, institution=f"The University in {place}"))
    return _with_addresses(rows)


def _user(email: str, name: str, **facts: Any) -> User:
    user = User(email=email.encode("ascii", "ignore").decode(), name=name, **facts)
    user.set_unusable_password()
    return user


def _with_addresses(users: list[User]) -> list[User]:
    insert(users)
    insert([EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users])
    return users


def _providers() -> list[tuple[Provider, User]]:
    """The providers, each with somebody who acts for it."""
    emails = [f"provider{at}@provider.example" for at in range(PROVIDERS)]
    rows = Provider.objects.bulk_create(
        Provider(name=f"The clinic {at}", kind=Provider.Kind.ORGANIZATION, email=email)
        for at, email in enumerate(emails)
    )
    users = _with_addresses([_user(f"acts-{email}", f"Acts For Clinic {at}") for at, email in enumerate(emails)])
    ProviderLink.objects.bulk_create(
        ProviderLink(user=user, provider=row, via=ProviderLink.Via.INVITATION)
        for row, user in zip(rows, users, strict=True)
    )
    return list(zip(rows, users, strict=True))


def _datasets(numbers: range, pool: list[tuple[Provider, User]]) -> list[Asked]:
    """Invented datasets, each under a copy of BRGANDI's licence under controlled access."""
    dice = random.Random(numbers.start)
    license_ = License.objects.get(dataset__doi=DOI, name="Controlled access")
    text = license_.text_in_force
    if text is None:
        raise RuntimeError("BRGANDI has no text of its licence.")
    datasets = [shelf.dataset(at, dice) for at in numbers]
    insert(datasets)
    licenses: list[License] = [copied(license_, {(Dataset, license_.dataset_id): row}) for row in datasets]
    insert(licenses)
    texts: list[LicenseText] = [copied(text, {(License, license_.pk): row}) for row in licenses]
    insert(texts)
    chosen = [_two(at, pool) for at in numbers]
    insert([
        DatasetProvider(dataset=row, provider=provider, name=provider.name, order=order)
        for row, two in zip(datasets, chosen, strict=True)
        for order, (provider, _user) in enumerate(two)
    ])  # fmt: skip
    insert([
        Policy(license=row, form=RESEARCH, **_policy(FLAVOURS[at % 3]))
        for at, row in zip(numbers, licenses, strict=True)
    ])  # fmt: skip
    return [
        Asked(row, text, (one[0], two[0]), (one[1], two[1]))
        for row, text, (one, two) in zip(licenses, texts, chosen, strict=True)
    ]


def _two(at: int, pool: list[tuple[Provider, User]]) -> list[tuple[Provider, User]]:
    first = 0 if at < OWN_DATASETS else 2 + at % (len(pool) - 2)
    second = 1 if at < OWN_DATASETS else 2 + (at + 1) % (len(pool) - 2)
    return [pool[first], pool[second]]


def _policy(flavour: str) -> dict[str, Any]:
    return {**PRESETS["aida" if flavour == "aida" else "direct"], "days": 365 if flavour == "a year" else None}
