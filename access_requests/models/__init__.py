"""Who asked for what, and what became of it: data, constraints, facts about one row, questions about many.

Only `actions` changes a request. What must never be false is a constraint of the database.
"""

from .access import Agreement, Delivery, Grant, GrantQuerySet
from .forms import Form, FormVersion, Policy
from .record import Event, LicenseAcceptance, SealedText, Submission
from .request import (
    AccessRequest,
    AccessRequestQuerySet,
    AnyUser,
    Participant,
    ParticipantQuerySet,
    PartInvitation,
    ReferenceCounter,
)
from .review import Decider, Decision, Round
from .talk import Attachment, CannedText, Message
from .usual import UsualTime

__all__ = [
    "AccessRequest",
    "AccessRequestQuerySet",
    "Agreement",
    "AnyUser",
    "Attachment",
    "CannedText",
    "Decider",
    "Decision",
    "Delivery",
    "Event",
    "Form",
    "FormVersion",
    "Grant",
    "GrantQuerySet",
    "LicenseAcceptance",
    "Message",
    "PartInvitation",
    "Participant",
    "ParticipantQuerySet",
    "Policy",
    "ReferenceCounter",
    "Round",
    "SealedText",
    "Submission",
    "UsualTime",
]
