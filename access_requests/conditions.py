"""What a request still waits for: confirmations, acceptances, the signed agreement; and whether the hub checks first.

Each condition is one thing that one person must still do, so that pages and mails can say who and what, and the last
one to be met opens access.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet

from aidahub.row_by_row import Found
from datasets.models import LicenseText

from .conflicts import Conflict, conflicts_in
from .models import AccessRequest, Participant, ParticipantQuerySet, Policy
from .policies import is_retired, policy_of
from .workflow import HOLDERS, NEEDED_PARTS, Before, DecidedBy, Needed, Part, Verb


class Open(StrEnum):
    """What is still to be done."""

    CONFIRM = "confirm"
    ACCEPT = "accept"
    SIGN = "sign"


@dataclass(frozen=True)
class Condition:
    """One thing that is not done yet, and who must do it; nobody where the agreement's paper is missing."""

    what: Open
    person: Participant | None = None


def people_now(request: AccessRequest) -> list[Participant]:
    """Everybody named in a request now, the first named first; uses prefetched rows where there are any."""
    here = [person for person in request.participants.all() if person.removed_at is None]
    return sorted(here, key=lambda person: person.number)


def needed_people(request: AccessRequest, people: Iterable[Participant]) -> list[Participant]:
    """Those besides the applicant for whom the policy makes a request wait."""
    parts = NEEDED_PARTS[Needed(policy_of(request.license).needed)]
    return [person for person in people if Part(person.part) in parts]


def blocks_review(request: AccessRequest) -> list[Participant]:
    """Those who must confirm their part before the deciders are asked, and have not."""
    if policy_of(request.license).needed_before != Before.REVIEW:
        return []
    return [person for person in needed_people(request, people_now(request)) if person.confirmed_at is None]


def open_conditions(request: AccessRequest) -> list[Condition]:
    """What must still be done before access opens; empty when nothing is.

    The applicant accepts the licence; those whom the policy names confirm their part and, if they get access, accept
    it, too; the agreement is signed where the policy asks for one.
    """
    people = people_now(request)
    needed = needed_people(request, people)
    accepted = who_accepted(request, people)
    found = [Condition(Open.CONFIRM, person) for person in needed if person.confirmed_at is None]
    asked = [person for person in people if person.part == Part.APPLICANT or person in needed]
    found += [
        Condition(Open.ACCEPT, person)
        for person in asked
        if Part(person.part) in HOLDERS and person.pk not in accepted and Condition(Open.CONFIRM, person) not in found
    ]
    if policy_of(request.license).agreement and not request.agreements.all():
        found.append(Condition(Open.SIGN))
    return found


def who_accepted(request: AccessRequest, people: Iterable[Participant]) -> set[int]:
    """The keys of those of these people who have accepted the licence as it is now."""
    rows = list(people)
    if all(hasattr(row, "good_since") for row in rows):
        return {row.pk for row in rows if has_accepted(row)}
    return set(accepted_by(request, request.license.texts_as_good))


def has_accepted(person: Any) -> bool:
    """Whether somebody, fetched by `with_acceptances`, has accepted the licence as it is now."""
    return person.accepted_number is not None and person.accepted_number >= (person.good_since or 0)


def accepted_by(request: AccessRequest, texts: Iterable[LicenseText]) -> dict[int, Any]:
    """By the key of the participant, the latest acceptance of one of these texts; uses prefetched rows."""
    keys = {text.pk for text in texts}
    rows = sorted(request.acceptances.all(), key=lambda row: row.accepted_at)
    return {row.participant_id: row for row in rows if row.license_text_id in keys}


def entitled(request: AccessRequest) -> Iterator[tuple[Participant, Any]]:
    """Those who may hold a grant now, each with the acceptance it stands on: named, not declined, licence accepted."""
    accepted = accepted_by(request, request.license.texts_as_good)
    for person in people_now(request):
        held = Part(person.part) in HOLDERS and person.declined_at is None
        confirmed = person.part == Part.APPLICANT or person.confirmed_at is not None
        if held and confirmed and person.pk in accepted:
            yield person, accepted[person.pk]


def hub_decides(policy: Policy) -> bool:
    """Whether the hub's own vote decides, so that triage and confirmation are skipped."""
    return policy.decided_by == DecidedBy.HUB


