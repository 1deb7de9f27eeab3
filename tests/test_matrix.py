"""Verb x status x person x policy: what the code does, compared with what the tables of `workflow` say.

No cell is typed by hand. `beyond` holds the few sentences of the rules that are not in the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from access_requests import actions
from access_requests.actions.access import HandedOver
from access_requests.actions.files import Stored
from access_requests.models import AccessRequest, Attachment, Event, Participant
from access_requests.people import Named
from access_requests.policies import PRESETS
from access_requests.rules import Denied, may
from access_requests.workflow import (
    CONFLICTED,
    EDITABLE,
    ENDED_ACCESS,
    FINISHED,
    MOVES,
    NAMED,
    Answer,
    Part,
    Status,
    Verb,
)
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import MIA, REACHED, RequestAt, confirm, fresh, license_of, provider_of, set_policy

Act = Callable[[AccessRequest, User], object]


def _decide(request: AccessRequest, by: User) -> AccessRequest:
    provider = None if by.provider_ids else provider_of(request.dataset, 1)
    return actions.decide(
        request=request, by=by, answer=Answer.REJECT, reason="No.", provider=provider, evidence="From: Per\n\nNo."
    )


def _excuse(request: AccessRequest, by: User) -> AccessRequest:
    own = [provider_of(request.dataset, place) for place in (1, 2)]
    mine = next((provider for provider in own if provider.pk in by.provider_ids), own[0])
    return actions.excuse(request=request, by=by, provider=mine, reason="Has left.")


def _paper(request: AccessRequest, by: User) -> Attachment:
    """A file that hub staff attached before."""
    key = f"paper-{request.attachments.count()}-{request.reference}"
    return Attachment.objects.create(
        request=request, kind="paper", internal=True, name="paper.pdf", size=1, sha256="0" * 64, key=key, by=by
    )


def _accept(request: AccessRequest, by: User) -> AccessRequest:
    text = request.license.text_in_force
    assert text
    more: dict[str, Any] = {}
    if by.is_hub and request.submitted_at:
        person = request.participants.get(part=Part.RECIPIENT_SCIENTIST, removed_at=None)
        more = {"person": person, "paper": _paper(request, by)}
    return actions.accept_license(request=request, by=by, text=text, **more)


def _submit(request: AccessRequest, by: User) -> AccessRequest:
    text = request.license.text_in_force
    AccessRequest.objects.filter(pk=request.pk).update(draft_license_text=text)
    return actions.submit(request=request, by=by)


def _person(request: AccessRequest, part: Part) -> Participant:
    """Somebody named in the request; for a request that the actor cannot see, the verb refuses before it looks."""
    return request.participants.filter(part=part, removed_at=None).first() or Participant(request=request, part=part)


def _file() -> Stored:
    return Stored("protocol.pdf", "application/pdf", 1000, "1" * 64, uuid4().hex)


def _detach(request: AccessRequest, by: User) -> AccessRequest:
    values = vars(_file())
    row = Attachment.objects.create(request=request, by=by, at=timezone.now() + timedelta(minutes=1), **values)
    return actions.detach(request=request, by=by, file=row)


def _leave(request: AccessRequest, by: User) -> AccessRequest:
    person = _person(request, Part.RECIPIENT_SCIENTIST) if by.is_hub else None
    return actions.leave(request=request, by=by, person=person)


NEW = Named(Part.MEMBER, "Nils New", "", "nils@uu.example", "Uppsala University")
# The verbs that people use, each with arguments that are right for whoever may use it.
ACTS: dict[Verb, Act] = {
    Verb.SAVE: lambda request, by: actions.save_answers(request=request, by=by, answers={"planned_use": "More."}),
    Verb.SUBMIT: _submit,
    Verb.DISCARD: lambda request, by: actions.discard(request=request, by=by),
    Verb.WITHDRAW: lambda request, by: actions.withdraw(request=request, by=by),
    Verb.CLOSE: lambda request, by: actions.close(request=request, by=by, reason="Over."),
    Verb.FORWARD: lambda request, by: actions.forward(request=request, by=by),
    Verb.SEND_BACK: lambda request, by: actions.send_back(request=request, by=by, reason="Which scanner?"),
    Verb.DECIDE: _decide,
    Verb.EXCUSE: _excuse,
    Verb.VOID_VOTE: lambda request, by: actions.void_votes(request=request, by=by, voter=by),
    Verb.CONFIRM: lambda request, by: actions.confirm(request=request, by=by, answer=Answer.APPROVE),
    Verb.ACCEPT_LICENSE: _accept,
    Verb.CONFIRM_PART: lambda request, by: actions.confirm_part(
        request=request, by=by, text=request.license.text_in_force
    ),
    Verb.DECLINE_PART: lambda request, by: actions.decline_part(request=request, by=by, reason="Not me."),
    Verb.ADD_PERSON: lambda request, by: actions.add_person(request=request, by=by, person=NEW),
    Verb.REPLACE_PERSON: lambda request, by: actions.replace_person(
        request=request, by=by, person=_person(request, Part.RECIPIENT_SCIENTIST), successor=NEW
    ),
    Verb.REMOVE_PERSON: lambda request, by: actions.remove_person(
        request=request, by=by, person=_person(request, Part.MEMBER)
    ),
    Verb.CHANGE_APPLICANT: lambda request, by: actions.change_applicant(
        request=request, by=by, email="alva.dahl@kth.example"
    ),
    Verb.RECORD_AGREEMENT: lambda request, by: actions.record_agreement(
        request=request, by=by, paper=_paper(request, by), signed_on=timezone.localdate()
    ),
    Verb.DELIVER: lambda request, by: actions.deliver(request=request, by=by, what=HandedOver(how="By courier.")),
    Verb.CLOSE_DELIVERY: lambda request, by: actions.close_delivery(request=request, by=by),
    Verb.SHOW_SECRET: lambda request, by: actions.show_secret(request=request, by=by),
    Verb.EXTEND: lambda request, by: actions.extend(
        request=request, by=by, ends=timezone.localdate() + timedelta(days=500)
    ),
    Verb.REVOKE: lambda request, by: actions.revoke(request=request, by=by, reason="Copied on."),
    Verb.LEAVE: _leave,
    Verb.CONFIRM_DELETION: lambda request, by: actions.confirm_deletion(request=request, by=by),
    Verb.RENEW: lambda request, by: actions.renew(request=request, by=by),
    Verb.REOPEN: lambda request, by: actions.reopen(request=request, by=by, reason="A mistake."),
    Verb.MESSAGE: lambda request, by: actions.write(request=request, by=by, text="Good morning."),
    Verb.NOTE: lambda request, by: actions.note(request=request, by=by, text="Looks fine."),
    Verb.COMMENT: lambda request, by: actions.comment(request=request, by=by, question="planned_use", text="Which?"),
    Verb.ATTACH: lambda request, by: actions.attach(request=request, by=by, file=_file()),
    Verb.DETACH: _detach,
    Verb.REDACT: lambda request, by: actions.redact_file(
        request=request, by=by, file=_paper(request, by), reason="Personal data."
    ),
    Verb.ASSIGN: lambda request, by: actions.assign(request=request, by=by, to=None),
    Verb.REGISTER: lambda request, by: actions.register(request=request, by=by, number="Dnr 2026/42"),
}
# Nobody but the system uses these.
BY_ITSELF = {Verb.GRANT, Verb.EXPIRE, Verb.CARRY_OVER, Verb.HAND_OVER}
CAST: dict[str, frozenset[Part]] = {
    "ada": frozenset({Part.APPLICANT}),
    "alva": frozenset(),
    "rut": frozenset({Part.RECIPIENT_SCIENTIST}),
    "sune": frozenset({Part.SIGNATORY}),
    "mia": frozenset({Part.MEMBER}),
    "per": frozenset({Part.PROVIDER, Part.DECIDER}),
    "petra": frozenset({Part.PROVIDER, Part.DECIDER}),
    "opal": frozenset(),
    "hedda": frozenset({Part.HUB}),
    "otto": frozenset(),
    "sigrid": frozenset({Part.HUB}),
}


def test_every_verb_has_a_row_and_a_way_to_act() -> None:
    assert set(MOVES) == set(Verb)
    assert set(ACTS) | BY_ITSELF == set(Verb)


def parts_at(person: str, status: Status) -> frozenset[Part]:
    """What this person is to Ada's request in this status: nobody but she sees a draft."""
    return CAST[person] & {Part.APPLICANT} if status == Status.DRAFT else CAST[person]


