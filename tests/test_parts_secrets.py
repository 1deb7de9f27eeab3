"""What somebody named in a request does not learn by its pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Answer
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import (
    AIDA_PRESET,
    confirm,
    draft_of,
    fill,
    license_of,
    sent,
    set_policy,
)

pytestmark = pytest.mark.django_db


def url(request: AccessRequest, page: str = "part") -> str:
    """One of a request's pages."""
    return f"/requests/{request.reference}/{page}/"


def test_a_named_person_learns_nothing_of_votes_notes_and_other_applicants(
    client: Client, ada: User, alva: User, rut: User, per: User, petra: User, hedda: User, brgandi: Dataset
) -> None:
    set_policy(license_of(brgandi), **AIDA_PRESET)
    answers = {"recipient_email": "rolf@kth.example", "signatory_email": "sara@kth.example"}
    other = actions.submit(request=fill(draft_of(alva, brgandi), **answers), by=alva)
    request = actions.forward(request=confirm(sent(ada, brgandi), rut), by=hedda)
    actions.decide(request=request, by=per, answer=Answer.REJECT, reason="Secret walrus.")
    actions.note(request=request, by=hedda, text="Secret narwhal.")
    client.force_login(rut)
    pages: dict[str, Any] = {
        page: client.get(url(request, page) if page else f"/requests/{request.reference}/")
        for page in ("", "part", "accept")
    }
    pages["mine"] = client.get("/requests/")
    for name, page in pages.items():
        for secret in ("walrus", "narwhal", "Alva", other.reference, "Per Provider", "Hedda"):
            assert secret not in page.text, (name, secret)
