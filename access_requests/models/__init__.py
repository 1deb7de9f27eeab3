"""Who asked for what, and what became of it: data, constraints, facts about one row, questions about many.

Only `actions` changes a request. What must never be false is a constraint of the database.
"""

from .flags import PersonFlag
from .forms import Form, FormVersion, Policy
from .institutions import Institution, InstitutionDomain, InstitutionName
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
    "FormVersion",
    "Grant",
    "Institution",
    "InstitutionDomain",
    "InstitutionName",
    "LicenseAcceptance",
    "Participant",
    "ParticipantQuerySet",
    "PersonFlag",
    "Policy",
    "ReferenceCounter",
    "Round",
    "SealedText",
    "Submission",
]
