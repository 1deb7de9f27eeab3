"""Thousands of requests from a few: copies with people, datasets, days, answers and chains of events of their own.

Whole requests in batches, one insert for each kind of row. A mail's words are cut: at twenty and more mails for each
request they would be gigabytes, and no page that is measured reads them.
"""

from __future__ import annotations

import random
import secrets
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import ForeignKey, Max, Model, QuerySet
from django.db.models.base import ModelState
from django.utils import timezone

from access_requests.attachments.keeping import new_key
from access_requests.events import BEFORE_THE_FIRST, canonical, digest_of, hash_of
from access_requests.models import (
    AccessRequest,
    Attachment,
    Decider,
    Decision,
    Delivery,
    Event,
    Grant,
    LicenseAcceptance,
    Message,
    Participant,
    PartInvitation,
    ReferenceCounter,
    Round,
    SealedText,
    Submission,
)
from access_requests.references import next_reference
from access_requests.workflow import FINISHED, WITH_ACCESS, Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, License, LicenseText, Provider
from datasets.register.values import fold

from .crowd import FLAVOURS, OWN_DATASETS, Asked, World
from .rows import change, insert
from .stories import Told

# What belongs to a request, each after what it points at.
PARTS: tuple[tuple[type[Model], str], ...] = (
    (SealedText, "request"), (Submission, "request"), (Participant, "request"),
    (PartInvitation, "participant__request"), (Attachment, "request"), (LicenseAcceptance, "request"),
    (Round, "request"), (Decider, "round__request"), (Decision, "round__request"), (Grant, "request"),
    (Delivery, "grant__request"), (Message, "request"),
)  # fmt: skip
# Of a hundred requests among the first: enough of each that a page's lists are as long as they ever get.
EARLY = {
    Status.GRANTED: 54, Status.IN_REVIEW: 14, Status.SUBMITTED: 7, Status.DECIDED: 5, Status.APPROVED: 6,
    Status.RETURNED: 6, Status.REJECTED: 3, Status.EXPIRED: 2, Status.DRAFT: 1, Status.WITHDRAWN: 1, Status.CLOSED: 1,
}  # fmt: skip
# Of a hundred requests after some years.
LATER = {
    Status.GRANTED: 52, Status.REJECTED: 12, Status.EXPIRED: 8, Status.CLOSED: 7, Status.WITHDRAWN: 5,
    Status.IN_REVIEW: 4, Status.DRAFT: 4, Status.APPROVED: 2, Status.RETURNED: 2, Status.REVOKED: 2,
    Status.SUBMITTED: 1, Status.DECIDED: 1,
}  # fmt: skip
BATCH = 250
# The last mails of a request: older ones say nothing that a page or the clock asks for.
MAILS = 6
Key = tuple[type[Model], int]


@dataclass(frozen=True)
class Plan:
    """One copy to be made: of what, for whom, under which licence, how long ago."""

    told: Told
    asked: Asked
    applicant: User
    recipient: User
    member: User
    days: float


@dataclass
class Copy:
    """One copy on its way: its plan, its row, the new keys of rows, and what events must name otherwise."""

    plan: Plan
    row: AccessRequest
    keys: dict[Key, int] = field(default_factory=dict)
    swaps: dict[str, str] = field(default_factory=dict)


class Pattern:
    """The rows of a request that was walked, read once: by model, the values of each and where they point."""

    def __init__(self, told: Told, world: World) -> None:
        """Read it."""
        self.told, self.world = told, world
        self.row = AccessRequest.objects.get(pk=told.request.pk)
        self.parts: dict[type[Model], list[Any]] = {
            model: list(QuerySet(model).filter(**{way: self.row}).order_by("pk")) for model, way in PARTS
        }
        self.events = [Mould(row) for row in Event.objects.filter(request=self.row).order_by("number")]
        self.moulds = {(type(row), row.pk): Mould(row) for rows in self.parts.values() for row in rows}
        self.whole = Mould(self.row)
        mails = Mail.objects.filter(about__startswith=f"{self.row.reference}/").order_by("-pk")
        self.mails = [Mould(mail) for mail in mails[:MAILS]]
        asked = told.asked
        self.users = {"applicant": world.applicant, "recipient": world.recipient, "member": world.member}
        self.acting = asked.acting
        self.people = {user.pk: user for user in (*self.users.values(), *asked.acting, world.hub)}


def plans(
    told: Sequence[Told], world: World, shares: Mapping[Status, int], *, early: bool, seed: int = 0
) -> Iterator[Plan]:
    """Copies without end, in these shares of statuses; the early ones for the provider and the people who look."""
    dice = random.Random(5 if early else 7 + seed)
    by_status: dict[Status, list[Told]] = defaultdict(list)
    for each in told:
        by_status[each.status].append(each)
    number = 0
    places = OWN_DATASETS if early else len(world.asked)
    shelves = {flavour: world.asked[at:places:3] for at, flavour in enumerate(FLAVOURS)}
    while True:
        deck = [status for status, times in shares.items() for _ in range(times)]
        dice.shuffle(deck)
        for status in deck:
            number += 1
            each = dice.choice(by_status[status])
            shelf = shelves[each.flavour]
            asked = shelf[int(len(shelf) * dice.random() ** (1 if early else 2))]  # the first ones are asked for most
            first, second, third = dice.sample(world.people[3:], 3)
            look = early and number % 4 == 0
            first, second = (world.applicant, second) if look else (first, world.recipient if early else second)
            yield Plan(each, asked, first, second, third, _days(status, dice))


