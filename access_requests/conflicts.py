"""Who must not decide on a request: the deciders of its dataset who are named in it, at whatever address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from aidahub.accounts.models import ProviderLink
from datasets.models import DatasetProvider, Provider

from .models import AccessRequest, Participant
from .policies import is_retired, policy_of, providers_named
from .proven import Proven, proven_by
from .workflow import DecidedBy, Part


@dataclass(frozen=True)
class Conflict:
    """A decider of the dataset, and somebody named in the request for whose sake they are not asked."""

    provider: Provider
    person: Participant

    @property
    def part(self) -> Part:
        """What that person is named as."""
        return Part(self.person.part)


@dataclass(frozen=True)
class Sorted:
    """The deciders of a request's dataset sorted out: those to ask in a new round, and why others are not asked."""

    asked: list[Provider]
    conflicts: list[Conflict]


@dataclass(frozen=True)
class _Known:
    """By which users (keys) and addresses somebody named is known."""

    users: set[int]
    emails: set[str]


def sorted_out(request: AccessRequest, proven: Proven | None = None) -> Sorted:
    """Whom to ask in a new round, and who is not asked; where nobody is left to ask, hub staff decide.

    A dataset or licence that was retired has nobody to ask. Whoever is named in the request is not asked: neither at an
    address that is theirs, nor where the only people who act for the provider are named themselves. Who declined their
    part is named by mistake, or worse, and is asked.

    Args:
        request: any that was sent, or is being sent.
        proven: the addresses that people in it have proven, where the caller knows them.
    """
    deciders = _deciders(request)
    conflicts = _conflicts_of(request, deciders, proven) if deciders else []
    named = {conflict.provider.pk for conflict in conflicts}
    return Sorted([provider for provider in deciders if provider.pk not in named], conflicts)


def conflicts_in(request: AccessRequest) -> list[Conflict]:
    """Which deciders of the dataset take part in a request, one for each of their parts; none where the hub decides."""
    return sorted_out(request).conflicts


def _conflicts_of(request: AccessRequest, deciders: list[Provider], proven: Proven | None) -> list[Conflict]:
    people = _taking_part(request)
    known = _known(request, people, proven)
    acting = _acting(deciders)
    everybody = {user for each in known.values() for user in each.users}
    found = []
    for provider in deciders:
        only_named = bool(acting[provider.pk]) and acting[provider.pk] <= everybody
        for person in people:
            theirs = known[person.pk]
            if provider.email.casefold() in theirs.emails or (only_named and acting[provider.pk] & theirs.users):
                found.append(Conflict(provider, person))
    return found


def _taking_part(request: AccessRequest) -> list[Participant]:
    """Those who take part now, the first named first; uses prefetched rows where there are any."""
    return sorted((row for row in request.participants.all() if row.takes_part), key=lambda row: row.number)


def _deciders(request: AccessRequest) -> list[Provider]:
    """The deciders that the dataset's page names and that may know of the request."""
    if policy_of(request.license).decided_by == DecidedBy.HUB or is_retired(request.license, request.dataset):
        return []
    named = providers_named(request.dataset, whole=True)
    rows = [row for row in named if row.part == DatasetProvider.Part.DECIDER]
    return [row.provider for row in rows if request.is_open_to(row)]


def _known(request: AccessRequest, people: list[Participant], proven: Proven | None) -> dict[int, _Known]:
    """By the key of the person: the accounts that are theirs, and every address that names them or is theirs."""
    users: dict[int, set[int]] = {row.pk: {row.user_id} if row.user_id else set() for row in people}
    for row in people:
        if row.part == Part.APPLICANT:
            users[row.pk].add(request.applicant_id)
    if proven is None:
        proven = proven_by(set().union(*users.values()), {row.email for row in people})
    for row in people:
        users[row.pk] |= {user for user, emails in proven.items() if row.email in emails}
    return {
        row.pk: _Known(users[row.pk], {row.email, *(email for user in users[row.pk] for email in proven.get(user, ()))})
        for row in people
    }


def _acting(providers: Iterable[Provider]) -> dict[int, set[int]]:
    """By the key of the provider, the keys of the users who act for it now."""
    found: dict[int, set[int]] = defaultdict(set)
    links = ProviderLink.objects.in_force().filter(provider__in=list(providers))
    for provider, user in links.order_by().values_list("provider_id", "user_id"):
        found[provider].add(user)
    return found
