"""The versions of the forms in use; a built-in form comes from its file."""

from __future__ import annotations

import hashlib

from django.db import transaction

from aidahub.accounts.models import User
from datasets.models import License

from .events import canonical
from .models import AccessRequest, Form, FormVersion
from .questions import BUILTIN, Question, builtin, parse


def version_in_use(slug: str) -> FormVersion:
    """The newest version of a form; a built-in form is read from its file when it is first asked for.

    Raises:
        KeyError: when there is neither a row nor a built-in form of this name.
    """
    newest = FormVersion.objects.filter(form__slug=slug).order_by("-number").first()
    return newest or add_version(slug, builtin(slug))


@transaction.atomic
def add_version(slug: str, definition: dict[str, object], by: User | None = None) -> FormVersion:
    """Make a form's next version, unless its newest has the same questions; a version is never altered.

    Args:
        slug: the form's slug.
        definition: `name` by language and `questions`, as the files in `fixtures/forms` hold them.
        by: who of the hub publishes it; nobody when it comes with a release.
    """
    Form.objects.get_or_create(slug=slug, defaults={"name": definition["name"]})
    form = Form.objects.select_for_update().get(slug=slug)  # two people may ask for its first version at once
    questions = definition["questions"]
    sha256 = hashlib.sha256(canonical(questions)).hexdigest()
    newest = form.versions.order_by("-number").first()
    if newest and newest.sha256 == sha256:
        return newest
    number = newest.number + 1 if newest else 1
    return FormVersion.objects.create(form=form, number=number, questions=questions, sha256=sha256, published_by=by)


def version_of_release(slug: str) -> FormVersion:
    """The version in use after an upgrade: this release's built-in questions, unless the hub has published its own."""
    newest = FormVersion.objects.filter(form__slug=slug).order_by("-number").first()
    return newest if newest and newest.published_by_id else add_version(slug, builtin(slug))


def questions_of(request: AccessRequest) -> list[Question]:
    """The questions that this request asks: those of its form version that its licence has a reason for."""
    return _with_reason(request.form_version.asked, request.license)


def questions_to_come(slug: str, license: License) -> list[Question]:
    """The questions that a new request under a licence would ask, without making anything; none of an unknown form."""
    newest = FormVersion.objects.filter(form__slug=slug).order_by("-number").first()
    if newest:
        return _with_reason(parse(newest.questions), license)
    return _with_reason(parse(builtin(slug)["questions"]), license) if slug in BUILTIN else []


def _with_reason(asked: list[Question], license: License) -> list[Question]:
    return [question for question in asked if not question.only_if or getattr(license, question.only_if)]