def beyond(verb: Verb, status: Status, parts: frozenset[Part], policy: Mapping[str, Any]) -> frozenset[Part]:
    """The parts on which somebody may, of those that the tables name: the sentences beside the tables."""
    if verb == Verb.SEND_BACK and (policy["triage"] or status != Status.IN_REVIEW):
        return parts - {Part.DECIDER}
    if verb in {Verb.ADD_PERSON, Verb.REMOVE_PERSON} and status not in EDITABLE:
        return parts - {Part.APPLICANT}
    if verb == Verb.ATTACH and status in FINISHED:
        return parts - CONFLICTED
    return parts


def expected(verb: Verb, status: Status, person: str, policy: Mapping[str, Any]) -> bool:
    """Whether the tables let this person use this verb in this status."""
    move = MOVES[verb]
    acting = beyond(verb, status, parts_at(person, status) & move.by, policy)
    return status in move.sources and bool(of_something(verb, status, acting))


def of_something(verb: Verb, status: Status, parts: frozenset[Part]) -> frozenset[Part]:
    """Those of these parts for whom there is what the verb is about, in the request of `prepared`."""
    if verb == Verb.CONFIRM_DELETION and status == Status.GRANTED:  # the copies of Otto, who is not named any more
        return parts & {Part.HUB}
    if verb == Verb.CONFIRM_DELETION:  # there is a recipient scientist, who answers for all
        return parts - {Part.APPLICANT, Part.MEMBER}
    if verb == Verb.CLOSE_DELIVERY and status != Status.GRANTED:  # nobody whose access ended had the data
        return frozenset()
    if verb == Verb.REOPEN and status == Status.EXPIRED:  # the last day is over
        return frozenset()
    return parts


