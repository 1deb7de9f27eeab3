"""Who is told when the votes of a round come to an outcome, by whatever settled it."""

from __future__ import annotations

from collections.abc import Iterator

from access_requests.workflow import Status

from . import about_people, to_named, to_people, to_providers
from .case import Case
from .mailing import Mailing
from .readers import Reader, applicant, deciders, hub, informed, named, still_waited_for


def round_is_settled(case: Case) -> Iterator[Mailing]:
    """The applicant hears it, unless hub staff confirm it first; the deciders stop."""
    yield from applicant_hears_the_outcome(case)
    if case.request.status == Status.DECIDED:
        yield to_providers.confirm, hub(case)
        yield to_providers.outcome, deciders(case)
    else:
        yield to_providers.outcome, all_who_were_asked(case)
        if case.only_paper_missing:
            yield about_people.paper_missing, hub(case)
        elif not (case.by_hub or case.opens_at_once):
            yield to_providers.outcome, hub(case)


def applicant_hears_the_outcome(case: Case) -> Iterator[Mailing]:
    """A yes that opens access at once is told with the grant, which is the next event of the same transaction."""
    if case.request.status == Status.APPROVED and not case.opens_at_once:
        yield to_people.approved, applicant(case)
        yield to_named.waited_for, still_waited_for(case)
    if case.request.status == Status.REJECTED:
        yield to_people.rejected, applicant(case)
        yield to_people.over, named(case)


def all_who_were_asked(case: Case) -> list[Reader]:
    """The deciders of the last round and those who only want to know; nobody when there was no round yet."""
    return [*deciders(case), *informed(case)] if case.round and not case.by_hub else []
