"""Which event tells whom by which letter: the first letter for an address is the only one it gets."""

from __future__ import annotations

from collections.abc import Iterator

from access_requests.models import Decider
from access_requests.workflow import Status, Verb

from . import about_people, to_named, to_people, to_providers
from .case import Case
from .mailing import Mailing, Rule, nobody
from .on_access import ON_ACCESS
from .on_hub import ON_HUB, hub_where_help_is_needed
from .on_outcome import all_who_were_asked, applicant_hears_the_outcome, round_is_settled
from .on_people import ON_PEOPLE
from .on_talk import ON_TALK
from .readers import Reader, applicant, deciders, hub, informed, named, of_person


def on_submit(case: Case) -> Iterator[Mailing]:
    """The applicant gets a receipt, those named are asked to confirm, and whoever has the turn is asked."""
    yield to_people.receipt, applicant(case)
    yield to_named.named, named(case)
    yield to_named.removed, [reader for person in case.dropped for reader in of_person(person)]
    if case.confirm_first:
        yield about_people.sent_and_waiting, hub(case)
    elif case.request.status == Status.SUBMITTED:
        yield to_providers.check, hub(case)
    else:
        yield from _deciders_are_asked(case)


def on_forward(case: Case) -> Iterator[Mailing]:
    """The deciders are asked. Hub staff did it, and are told only of deciders who cannot answer by themselves."""
    if case.by_hub:
        yield to_providers.decide, hub(case)
        return
    yield to_providers.decide, deciders(case)
    yield to_providers.asked_of_others, [*hub_where_help_is_needed(case), *informed(case)]


def _deciders_are_asked(case: Case) -> Iterator[Mailing]:
    if case.by_hub:
        yield to_providers.decide, hub(case)
        return
    yield to_providers.decide, deciders(case)
    yield to_providers.asked_of_others, [*hub(case), *informed(case)]


def on_withdraw(case: Case) -> Iterator[Mailing]:
    """The applicant's own copy; nobody goes on working on it."""
    yield to_people.withdrawn, applicant(case)
    yield to_people.over, named(case)
    yield to_providers.stopped, [*all_who_were_asked(case), *hub(case)]


def on_close(case: Case) -> Iterator[Mailing]:
    """The applicant hears why. Hub staff did it."""
    yield to_people.closed, applicant(case)
    yield to_people.over, named(case)
    yield to_providers.stopped, all_who_were_asked(case)


def on_send_back(case: Case) -> Iterator[Mailing]:
    """The applicant's turn; the others stop. Hub staff know when one of them did it."""
    yield to_people.returned, applicant(case)
    others = [] if case.hub_staff_did_it else hub(case)
    yield to_providers.stopped, [*all_who_were_asked(case), *others]


def on_decide(case: Case) -> Iterator[Mailing]:
    """A vote that settles nothing is told to nobody but the decider for whom hub staff recorded it."""
    if case.payload.get("evidence"):
        yield to_providers.recorded, _voter(case)
    if case.payload.get("settled"):
        yield from round_is_settled(case)


def on_confirm(case: Case) -> Iterator[Mailing]:
    """The applicant and the deciders hear the outcome. Hub staff gave it."""
    yield from applicant_hears_the_outcome(case)
    yield to_providers.outcome, all_who_were_asked(case)


def _voter(case: Case) -> list[Reader]:
    """The decider whose vote the event tells."""
    voter = Decider.objects.by_place(case.request).get((case.payload["round"], case.payload["decider"]))
    return [reader for reader in deciders(case) if reader.provider and reader.provider.provider == voter]


TABLE: dict[Verb, Rule] = {
    Verb.SAVE: nobody,
    Verb.SUBMIT: on_submit,
    Verb.DISCARD: nobody,
    Verb.WITHDRAW: on_withdraw,
    Verb.CLOSE: on_close,
    Verb.FORWARD: on_forward,
    Verb.SEND_BACK: on_send_back,
    Verb.DECIDE: on_decide,
    Verb.CONFIRM: on_confirm,
    Verb.ACCEPT_LICENSE: nobody,
    Verb.RENEW: nobody,
    **ON_PEOPLE,
    **ON_ACCESS,
    **ON_TALK,
    **ON_HUB,
}