def attempt(verb: Verb, request: AccessRequest, person: User) -> tuple[bool, str]:
    """Use a verb and undo it; whether it was done, and what was wrong with how it was done or refused."""
    events, mails, status = request.event_count, Mail.objects.count(), request.status
    wrong = ""
    with transaction.atomic():
        done = True
        try:
            ACTS[verb](AccessRequest.objects.get(pk=request.pk), person)
        except Denied as denied:
            done = False
            wrong = "" if str(denied).endswith((".", "!", "?")) else f"no sentence: {denied}"
        after = AccessRequest.objects.filter(pk=request.pk).first()
        if not done:
            unchanged = after and (after.event_count, Mail.objects.count(), after.status) == (events, mails, status)
            wrong = wrong or ("" if unchanged else "refused, but something changed")
        elif after and after.status != status and after.status not in _targets(verb):
            wrong = f"led to {after.status}"
        elif after and after.status != status and after.event_count == events:
            wrong = "moved without an event"
        transaction.set_rollback(True)
    return done, wrong


def _targets(verb: Verb) -> set[Status]:
    """Where a verb leads, by itself or by what the system does when it was the last thing waited for."""
    return {*MOVES[verb].targets, *MOVES[Verb.GRANT].targets, *MOVES[Verb.FORWARD].targets}


def _with_otto(request: AccessRequest, people: Mapping[str, User]) -> AccessRequest:
    """Otto has access, too."""
    otto = Named(Part.MEMBER, "Otto Outsider", "", people["otto"].email, "Uppsala University")
    return confirm(actions.add_person(request=request, by=people["hedda"], person=otto), people["otto"])


def prepared(request_at: RequestAt, status: Status, people: Mapping[str, User], dataset: Dataset) -> AccessRequest:
    """Ada's request with a member, access that ends some day, and everything handed over where there is access.

    Otto had access, too, and is not named any more.
    """
    set_policy(license_of(dataset), days=100)
    request = request_at(status, member=MIA)
    if status == Status.GRANTED:
        request = confirm(request, people["mia"])
        what = HandedOver(link="https://data.example/42", secret="swordfish")
        request = _with_otto(request, people)
        request = actions.deliver(request=request, by=people["hedda"], what=what)
        otto = request.participants.get(email=people["otto"].email)
        request = actions.remove_person(request=request, by=people["hedda"], person=otto)
    if status == Status.SUBMITTED:
        request = confirm(request, people["rut"])
    return AccessRequest.objects.get(pk=request.pk)


QUICK = {Status.IN_REVIEW, Status.GRANTED}  # in `make test`; the others take as long each, so they are slow tests
CELLS = [pytest.param(status, "direct", marks=() if status in QUICK else pytest.mark.slow) for status in REACHED] + [
    pytest.param(status, "aida", marks=pytest.mark.slow) for status in REACHED
]


@pytest.mark.parametrize(("status", "preset"), CELLS)
def test_matrix(
    status: Status, preset: str, request_at: RequestAt, brgandi: Dataset, request: pytest.FixtureRequest
) -> None:
    people = {name: fresh(request.getfixturevalue(name)) for name in CAST}
    asked = prepared(request_at, status, people, brgandi)
    policy = PRESETS[preset]
    set_policy(license_of(brgandi), **policy)
    faults = []
    for name, person in people.items():
        for verb in ACTS:
            wanted = expected(verb, status, name, policy)
            done, wrong = attempt(verb, asked, person)
            if done != wanted or wrong:
                faults.append(f"{name} {verb}: {'done' if done else 'refused'}, {wrong or 'not as the table says'}")
            if may(person, verb, AccessRequest.objects.get(pk=asked.pk)).ok != wanted:
                faults.append(f"{name} {verb}: the button says otherwise")
    assert not faults, "\n".join(faults)
    assert Event.objects.filter(request=asked).count() == asked.event_count


def test_statuses_of_the_sets_and_the_cast_agree() -> None:
    assert set(REACHED) == set(Status)
    assert {part for parts in CAST.values() for part in parts} >= NAMED | {Part.APPLICANT, Part.DECIDER, Part.HUB}
    assert ENDED_ACCESS < FINISHED
