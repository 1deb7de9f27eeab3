"""What tests about asking for access share: addresses, parts of the answers, pages as people see them."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.test import Client

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.timeline import timeline
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import BRGANDI_DOI, RESEARCH_ANSWERS, fresh, license_of

START = f"/{BRGANDI_DOI}/request/"
YOU = {"applicant_name", "applicant_email", "applicant_institution", "applicant_department", "applicant_address",
       "applicant_country"}  # fmt: skip
PROJECT = {"project_title", "planned_use", "list_publicly"}


def part(keys: set[str]) -> dict[str, Any]:
    """Some of the standard answers."""
    return {key: value for key, value in RESEARCH_ANSWERS.items() if key in keys}


def people() -> dict[str, Any]:
    """The answers of the step People, as a browser posts them."""
    answers = {key: value for key, value in RESEARCH_ANSWERS.items() if key.startswith(("recipient", "signatory"))}
    return {key: "on" if value is True else value for key, value in answers.items()}


def step(request: AccessRequest, slug: str) -> str:
    """The address of a step."""
    return f"/requests/{request.reference}/edit/{slug}/"


def draft(by: User, dataset: Dataset, name: str = "Controlled access") -> AccessRequest:
    """A new draft."""
    return actions.start(license=license_of(dataset, name), by=by)


def said(response: Any) -> str:
    """What the page says about the last action."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def read(client: Client, user: User, request: AccessRequest) -> str:
    """The page as one person sees it."""
    client.force_login(user)
    response = client.get(request.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def told(request: AccessRequest, viewer: User) -> str:
    """The timeline in one text, the first event first."""
    entries = timeline(AccessRequest.objects.get(pk=request.pk), fresh(viewer))
    return "\n".join(f"{entry.sentence} {entry.detail}".strip() for entry in reversed(entries))
