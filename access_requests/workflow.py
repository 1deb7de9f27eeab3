"""The workflow as tables: statuses, whose turn it is, which verb leads where, and who may use it.

Data only; it imports nothing of the project and decides nothing. `rules` reads it to allow or refuse,
`actions` to move a request, `manage.py write_docs` to draw the diagram and the permission table.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in-review"
    DECIDED = "decided"
    RETURNED = "returned"
    APPROVED = "approved"
    GRANTED = "granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Part(StrEnum):
    """What somebody is to one request."""

    APPLICANT = "applicant"
    RECIPIENT_SCIENTIST = "recipient-scientist"
    SIGNATORY = "signatory"
    MEMBER = "member"
    DECIDER = "decider"
    PROVIDER = "provider"
    HUB = "hub"
    SYSTEM = "system"


class Verb(StrEnum):
    """What can be done with a request."""

    SAVE = "save"
    SUBMIT = "submit"
    DISCARD = "discard"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    FORWARD = "forward"
    SEND_BACK = "send-back"
    DECIDE = "decide"
    CONFIRM = "confirm"
    ACCEPT_LICENSE = "accept-license"
    GRANT = "grant"


class Answer(StrEnum):
    """What a decider or the hub answers."""

    APPROVE = "approve"
    REJECT = "reject"


class Quorum(StrEnum):
    """How votes settle a round: the first one does, or all are waited for and one rejection rejects."""

    ANY = "any"
    ALL = "all"


class DecidedBy(StrEnum):
    """Whose votes a round collects. Where the hub decides, triage and confirmation are skipped."""

    DECIDERS = "deciders"
    HUB = "hub"


@dataclass(frozen=True)
class Move:
    """From which statuses, to which, by whom; whether a reason must be given."""

    sources: frozenset[Status]
    targets: tuple[Status, ...]
    by: frozenset[Part]
    reason: bool = False


# Statuses named for what they have in common.
UNSENT = frozenset({Status.DRAFT})
EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})
UNDECIDED = frozenset({Status.SUBMITTED, Status.IN_REVIEW, Status.DECIDED, Status.RETURNED})
UNDER_REVIEW = UNDECIDED - {Status.RETURNED}
OPEN = UNDECIDED | {Status.APPROVED}
FINISHED = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.CLOSED, Status.EXPIRED, Status.REVOKED})
WITH_ACCESS = frozenset({Status.GRANTED, Status.EXPIRED, Status.REVOKED})

NAMED = frozenset({Part.RECIPIENT_SCIENTIST, Part.SIGNATORY, Part.MEMBER})

# Nobody who is one of these parts may use a verb as decider or hub on the same request.
CONFLICTED = NAMED | {Part.APPLICANT}

# Who has the next move. Several: any of them.
TURN: dict[Status, tuple[Part, ...]] = {
    Status.DRAFT: (Part.APPLICANT,),
    Status.SUBMITTED: (Part.HUB,),
    Status.IN_REVIEW: (Part.DECIDER,),
    Status.DECIDED: (Part.HUB,),
    Status.RETURNED: (Part.APPLICANT,),
    Status.APPROVED: (Part.APPLICANT,),
    Status.GRANTED: (Part.HUB,),
    Status.REJECTED: (),
    Status.WITHDRAWN: (),
    Status.CLOSED: (),
    Status.EXPIRED: (),
    Status.REVOKED: (),
}

APPLICANTS_TURN = frozenset(status for status, parts in TURN.items() if Part.APPLICANT in parts)

MOVES: dict[Verb, Move] = {
    Verb.SAVE: Move(EDITABLE, (), frozenset({Part.APPLICANT})),
    Verb.SUBMIT: Move(EDITABLE, (Status.SUBMITTED, Status.IN_REVIEW), frozenset({Part.APPLICANT})),
    Verb.DISCARD: Move(UNSENT, (), frozenset({Part.APPLICANT})),
    Verb.WITHDRAW: Move(OPEN, (Status.WITHDRAWN,), frozenset({Part.APPLICANT})),
    Verb.CLOSE: Move(OPEN, (Status.CLOSED,), frozenset({Part.HUB}), reason=True),
    Verb.FORWARD: Move(frozenset({Status.SUBMITTED}), (Status.IN_REVIEW,), frozenset({Part.HUB})),
    Verb.SEND_BACK: Move(
        UNDER_REVIEW,
        (Status.RETURNED,),
        frozenset({Part.HUB, Part.DECIDER}),
        reason=True,
    ),
    Verb.DECIDE: Move(
        frozenset({Status.IN_REVIEW}),
        (Status.IN_REVIEW, Status.DECIDED, Status.APPROVED, Status.REJECTED),
        frozenset({Part.DECIDER, Part.HUB}),
    ),
    Verb.CONFIRM: Move(frozenset({Status.DECIDED}), (Status.APPROVED, Status.REJECTED), frozenset({Part.HUB})),
    Verb.ACCEPT_LICENSE: Move(UNSENT | OPEN | {Status.GRANTED}, (), frozenset({Part.APPLICANT})),
    Verb.GRANT: Move(frozenset({Status.APPROVED}), (Status.GRANTED,), frozenset({Part.SYSTEM})),
}
