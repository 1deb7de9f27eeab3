"""What the decision page shows: collected for one request and one reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from access_requests import comparison
from access_requests.conflicts import conflicts_in
from access_requests.desk import requests_for
from access_requests.evidence import Facts, Finding, domain_of, findings
from access_requests.holdings import with_grants
from access_requests.identity import Earlier, Person
from access_requests.models import (
    AccessRequest,
    AccessRequestQuerySet,
    Attachment,
    Decider,
    Decision,
    Event,
    Participant,
    Round,
    Submission,
)
from access_requests.rows import applicant_in
from access_requests.timeline import reads_votes
from access_requests.usual import annotated
from access_requests.workflow import OPEN, Part, Status
from aidahub.accounts.models import User
from datasets.models import LicenseText

EARLIER_SHOWN = 10


def with_all(requests: AccessRequestQuerySet) -> AccessRequestQuerySet:
    """These requests with all that the decision page shows of them."""
    people = Participant.objects.with_acceptances().select_related("declined_why")
    decisions = Decision.objects.select_related("provider", "by", "reason", "evidence")
    asked = Prefetch("deciders", Decider.objects.select_related("provider", "excuse", "excused_by"))
    rounds = Round.objects.prefetch_related(asked, Prefetch("decisions", decisions))
    sent = Submission.objects.select_related("form_version", "license_text")
    parts = ("dataset", "license__policy", "license__dataset", "applicant", "assigned_to")
    rows = requests.annotate(**annotated("dataset"))
    return rows.select_related(*parts).prefetch_related(
        Prefetch("participants", people), "license__texts", "dataset__dataset_providers__provider",
        Prefetch("rounds", rounds),
        Prefetch("submissions", sent), Prefetch("events", Event.objects.select_related("by")), "texts",
        with_grants(), Prefetch("attachments", Attachment.objects.select_related("by")),
    )  # fmt: skip


@dataclass(frozen=True)
class Vote:
    """What one decider has answered, if anything."""

    decider: str
    decision: Decision | None
    excused: Decider | None = None


@dataclass(frozen=True)
class RoundShown:
    """One round with its votes."""

    round: Round
    votes: list[Vote]


@dataclass(frozen=True)
class Who:
    """The applicant in a few words, for titles."""

    name: str
    institution: str
    domain: str


def who_asks(request: AccessRequest) -> Who:
    """The applicant of a request of `with_all`."""
    person = applicant_in(request.participants.all())
    email = person.email if person else request.applicant.email
    name = person.name if person else str(request.applicant)
    return Who(name, person.institution if person else "", domain_of(email))


def earlier_of(people: Iterable[Person]) -> list[tuple[Person, list[Earlier], int]]:
    """Each person who has asked or been responsible, with other requests of theirs and how many more there are."""
    asking = [person for person in people if person.part != Part.SIGNATORY]
    return [
        (person, list(person.earlier[:EARLIER_SHOWN]), max(0, len(person.earlier) - EARLIER_SHOWN)) for person in asking
    ]


def check(user: User, request: AccessRequest, submission: Submission, people: tuple[Person, ...]) -> list[Finding]:
    """What the checks of `evidence` say about a request."""
    others = requests_for(user).filter(applicant=request.applicant_id).exclude(pk=request.pk).order_by("pk")
    known = list(others.values_list("reference", "status", "dataset_id"))
    providers = [row for row in request.dataset.dataset_providers.all() if row.retired_at is None]
    applicant = next((person for person in people if person.part == Part.APPLICANT), None)
    return findings(
        Facts(
            answers={"applicant_email": request.applicant.email, **submission.answers},
            verified_emails=request.applicant.verified_emails,
            orcid=applicant.orcid if applicant else "",
            text_in_force=not _changed_since(submission, request.license.texts.all()),
            synthetic=request.dataset.synthetic,
            rejected=tuple(ref for ref, status, _dataset in known if status == Status.REJECTED),
            open=tuple(ref for ref, status, key in known if status in OPEN and key == request.dataset_id),
            provider_emails=frozenset(row.provider.email for row in providers),
            named_deciders=tuple((each.provider.name, each.part) for each in conflicts_in(request)),
            today=timezone.localdate(),
            people=people,
        )
    )


def _changed_since(submission: Submission, texts: Sequence[LicenseText] | Any) -> bool:
    accepted = submission.license_text.number
    return any(text.number > accepted and text.change == LicenseText.Change.MATERIAL for text in texts)


def is_named(user: User, request: AccessRequest) -> bool:
    """Whether the reader is the applicant or named, and so may not see how others vote."""
    if request.applicant_id == user.pk:
        return True
    people = [row for row in request.participants.all() if row.takes_part]
    return any(row.user_id == user.pk or row.email in user.verified_emails for row in people)


def rounds_for(user: User, request: AccessRequest) -> list[RoundShown]:
    """The rounds whose votes the reader may see (`timeline.reads_votes`), the latest first."""
    if is_named(user, request):
        return []
    parts = {Part.HUB if user.is_hub else Part.PROVIDER}
    rounds = sorted(request.rounds.all(), key=lambda row: -row.number)
    return [RoundShown(row, _votes(row)) for row in rounds if reads_votes(user, parts, row.deciders.all())]


def _votes(round_: Round) -> list[Vote]:
    by_provider = {decision.provider_id: decision for decision in round_.decisions.all()}
    if round_.by_hub:
        return [Vote(settings.HUB_NAME, by_provider.get(None))]
    asked = sorted(round_.deciders.all(), key=lambda row: row.provider.name)
    return [Vote(row.provider.name, by_provider.get(row.provider_id), row if row.excused_at else None) for row in asked]


def last_sent(request: AccessRequest) -> Submission:
    """What was sent last; the admin shows no drafts, so there is something."""
    return max(request.submissions.all(), key=lambda submission: submission.number)


def profile_of(submission: Submission) -> str:
    """The address of the recipient scientist's profile; empty for what a browser should not be sent to."""
    address = str(submission.answers.get("recipient_profile") or "")
    return address if address.startswith(("https://", "http://")) else ""


def answers_of(request: AccessRequest) -> list[comparison.Line]:
    """All answers as sent last, with what stood there in the sending before."""
    sent = sorted(request.submissions.all(), key=lambda submission: submission.number)
    return comparison.lines(sent[-1], sent[-2] if len(sent) > 1 else None)
