"""Which event about what deciders and hub staff do around a decision tells whom by which letter."""

from __future__ import annotations

from collections.abc import Iterator

from access_requests.models import Decider
from access_requests.workflow import Part, Verb
from aidahub.accounts.links import people_acting_for
from aidahub.accounts.models import User
from datasets.models import DatasetProvider, Provider

from . import to_asked, to_providers
from .case import Case
from .mailing import Mailing, Rule, nobody
from .on_outcome import round_is_settled
from .readers import Reader, applicant, deciders, hub, informed, named, of_provider


def on_excuse(case: Case) -> Iterator[Mailing]:
    """That decider hears of it, unless they did it; hub staff, unless they did it, or when the decision is theirs now.

    What the votes of the others come to, where that settles the round, is told as always.
    """
    provider, by = _whose_vote(case), case.event.by if case.event else None
    if by is None or provider.pk not in by.provider_ids:
        yield to_asked.excused, [reader for row in _named_as(case, provider) for reader in of_provider(row, DECIDES)]
    if case.payload.get("settled"):
        yield from round_is_settled(case)
    elif case.by_hub:
        yield to_asked.passed_on, hub(case)
    elif by is None or not by.is_hub:
        yield to_asked.one_fewer, hub(case)


def on_void_vote(case: Case) -> Iterator[Mailing]:
    """Whoever else acts for that decider is asked again, each at their own address; hub staff are told.

    The address of the register may be the very one that was taken over.
    """
    provider = _whose_vote(case)
    people = people_acting_for(provider)
    for row in _named_as(case, provider):
        yield to_asked.decide_again, [Reader(user.email, frozenset({DECIDES}), row) for user in people]
    yield to_asked.set_aside, hub(case)


def on_hand_over(case: Case) -> Iterator[Mailing]:
    """Hub staff decide now; the deciders stop."""
    yield to_asked.of_retired, hub(case)
    rows = [row for row in case.providers if row.part == DatasetProvider.Part.DECIDER]
    yield to_asked.no_longer_asked, [reader for row in rows for reader in of_provider(row, DECIDES)]


def on_reopen(case: Case) -> Iterator[Mailing]:
    """The applicant and those named hear of it, and whoever decides is asked. Hub staff did it, and know."""
    yield to_asked.reopened, applicant(case)
    yield to_asked.reopened, named(case)
    if case.by_hub:
        yield to_providers.decide, hub(case)
        return
    yield to_providers.decide, deciders(case)
    yield to_providers.asked_of_others, [*hub_where_help_is_needed(case), *informed(case)]


def hub_where_help_is_needed(case: Case) -> list[Reader]:
    """Hub staff, where they opened a round themselves and a decider cannot answer without them."""
    return hub(case) if to_providers.helpless_deciders(case) else []


def on_assign(case: Case) -> Iterator[Mailing]:
    """Whoever is to take care of it, unless they took it themselves."""
    to = User.objects.filter(public_id=case.payload["to"]).first() if case.payload.get("to") else None
    if to is not None and case.event and to.pk != case.event.by_id:
        yield to_asked.assigned, [Reader(to.email, frozenset({Part.HUB}))]


DECIDES = Part.DECIDER


def _whose_vote(case: Case) -> Provider:
    """The decider whom the event is about."""
    return Decider.objects.by_place(case.request)[case.payload["round"], case.payload["decider"]]


def _named_as(case: Case, provider: Provider) -> list[DatasetProvider]:
    """A provider as the dataset's page names it; nobody where the page names it no more."""
    return [row for row in case.providers if row.provider_id == provider.pk]


ON_HUB: dict[Verb, Rule] = {
    Verb.EXCUSE: on_excuse,
    Verb.HAND_OVER: on_hand_over,
    Verb.VOID_VOTE: on_void_vote,
    Verb.REOPEN: on_reopen,
    Verb.ASSIGN: on_assign,
    Verb.REGISTER: nobody,
}
