"""The steps of the request form: their names, what is missing in each, and the way through them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import questions
from .forms import ACCEPT
from .kinds import Sentence
from .models import AccessRequest
from .questions import Question

NAMES: dict[str, Promise] = {
    "you": _("You"),
    "project": _("Project"),
    "people": _("People"),
    "terms": _("Terms"),
    "review": _("Review"),
}
ALWAYS = frozenset({"terms", "review"})


@dataclass(frozen=True)
class Step:
    """One step: its slug, name and address, whether one is there, and whether all of it is answered."""

    slug: str
    name: str | Promise
    url: str
    current: bool
    done: bool


@dataclass(frozen=True)
class Problem:
    """What is missing or wrong: the question, the sentence, and where to mend it."""

    label: str | Promise
    sentence: Sentence
    url: str


def slugs(asked: Sequence[Question]) -> list[str]:
    """The steps of a form in order: those with questions, and always terms and review."""
    used = {question.step for question in asked} | ALWAYS
    return [slug for slug in NAMES if slug in used]


def after(asked: Sequence[Question], step: str) -> str:
    """The next step; after the last the last."""
    order = slugs(asked)
    return order[min(order.index(step) + 1, len(order) - 1)]


def before(asked: Sequence[Question], step: str) -> str | None:
    """The step before, or None at the first."""
    order = slugs(asked)
    place = order.index(step)
    return order[place - 1] if place else None


def url_of(request: AccessRequest, step: str) -> str:
    """The address of a step."""
    return reverse("access_requests:edit_step", kwargs={"reference": request.reference, "step": step})


def license_accepted(request: AccessRequest) -> bool:
    """Whether the draft accepts the text that is in force, or one before it that differs editorially only."""
    return request.draft_license_text_id in {text.pk for text in request.license.texts_as_good}


def missing(request: AccessRequest, asked: Sequence[Question], emails: Collection[str]) -> dict[str, Sentence]:
    """What keeps a draft from being sent, by question; the licence under `ACCEPT`."""
    found = questions.check_complete(asked, request.draft, emails=emails)
    if not license_accepted(request):
        found[ACCEPT] = _("Please read the licence and accept it.")
    return found


def problems(request: AccessRequest, asked: Sequence[Question], sentences: Mapping[str, Sentence]) -> list[Problem]:
    """What is missing, with links to the fields."""
    by_key = {question.key: question for question in asked}
    found = []
    for key, sentence in sentences.items():
        question = by_key.get(key)
        step = question.step if question else "terms"
        label = questions.text_in(None, question.label) if question else _("The licence")
        found.append(Problem(label, sentence, f"{url_of(request, step)}#div_id_{key}"))
    return found


def progress(
    request: AccessRequest, asked: Sequence[Question], current: str, sentences: Mapping[str, Sentence]
) -> list[Step]:
    """The steps for the list above the form. Review is done when the request is sent, so never here."""
    step_of = {question.key: question.step for question in asked}
    open_steps = {step_of.get(key, "terms") for key in sentences} | {"review"}
    return [
        Step(slug, NAMES[slug], url_of(request, slug), slug == current, slug not in open_steps) for slug in slugs(asked)
    ]


def first_open(asked: Sequence[Question], keys: Iterable[str]) -> str:
    """The step at which somebody who comes back goes on: the first with something to do, else the review.

    Args:
        keys: of the questions at which there is something to do.
    """
    step_of = {question.key: question.step for question in asked}
    open_steps = {step_of.get(key, "terms") for key in keys}
    return next((slug for slug in slugs(asked) if slug in open_steps), "review")
