"""A form that asks for files: papers always, an approval only where somebody says that there is one."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from access_requests import actions
from access_requests.builtin import add_version
from access_requests.models import AccessRequest
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import license_of, set_policy
from tests.support.files import pdf

QUESTIONS: list[dict[str, Any]] = [
    {"key": "applicant_name", "kind": "short-text", "step": "you", "label": {"en": "Your name"}},
    {"key": "plan", "kind": "short-text", "step": "project", "label": {"en": "Your plan"}, "required": False},
    {"key": "papers", "kind": "file", "step": "project", "label": {"en": "Papers"}, "max": 3},
    {"key": "reviewed", "kind": "one-of", "step": "project", "label": {"en": "Is there an approval?"},
     "options": [{"value": "yes", "label": {"en": "Yes"}}, {"value": "no", "label": {"en": "No"}}]},
    {"key": "approval", "kind": "file", "step": "project", "label": {"en": "The approval"}, "max": 1,
     "show_if": {"reviewed": ["yes"]}},
]  # fmt: skip
NO_REVIEW = {"plan": "Networks.", "reviewed": "no"}


def use_papers(dataset: Dataset) -> None:
    """Let the dataset's licence ask with this form."""
    add_version("papers", {"name": {"en": "Papers"}, "questions": QUESTIONS})
    set_policy(license_of(dataset), form="papers")


def papers_draft(by: User, dataset: Dataset) -> AccessRequest:
    """A draft with this form, in which all is answered but the files and whether there is an approval."""
    use_papers(dataset)
    request = actions.start(license=license_of(dataset), by=by)
    request = actions.save_answers(request=request, by=by, answers={"applicant_name": "Ada Berg"})
    text = request.license.text_in_force
    assert text is not None
    return actions.accept_license(request=request, by=by, text=text)


def upload(name: str = "plan.pdf", data: bytes = b"") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, data or pdf(name.encode()), "application/pdf")
