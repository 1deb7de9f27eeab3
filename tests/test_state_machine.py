"""Random people use random verbs; what comes of it is what the tables and the policy alone say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from access_requests import actions
from access_requests.events import verify
from access_requests.models import AccessRequest, Grant
from access_requests.rules import Denied
from access_requests.workflow import MOVES, Answer, DecidedBy, Part, Quorum, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import draft_of, fresh, license_of, provider_of, set_policy
from tests.test_matrix import ACTS, parts_at

PEOPLE = ("ada", "alva", "rut", "per", "petra", "opal", "hedda", "otto", "sigrid")
ANSWERS = st.sampled_from(list(Answer))


class Workflow(RuleBasedStateMachine):
    """One request, its people, and beside it the few facts from which the tables say what comes next."""

    people: dict[str, User]
    dataset: Dataset

    @initialize(
        triage=st.booleans(),
        confirm=st.booleans(),
        quorum=st.sampled_from(list(Quorum)),
        decided_by=st.sampled_from(list(DecidedBy)),
    )
    def begin(self, triage: bool, confirm: bool, quorum: Quorum, decided_by: DecidedBy) -> None:
        """Ada has a complete draft, under some policy."""
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.hub_decides = decided_by == DecidedBy.HUB
        self.triage, self.confirm, self.quorum = triage, confirm, quorum
        set_policy(license_of(self.dataset), triage=triage, confirm=confirm, quorum=quorum, decided_by=decided_by)
        self.request = draft_of(self.people["ada"], self.dataset)
        self.status: Status | None = Status.DRAFT
        self.votes: dict[str, Answer] = {}
        self.events = 0

    def teardown(self) -> None:
        """Undo it all."""
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def parts(self, name: str) -> frozenset[Part]:
        assert self.status
        parts = parts_at(name, self.status)
        return parts - {Part.DECIDER} if self.hub_decides else parts

    def may(self, name: str, verb: Verb) -> bool:
        """What the tables say, and the three sentences beside them."""
        if self.status is None:
            return False
        acting = self.parts(name) & MOVES[verb].by
        if verb == Verb.SEND_BACK and self.triage:
            acting -= {Part.DECIDER}
        if verb == Verb.DECIDE and self.hub_decides:
            acting &= {Part.HUB}
        return self.status in MOVES[verb].sources and bool(acting)

    def attempt(self, name: str, verb: Verb, act: Callable[[AccessRequest, User], object]) -> bool:
        if self.status is None:
            return False
        mails = Mail.objects.count()
        try:
            with transaction.atomic():
                act(self.request, fresh(self.people[name]))
        except Denied:
            assert not self.may(name, verb), f"{name} was refused {verb} in {self.status}"
            assert Mail.objects.count() == mails
            return False
        assert self.may(name, verb), f"{name} could {verb} in {self.status}"
        return True

    @rule(name=st.sampled_from(PEOPLE), verb=st.sampled_from([Verb.SAVE, Verb.ACCEPT_LICENSE]))
    def stay(self, name: str, verb: Verb) -> None:
        """Verbs that leave the status as it is; the licence was accepted before, so no event either."""
        self.attempt(name, verb, ACTS[verb])

    @rule(name=st.sampled_from(PEOPLE))
    def submit(self, name: str) -> None:
        """Send or send again."""
        if self.attempt(name, Verb.SUBMIT, ACTS[Verb.SUBMIT]):
            self.events += 1
            self.votes = {}
            self.status = Status.SUBMITTED if self.triage and not self.hub_decides else Status.IN_REVIEW

    @rule(name=st.sampled_from(PEOPLE))
    def forward(self, name: str) -> None:
        """The hub lets it through."""
        if self.attempt(name, Verb.FORWARD, ACTS[Verb.FORWARD]):
            self.events += 1
            self.votes = {}
            self.status = Status.IN_REVIEW

    @rule(name=st.sampled_from(PEOPLE))
    def send_back(self, name: str) -> None:
        """Something must be changed."""
        if self.attempt(name, Verb.SEND_BACK, ACTS[Verb.SEND_BACK]):
            self.events += 1
            self.status = Status.RETURNED

    @rule(
        name=st.sampled_from(PEOPLE),
        verb=st.sampled_from([Verb.WITHDRAW, Verb.CLOSE, Verb.DISCARD]),
        sure=st.integers(0, 4),
    )
    def end(self, name: str, verb: Verb, sure: int) -> None:
        """Verbs that end it; seldom, or no run would get far."""
        if sure or not self.attempt(name, verb, ACTS[verb]):
            return
        if verb == Verb.DISCARD:
            self.status = None
            return
        self.events += 1
        self.status = MOVES[verb].targets[0]

    @rule(name=st.sampled_from(PEOPLE), answer=ANSWERS, place=st.integers(1, 2))
    def decide(self, name: str, answer: Answer, place: int) -> None:
        """A vote: one's own, or one that hub staff record for a decider."""
        own = {"per": 1, "petra": 2}.get(name)
        voter = "hub" if self.hub_decides else ("per", "petra")[(own or place) - 1]
        provider = None if own or self.hub_decides else provider_of(self.dataset, place)

        def vote(request: AccessRequest, by: User) -> None:
            actions.decide(request=request, by=by, answer=answer, reason="So.", provider=provider, evidence="Mail.")

        if not self.attempt(name, Verb.DECIDE, vote):
            return
        self.events += 1
        self.votes[voter] = answer
        outcome = self.outcome()
        if outcome and self.confirm and not self.hub_decides:
            self.status = Status.DECIDED
        elif outcome:
            self.settle(outcome)

    def outcome(self) -> Answer | None:
        """What the votes come to."""
        if not self.hub_decides and self.quorum == Quorum.ALL and len(self.votes) < 2:
            return None
        return Answer.REJECT if Answer.REJECT in self.votes.values() else Answer.APPROVE

    def settle(self, answer: Answer) -> None:
        """Approved with the licence accepted is granted at once, with an event of its own."""
        self.status = Status.GRANTED if answer == Answer.APPROVE else Status.REJECTED
        self.events += answer == Answer.APPROVE

    @rule(name=st.sampled_from(PEOPLE), answer=ANSWERS)
    def confirm_outcome(self, name: str, answer: Answer) -> None:
        """The hub confirms, or decides otherwise."""

        def confirm(request: AccessRequest, by: User) -> None:
            actions.confirm(request=request, by=by, answer=answer, reason="So.")

        if self.attempt(name, Verb.CONFIRM, confirm):
            self.events += 1
            self.settle(answer)

    @invariant()
    def all_is_as_the_tables_say(self) -> None:
        """Status, events, chain, grants and readers are what they must be."""
        if not hasattr(self, "status"):
            return
        row = AccessRequest.objects.filter(pk=self.request.pk).first()
        if self.status is None:
            assert row is None
            return
        assert row is not None
        assert (row.status, row.event_count) == (self.status, self.events)
        assert [str(fault) for fault in verify()] == []
        assert Grant.objects.count() == (self.status == Status.GRANTED)
        unconcerned = {self.people[name].email for name in ("alva", "opal", "otto", "sigrid")}
        assert not Mail.objects.filter(recipient__in=unconcerned).exists()


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
    run(request, brgandi, runs=8, steps=25)


@pytest.mark.slow
def test_random_people_and_verbs_for_long(request: pytest.FixtureRequest, brgandi: Dataset) -> None:
    run(request, brgandi, runs=80, steps=40)
