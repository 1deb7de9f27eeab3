"""What hub staff do about the people in a request, as a table: addresses, words, and the form that each step asks."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from access_requests.workflow import Verb

from .steps import Sentence


@dataclass(frozen=True)
class PartStep:
    """One button with its confirmation page. `about`: it is about one person, whose number stands in its address."""

    slug: str
    verb: Verb
    label: Sentence
    title: Sentence
    done: Sentence
    consequence: Sentence
    about: bool = True
    look: str = "plain"


# To ask again changes nothing in the request; whoever may replace somebody may remind them.
REMIND = PartStep(
    slug="remind",
    verb=Verb.REPLACE_PERSON,
    label=_("Ask again"),
    title=_("%(reference)s: ask %(name)s again?"),
    done=_("%(name)s is asked again."),
    consequence=_("They get a mail with a fresh link to confirm or decline; older links go on working until they end."),
    look="go",
)
REPLACE = PartStep(
    slug="replace",
    verb=Verb.REPLACE_PERSON,
    label=_("Replace"),
    title=_("%(reference)s: name somebody else in place of %(name)s"),
    done=_("%(name)s is replaced."),
    consequence=_(
        "The person who is replaced does not see the request any more, and their access ends. The new one is asked to "
        "confirm; both and the applicant are told by mail."
    ),
)
REMOVE = PartStep(
    slug="remove",
    verb=Verb.REMOVE_PERSON,
    label=_("Remove"),
    title=_("%(reference)s: remove %(name)s?"),
    done=_("%(name)s is removed."),
    consequence=_(
        "They do not see the request any more, and their access ends. They and the applicant are told by mail."
    ),
    look="stop",
)
PAPER = PartStep(
    slug="paper",
    verb=Verb.ACCEPT_LICENSE,
    label=_("Record a paper"),
    title=_("%(reference)s: %(name)s accepted the licence on paper"),
    done=_("It is recorded that %(name)s accepted the licence."),
    consequence=_(
        "It counts as their confirmation and as their acceptance of the text in force now. They are told by mail."
    ),
)
ADD = PartStep(
    slug="add",
    verb=Verb.ADD_PERSON,
    label=_("Add a person"),
    title=_("%(reference)s: add a person"),
    done=_("The person is added."),
    consequence=_("They are asked by mail to confirm, and the applicant is told."),
    about=False,
)
APPLICANT = PartStep(
    slug="applicant",
    verb=Verb.CHANGE_APPLICANT,
    label=_("Change the applicant"),
    title=_("%(reference)s: make somebody else the applicant"),
    done=_("The applicant is changed."),
    consequence=_(
        "The new applicant accepts the licence before they get access. The old one does not see the request any more, "
        "and their access ends. Both are told by mail."
    ),
    about=False,
)
PART_STEPS: dict[str, PartStep] = {step.slug: step for step in (REMIND, REPLACE, REMOVE, PAPER, ADD, APPLICANT)}
