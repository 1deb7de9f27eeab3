"""Verb x status x person: what the code does, compared with what the tables of `workflow` say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from access_requests import actions
from access_requests.models import AccessRequest, Event
from access_requests.rules import Denied, may
from access_requests.workflow import CONFLICTED, MOVES, Answer, Move, Part, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import AIDA_PRESET, REACHED, RequestAt, fresh, license_of, provider_of, set_policy

Act = Callable[[AccessRequest, User], object]


def _decide(request: AccessRequest, by: User) -> AccessRequest:
    provider = None if by.provider_ids else provider_of(request.dataset, 1)
    return actions.decide(
        request=request, by=by, answer=Answer.REJECT, reason="No.", provider=provider, evidence="From: Per\n\nNo."
    )


def _accept(request: AccessRequest, by: User) -> AccessRequest:
    text = request.license.text_in_force
    assert text
    return actions.accept_license(request=request, by=by, text=text)


def _submit(request: AccessRequest, by: User) -> AccessRequest:
    text = request.license.text_in_force
    AccessRequest.objects.filter(pk=request.pk).update(draft_license_text=text)
    return actions.submit(request=request, by=by)


# The verbs that people use; the system's own (grant) has no caller but the verbs.
ACTS: dict[Verb, Act] = {
    Verb.SAVE: lambda request, by: actions.save_answers(request=request, by=by, answers={"planned_use": "More."}),
    Verb.SUBMIT: _submit,
    Verb.DISCARD: lambda request, by: actions.discard(request=request, by=by),
    Verb.WITHDRAW: lambda request, by: actions.withdraw(request=request, by=by),
    Verb.CLOSE: lambda request, by: actions.close(request=request, by=by, reason="Over."),
    Verb.FORWARD: lambda request, by: actions.forward(request=request, by=by),
    Verb.SEND_BACK: lambda request, by: actions.send_back(request=request, by=by, reason="Which scanner?"),
    Verb.DECIDE: _decide,
    Verb.CONFIRM: lambda request, by: actions.confirm(request=request, by=by, answer=Answer.APPROVE),
    Verb.ACCEPT_LICENSE: _accept,
}
CAST: dict[str, frozenset[Part]] = {
    "ada": frozenset({Part.APPLICANT}),
    "alva": frozenset(),
    "rut": frozenset({Part.RECIPIENT_SCIENTIST}),
    "per": frozenset({Part.PROVIDER, Part.DECIDER}),
    "petra": frozenset({Part.PROVIDER, Part.DECIDER}),
    "opal": frozenset(),
    "hedda": frozenset({Part.HUB}),
    "otto": frozenset(),
    "sigrid": frozenset({Part.HUB}),
}


def test_every_verb_has_a_row_and_a_way_to_act() -> None:
    assert set(MOVES) == set(Verb)
    assert set(ACTS) | {Verb.GRANT} == set(Verb)


def parts_at(person: str, status: Status) -> frozenset[Part]:
    """What this person is to Ada's request in this status; a decider is one only while the votes are open."""
    parts = CAST[person]
    if status == Status.DRAFT:
        return parts & {Part.APPLICANT}
    return parts if status == Status.IN_REVIEW else parts - {Part.DECIDER}


def expected(verb: Verb, status: Status, person: str, *, triage: bool) -> bool:
    """Whether the table lets this person use this verb in this status."""
    move: Move = MOVES[verb]
    parts = parts_at(person, status)
    if verb == Verb.SEND_BACK and triage:
        parts -= {Part.DECIDER}
    acting = parts & move.by
    conflicted = acting.isdisjoint(CONFLICTED) and bool(parts & CONFLICTED)
    return status in move.sources and bool(acting) and not conflicted


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
        elif after and after.status != status and after.status not in MOVES[verb].targets + MOVES[Verb.GRANT].targets:
            wrong = f"led to {after.status}"
        elif after and after.status != status and after.event_count == events:
            wrong = "moved without an event"
        transaction.set_rollback(True)
    return done, wrong


@pytest.mark.parametrize("preset", ["direct", pytest.param("aida", marks=pytest.mark.slow)])
@pytest.mark.parametrize("status", REACHED)
def test_matrix(
    status: Status,
    preset: str,
    request_at: RequestAt,
    brgandi: Dataset,
    alva: User,
    rut: User,
    opal: User,
    otto: User,
    sigrid: User,
    request: pytest.FixtureRequest,
) -> None:
    asked = request_at(status)
    policy = set_policy(
        license_of(brgandi), **(AIDA_PRESET if preset == "aida" else {"triage": False, "confirm": False})
    )
    faults = []
    for name in CAST:
        person = fresh(request.getfixturevalue(name))
        for verb in ACTS:
            wanted = expected(verb, status, name, triage=policy.triage)
            done, wrong = attempt(verb, asked, person)
            if done != wanted or wrong:
                faults.append(f"{name} {verb}: {'done' if done else 'refused'}, {wrong or 'not as the table says'}")
            if may(person, verb, AccessRequest.objects.get(pk=asked.pk)).ok != wanted:
                faults.append(f"{name} {verb}: the button says otherwise")
    assert not faults, "\n".join(faults)
    assert Event.objects.filter(request=asked).count() == asked.event_count
