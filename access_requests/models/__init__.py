"""Who asked for what, and what became of it: data, constraints, facts about one row, questions about many.

Only `actions` changes a request. What must never be false is a constraint of the database.
"""

from .access import Agreement, Delivery, Grant, GrantQuerySet
from .flags import PersonFlag
from .forms import Form, FormDraft, FormVersion, Policy
from .institutions import Institution, InstitutionDomain, InstitutionName
from .record import Event, LicenseAcceptance, SealedText, Submission
from .request import (
    AccessRequest,
    AccessRequestQuerySet,
    AnyUser,
    Participant,
    ParticipantQuerySet,
    PartInvitation,
    ReferenceCounter,
    keys_of,
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
    "FormDraft",
    "FormVersion",
    "Grant",
    "GrantQuerySet",
    "Institution",
    "InstitutionDomain",
    "InstitutionName",
    "LicenseAcceptance",
    "Message",
    "PartInvitation",
    "Participant",
    "ParticipantQuerySet",
    "PersonFlag",
    "Policy",
    "ReferenceCounter",
    "Round",
    "SealedText",
    "Submission",
    "UsualTime",
    "keys_of",
]
