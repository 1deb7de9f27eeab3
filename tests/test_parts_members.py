"""The applicant names members: on the form's step People, and on the request's own page while it is returned."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import escape

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, draft_of
from tests.support.asking import read, said
from tests.support.parts import fresh_request, member, person

pytestmark = pytest.mark.django_db


def url(request: AccessRequest, page: str) -> str:
    """One of a request's pages."""
    return f"/requests/{request.reference}/{page}/"


def test_the_applicant_names_and_removes_members(client: Client, ada: User, brgandi: Dataset) -> None:
    draft = draft_of(ada, brgandi)
    client.force_login(ada)
    assert "No member is named" in client.get(url(draft, "people")).text
    values = {"name": "Mia Lund", "email": "Mia.Lund@uu.example", "title": "", "institution": ""}
    answer = client.post(url(draft, "people"), values)
    assert answer["Location"] == url(draft, "people")
    assert "Mia Lund is added" in said(answer)
    assert person(draft, Part.MEMBER).email == "mia.lund@uu.example"
    assert "Mia Lund" in client.get(url(draft, "edit/people")).text
    assert "Mia Lund" in client.get(url(draft, "edit/review")).text
    answer = client.post(url(draft, "people"), {"remove": str(person(draft, Part.MEMBER).number)})
    assert "Mia Lund is removed" in said(answer)
    assert not draft.participants.filter(removed_at=None, part=Part.MEMBER).exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "", "email": "mia@uu.example"}, "This field is required"),
        ({"name": "Mia", "email": "mia at uu"}, "Enter a valid email address"),
        ({"name": "Mia", "email": "mia.lund@uu.example"}, "named in the request already"),
        ({"name": "M" * 201, "email": "m@uu.example"}, "at most 200 characters"),
        ({"name": "\0", "email": "m@uu.example"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_with_a_member_is_said(
    client: Client, ada: User, brgandi: Dataset, values: dict[str, str], words: str
) -> None:
    draft = draft_of(ada, brgandi)
    actions.add_person(request=draft, by=ada, person=member())
    client.force_login(ada)
    page = client.post(url(draft, "people"), values)
    assert page.status_code == 200
    assert words in page.text
    assert draft.participants.filter(part=Part.MEMBER).count() == 1


@pytest.mark.parametrize("number", ["", "99", "x", "\0", "1 or 1"])
def test_nobody_else_is_removed(client: Client, request_at: RequestAt, ada: User, number: str) -> None:
    request = request_at(Status.RETURNED)
    client.force_login(ada)
    answer = client.post(url(request, "people"), {"remove": number})
    assert "not named in the request any more" in said(answer)
    assert request.participants.filter(removed_at=None).count() == 3


def test_the_step_is_saved_before_members_are_named(client: Client, ada: User, brgandi: Dataset) -> None:
    draft = draft_of(ada, brgandi)
    client.force_login(ada)
    answer = client.post(url(draft, "edit/people"), {"recipient_same": "no", "recipient_name": "Rita", "go": "members"})
    assert answer["Location"] == url(draft, "people")
    assert fresh_request(draft).draft["recipient_name"] == "Rita"


@pytest.mark.parametrize("status", [Status.IN_REVIEW, Status.APPROVED, Status.GRANTED])
def test_after_sending_hub_staff_change_people(
    client: Client, request_at: RequestAt, ada: User, rut: User, status: Status
) -> None:
    request = request_at(status)
    for reader in (ada, rut):
        client.force_login(reader)
        assert client.get(url(request, "people")).status_code == 403
        assert client.post(url(request, "people"), {"name": "X", "email": "x@y.example"}).status_code == 403
    assert "Add or remove members" not in read(client, ada, request)


def test_while_it_is_returned_the_applicant_changes_members(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.RETURNED)
    assert "Add or remove members" in read(client, ada, request)
    client.post(url(request, "people"), {"name": "Mia Lund", "email": "mia.lund@uu.example"})
    assert person(request, Part.MEMBER).name == "Mia Lund"


def test_nobody_else_finds_the_members_of_a_draft(
    client: Client, ada: User, rut: User, hedda: User, per: User, brgandi: Dataset
) -> None:
    draft = draft_of(ada, brgandi)
    actions.add_person(request=draft, by=ada, person=member("rut.ek@uu.example", "Rut Ek"))
    for reader in (rut, hedda, per):
        client.force_login(reader)
        for page in ("people", "part"):
            assert client.get(url(draft, page)).status_code == 404
            assert client.post(url(draft, page)).status_code == 404


def test_names_are_escaped(client: Client, ada: User, brgandi: Dataset) -> None:
    draft = draft_of(ada, brgandi)
    nasty = "<script>alert(1)</script>"
    actions.add_person(request=draft, by=ada, person=member(name=nasty))
    client.force_login(ada)
    for page in ("people", "edit/people", "edit/review"):
        html = client.get(url(draft, page)).text
        assert nasty not in html
        assert escape(nasty) in html