def _days(status: Status, dice: random.Random) -> float:
    """How many days ago it was: what is open has mostly begun this month."""
    if status in FINISHED | WITH_ACCESS:
        return 1 + 1500 * float(dice.random() ** 1.5)  # more are asked for each year
    return dice.uniform(0, 30) if dice.random() < 0.8 else dice.uniform(30, 90)


def multiply(
    told: Sequence[Told], world: World, number: int, *, early: bool = False, say: Callable[[str], None] = lambda _: None
) -> None:
    """Make so many more requests.

    Args:
        told: what is copied.
        world: for whom and for what.
        number: how many.
        early: the first ones, by which those who look at pages have long lists from the beginning.
        say: told now and then how far it is.
    """
    patterns = {id(each): Pattern(each, world) for each in told}
    wanted = plans(told, world, EARLY if early else LATER, early=early, seed=newest())
    for start in range(0, number, BATCH):
        batch = list(islice(wanted, min(BATCH, number - start)))
        with transaction.atomic():
            _batch(batch, patterns)
        if start % 2500 == 0:
            say(f"{start + len(batch)} of {number} copies")


def _batch(batch: list[Plan], patterns: Mapping[int, Pattern]) -> None:
    copies = [Copy(plan, _request(plan, patterns[id(plan.told)])) for plan in batch]
    for copy, reference in zip(copies, _references(len(copies)), strict=True):
        copy.swaps[copy.row.reference] = copy.row.reference = reference
        copy.row.search_text = _words(copy, patterns[id(copy.plan.told)])
    insert([copy.row for copy in copies])
    for copy in copies:
        old = patterns[id(copy.plan.told)].row
        copy.keys = {(AccessRequest, old.pk): copy.row.pk, **_pointers(copy.plan, patterns[id(copy.plan.told)])}
    for model, _way in PARTS:
        made = [(copy, row, _part(copy, row, own)) for copy in copies
                for own in [patterns[id(copy.plan.told)]] for row in own.parts[model]]  # fmt: skip
        insert([twin for _copy, _row, twin in made])
        for copy, row, twin in made:
            copy.keys[model, row.pk] = twin.pk
    insert([event for copy in copies for event in _chain(copy, patterns[id(copy.plan.told)])])
    change(AccessRequest, "event_head", [copy.row for copy in copies])
    insert([mail for copy in copies for mail in _mails(copy, patterns[id(copy.plan.told)])])


def _references(number: int) -> list[str]:
    """The next references, taken at once."""
    first = next_reference()
    start, _, last = first.rpartition("-")
    year = timezone.localdate().year
    ReferenceCounter.objects.filter(year=year).update(last=int(last) + number - 1)
    return [f"{start}-{int(last) + at:05}" for at in range(number)]


def _pointers(plan: Plan, pattern: Pattern) -> dict[Key, int]:
    """What stands in a copy for the people, the licence and the providers of what it is copied from."""
    then, now = plan.told.asked, plan.asked
    pairs: list[tuple[type[Model], Model, Model]] = [
        (User, pattern.users["applicant"], plan.applicant), (User, pattern.users["recipient"], plan.recipient),
        (User, pattern.users["member"], plan.member), (Dataset, then.license.dataset, now.license.dataset),
        (License, then.license, now.license), (LicenseText, then.text, now.text),
        *((User, old, new) for old, new in zip(then.acting, now.acting, strict=True)),
        *((Provider, old, new) for old, new in zip(then.deciders, now.deciders, strict=True)),
    ]  # fmt: skip
    return {(model, old.pk): new.pk for model, old, new in pairs}


class Mould:
    """A row to be copied: its values, which of them point at rows that are copied too, and which are moments."""

    def __init__(self, row: Model) -> None:
        """Take it apart."""
        self.model = type(row)
        columns = [column for column in row._meta.concrete_fields if not column.primary_key]  # noqa: SLF001  Django documents it
        self.values = {column.attname: getattr(row, column.attname) for column in columns}
        self.pointers = [
            (column.attname, (column.related_model, self.values[column.attname]))
            for column in columns
            if isinstance(column, ForeignKey) and self.values[column.attname] is not None
        ]
        self.days = [name for name, value in self.values.items() if isinstance(value, date)]

    def cast(self, keys: Mapping[Any, int], days: float) -> Any:
        """A copy without a key: its pointers turned, its days earlier. It is made past the model's own beginning."""
        values = dict(self.values)
        for name, target in self.pointers:
            values[name] = keys.get(target, values[name])
        for name in self.days:
            values[name] -= timedelta(days=days)  # of a day whole ones count
        row = self.model.__new__(self.model)
        row.__dict__ |= values
        row._state = ModelState()  # noqa: SLF001  what Django's own beginning does
        return row


