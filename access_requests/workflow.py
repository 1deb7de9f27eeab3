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
    EXCUSE = "excuse"
    VOID_VOTE = "void-vote"
    HAND_OVER = "hand-over"
    CONFIRM = "confirm"
    ACCEPT_LICENSE = "accept-license"
    CARRY_OVER = "carry-over"
    CONFIRM_PART = "confirm-part"
    DECLINE_PART = "decline-part"
    ADD_PERSON = "add-person"
    REPLACE_PERSON = "replace-person"
    REMOVE_PERSON = "remove-person"
    CHANGE_APPLICANT = "change-applicant"
    RECORD_AGREEMENT = "record-agreement"
    GRANT = "grant"
    DELIVER = "deliver"
    CLOSE_DELIVERY = "close-delivery"
    SHOW_SECRET = "show-secret"  # noqa: S105  a verb, not a secret
    EXTEND = "extend"
    EXPIRE = "expire"
    REVOKE = "revoke"
    LEAVE = "leave"
    CONFIRM_DELETION = "confirm-deletion"
    RENEW = "renew"
    REOPEN = "reopen"
    MESSAGE = "message"
    NOTE = "note"
    COMMENT = "comment"
    ATTACH = "attach"
    DETACH = "detach"
    REDACT = "redact"
    ASSIGN = "assign"
    REGISTER = "register"


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


class Needed(StrEnum):
    """Whose confirmation and acceptance a request waits for, besides the applicant's own acceptance."""

    APPLICANT = "applicant"
    RECIPIENT_SCIENTIST = "recipient-scientist"
    SIGNATORY = "signatory"
    EVERYBODY = "everybody"


class Before(StrEnum):
    """What waits for those confirmations: the deciders are not asked before, or access does not open before."""

    REVIEW = "review"
    GRANT = "grant"


class GrantEnd(StrEnum):
    """Why one person's access ended."""

    EXPIRED = "expired"
    REVOKED = "revoked"
    REMOVED = "removed"
    LEFT = "left"


@dataclass(frozen=True)
class Move:
    """From which statuses, to which, by whom; whether a reason must be given. No targets: the status stays."""

    sources: frozenset[Status]
    targets: tuple[Status, ...]
    by: frozenset[Part]
    reason: bool = False


# Statuses named for what they have in common.
UNSENT = frozenset({Status.DRAFT})
SENT = frozenset(Status) - UNSENT
EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})
UNDECIDED = frozenset({Status.SUBMITTED, Status.IN_REVIEW, Status.DECIDED, Status.RETURNED})
UNDER_REVIEW = UNDECIDED - {Status.RETURNED}
OPEN = UNDECIDED | {Status.APPROVED}
RUNNING = OPEN | {Status.GRANTED}
FINISHED = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.CLOSED, Status.EXPIRED, Status.REVOKED})
WITH_ACCESS = frozenset({Status.GRANTED, Status.EXPIRED, Status.REVOKED})
ENDED_ACCESS = frozenset({Status.EXPIRED, Status.REVOKED})
# Why one person's access ends while that of the others goes on.
ENDED_ALONE = frozenset({GrantEnd.REMOVED, GrantEnd.LEFT})
# Where people outside have the turn, and hub staff are asked after a long silence whether to close.
SILENT = frozenset({Status.RETURNED, Status.APPROVED})
# Expired: only where it ended because somebody left, not by its last day.
REOPENABLE = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.CLOSED, Status.EXPIRED, Status.REVOKED})

NAMED = frozenset({Part.RECIPIENT_SCIENTIST, Part.SIGNATORY, Part.MEMBER})
# Who gets access: whoever works with the data. A signatory signs and gets none.
HOLDERS = frozenset({Part.APPLICANT, Part.RECIPIENT_SCIENTIST, Part.MEMBER})
# Whom a request waits for, by what its policy says.
NEEDED_PARTS: dict[Needed, frozenset[Part]] = {
    Needed.APPLICANT: frozenset(),
    Needed.RECIPIENT_SCIENTIST: frozenset({Part.RECIPIENT_SCIENTIST}),
    Needed.SIGNATORY: frozenset({Part.RECIPIENT_SCIENTIST, Part.SIGNATORY}),
    Needed.EVERYBODY: NAMED,
}

# Nobody who is one of these parts may use a verb as decider or hub on the same request.
CONFLICTED = NAMED | {Part.APPLICANT}

# Who has the next move. Several: any of them. Access that is open is the hub's turn until it is delivered.
TURN: dict[Status, tuple[Part, ...]] = {
    Status.DRAFT: (Part.APPLICANT,),
    Status.SUBMITTED: (Part.HUB,),
    Status.IN_REVIEW: (Part.DECIDER,),
    Status.DECIDED: (Part.HUB,),
    Status.RETURNED: (Part.APPLICANT,),
    Status.APPROVED: (Part.APPLICANT, Part.RECIPIENT_SCIENTIST, Part.SIGNATORY, Part.MEMBER),
    Status.GRANTED: (Part.HUB,),
    Status.REJECTED: (),
    Status.WITHDRAWN: (),
    Status.CLOSED: (),
    Status.EXPIRED: (),
    Status.REVOKED: (),
}

