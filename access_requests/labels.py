"""The words for the workflow's codes, one place for admin, pages and mails."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .workflow import Answer, Before, DecidedBy, GrantEnd, Needed, Part, Quorum, Status, Verb

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
    Verb.EXCUSE: _("excuse a decider"),
    Verb.VOID_VOTE: _("set a vote aside"),
    Verb.HAND_OVER: _("leave a retired dataset's request to hub staff"),
    Verb.CONFIRM: _("confirm the outcome"),
    Verb.ACCEPT_LICENSE: _("accept the licence"),
    Verb.CARRY_OVER: _("carry an acceptance over"),
    Verb.CONFIRM_PART: _("confirm one's part"),
    Verb.DECLINE_PART: _("decline one's part"),
    Verb.ADD_PERSON: _("add a person"),
    Verb.REPLACE_PERSON: _("replace a person"),
    Verb.REMOVE_PERSON: _("remove a person"),
    Verb.CHANGE_APPLICANT: _("change the applicant"),
    Verb.RECORD_AGREEMENT: _("record the signed agreement"),
    Verb.GRANT: _("grant access"),
    Verb.DELIVER: _("deliver, deliver again"),
    Verb.CLOSE_DELIVERY: _("record that the way to the data is closed"),
    Verb.SHOW_SECRET: _("see the secret of a delivery"),
    Verb.EXTEND: _("extend access"),
    Verb.EXPIRE: _("expire"),
    Verb.REVOKE: _("revoke"),
    Verb.LEAVE: _("end one person's access, who leaves the institution"),
    Verb.CONFIRM_DELETION: _("confirm that copies are deleted"),
    Verb.RENEW: _("renew: begin a linked request"),
    Verb.REOPEN: _("reopen"),
    Verb.MESSAGE: _("write a message"),
    Verb.NOTE: _("write an internal note"),
    Verb.COMMENT: _("comment on an answer"),
    Verb.ATTACH: _("attach a file"),
    Verb.DETACH: _("remove a file before sending"),
    Verb.REDACT: _("redact a text or a file"),
    Verb.ASSIGN: _("assign"),
    Verb.REGISTER: _("give the register number"),
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
NEEDED_CHOICES = [
    (Needed.APPLICANT.value, _("nobody but the applicant")),
    (Needed.RECIPIENT_SCIENTIST.value, _("the recipient scientist")),
    (Needed.SIGNATORY.value, _("the recipient scientist and the signatory")),
    (Needed.EVERYBODY.value, _("everybody who is named")),
]
BEFORE_CHOICES = [
    (Before.REVIEW.value, _("before the deciders are asked")),
    (Before.GRANT.value, _("before access opens")),
]
GRANT_END_CHOICES = [
    (GrantEnd.EXPIRED.value, _("its time was over")),
    (GrantEnd.REVOKED.value, _("it was revoked")),
    (GrantEnd.REMOVED.value, _("the person was removed from the request")),
    (GrantEnd.LEFT.value, _("the person left the institution")),
]
