"""The verbs of forms: hub staff begin a form, change its draft, publish it as the next version, throw it away.

Each locks the form's row. `seen` is the digest of the questions that the page showed: whoever saves over what
somebody else changed meanwhile is refused, and no change is lost silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from aidahub.accounts.models import User

from .builtin import add_version, version_in_use
from .form_checks import Fault, faults, missing
from .form_edits import Json, changes, digest, in_order
from .models import Form, FormDraft, FormVersion
from .questions import BUILTIN, builtin, text_in
from .rules import Denied

SLUG = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
NAME_LENGTH = 200

Edit = Callable[[list[Json]], list[Json]]


class Stale(Denied):
    """Somebody else changed the form since the page was opened."""


class Unfit(Denied):
    """The questions cannot be asked like this; `faults` says where."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__(found[0].sentence)
        self.faults = found


@dataclass(frozen=True)
class Sheet:
    """A form as it is edited: the questions of its draft, else those of its newest version."""

    slug: str
    name: Mapping[str, str]
    questions: list[Json]
    draft: FormDraft | None
    newest: FormVersion | None

    @property
    def seen(self) -> str:
        """What a page that shows these questions sends back with a change."""
        return digest(self.questions)

    def __str__(self) -> str:
        return text_in(None, self.name) or self.slug


def sheet(slug: str) -> Sheet:
    """A form as it is edited; a built-in form that nobody has asked for yet comes from its file.

    Raises:
        KeyError: when there is none with this slug.
    """
    form = Form.objects.filter(slug=slug).select_related("draft__changed_by").first()
    if form is None:
        definition = builtin(slug)
        return Sheet(slug, definition["name"], in_order(definition["questions"]), None, None)
    return _sheet_of(form)


def _sheet_of(form: Form) -> Sheet:
    draft = FormDraft.objects.filter(form=form).select_related("changed_by").first()
    newest = form.versions.order_by("-number").first()
    questions = draft.questions if draft else newest.questions if newest else []
    return Sheet(form.slug, form.name, in_order(questions), draft, newest)


def _check_may(by: User) -> None:
    if not by.is_hub:
        raise Denied(_("Only hub staff change forms."))


def _locked(slug: str, seen: str) -> tuple[Form, Sheet]:
    """A form, locked, and as it is now.

    Raises:
        Stale: when the page showed something else.
        KeyError: when there is none with this slug.
    """
    if slug in BUILTIN:
        version_in_use(slug)  # makes its rows when it was never asked for
    form = Form.objects.select_for_update().filter(slug=slug).first()
    if form is None:
        raise KeyError(slug)
    now = _sheet_of(form)
    if now.seen != seen:
        raise Stale(
            _("Somebody else has changed this form since you opened the page. Nothing was saved; look at it again.")
        )
    return form, now


@transaction.atomic
def begin(*, slug: str, name: Mapping[str, str], by: User, copy_of: str = "") -> FormDraft:
    """Make a form with an empty draft, or one with the questions of another form.

    Args:
        slug: small letters, digits and hyphens; policies and addresses name the form by it.
        name: by language; English must be there.
        by: who makes it.
        copy_of: the slug of the form whose newest questions it begins with.

    Raises:
        Denied: when the slug is taken or does not do, the name is missing, or this is not hub staff.
    """
    _check_may(by)
    if not SLUG.match(slug) or len(slug) > 50:
        raise Denied(_("Write small letters a to z, digits and hyphens, like student-project."))
    if not name.get("en") or any(len(text) > NAME_LENGTH for text in name.values()):
        raise Denied(_("Give the form a name in English of at most 200 characters."))
    questions = sheet(copy_of).questions if copy_of else []
    names = {language: text for language, text in name.items() if text}
    form, made = Form.objects.get_or_create(slug=slug, defaults={"name": names})
    if slug in BUILTIN or not made:
        raise Denied(_("There is a form with this short name already. Choose another."))
    return FormDraft.objects.create(form=form, questions=questions, changed_by=by)


@transaction.atomic
def change(*, slug: str, seen: str, by: User, edit: Edit) -> FormDraft:
    """Change a form's draft, which begins with the first change; what was published stays as it is.

    Args:
        slug: the form's.
        seen: the digest of the questions that the page showed.
        by: who changes it.
        edit: makes the new questions of those that are there.

    Raises:
        Stale: when somebody else changed the form meanwhile.
        Unfit: when the questions could not be asked like that.
        Denied: when this is not hub staff.
        KeyError: when there is no such form.
    """
    _check_may(by)
    form, now = _locked(slug, seen)
    questions = in_order(edit(now.questions))
    before = faults(now.questions)  # of a version older than a rule; publishing refuses it
    if new := [fault for fault in faults(questions) if fault not in before]:
        raise Unfit(new)
    values = {"questions": questions, "changed_by": by, "changed_at": timezone.now()}
    return FormDraft.objects.update_or_create(form=form, defaults=values)[0]


@transaction.atomic
def discard(*, slug: str, seen: str, by: User) -> None:
    """Throw a draft away, and with it a form that was never published.

    Raises:
        Stale: when somebody else changed the form meanwhile.
        Denied: when this is not hub staff or there is no draft.
        KeyError: when there is no such form.
    """
    _check_may(by)
    form, now = _locked(slug, seen)
    if now.draft is None:
        raise Denied(_("There is no draft to throw away."))
    now.draft.delete()
    if now.newest is None:
        form.delete()


@transaction.atomic
def publish(*, slug: str, seen: str, by: User) -> FormVersion:
    """Make the draft the form's next version. Requests that are begun keep theirs.

    Raises:
        Stale: when somebody else changed the form meanwhile.
        Denied: when there is nothing new, something is missing or wrong, or this is not hub staff.
        KeyError: when there is no such form.
    """
    _check_may(by)
    _form, now = _locked(slug, seen)
    if sentence := not_yet(now):
        raise Denied(sentence[0])
    version = add_version(slug, {"name": now.name, "questions": now.questions}, by)
    if now.draft:
        now.draft.delete()
    return version


def not_yet(form: Sheet) -> list[str]:
    """Why a form's draft cannot be published; empty when it can."""
    if form.draft is None:
        return [_("There is no draft to publish.")]
    if found := [fault.sentence for fault in faults(form.questions)] + missing(form.questions):
        return found
    if form.newest and not changes(in_order(form.newest.questions), form.questions):
        return [_("The questions are those of version %(number)s.") % {"number": form.newest.number}]
    return []
