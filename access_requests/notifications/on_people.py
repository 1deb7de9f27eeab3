"""Which event about named people tells whom by which letter."""

from __future__ import annotations

from collections.abc import Iterator

from access_requests.workflow import Verb

from . import about_people, of_copies, of_ways, to_named, to_people
from .case import Case
from .mailing import Mailing, Rule, nobody
from .readers import applicant, hub, of_person


def on_part_done(case: Case) -> Iterator[Mailing]:
    """With the last confirmation that a request waited for, hub staff's turn begins: to check it, or with the paper."""
    if case.was_the_last and case.hub_checks:
        yield about_people.ready, hub(case)
    yield from _only_the_paper(case)


def _only_the_paper(case: Case) -> Iterator[Mailing]:
    """Access waited for whoever the event is about, and now for the signed agreement alone. Not of their own doing."""
    if case.only_paper_missing and case.person in [case.applicant, *case.waited_for] and not case.payload.get("paper"):
        yield about_people.paper_missing, hub(case)


def on_accept(case: Case) -> Iterator[Mailing]:
    """People know what they accept themselves; whoever signed a paper hears that it was recorded."""
    if case.payload.get("paper"):
        yield to_named.accepted_on_paper, of_person(case.person)
    yield from _only_the_paper(case)


def on_decline(case: Case) -> Iterator[Mailing]:
    """The applicant hears of it, hub staff also why; whoever had access must delete their copies."""
    yield to_people.declined, applicant(case)
    if case.payload.get("ended"):
        yield of_copies.declined_access, of_person(case.person)
    yield about_people.says_no, hub(case)


def on_add(case: Case) -> Iterator[Mailing]:
    """Whoever was named is asked to confirm; the applicant hears of it unless it was their own doing."""
    yield to_named.added, of_person(case.person)
    if not case.by_applicant:
        yield to_people.people_changed, applicant(case)


def on_replace(case: Case) -> Iterator[Mailing]:
    """The new one is asked to confirm, the old one and the applicant hear of it; hub staff close a way to the data."""
    yield from of_ways.hub_closes(case)
    successor = case.request.participants.get(number=case.payload["successor"])
    yield to_named.added, of_person(successor)
    yield to_named.removed, of_person(case.person)
    yield to_people.people_changed, applicant(case)


def on_remove(case: Case) -> Iterator[Mailing]:
    """Whoever is not named any more hears of it, the applicant, too, unless it was their own doing.

    Hub staff close the way to data that was handed over.
    """
    yield from of_ways.hub_closes(case)
    still_named = any(person.email == case.person.email for person in case.people)
    if not still_named:
        yield to_named.removed, of_person(case.person)
    if not case.by_applicant:
        yield to_people.people_changed, applicant(case)


def on_change_applicant(case: Case) -> Iterator[Mailing]:
    """The new applicant is asked to accept the licence, the old one hears that it is theirs no more.

    Hub staff close the way to data that was handed over.
    """
    yield from of_ways.hub_closes(case)
    yield to_people.applicant_now, applicant(case)
    yield to_people.applicant_no_more, of_person(case.person)


ON_PEOPLE: dict[Verb, Rule] = {
    # Nothing changes for anybody: an acceptance counts for a wording that was corrected.
    Verb.CARRY_OVER: nobody,
    Verb.ACCEPT_LICENSE: on_accept,
    Verb.CONFIRM_PART: on_part_done,
    Verb.DECLINE_PART: on_decline,
    Verb.ADD_PERSON: on_add,
    Verb.REPLACE_PERSON: on_replace,
    Verb.REMOVE_PERSON: on_remove,
    Verb.CHANGE_APPLICANT: on_change_applicant,
}