def needs_triage(
    request: AccessRequest, answers: Mapping[str, Any], *, flagged: bool, conflicts: Iterable[Conflict] | None = None
) -> bool:
    """Whether hub staff check a request before the deciders are asked.

    What hub staff have forwarded once goes straight to the deciders when it is sent again; not where a decider was
    named since: whoever names them keeps them from deciding, so hub staff look whether that is right. Nor where the
    data would go to a country to check that they have not seen. What they decide on, because the policy says so or the
    dataset or licence is retired, goes to them at once.

    Args:
        request: the locked request.
        answers: as they are being sent.
        flagged: whether somebody named in it is flagged, which always makes hub staff check.
        conflicts: as of `conflicts_in`, where the caller knows them.
    """
    policy = policy_of(request.license)
    if flagged:
        return True
    if hub_decides(policy) or is_retired(request.license, request.dataset):
        return False
    forwarded = request.events.filter(verb=Verb.FORWARD, by__isnull=False)
    if (
        since := _decider_named_since(conflicts_in(request) if conflicts is None else conflicts)
    ) and not forwarded.filter(at__gte=since).exists():
        return True
    last = forwarded.order_by("number").last() if request.event_count else None
    if last is None:
        return policy.triage or bool(countries_to_check(request, policy, answers))
    seen = request.submissions.filter(sent_at__lte=last.at).order_by("number").last()
    return bool(countries_to_check(request, policy, answers) - countries_of(seen.answers if seen else {}))


def _decider_named_since(conflicts: Iterable[Conflict]) -> datetime | None:
    """Since when somebody named takes part who would otherwise decide, the last of them; the applicant names nobody."""
    named = [conflict.person for conflict in conflicts if conflict.part != Part.APPLICANT]
    return max((person.added_at for person in named), default=None)


def countries_to_check(request: AccessRequest, policy: Policy, answers: Mapping[str, Any]) -> set[str]:
    """The countries to which real data would go and which the policy does not name as those that need no check."""
    free = {country.code for country in policy.free_countries}
    return countries_of(answers) - free if free and not request.dataset.synthetic else set()


def countries_of(answers: Mapping[str, Any]) -> set[str]:
    """Where the applicant and the recipient scientist work, as two letters."""
    return {str(answers.get(key) or "").upper() for key in ("applicant_country", "recipient_country")} - {""}


def awaits_people() -> Q:
    """For many requests: whether one waits for somebody named who has not answered, before the deciders are asked."""
    return Q(Found(_unconfirmed_before_review()))


def _unconfirmed_before_review() -> QuerySet[Participant]:
    people = _there().filter(confirmed_at=None, declined_at=None)
    return people.filter(_is_needed(), request__license__policy__needed_before=Before.REVIEW)


def declined_people() -> QuerySet[Participant]:
    """For many requests: those for whom the policy makes one wait, and who declined."""
    return _there().filter(_is_needed(), declined_at__isnull=False)


def open_for_people() -> QuerySet[Participant]:
    """For many requests: those who must still confirm or accept before access opens, and have not declined.

    The same as `open_conditions` for one request; a test compares the two.
    """
    people = _there().filter(declined_at=None).with_acceptances()
    applicant = Q(part=Part.APPLICANT)
    confirmed = applicant | (_is_needed() & Q(confirmed_at__isnull=False))
    outdated = Q(accepted_number=None) | Q(accepted_number__lt=F("good_since"))
    return people.filter((_is_needed() & Q(confirmed_at=None)) | (confirmed & Q(part__in=sorted(HOLDERS)) & outdated))


def _there() -> ParticipantQuerySet:
    return Participant.objects.filter(request=OuterRef("pk"), removed_at=None)


def _is_needed() -> Q:
    """For many people: whether the policy makes their request wait for them; a licence without a policy has its own."""
    default = NEEDED_PARTS[Needed(Policy().needed)]
    wanted = Q(request__license__policy__isnull=True, part__in=sorted(default))
    for needed, parts in NEEDED_PARTS.items():
        wanted |= Q(request__license__policy__needed=needed, part__in=sorted(parts))
    return wanted
