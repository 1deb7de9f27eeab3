"""People on the decision page: who has confirmed, and what hub staff do about it."""

from __future__ import annotations

import pytest
from django.test import Client

from access_requests.models import AccessRequest, PartInvitation
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from tests.cast import RequestAt, confirm, fresh, make_user
from tests.mails import RUT, SUNE
from tests.support.asking import said
from tests.support.parts import flat, fresh_request, link_to, mail_to, paper, person

pytestmark = pytest.mark.django_db
RITA = {"name": "Rita Alm", "email": "rita.alm@uu.example", "title": "", "institution": "Lund University"}


def page_of(request: AccessRequest) -> str:
    """The decision page."""
    return f"/admin/access_requests/accessrequest/{request.reference}/change/"


def step(request: AccessRequest, slug: str, number: int | None = None) -> str:
    """The page of a step."""
    middle = f"people/{number}/" if number else "people/"
    return f"/admin/access_requests/accessrequest/{request.reference}/{middle}{slug}/"


@pytest.fixture
def desk(client: Client, hedda: User) -> Client:
    """Hedda's browser."""
    client.force_login(hedda)
    return client


def test_the_page_says_who_has_confirmed_and_offers_what_to_do(desk: Client, request_at: RequestAt, rut: User) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    page = flat(desk.get(page_of(request)).text)
    assert "and accepted the licence." in page
    assert page.count("Has not answered.") == 1
    rut_number, sune_number = (person(request, part).number for part in (Part.RECIPIENT_SCIENTIST, Part.SIGNATORY))
    assert step(request, "remind", sune_number) in page
    assert step(request, "remind", rut_number) not in page
    assert step(request, "replace", rut_number) in page
    assert step(request, "remove", rut_number) not in page, "there always is a recipient scientist"
    assert step(request, "add") in page
    assert step(request, "applicant") in page


def test_providers_see_who_has_confirmed_and_no_buttons(client: Client, request_at: RequestAt, per: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(per)
    page = client.get(page_of(request)).text
    assert "Has not answered." in page
    assert "/people/" not in page


@pytest.mark.parametrize("status", [Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED])
def test_when_it_is_over_there_is_nothing_to_do(desk: Client, request_at: RequestAt, status: Status) -> None:
    request = request_at(status)
    assert "/people/" not in desk.get(page_of(request)).text
    for slug in ("add", "applicant"):
        assert desk.get(step(request, slug)).status_code == 403


def test_asking_again_sends_a_fresh_link_once_an_hour(desk: Client, request_at: RequestAt) -> None:
    request = request_at(Status.IN_REVIEW)
    number = person(request, Part.SIGNATORY).number
    first = link_to(SUNE)
    assert "ask Sune Holm again?" in desk.get(step(request, "remind", number)).text
    before = Mail.objects.count()
    assert desk.get(step(request, "remind", number)).status_code == 200
    assert Mail.objects.count() == before, "looking sends nothing"
    answer = desk.post(step(request, "remind", number))
    assert answer["Location"] == page_of(request)
    assert "Sune Holm is asked again" in said(answer)
    assert mail_to(SUNE).kind == "invitation"
    assert link_to(SUNE) != first
    again = desk.post(step(request, "remind", number))
    assert again.status_code == 403
    assert "wait an hour" in again.text
    assert Mail.objects.count() == before + 1
    assert PartInvitation.objects.filter(participant__number=number).count() == 2


def test_who_has_confirmed_is_not_asked_again(desk: Client, request_at: RequestAt, rut: User) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    answer = desk.post(step(request, "remind", person(request, Part.RECIPIENT_SCIENTIST).number))
    assert answer.status_code == 403
    assert "has confirmed already" in answer.text


def test_replacing_the_recipient_scientist(desk: Client, request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.GRANTED)
    number = person(request, Part.RECIPIENT_SCIENTIST).number
    assert "in place of Rut Ek" in desk.get(step(request, "replace", number)).text
    answer = desk.post(step(request, "replace", number), RITA)
    assert answer["Location"] == page_of(request)
    assert person(request, Part.RECIPIENT_SCIENTIST).name == "Rita Alm"
    assert fresh_request(request).recipient_key == "rita.alm@uu.example"
    assert not request.grants.filter(ended_at=None).filter(participant__email=RUT).exists()
    assert not AccessRequest.objects.visible_to(fresh(rut)).exists()
    confirm(request, make_user("rita.alm@uu.example", "Rita Alm"))
    assert request.grants.filter(ended_at=None).filter(participant__email="rita.alm@uu.example").exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({**RITA, "email": "nobody"}, "Enter a valid email address"),
        ({**RITA, "name": ""}, "This field is required"),
        ({}, "Something is missing"),
    ],
)
def test_what_is_wrong_is_said(desk: Client, request_at: RequestAt, values: dict[str, str], words: str) -> None:
    request = request_at(Status.IN_REVIEW)
    for path in (
        step(request, "replace", person(request, Part.SIGNATORY).number),
        step(request, "add"),
    ):
        page = desk.post(path, {"part": "member", **values})
        assert page.status_code == 200
        assert words in page.text
    assert request.participants.filter(removed_at=None).count() == 3


