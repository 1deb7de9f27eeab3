"""One request as the tables of `workflow` and its policy alone have it, for random tests to compare with.

It knows a handful of facts and never asks the code that it judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from access_requests.rules import ANSWERING
from access_requests.workflow import (
    ENDED_ACCESS,
    HOLDERS,
    MOVES,
    NEEDED_PARTS,
    Answer,
    Before,
    DecidedBy,
    Needed,
    Part,
    Quorum,
    Status,
    Verb,
)
from tests.test_matrix import beyond


@dataclass
class Model:
    """What is so, by the tables and the policy."""

    policy: dict[str, Any]
    status: Status | None = Status.DRAFT
    named: dict[str, Part] = field(
        default_factory=lambda: {
            "ada": Part.APPLICANT,
            "rut": Part.RECIPIENT_SCIENTIST,
            "sune": Part.SIGNATORY,
            "mia": Part.MEMBER,
        }
    )
    confirmed: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    holders: set[str] = field(default_factory=set)
    delivered: set[str] = field(default_factory=set)
    votes: dict[str, Answer] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    forwarded: bool = False
    signed: bool = False
    ways: set[str] = field(default_factory=set)
    copies: set[str] = field(default_factory=set)
    alone: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    left_last: set[str] = field(default_factory=set)
    events: int = 0

    @property
    def hub_decides(self) -> bool:
        """Whether the open round is the hub's."""
        return not self.asked

    def parts(self, name: str) -> frozenset[Part]:
        """What somebody is to the request; whoever declined their part is not named any more."""
        if self.status == Status.DRAFT:
            return frozenset({Part.APPLICANT}) if self.named.get(name) == Part.APPLICANT else frozenset()
        if name in self.named and name not in self.declined:
            return frozenset({self.named[name]})
        if name in {"hedda", "sigrid"}:
            return frozenset({Part.HUB})
        if name in {"per", "petra"}:
            votes = self.status != Status.IN_REVIEW or name in self.asked
            return frozenset({Part.PROVIDER, Part.DECIDER}) if votes else frozenset({Part.PROVIDER})
        return frozenset()

    def may(self, name: str, verb: Verb) -> bool:
        """What the tables say, the sentences beside them, and what a verb needs to be about something."""
        if self.status is None or self.status not in MOVES[verb].sources:
            return False
        parts = self.parts(name)
        if verb in ANSWERING and name in self.declined:
            parts |= {self.named[name]}
        acting = beyond(verb, self.status, parts & MOVES[verb].by, self.policy)
        if verb == Verb.CONFIRM_DELETION and "rut" in self.declined:  # nobody else answers for the copies
            acting |= parts & {Part.APPLICANT}
        if verb == Verb.DECIDE and self.hub_decides:
            acting &= {Part.HUB}
        if verb in {Verb.EXTEND, Verb.REVOKE} and name not in self.asked:
            acting -= {Part.DECIDER}
        return bool(acting) and self.has_object(name, verb, acting)

    def has_object(self, name: str, verb: Verb, acting: frozenset[Part]) -> bool:
        """Whether there is what the verb is about."""
        match verb:
            case Verb.FORWARD:
                return not self.blocks_review
            case Verb.EXCUSE:
                return not self.hub_decides
            case Verb.EXTEND:
                return self.policy["days"] is not None
            case Verb.SHOW_SECRET:
                return name in self.delivered
            case Verb.CLOSE_DELIVERY:
                return bool(self.ways)
            case Verb.LEAVE:
                return name in self.holders or (Part.HUB in acting and "rut" in self.holders)
            case Verb.CONFIRM_DELETION:
                return bool(self.copies_for(name, acting))
            case Verb.REMOVE_PERSON:
                return Part.MEMBER in self.named.values()
        return True

    def copies_for(self, name: str, acting: frozenset[Part]) -> set[str]:
        """Whose copies somebody confirms to be deleted: all of them when it is over, else those who ended alone."""
        over = self.status in ENDED_ACCESS
        found = self.copies if over else self.alone - self.holders
        for_all = acting & ({Part.HUB, Part.RECIPIENT_SCIENTIST} if over else {Part.HUB})
        return set(found) if for_all else found & self.alone & {name}

    @property
    def needed(self) -> set[str]:
        """For whom the policy makes the request wait, besides the applicant."""
        parts = NEEDED_PARTS[Needed(self.policy["needed"])]
        return {name for name, part in self.named.items() if part in parts}

    @property
    def blocks_review(self) -> bool:
        """Whether somebody must confirm before the deciders are asked."""
        return self.policy["needed_before"] == Before.REVIEW and bool(self.needed - self.confirmed)

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do before access opens."""
        applicant = {name for name, part in self.named.items() if part == Part.APPLICANT}
        accept = {name for name in self.needed | applicant if self.named[name] in HOLDERS}
        signed = self.signed or not self.policy["agreement"]
        return signed and self.needed <= self.confirmed and accept <= self.accepted

    @property
    def entitled(self) -> set[str]:
        """Who may have access."""
        return {
            name
            for name, part in self.named.items()
            if part in HOLDERS and name in self.accepted and (part == Part.APPLICANT or name in self.confirmed)
        } - self.left

    def happened(self, status: Status | None = None) -> None:
        """One event, and the status after it."""
        self.events += 1
        self.status = status or self.status

    def open_review(self) -> Status:
        """Where a request goes that is being sent or has waited for people."""
        hub = self.policy["decided_by"] == DecidedBy.HUB
        if (self.policy["triage"] and not hub and not self.forwarded) or self.blocks_review:
            return Status.SUBMITTED
        self.open_round()
        return Status.IN_REVIEW

    def open_round(self) -> None:
        """Nobody has voted, and all deciders are asked; none where the hub decides."""
        self.votes = {}
        self.asked = set() if self.policy["decided_by"] == DecidedBy.HUB else {"per", "petra"}

    def outcome(self) -> Answer | None:
        """What the votes come to."""
        if self.hub_decides:
            return self.votes.get("hub")
        cast = {name: answer for name, answer in self.votes.items() if name in self.asked}
        if self.policy["quorum"] == Quorum.ALL and set(cast) != self.asked:
            return None
        if self.policy["quorum"] == Quorum.ANY:
            return next(iter(cast.values()), None)
        return Answer.REJECT if Answer.REJECT in cast.values() else Answer.APPROVE

    def after_votes(self) -> None:
        """An event about votes, which may settle the round."""
        outcome = self.outcome()
        if outcome is None:
            self.happened()
        elif self.policy["confirm"] and not self.hub_decides:
            self.happened(Status.DECIDED)
        else:
            self.happened(Status.APPROVED if outcome == Answer.APPROVE else Status.REJECTED)
        self.grant()

    def grant(self) -> None:
        """The system opens access when nothing is left to do, and later for who completes their part later."""
        if (self.status == Status.APPROVED and self.complete) or self.status == Status.GRANTED:
            new = self.entitled - self.holders
            self.holders |= new
            if new:
                self.happened(Status.GRANTED)

    def ready(self) -> None:
        """Somebody did their part: the deciders are asked if that was waited for, and access opens if it was last."""
        if self.status == Status.SUBMITTED and self.open_review() == Status.IN_REVIEW:
            self.happened(Status.IN_REVIEW)
        self.grant()

    def end_access(self, names: set[str], *, alone: bool = True) -> None:
        """Access of these ends, their copies must be deleted, and the way to the data closed."""
        self.ways |= names & self.delivered
        self.copies |= names & self.holders
        self.alone |= names & self.holders if alone else set()
        self.holders -= names
        self.delivered -= names

    def leave(self, name: str) -> None:
        """Somebody left the institution; with the last one it is over."""
        self.end_access({name})
        self.left.add(name)
        self.left_last = set() if self.holders else {name}
        self.happened(None if self.holders else Status.EXPIRED)

    def reopen(self) -> None:
        """Taken up again: a new round, and whoever was the last to leave may have access again."""
        self.left -= self.left_last
        self.left_last = set()
        self.open_round()
        self.happened(Status.IN_REVIEW)

    def unname(self, name: str) -> None:
        """Somebody is not named any more."""
        del self.named[name]
        self.confirmed.discard(name)
        self.declined.discard(name)
        self.accepted.discard(name)
        self.end_access({name})
