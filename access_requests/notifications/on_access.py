"""Which event about access and its end tells whom by which letter."""

from __future__ import annotations

from collections.abc import Iterator

from access_requests.workflow import Part, Verb

from . import of_copies, of_ways, to_holders, to_named, to_people, to_providers, to_reviewers
from .case import Case
from .mailing import Mailing, Rule, nobody
from .readers import applicant, deciders, holders, hub, informed, named, responsible


def on_grant(case: Case) -> Iterator[Mailing]:
    """Access is open: each new holder hears of it, and hub staff hand the data over.

    When it opens for the first, the applicant and everybody named are told, too; later the applicant is.
    """
    new = holders(case, case.payload["persons"])
    yield to_people.granted, [reader for reader in new if Part.APPLICANT in reader.parts]
    yield to_holders.opened, new
    if case.payload.get("opens", True):
        yield to_named.granted_named, named(case)
    else:
        yield to_holders.joined, applicant(case)
    yield to_providers.deliver, hub(case)


def on_agreement(case: Case) -> Iterator[Mailing]:
    """The applicant and those named hear that it arrived. Hub staff recorded it."""
    yield to_holders.agreement_recorded, [*applicant(case), *named(case)]


def on_deliver(case: Case) -> Iterator[Mailing]:
    """Those to whom data was handed over."""
    yield to_holders.delivered, holders(case, case.payload["persons"])


def on_extend(case: Case) -> Iterator[Mailing]:
    """Everybody who has access; hub staff, where a decider did it."""
    yield to_holders.extended, holders(case)
    if not _by_hub(case):
        yield to_reviewers.extended, hub(case)


def on_expire(case: Case) -> Iterator[Mailing]:
    """Everybody whose access ended, and whoever confirms that copies are deleted; hub staff, who close the way.

    Nobody needs to delete anything where that was confirmed before for everybody who had access.
    """
    yield from of_ways.hub_closes(case)
    yield to_holders.expired, holders(case, case.payload["ended"])
    if not case.request.copies_deleted_at:
        yield to_holders.expired, holders(case, [responsible(case).number])


def on_revoke(case: Case) -> Iterator[Mailing]:
    """Everybody whose access ended, the others named, the deciders and hub staff, who close the way to the data."""
    yield from of_ways.hub_closes(case)
    yield to_holders.revoked, holders(case, case.payload["ended"])
    yield to_holders.approval_revoked, [*applicant(case), *named(case)]
    yield to_reviewers.revoked, [*deciders(case), *informed(case), *hub(case)]


def on_leave(case: Case) -> Iterator[Mailing]:
    """Whoever left, the applicant, and hub staff, who close the way to the data."""
    yield from of_ways.hub_closes(case)
    yield to_holders.left, holders(case, case.payload["ended"])
    yield to_holders.others_left, applicant(case)
    if not _by_hub(case):
        yield to_holders.others_left, hub(case)


def on_deletion(case: Case) -> Iterator[Mailing]:
    """Hub staff; where they recorded it themselves, whoever is responsible for the data, or whose copies they were."""
    persons = case.payload.get("persons")
    if persons and _by_hub(case):
        yield of_copies.own_deletion_recorded, holders(case, persons)
    elif persons:
        yield of_copies.own_copies_deleted, hub(case)
    elif _by_hub(case):
        yield to_holders.deletion_recorded, holders(case, [responsible(case).number])
    else:
        yield to_reviewers.copies_deleted, hub(case)


def _by_hub(case: Case) -> bool:
    """Whether hub staff did it, who need not be told."""
    return bool(case.event and case.event.by and case.event.by.is_hub)


ON_ACCESS: dict[Verb, Rule] = {
    Verb.RECORD_AGREEMENT: on_agreement,
    Verb.GRANT: on_grant,
    Verb.DELIVER: on_deliver,
    Verb.CLOSE_DELIVERY: nobody,
    Verb.SHOW_SECRET: nobody,
    Verb.EXTEND: on_extend,
    Verb.EXPIRE: on_expire,
    Verb.REVOKE: on_revoke,
    Verb.LEAVE: on_leave,
    Verb.CONFIRM_DELETION: on_deletion,
}
