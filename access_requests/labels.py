"""The words for the workflow's codes, one place for admin, pages and mails."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .workflow import Answer, DecidedBy, Part, Quorum, Status, Verb

STATUS_LABELS = {
    Status.DRAFT: _("Draft"),
    Status.SUBMITTED: _("Submitted"),
    Status.IN_REVIEW: _("In review"),
    Status.DECIDED: _("Votes are in"),
    Status.RETURNED: _("Sent back"),
    Status.APPROVED: _("Approved"),
    Status.GRANTED: _("Access granted"),
    Status.REJECTED: _("Rejected"),
    Status.WITHDRAWN: _("Withdrawn"),
    Status.CLOSED: _("Closed"),
    Status.EXPIRED: _("Expired"),
    Status.REVOKED: _("Revoked"),
}
PART_LABELS = {
    Part.APPLICANT: _("applicant"),
    Part.RECIPIENT_SCIENTIST: _("recipient scientist"),
    Part.SIGNATORY: _("signatory"),
    Part.MEMBER: _("member"),
    Part.DECIDER: _("decider"),
    Part.PROVIDER: _("provider"),
    Part.HUB: _("hub staff"),
    Part.SYSTEM: _("the system"),
}
VERB_LABELS = {
    Verb.SAVE: _("save"),
    Verb.SUBMIT: _("send"),
    Verb.DISCARD: _("discard"),
    Verb.WITHDRAW: _("withdraw"),
    Verb.CLOSE: _("close"),
    Verb.FORWARD: _("forward to the deciders"),
    Verb.SEND_BACK: _("send back"),
    Verb.DECIDE: _("decide"),
    Verb.CONFIRM: _("confirm the outcome"),
    Verb.ACCEPT_LICENSE: _("accept the licence"),
    Verb.GRANT: _("grant access"),
}
ANSWER_LABELS = {
    Answer.APPROVE: pgettext_lazy("decision", "approve"),
    Answer.REJECT: pgettext_lazy("decision", "reject"),
}

STATUS_CHOICES = [(status.value, label) for status, label in STATUS_LABELS.items()]
ANSWER_CHOICES = [(answer.value, label) for answer, label in ANSWER_LABELS.items()]
NAMED_PART_CHOICES = [
    (part.value, PART_LABELS[part]) for part in (Part.APPLICANT, Part.RECIPIENT_SCIENTIST, Part.SIGNATORY, Part.MEMBER)
]
QUORUM_CHOICES = [(Quorum.ANY.value, _("the first vote settles")), (Quorum.ALL.value, _("every decider votes"))]
DECIDED_BY_CHOICES = [(DecidedBy.DECIDERS.value, _("the dataset's deciders")), (DecidedBy.HUB.value, _("hub staff"))]