def _request(plan: Plan, pattern: Pattern) -> AccessRequest:
    row: AccessRequest = pattern.whole.cast(_pointers(plan, pattern), plan.days)
    row.recipient_key = plan.recipient.email
    if row.draft:
        row.draft = _answers(row.draft, plan)
    return row


def _answers(answers: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    return {
        **answers,
        "applicant_name": plan.applicant.name,
        "applicant_email": plan.applicant.email,
        "applicant_institution": plan.applicant.institution,
        "recipient_name": plan.recipient.name,
        "recipient_email": plan.recipient.email,
        "recipient_institution": plan.recipient.institution,
    }


def _words(copy: Copy, pattern: Pattern) -> str:
    """The folded words, with the copy's own names in place of those it is copied from."""
    plan, text = copy.plan, pattern.row.search_text
    pairs = [(pattern.row.reference, copy.row.reference), ("Uppsala University", plan.applicant.institution)]
    for name, user in pattern.users.items():
        new: User = getattr(plan, name)
        pairs += [(user.name, new.name), (user.email, new.email)]
    pairs += [(getattr(plan.told.asked.license.dataset, name), getattr(plan.asked.license.dataset, name))
              for name in ("doi", "name", "short_name")]  # fmt: skip
    for old, replacement in pairs:
        text = text.replace(fold(old), fold(replacement))
    return text


def _part(copy: Copy, row: Any, pattern: Pattern) -> Any:
    """The copy of one row."""
    plan = copy.plan
    twin = pattern.moulds[type(row), row.pk].cast(copy.keys, plan.days)
    if isinstance(twin, Participant):
        _person(twin, plan)
    elif isinstance(twin, Submission):
        twin.answers = _answers(twin.answers, plan)
        twin.digest = digest_of(twin.salt, canonical(twin.answers))
        copy.swaps[row.digest] = twin.digest
    elif isinstance(twin, Attachment):
        twin.public_id, twin.key = uuid.uuid4(), new_key()
        copy.swaps[str(row.public_id)] = str(twin.public_id)
    elif isinstance(twin, PartInvitation):
        twin.token_hash = secrets.token_hex(32)
    return twin


def _person(twin: Participant, plan: Plan) -> None:
    users = {Part.APPLICANT: plan.applicant, Part.RECIPIENT_SCIENTIST: plan.recipient, Part.MEMBER: plan.member}
    if user := users.get(Part(twin.part)):
        twin.name, twin.email, twin.institution = user.name, user.email, user.institution


def _chain(copy: Copy, pattern: Pattern) -> Iterator[Event]:
    """The events, chained anew: their hashes hold the reference, the people and the days."""
    before = BEFORE_THE_FIRST
    plan = copy.plan
    users = {user.pk: user for user in (plan.applicant, plan.recipient, plan.member, *plan.asked.acting)}
    users[pattern.world.hub.pk] = pattern.world.hub
    for event in pattern.events:
        link: Event = event.cast(copy.keys, plan.days)
        link.request, link.before = copy.row, before
        link.by = users[link.by_id] if link.by_id else None
        link.payload = _swapped(link.payload, copy.swaps)
        before = link.hash = hash_of(link)
        yield link
    copy.row.event_head = before if pattern.events else ""


def _swapped(value: Any, swaps: Mapping[str, str]) -> Any:
    """What an event holds, with the copy's own references, digests and files in place of the pattern's."""
    if isinstance(value, dict):
        return {key: _swapped(each, swaps) for key, each in value.items()}
    if isinstance(value, list):
        return [_swapped(each, swaps) for each in value]
    return swaps.get(value, value) if isinstance(value, str) else value


def _mails(copy: Copy, pattern: Pattern) -> Iterator[Mail]:
    plan = copy.plan
    users = ("applicant", "recipient", "member")
    pairs = [(pattern.users[name].email, getattr(plan, name).email) for name in users]
    pairs += [(old.email, new.email) for old, new in zip(plan.told.asked.deciders, plan.asked.deciders, strict=True)]
    pairs += [(old.email, new.email) for old, new in zip(pattern.acting, plan.asked.acting, strict=True)]
    to = dict(pairs)
    for mail in pattern.mails:
        twin: Mail = mail.cast({}, plan.days)
        twin.about = f"{copy.row.reference}/{twin.about.rpartition('/')[2]}"
        twin.recipient = to.get(twin.recipient, twin.recipient)
        twin.message_id = f"<{uuid.uuid4().hex}@size.example>"
        twin.text, twin.html = twin.text[:200], ""
        yield twin


def newest() -> int:
    """The key of the newest request."""
    return AccessRequest.objects.aggregate(newest=Max("pk"))["newest"] or 0
