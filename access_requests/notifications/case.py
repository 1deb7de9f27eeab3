"""What the mails about one request tell of it, looked up once for all of them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from access_requests import comparison, questions
from access_requests.builtin import questions_of
from access_requests.conditions import Condition, Open, needed_people, needs_triage, open_conditions, people_now
from access_requests.events import text_of
from access_requests.flags import forces_triage
from access_requests.models import AccessRequest, Event, Participant, Round, Submission
from access_requests.part_invitations import proven_of
from access_requests.policies import policy_of, providers_named
from access_requests.taking_part import first_waits_for_people, holds_up_review
from access_requests.workflow import Part, Status, Verb
from aidahub.accounts.links import people_acting_for_each
from aidahub.accounts.models import ProviderLink, User
from aidahub.outbox.wording import one_line
from datasets.models import DatasetProvider, LicenseText


class Case:
    """One request, and the event that is told of (none where a mail only reminds)."""

    def __init__(self, request: AccessRequest, event: Event | None = None) -> None:
        """Args: request: as it is after the event. event: what happened."""
        self.request = request
        self.event = event
        self.payload: dict[str, Any] = event.payload if event else {}
        self.reference = request.reference

    @property
    def dataset(self) -> str:
        """What the dataset is called."""
        return one_line(self.request.dataset.display_name, 80)

    @cached_property
    def submission(self) -> Submission:
        """What was sent last."""
        return self.request.sent_last

    @cached_property
    def asked(self) -> list[questions.Question]:
        """The questions that the submission answers."""
        return questions.shown(questions_of(self.request), self.submission.answers)

    def answer(self, key: str) -> str:
        """One answer as people read it, in the language of the mail; empty where it was not asked."""
        question = next((question for question in self.asked if question.key == key), None)
        return questions.words(question, self.submission.answers.get(key)) if question else ""

    @property
    def who(self) -> str:
        """Name and institution of the applicant, as a subject ends."""
        return f"{self.name}, {self.institution}" if self.institution else self.name

    @property
    def asker(self) -> str:
        """Name and institution of the applicant, within a sentence."""
        return f"{self.name} ({self.institution})" if self.institution else self.name

    @property
    def institution(self) -> str:
        """Where the applicant works, if the form asks."""
        return one_line(self.applicant.institution or self.answer("applicant_institution"), 80)

    @property
    def names(self) -> dict[str, str]:
        """What the sentences of the letters are filled in with."""
        return {
            "dataset": self.dataset,
            "who": self.who,
            "asker": self.asker,
            "reference": self.reference,
            "decided_by": self.decided_by,
            "hub": settings.HUB_NAME,
            "address": settings.HUB_EMAIL,
        }

    @property
    def name(self) -> str:
        """The applicant's name."""
        return one_line(self.applicant.name or self.request.applicant.get_full_name(), 80)

    @cached_property
    def people(self) -> list[Participant]:
        """Everybody named in the request now."""
        return people_now(self.request)

    @cached_property
    def proven(self) -> frozenset[str]:
        """The addresses of those named that an account has proven."""
        return proven_of(self.named)

    @property
    def applicant(self) -> Participant:
        """The applicant as named in the request."""
        return next(person for person in self.people if person.part == Part.APPLICANT)

    @property
    def named(self) -> list[Participant]:
        """Everybody named but the applicant."""
        return [person for person in self.people if person.part != Part.APPLICANT]

    @cached_property
    def round(self) -> Round | None:
        """The last round, open or closed; none before the first."""
        return max(self.request.rounds.all(), key=lambda round_: round_.number, default=None)

    @cached_property
    def providers(self) -> list[DatasetProvider]:
        """The providers that the dataset's page names and that may know of this request."""
        return [row for row in providers_named(self.request.dataset, whole=True) if self.request.is_open_to(row)]

    @cached_property
    def deciders(self) -> list[DatasetProvider]:
        """The providers who are asked in the last round and not excused, as the page names them."""
        asked = self.round.deciders.all() if self.round else ()
        keys = {row.provider_id for row in asked if row.excused_at is None}
        return [row for row in self.providers if row.provider_id in keys]

    @cached_property
    def acting(self) -> dict[int, list[User]]:
        """By the key of each of these providers, who acts for it now."""
        return people_acting_for_each([row.provider for row in self.providers])

    @cached_property
    def rights_ended(self) -> frozenset[int]:
        """The keys of those of these providers for whom hub staff ended somebody's right to act, or suspended them."""
        taken = Q(ended_by__isnull=False) | Q(ended_at=None, user__is_active=False)
        links = ProviderLink.objects.filter(taken, provider__in=[row.provider_id for row in self.providers])
        return frozenset(links.values_list("provider_id", flat=True))

    @property
    def by_hub(self) -> bool:
        """Whether hub staff decide in the last round."""
        return bool(self.round and self.round.by_hub)

    @cached_property
    def confirming(self) -> bool:
        """Whether hub staff confirm what the votes come to."""
        return policy_of(self.request.license).confirm and not self.by_hub

    @property
    def decided_by(self) -> str:
        """Who decided, as the applicant reads it."""
        return settings.HUB_NAME if self.by_hub or self.confirming else _("The dataset's providers")

    @property
    def again(self) -> bool:
        """Whether it was sent before."""
        return self.submission.number > 1

    @property
    def opens_at_once(self) -> bool:
        """Whether nothing is left to do but to open access, which follows in the same transaction."""
        return self.request.status == Status.APPROVED and not self.still_open

    @cached_property
    def still_open(self) -> list[Condition]:
        """What must still be done before access opens, by whom."""
        return open_conditions(self.request)

    @property
    def only_paper_missing(self) -> bool:
        """Whether it is approved, and nothing but the signed agreement is missing before access opens."""
        return self.request.status == Status.APPROVED and self.still_open == [Condition(Open.SIGN)]

    @cached_property
    def confirm_first(self) -> list[Participant]:
        """Those who must confirm before anybody looks at the request or decides."""
        return first_waits_for_people(self.request)

    @cached_property
    def waited_for(self) -> list[Participant]:
        """Those named for whom the policy makes the request wait."""
        return needed_people(self.request, self.people)

    @property
    def hub_checks(self) -> bool:
        """Whether hub staff check the request before the deciders are asked."""
        return needs_triage(self.request, self.submission.answers, flagged=forces_triage(self.request))

    @property
    def was_the_last(self) -> bool:
        """Whether a submitted request waited for whom the event is about, and waits for nobody named now."""
        if self.request.status != Status.SUBMITTED or self.confirm_first:
            return False
        return holds_up_review(self.request, self.person)

    @property
    def by_applicant(self) -> bool:
        """Whether the applicant did it."""
        return self.event is not None and self.event.by_id == self.request.applicant_id

    @property
    def hub_staff_did_it(self) -> bool:
        """Whether hub staff did it, and so need not be told."""
        return self.event is not None and self.event.by is not None and self.event.by.is_hub

    @property
    def remind_after(self) -> int:
        """The working days after which whoever has the turn is reminded."""
        return int(settings.REMIND_AFTER)

    @property
    def dropped(self) -> list[Participant]:
        """Those who were named before the last sending, and are not any more."""
        since = self.submission.sent_at
        here = {person.email for person in self.people}
        gone = [
            person for person in self.request.participants.all() if person.removed_at and person.removed_at >= since
        ]
        return sorted((person for person in gone if person.email not in here), key=lambda person: person.number)

    @property
    def verb(self) -> str:
        """What happened."""
        return self.event.verb if self.event else ""

    @property
    def person(self) -> Participant:
        """Whom the event is about, also when they are not named any more."""
        return self.request.participants.get(number=self.payload["person"])

    @property
    def granted_to(self) -> frozenset[int]:
        """The numbers of those whose access opened with the event."""
        return frozenset(self.payload.get("persons", ()))

    def last_accepted_by(self, address: str) -> LicenseText | None:
        """The text of the licence that whoever is named by an address accepted last."""
        keys = [person.pk for person in self.people if person.email == address]
        last = self.request.acceptances.filter(participant__in=keys).select_related("license_text")
        row = last.order_by("accepted_at").last()
        return row.license_text if row else None

    @property
    def reasons(self) -> list[str]:
        """Why, for the applicant to read. Where hub staff confirm, only theirs: what deciders wrote was for the hub."""
        event = self._answering
        if event is None:
            return []
        if not self.round or "settled" not in event.payload:
            return list(filter(None, [text_of(event)]))
        counted = self.round.decisions.filter(void_at=None)
        votes = counted.filter(answer=event.payload["settled"]).select_related("reason")
        return [vote.reason.text for vote in votes if vote.reason and vote.reason.text]

    @property
    def _answering(self) -> Event | None:
        """The event whose reasons are told: with the access, the answer that led to it."""
        if self.event and self.event.verb == Verb.GRANT:
            answers = self.request.events.filter(verb__in=(Verb.DECIDE, Verb.EXCUSE, Verb.CONFIRM)).order_by("-number")
            return next(event for event in answers if event.verb == Verb.CONFIRM or event.payload.get("settled"))
        return self.event

    @property
    def changes(self) -> list[comparison.Line]:
        """What reads otherwise than at the last sending; nothing where this is the first."""
        before = next(
            (each for each in self.request.submissions.all() if each.number == self.submission.number - 1), None
        )
        return comparison.changes(self.submission, before) if before else []

    @property
    def own_url(self) -> str:
        """The request's page for the people named in it."""
        return settings.BASE_URL + self.request.get_absolute_url()

    def own_page(self, name: str) -> str:
        """Another page of the request for its applicant, by the name of its address."""
        return settings.BASE_URL + reverse(f"access_requests:{name}", args=[self.reference])

    @property
    def decision_path(self) -> str:
        """The path of the page for those who decide."""
        return reverse("admin:access_requests_accessrequest_change", args=[self.reference])
