"""What becomes of a request, walked by the verbs: one story for each status, each of about twenty events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from django.db import transaction
from django.utils import timezone

from access_requests import actions
from access_requests.actions.access import HandedOver
from access_requests.actions.files import Stored
from access_requests.attachments.keeping import new_key
from access_requests.models import AccessRequest
from access_requests.people import Named
from access_requests.workflow import Answer, Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail

from .crowd import FLAVOURS, OWN_DATASETS, Asked, World
from .data import ANSWERS

WORDS = (
    "Thank you. We have talked about this with the clinic, and there are two things that we would like to understand "
    "better before we answer: which of the examinations you need, and where the computers are that you train on."
)


@dataclass(frozen=True)
class Walk:
    """One request on its way, with those who move it."""

    request: AccessRequest
    asked: Asked
    world: World

    def fresh(self, user: User) -> User:
        """Somebody as a new web request has them."""
        return User.objects.get(pk=user.pk)

    @property
    def voters(self) -> tuple[User, User]:
        """Who acts for the two deciders."""
        one, two = self.asked.acting
        return self.fresh(one), self.fresh(two)

    @property
    def hub(self) -> User:
        """Hub staff."""
        return self.fresh(self.world.hub)

    @property
    def applicant(self) -> User:
        """Who asks."""
        return self.fresh(self.request.applicant)

    def confirm(self) -> None:
        """The recipient scientist confirms and accepts."""
        actions.confirm_part(request=self.request, by=self.fresh(self.world.recipient), text=self.asked.text)

    def vote(self, answer: Answer, number: int = 1) -> None:
        """So many deciders vote."""
        for voter in self.voters[:number]:
            reason = WORDS if answer == Answer.REJECT else ""
            actions.decide(request=self.request, by=voter, answer=answer, reason=reason)


def draft(world: World, asked: Asked, applicant: User, title: str) -> AccessRequest:
    """A complete draft, which names the recipient scientist of this world."""
    recipient = world.recipient
    own = {"applicant_name": applicant.name, "applicant_email": applicant.email, "project_title": title}
    other = {"recipient_name": recipient.name, "recipient_email": recipient.email}
    request = actions.start(license=asked.license, by=applicant)
    request = actions.save_answers(request=request, by=applicant, answers={**ANSWERS, **own, **other})
    return actions.accept_license(request=request, by=applicant, text=asked.text)


def begun(world: World, asked: Asked, number: int) -> Walk:
    """A request that was sent twice and talked about: it is under review, or checked by hub staff under AIDA's way."""
    applicant = User.objects.get(pk=world.applicant.pk)
    request = draft(world, asked, applicant, f"Project {number}")
    request = actions.submit(request=request, by=applicant)
    walk = Walk(request, asked, world)
    _talk(walk)
    actions.comment(request=request, by=walk.hub, question="planned_use", text=WORDS)
    actions.send_back(request=request, by=walk.hub, reason="Which scanner do you mean?")
    member = Named(Part.MEMBER, world.member.name, "", world.member.email, world.member.institution)
    actions.add_person(request=request, by=applicant, person=member)
    actions.save_answers(request=request, by=applicant, answers={"planned_use": "The scanner in Uppsala."})
    actions.submit(request=request, by=applicant)
    _talk(walk)
    return walk


def _talk(walk: Walk) -> None:
    request = walk.request
    actions.write(request=request, by=walk.applicant, text=WORDS)
    actions.write(request=request, by=walk.voters[0], text=WORDS)
    actions.write(request=request, by=walk.hub, text=WORDS)
    actions.note(request=request, by=walk.hub, text=WORDS)
    actions.assign(request=request, by=walk.hub, to=walk.hub)
    actions.register(request=request, by=walk.hub, number=f"LiU-2026-{request.pk:05}")
    file = Stored("protocol.pdf", "application/pdf", 123_456, f"{request.pk:064x}", new_key())
    actions.attach(request=request, by=walk.applicant, file=file)


def _approved(walk: Walk) -> None:
    walk.vote(Answer.APPROVE)


def _granted(walk: Walk) -> None:
    walk.confirm()
    walk.vote(Answer.APPROVE)
    what = HandedOver(link="https://files.hub.example/one", secret="opens it")
    actions.deliver(request=walk.request, by=walk.hub, what=what)
    actions.show_secret(request=walk.request, by=walk.fresh(walk.world.recipient))


def _in_review_by_all(walk: Walk) -> None:
    walk.confirm()
    actions.forward(request=walk.request, by=walk.hub)


def _decided(walk: Walk) -> None:
    _in_review_by_all(walk)
    walk.vote(Answer.APPROVE, 2)


def _expired(walk: Walk) -> None:
    _granted(walk)
    actions.expire(request=walk.request, today=timezone.localdate() + timedelta(days=400))


def _revoked(walk: Walk) -> None:
    _granted(walk)
    actions.revoke(request=walk.request, by=walk.hub, reason="Copied on.")


def _withdrawn(walk: Walk) -> None:
    actions.withdraw(request=walk.request, by=walk.applicant)


def _closed(walk: Walk) -> None:
    actions.close(request=walk.request, by=walk.hub, reason="Nobody answered.")


def _returned(walk: Walk) -> None:
    actions.send_back(request=walk.request, by=walk.hub, reason="Which scanner do you mean?")


def _rejected(walk: Walk) -> None:
    walk.vote(Answer.REJECT)


# The way after `begun`, by the status that it ends in and the flavour of the licence.
STORIES: tuple[tuple[Status, str, Callable[[Walk], object]], ...] = (
    (Status.SUBMITTED, "aida", Walk.confirm),
    (Status.IN_REVIEW, "direct", lambda walk: None),
    (Status.IN_REVIEW, "aida", _in_review_by_all),
    (Status.DECIDED, "aida", _decided),
    (Status.RETURNED, "direct", _returned),
    (Status.APPROVED, "direct", _approved),
    (Status.GRANTED, "direct", _granted),
    (Status.GRANTED, "a year", _granted),
    (Status.REJECTED, "direct", _rejected),
    (Status.WITHDRAWN, "direct", _withdrawn),
    (Status.CLOSED, "direct", _closed),
    (Status.EXPIRED, "a year", _expired),
    (Status.REVOKED, "direct", _revoked),
)


@dataclass(frozen=True)
class Told:
    """A request that was walked to its status, for copying."""

    request: AccessRequest
    status: Status
    flavour: str
    asked: Asked


def tell(world: World) -> list[Told]:
    """Walk one request through every story, each under a licence of its own of the provider who looks, and one draft.

    Raises:
        RuntimeError: where a story did not end in its status.
    """
    own = [(FLAVOURS[at % 3], asked) for at, asked in enumerate(world.asked[:OWN_DATASETS])]
    ways = [*STORIES, (Status.DRAFT, "direct", None)]
    numbers = {flavour: count() for flavour in FLAVOURS}
    told = []
    with transaction.atomic():
        for number, (status, flavour, way) in enumerate(ways):
            asked = [each for own_flavour, each in own if own_flavour == flavour][next(numbers[flavour])]
            if way is None:
                request = draft(world, asked, User.objects.get(pk=world.applicant.pk), f"Project {number}")
            else:
                walk = begun(world, asked, number)
                way(walk)
                request = walk.request
            request = AccessRequest.objects.get(pk=request.pk)
            if request.status != status:
                raise RuntimeError(f"A story of {status} ended in {request.status}.")
            told.append(Told(request, status, flavour, asked))
        Mail.objects.update(status=Mail.Status.SENT, sent_at=timezone.now())
    return told
