"""Who asked for what, and what became of it: data, constraints, facts about one row, questions about many.

Only `actions` changes a request. What must never be false is a constraint of the database.
"""

from .forms import Form, FormDraft, FormVersion, Policy
from .record import Event, Grant, LicenseAcceptance, SealedText, Submission
from .request import AccessRequest, AccessRequestQuerySet, AnyUser, Participant, ParticipantQuerySet, ReferenceCounter
from .review import Decider, Decision, Round

__all__ = [
    "AccessRequest",
    "AccessRequestQuerySet",
    "AnyUser",
    "Decider",
    "Decision",
    "Event",
    "Form",
    "FormDraft",
    "FormVersion",
    "Grant",
    "LicenseAcceptance",
    "Participant",
    "ParticipantQuerySet",
    "Policy",
    "ReferenceCounter",
    "Round",
    "SealedText",
    "Submission",
]
