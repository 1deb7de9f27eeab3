"""Random people use random verbs; what comes of it is what the tables and the policy alone say.

`tests.support.request_model` says what that is.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from access_requests import actions
from access_requests.actions.access import HandedOver
from access_requests.events import verify
from access_requests.models import AccessRequest, Grant
from access_requests.people import Named
from access_requests.rules import Denied
from access_requests.workflow import (
    CONFLICTED,
    HOLDERS,
    MOVES,
    Answer,
    Before,
    DecidedBy,
    Needed,
    Part,
    Quorum,
    Status,
    Verb,
)
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import MIA, draft_of, fresh, license_of, provider_of, set_policy
from tests.support.request_model import Model
from tests.test_matrix import ACTS

PEOPLE = ("ada", "alva", "rut", "sune", "mia", "per", "petra", "opal", "hedda", "otto", "sigrid")
ANSWERS = st.sampled_from(list(Answer))
# Verbs that change nothing that the model follows, but leave an event (none in a draft).
TALK = (Verb.MESSAGE, Verb.NOTE, Verb.COMMENT, Verb.ATTACH, Verb.DETACH, Verb.REDACT, Verb.ASSIGN, Verb.REGISTER)


class Workflow(RuleBasedStateMachine):
    """One request, its people, and the model beside it."""

    people: dict[str, User]
    dataset: Dataset

    @initialize(
        policy=st.fixed_dictionaries(
            {
                "triage": st.booleans(),
                "confirm": st.booleans(),
                "quorum": st.sampled_from(list(Quorum)),
                "decided_by": st.sampled_from(list(DecidedBy)),
                "needed": st.sampled_from(list(Needed)),
                "needed_before": st.sampled_from(list(Before)),
                "agreement": st.booleans(),
                "days": st.sampled_from([None, 100]),
            }
        )
    )
    def begin(self, policy: dict[str, Any]) -> None:
        """Ada has a complete draft with a member, under some policy."""
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        set_policy(license_of(self.dataset), **policy)
        self.request = draft_of(self.people["ada"], self.dataset)
        actions.add_person(request=self.request, by=self.people["ada"], person=MIA)
        self.model = Model(policy)

    def teardown(self) -> None:
        """Undo it all."""
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def attempt(self, name: str, verb: Verb, act: Any = None) -> bool:
        """Use a verb; whether it was done, which must be what the model says."""
        if self.model.status is None:
            return False
        mails = Mail.objects.count()
        try:
            with transaction.atomic():
                (act or ACTS[verb])(AccessRequest.objects.get(pk=self.request.pk), fresh(self.people[name]))
            done = True
        except Denied:
            done = False
        said = "could" if done else "was refused"
        assert done == self.model.may(name, verb), f"{name} {said} {verb} in {self.model.status}"
        assert done or Mail.objects.count() == mails
        return done

    @rule(name=st.sampled_from(PEOPLE), verb=st.sampled_from(TALK))
    def talk(self, name: str, verb: Verb) -> None:
        """What moves nothing."""
        if self.attempt(name, verb):
            self.model.events += self.model.status != Status.DRAFT

    @rule(name=st.sampled_from(PEOPLE), verb=st.sampled_from([Verb.SAVE, Verb.RENEW]))
    def leave_no_event(self, name: str, verb: Verb) -> None:
        """Verbs of the applicant's own desk."""
        if self.attempt(name, verb) and verb == Verb.RENEW:
            for draft in AccessRequest.objects.filter(renews=self.request):
                actions.discard(request=draft, by=draft.applicant)

    @rule(name=st.sampled_from(PEOPLE))
    def submit(self, name: str) -> None:
        """Send or send again; whoever is the applicant now answers for themselves."""

        def send(request: AccessRequest, by: User) -> None:
            if request.applicant == by and request.is_editable:
                answers: dict[str, object] = {"applicant_name": by.name, "applicant_email": by.email}
                # Asked anew where another signatory was named.
                answers |= {"signatory_title": "Head of department", "signatory_may_sign": True}
                request = actions.save_answers(request=request, by=by, answers=answers)
                text = request.license.text_in_force
                assert text
                request = actions.accept_license(request=request, by=by, text=text)
            ACTS[Verb.SUBMIT](request, by)

        if self.attempt(name, Verb.SUBMIT, send):
            self.model.accepted.add(name)
            self.model.happened(self.model.open_review())

    @rule(name=st.sampled_from(PEOPLE))
    def forward(self, name: str) -> None:
        """The hub lets it through."""
        if self.attempt(name, Verb.FORWARD):
            self.model.forwarded = True
            self.model.open_round()
            self.model.happened(Status.IN_REVIEW)

    @rule(name=st.sampled_from(PEOPLE))
    def send_back(self, name: str) -> None:
        """Something must be changed."""
        if self.attempt(name, Verb.SEND_BACK):
            self.model.happened(Status.RETURNED)

    @rule(
        name=st.sampled_from(PEOPLE),
        verb=st.sampled_from([Verb.WITHDRAW, Verb.CLOSE, Verb.DISCARD, Verb.REVOKE]),
        sure=st.integers(0, 4),
    )
    def end(self, name: str, verb: Verb, sure: int) -> None:
        """Verbs that end it; seldom, or no run would get far."""
        if sure or not self.attempt(name, verb):
            return
        if verb == Verb.DISCARD:
            self.model.status = None
            return
        self.model.end_access(set(self.model.holders), alone=False)
        self.model.happened(MOVES[verb].targets[0])

    @rule(name=st.sampled_from(PEOPLE), answer=ANSWERS, place=st.integers(1, 2))
    def decide(self, name: str, answer: Answer, place: int) -> None:
        """A vote: one's own, or one that hub staff record for a decider."""
        own = {"per": 1, "petra": 2}.get(name)
        voter = "hub" if self.model.hub_decides else ("per", "petra")[(own or place) - 1]
        if voter not in self.model.asked | {"hub"}:
            voter = next(iter(self.model.asked))
        provider = None if own or self.model.hub_decides else provider_of(self.dataset, 1 if voter == "per" else 2)

        def vote(request: AccessRequest, by: User) -> None:
            actions.decide(request=request, by=by, answer=answer, reason="So.", provider=provider, evidence="Mail.")

        if self.attempt(name, Verb.DECIDE, vote):
            self.model.votes.pop(voter, None)
            self.model.votes[voter] = answer
            self.model.after_votes()

    @rule(name=st.sampled_from(PEOPLE), place=st.integers(1, 2))
    def excuse(self, name: str, place: int) -> None:
        """A decider does not vote; with the last one the round is the hub's."""
        who = name if name in self.model.asked else ("per", "petra")[place - 1]
        if who not in self.model.asked:
            who = next(iter(self.model.asked), "per")
        provider = provider_of(self.dataset, 1 if who == "per" else 2)

        def act(request: AccessRequest, by: User) -> None:
            actions.excuse(request=request, by=by, provider=provider, reason="Has left.")

        if self.attempt(name, Verb.EXCUSE, act):
            self.model.asked.discard(who)
            self.model.votes.pop(who, None)
            self.model.after_votes()

    @rule(name=st.sampled_from(PEOPLE), voter=st.sampled_from(["per", "petra"]))
    def void(self, name: str, voter: str) -> None:
        """The votes that an account itself cast are set aside."""

        def act(request: AccessRequest, by: User) -> None:
            actions.void_votes(request=request, by=by, voter=self.people[voter])

        before = set(
            self.request.rounds.filter(closed_at=None, decisions__by=self.people[voter], decisions__void_at=None)
        )
        if self.attempt(name, Verb.VOID_VOTE, act) and before:
            self.model.votes.pop(voter, None)
            self.model.happened()

    @rule(name=st.sampled_from(PEOPLE), answer=ANSWERS)
    def confirm_outcome(self, name: str, answer: Answer) -> None:
        """The hub confirms, or decides otherwise."""

        def confirm(request: AccessRequest, by: User) -> None:
            actions.confirm(request=request, by=by, answer=answer, reason="So.")

        if self.attempt(name, Verb.CONFIRM, confirm):
            self.model.happened(Status.APPROVED if answer == Answer.APPROVE else Status.REJECTED)
            self.model.grant()

    @rule(name=st.sampled_from(PEOPLE))
    def reopen(self, name: str) -> None:
        """Taken up again: a new round on what was sent."""
        if self.attempt(name, Verb.REOPEN):
            self.model.reopen()

    @rule(name=st.sampled_from(PEOPLE))
    def confirm_part(self, name: str) -> None:
        """Somebody named confirms; whoever gets access accepts the licence with it."""
        if self.attempt(name, Verb.CONFIRM_PART):
            holds = self.model.named[name] in HOLDERS
            again = name in self.model.confirmed and (name in self.model.accepted or not holds)
            self.model.confirmed.add(name)
            self.model.declined.discard(name)
            if holds:
                self.model.accepted.add(name)
            if not again:  # what was said before is not recorded twice
                self.model.happened()
            self.model.ready()

    @rule(name=st.sampled_from(PEOPLE))
    def decline_part(self, name: str) -> None:
        """Somebody named knows nothing of it; their access ends."""
        if self.attempt(name, Verb.DECLINE_PART):
            if name not in self.model.declined:
                self.model.happened()
            self.model.declined.add(name)
            self.model.confirmed.discard(name)
            self.model.end_access({name})

    @rule(name=st.sampled_from(PEOPLE))
    def accept(self, name: str) -> None:
        """The licence is accepted, or hub staff keep the paper of the recipient scientist."""
        if not self.attempt(name, Verb.ACCEPT_LICENSE):
            return
        whose = name if name in self.model.named else "rut"
        if self.model.status in {Status.DRAFT, Status.RETURNED} and self.model.named[whose] == Part.APPLICANT:
            return  # counts when it is sent
        if whose != name:
            self.model.confirmed.add(whose)
            self.model.declined.discard(whose)
        self.model.events += whose not in self.model.accepted
        self.model.accepted.add(whose)
        self.model.ready()

    @rule(name=st.sampled_from(PEOPLE))
    def remove_member(self, name: str) -> None:
        """Mia is not named any more."""
        if "mia" in self.model.named and self.attempt(name, Verb.REMOVE_PERSON):
            self.model.unname("mia")
            self.model.events += self.model.status != Status.DRAFT
            self.model.ready()

    @rule(name=st.sampled_from(PEOPLE))
    def replace_signatory(self, name: str) -> None:
        """Otto signs in Sune's place."""

        def act(request: AccessRequest, by: User) -> None:
            person = request.participants.get(part=Part.SIGNATORY, removed_at=None)
            new = Named(Part.SIGNATORY, "Otto Outsider", "", "otto@elsewhere.example", "")
            actions.replace_person(request=request, by=by, person=person, successor=new)

        if "sune" not in self.model.named or self.model.status == Status.DRAFT:
            return
        if self.attempt(name, Verb.REPLACE_PERSON, act):
            self.model.unname("sune")
            self.model.named["otto"] = Part.SIGNATORY
            self.model.happened()
            self.model.ready()

    @rule(name=st.sampled_from(PEOPLE))
    def change_applicant(self, name: str) -> None:
        """Alva takes the request over from Ada."""
        if "ada" in self.model.named and self.attempt(name, Verb.CHANGE_APPLICANT):
            self.model.unname("ada")
            self.model.named["alva"] = Part.APPLICANT
            self.model.happened()
            self.model.ready()

    @rule(name=st.sampled_from(PEOPLE))
    def sign(self, name: str) -> None:
        """The agreement is signed."""
        if self.attempt(name, Verb.RECORD_AGREEMENT):
            self.model.signed = True
            self.model.happened()
            self.model.grant()

    @rule(name=st.sampled_from(PEOPLE))
    def deliver(self, name: str) -> None:
        """The data is handed over to everybody who has access."""

        def act(request: AccessRequest, by: User) -> None:
            what = HandedOver(link="https://data.example/1", secret="swordfish")
            actions.deliver(request=request, by=by, what=what)

        if self.attempt(name, Verb.DELIVER, act):
            self.model.delivered = set(self.model.holders)
            self.model.happened()

    @rule(name=st.sampled_from(PEOPLE), verb=st.sampled_from([Verb.SHOW_SECRET, Verb.CLOSE_DELIVERY]))
    def only_told(self, name: str, verb: Verb) -> None:
        """What is recorded and moves nothing: a secret is seen, the ways of those whose access ended are closed."""
        if self.attempt(name, verb):
            self.model.ways = set() if verb == Verb.CLOSE_DELIVERY else self.model.ways
            self.model.happened()

    @rule(name=st.sampled_from(PEOPLE))
    def confirm_deletion(self, name: str) -> None:
        """Copies are deleted: those of all when it is over, else of those whose access ended alone."""
        acting = self.model.parts(name) & MOVES[Verb.CONFIRM_DELETION].by
        if self.attempt(name, Verb.CONFIRM_DELETION):
            gone = self.model.copies_for(name, acting)
            self.model.copies -= gone
            self.model.alone -= gone
            self.model.happened()

    @rule(name=st.sampled_from(PEOPLE))
    def leave(self, name: str) -> None:
        """One person's access ends; with the last one it is over."""
        if self.attempt(name, Verb.LEAVE):
            self.model.leave(name if name in self.model.named else "rut")

    @invariant()
    def all_is_as_the_tables_say(self) -> None:
        """Status, events, chain, grants and readers are what they must be."""
        if not hasattr(self, "model"):
            return
        row = AccessRequest.objects.filter(pk=self.request.pk).first()
        if self.model.status is None:
            assert row is None
            return
        assert row is not None
        assert (row.status, row.event_count) == (self.model.status, self.model.events)
        assert [str(fault) for fault in verify()] == []
        self.grants_are_justified(row)
        concerned = {self.people[name].email for name in self.model.named}
        strangers = {self.people[name].email for name in ("opal", "otto", "sigrid", "alva")} - concerned
        assert not Mail.objects.filter(recipient__in=strangers).exists()

    def grants_are_justified(self, row: AccessRequest) -> None:
        """Who has access is who the model says, each on an acceptance of their own of a text that counts."""
        grants = Grant.objects.in_force().filter(request=row).select_related("participant", "acceptance__license_text")
        assert {grant.participant.email for grant in grants} == {self.people[name].email for name in self.model.holders}
        for grant in grants:
            assert grant.acceptance.participant_id == grant.participant_id
            assert grant.acceptance.license_text in row.license.texts_as_good
            assert grant.participant.removed_at is None
            assert grant.participant.declined_at is None
            assert Part(grant.participant.part) in HOLDERS
        assert not grants or row.status == Status.GRANTED


def test_the_model_knows_who_may_never_decide() -> None:
    assert {Part.APPLICANT, Part.RECIPIENT_SCIENTIST, Part.SIGNATORY, Part.MEMBER} == CONFLICTED


def run(people: pytest.FixtureRequest, dataset: Dataset, *, runs: int, steps: int) -> None:
    """Let the machine run, the same way each time."""
    Workflow.people = {name: people.getfixturevalue(name) for name in PEOPLE}
    Workflow.dataset = dataset
    how = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Workflow, settings=how)


def test_random_people_and_verbs(request: pytest.FixtureRequest, brgandi: Dataset) -> None:
    run(request, brgandi, runs=8, steps=30)


@pytest.mark.slow
def test_random_people_and_verbs_for_long(request: pytest.FixtureRequest, brgandi: Dataset) -> None:
    run(request, brgandi, runs=100, steps=50)
