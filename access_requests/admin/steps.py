"""The buttons of the decision page as a table: what each is called, what it leads to, who reads the reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access_requests.workflow import Answer, Verb

Sentence = str | Promise


class Reason(StrEnum):
    """Whether a step takes a reason."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Readers(StrEnum):
    """Who reads the reason."""

    APPLICANT = "applicant"
    HUB = "hub"


READERS: dict[Readers, Sentence] = {
    Readers.APPLICANT: _("The applicant reads the reason, in the mail and on the request's page. It is not signed."),
    Readers.HUB: _("Hub staff and the other deciders read the reason; the applicant does not."),
}


@dataclass(frozen=True, eq=False)
class Step:
    """One button with its confirmation page.

    `slug` is its address, `answer` what it answers where it is a vote or a confirmation. `by_mail`: hub staff
    record what a provider wrote to them. `several`: can be done with several requests at once.

    A step is equal to itself alone: tables have it as their key, and its words, compared, would be another key in
    every language.
    """

    slug: str
    verb: Verb
    label: Sentence
    title: Sentence
    done: Sentence
    look: str
    reason: Reason
    answer: Answer | None = None
    by_mail: bool = False
    several: bool = False


APPROVE = Step(
    slug="approve",
    verb=Verb.DECIDE,
    label=_("Approve"),
    title=_("Approve %(reference)s?"),
    done=_("%(reference)s: your approval is recorded."),
    look="go",
    reason=Reason.OPTIONAL,
    answer=Answer.APPROVE,
    several=True,
)
REJECT = Step(
    slug="reject",
    verb=Verb.DECIDE,
    label=_("Reject"),
    title=_("Reject %(reference)s?"),
    done=_("%(reference)s: your rejection is recorded."),
    look="stop",
    reason=Reason.REQUIRED,
    answer=Answer.REJECT,
    several=True,
)
SEND_BACK = Step(
    slug="send-back",
    verb=Verb.SEND_BACK,
    label=_("Send back"),
    title=_("Send %(reference)s back?"),
    done=_("%(reference)s is sent back to the applicant."),
    look="plain",
    reason=Reason.REQUIRED,
    several=True,
)
RECORD = Step(
    slug="record",
    verb=Verb.DECIDE,
    label=_("Record an answer that came by mail"),
    title=_("Record a provider’s answer to %(reference)s"),
    done=_("%(reference)s: the provider’s answer is recorded."),
    look="go",
    reason=Reason.OPTIONAL,
    by_mail=True,
)
FORWARD = Step(
    slug="forward",
    verb=Verb.FORWARD,
    label=_("Forward to the deciders"),
    title=_("Forward %(reference)s to the deciders?"),
    done=_("%(reference)s is forwarded to the deciders."),
    look="go",
    reason=Reason.NONE,
)
CONFIRM_APPROVAL = Step(
    slug="confirm-approval",
    verb=Verb.CONFIRM,
    label=_("Confirm: approve"),
    title=_("Approve %(reference)s for good?"),
    done=_("%(reference)s is approved."),
    look="go",
    reason=Reason.OPTIONAL,
    answer=Answer.APPROVE,
)
CONFIRM_REJECTION = Step(
    slug="confirm-rejection",
    verb=Verb.CONFIRM,
    label=_("Confirm: reject"),
    title=_("Reject %(reference)s for good?"),
    done=_("%(reference)s is rejected."),
    look="stop",
    reason=Reason.REQUIRED,
    answer=Answer.REJECT,
)
CLOSE = Step(
    slug="close",
    verb=Verb.CLOSE,
    label=_("Close"),
    title=_("Close %(reference)s?"),
    done=_("%(reference)s is closed."),
    look="plain",
    reason=Reason.REQUIRED,
)

STEPS: dict[str, Step] = {
    step.slug: step
    for step in (APPROVE, REJECT, CONFIRM_APPROVAL, CONFIRM_REJECTION, FORWARD, RECORD, SEND_BACK, CLOSE)
}
SEVERAL: dict[str, Step] = {slug: step for slug, step in STEPS.items() if step.several}