APPLICANTS_TURN = frozenset(status for status, parts in TURN.items() if Part.APPLICANT in parts)

_APPLICANT = frozenset({Part.APPLICANT})
_HUB = frozenset({Part.HUB})
_SYSTEM = frozenset({Part.SYSTEM})
_REVIEWERS = frozenset({Part.HUB, Part.DECIDER})
_PARTIES = CONFLICTED | {Part.DECIDER, Part.PROVIDER, Part.HUB}
_IN_REVIEW = frozenset({Status.IN_REVIEW})
_GRANTED = frozenset({Status.GRANTED})

MOVES: dict[Verb, Move] = {
    Verb.SAVE: Move(EDITABLE, (), _APPLICANT),
    Verb.SUBMIT: Move(EDITABLE, (Status.SUBMITTED, Status.IN_REVIEW), _APPLICANT),
    Verb.DISCARD: Move(UNSENT, (), _APPLICANT | _SYSTEM),
    Verb.WITHDRAW: Move(OPEN, (Status.WITHDRAWN,), _APPLICANT),
    Verb.CLOSE: Move(OPEN, (Status.CLOSED,), _HUB, reason=True),
    Verb.FORWARD: Move(frozenset({Status.SUBMITTED}), (Status.IN_REVIEW,), _HUB | _SYSTEM),
    Verb.SEND_BACK: Move(UNDER_REVIEW, (Status.RETURNED,), _REVIEWERS, reason=True),
    Verb.DECIDE: Move(_IN_REVIEW, (Status.IN_REVIEW, Status.DECIDED, Status.APPROVED, Status.REJECTED), _REVIEWERS),
    Verb.EXCUSE: Move(
        _IN_REVIEW,
        (Status.IN_REVIEW, Status.DECIDED, Status.APPROVED, Status.REJECTED),
        _REVIEWERS | _SYSTEM,
        reason=True,
    ),
    Verb.VOID_VOTE: Move(_IN_REVIEW, (), _HUB | _SYSTEM),
    Verb.HAND_OVER: Move(_IN_REVIEW, (), _SYSTEM),
    Verb.CONFIRM: Move(frozenset({Status.DECIDED}), (Status.APPROVED, Status.REJECTED), _HUB),
    Verb.ACCEPT_LICENSE: Move(UNSENT | RUNNING, (), HOLDERS | _HUB),
    Verb.CARRY_OVER: Move(OPEN, (), _SYSTEM),
    Verb.CONFIRM_PART: Move(RUNNING, (), NAMED),
    Verb.DECLINE_PART: Move(RUNNING, (), NAMED),
    Verb.ADD_PERSON: Move(UNSENT | RUNNING, (), _APPLICANT | _HUB),
    Verb.REPLACE_PERSON: Move(RUNNING, (), _HUB),
    Verb.REMOVE_PERSON: Move(UNSENT | RUNNING, (), _APPLICANT | _HUB),
    Verb.CHANGE_APPLICANT: Move(RUNNING, (), _HUB),
    Verb.RECORD_AGREEMENT: Move(RUNNING, (), _HUB),
    Verb.GRANT: Move(frozenset({Status.APPROVED, Status.GRANTED}), (Status.GRANTED,), _SYSTEM),
    Verb.DELIVER: Move(_GRANTED, (), _HUB),
    Verb.CLOSE_DELIVERY: Move(SENT, (), _HUB),
    Verb.SHOW_SECRET: Move(_GRANTED, (), HOLDERS),
    Verb.EXTEND: Move(_GRANTED, (), _REVIEWERS),
    Verb.EXPIRE: Move(_GRANTED, (Status.EXPIRED,), _SYSTEM),
    Verb.REVOKE: Move(frozenset({Status.APPROVED, Status.GRANTED}), (Status.REVOKED,), _REVIEWERS, reason=True),
    Verb.LEAVE: Move(_GRANTED, (Status.GRANTED, Status.EXPIRED), HOLDERS | _HUB),
    Verb.CONFIRM_DELETION: Move(WITH_ACCESS, (), HOLDERS | _HUB),
    Verb.RENEW: Move(frozenset({Status.GRANTED, Status.EXPIRED}), (), _APPLICANT),
    Verb.REOPEN: Move(REOPENABLE, (Status.IN_REVIEW,), _HUB, reason=True),
    Verb.MESSAGE: Move(SENT, (), _PARTIES),
    Verb.NOTE: Move(SENT, (), _REVIEWERS),
    Verb.COMMENT: Move(UNDER_REVIEW, (), _REVIEWERS),
    Verb.ATTACH: Move(UNSENT | RUNNING | ENDED_ACCESS, (), CONFLICTED | _REVIEWERS),
    Verb.DETACH: Move(EDITABLE, (), _APPLICANT),
    Verb.REDACT: Move(SENT, (), _HUB, reason=True),
    Verb.ASSIGN: Move(SENT, (), _HUB),
    Verb.REGISTER: Move(SENT, (), _HUB),
}