def test_adding_a_member_and_removing_them(desk: Client, request_at: RequestAt) -> None:
    request = request_at(Status.APPROVED)
    desk.post(step(request, "add"), {**RITA, "part": "member"})
    added = person(request, Part.MEMBER)
    assert added.name == "Rita Alm"
    assert "remove Rita Alm?" in desk.get(step(request, "remove", added.number)).text
    desk.post(step(request, "remove", added.number))
    assert not request.participants.filter(part=Part.MEMBER, removed_at=None).exists()
    assert desk.get(step(request, "remove", added.number)).status_code == 404, "they are not there any more"


def test_a_part_that_somebody_holds_is_not_added(desk: Client, request_at: RequestAt) -> None:
    request = request_at(Status.IN_REVIEW)
    answer = desk.post(step(request, "add"), {**RITA, "part": "signatory"})
    assert answer.status_code == 403
    assert "Replace that person instead" in answer.text
    page = desk.post(step(request, "add"), {**RITA, "part": "applicant"})
    assert page.status_code == 200
    assert person(request, Part.APPLICANT).name == "Ada Berg"


def test_changing_the_applicant(client: Client, desk: Client, request_at: RequestAt, ada: User, alva: User) -> None:
    request = request_at(Status.GRANTED)
    refused = desk.post(step(request, "applicant"), {"email": "nobody@uu.example"})
    assert refused.status_code == 403
    assert "Nobody has an account here" in refused.text
    desk.post(step(request, "applicant"), {"email": alva.email.upper()})
    assert fresh_request(request).applicant == alva
    assert not AccessRequest.objects.visible_to(fresh(ada)).exists()
    assert not request.grants.filter(ended_at=None).filter(participant__user=ada).exists()


def test_recording_a_paper(desk: Client, request_at: RequestAt, hedda: User) -> None:
    request = request_at(Status.APPROVED)
    number = person(request, Part.RECIPIENT_SCIENTIST).number
    assert "First attach the signed paper" in desk.get(step(request, "paper", number)).text
    file = paper(request, hedda)
    hidden = paper(request, hedda, internal=False, name="public.pdf")
    page = desk.get(step(request, "paper", number)).text
    assert "signed.pdf" in page
    assert "public.pdf" not in page
    assert desk.post(step(request, "paper", number), {"paper": str(hidden.public_id)}).status_code == 200
    assert fresh_request(request).status == Status.APPROVED
    desk.post(step(request, "paper", number), {"paper": str(file.public_id)})
    assert fresh_request(request).status == Status.GRANTED
    assert request.acceptances.get(participant__number=number).paper == file


def test_hub_staff_who_are_named_change_nothing(
    client: Client, request_at: RequestAt, hedda: User, sigrid: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    signatory = person(request, Part.SIGNATORY)
    signatory.email = hedda.email
    signatory.save()
    client.force_login(hedda)
    assert "/people/" not in client.get(page_of(request)).text
    number = person(request, Part.RECIPIENT_SCIENTIST).number
    for path in (step(request, "add"), step(request, "remind", number), step(request, "replace", number)):
        answer = client.post(path, RITA)
        assert answer.status_code == 403
        assert "You are named in this request" in answer.text


@pytest.mark.parametrize("path", ["people/add/", "people/applicant/", "people/2/replace/", "people/2/remind/"])
def test_nobody_else_changes_people(
    client: Client, request_at: RequestAt, path: str, per: User, opal: User, ada: User, rut: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    where = f"/admin/access_requests/accessrequest/{request.reference}/{path}"
    assert client.get(where).status_code == 302
    for reader, status in ((per, 403), (opal, 404), (ada, 404), (rut, 404)):
        client.force_login(reader)
        assert client.get(where).status_code == status
        assert client.post(where, RITA).status_code == status
    assert request.participants.count() == 3


def test_addresses_that_are_none(desk: Client, request_at: RequestAt) -> None:
    request = request_at(Status.IN_REVIEW)
    for path in ("people/remind/", "people/2/add/", "people/2/nothing/", "people/99/remind/", "people/0/remind/"):
        where = f"/admin/access_requests/accessrequest/{request.reference}/{path}"
        assert desk.get(where).status_code == 404
        assert desk.post(where).status_code == 404
    assert desk.delete(step(request, "add")).status_code == 405
