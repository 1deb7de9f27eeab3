"""What hub staff changed about people stays when the request is sent again: the form names whom they named."""

from __future__ import annotations

import pytest

from access_requests import actions
from access_requests.events import verify
from access_requests.models import AccessRequest
from access_requests.rules import Denied
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, confirm, fresh, make_user, sent
from tests.mails import RUT
from tests.support.parts import fresh_request, member, person

pytestmark = pytest.mark.django_db
RITA = "rita.ros@uu.example"
OF_RITA = {"recipient_title": "Docent", "recipient_profile": "https://uu.example/rita", "recipient_phd": True}


def replaced(
    request: AccessRequest, hedda: User, part: Part, email: str = RITA, name: str = "Rita Ros"
) -> AccessRequest:
    """Hub staff name Rita in somebody's place."""
    old = person(request, part)
    return actions.replace_person(request=request, by=hedda, person=old, successor=member(RITA, "Rita Ros"))


def sent_again(request: AccessRequest, ada: User, hedda: User, **answers: object) -> AccessRequest:
    """It is sent back, Ada mends one sentence and what the form asks anew, and sends it."""
    request = actions.send_back(request=request, by=hedda, reason="Which scanner?")
    changed = {"planned_use": "We compare segmentation networks on images of one scanner.", **answers}
    actions.save_answers(request=request, by=ada, answers=changed)
    return actions.submit(request=request, by=ada)


def test_who_took_anothers_place_stays_and_so_does_their_word(
    request_at: RequestAt, ada: User, rut: User, hedda: User
) -> None:
    request = actions.decline_part(request=request_at(Status.IN_REVIEW), by=rut)
    request = confirm(replaced(request, hedda, Part.RECIPIENT_SCIENTIST), make_user(RITA, "Rita Ros"))
    before = person(request, Part.RECIPIENT_SCIENTIST)
    assert before.confirmed_at
    draft = fresh_request(request).draft
    assert (draft["recipient_name"], draft["recipient_email"]) == ("Rita Ros", RITA)
    request = sent_again(request, ada, hedda, **OF_RITA)
    after = person(request, Part.RECIPIENT_SCIENTIST)
    assert (after.pk, after.email, after.confirmed_at) == (before.pk, RITA, before.confirmed_at)
    assert request.submissions.latest("number").answers["recipient_name"] == "Rita Ros"
    assert fresh_request(request).recipient_key == RITA
    assert not list(verify())


def test_what_was_true_of_the_other_alone_is_asked_anew(request_at: RequestAt, ada: User, hedda: User) -> None:
    request = replaced(request_at(Status.IN_REVIEW), hedda, Part.RECIPIENT_SCIENTIST)
    draft = fresh_request(request).draft
    assert not {"recipient_title", "recipient_profile", "recipient_phd"} & set(draft)
    assert draft["recipient_country"] == "SE"
    with pytest.raises(Denied, match="still missing"):
        sent_again(request, ada, hedda)


def test_who_was_removed_stays_away(request_at: RequestAt, ada: User, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    request = actions.remove_person(request=request, by=hedda, person=person(request, Part.SIGNATORY))
    request = sent_again(request, ada, hedda, signatory_may_sign=True)
    assert not request.participants.filter(part=Part.SIGNATORY, removed_at=None).exists()


def test_who_was_added_stays(request_at: RequestAt, ada: User, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    request = actions.remove_person(request=request, by=hedda, person=person(request, Part.SIGNATORY))
    who = member("siv@uu.example", "Siv Ask", Part.SIGNATORY)
    request = actions.add_person(request=request, by=hedda, person=who)
    request = sent_again(request, ada, hedda, signatory_title="Head", signatory_may_sign=True)
    assert person(request, Part.SIGNATORY).email == "siv@uu.example"


def test_whom_the_form_does_not_ask_for_stays_too(ada: User, hedda: User, brgandi: Dataset) -> None:
    """The form of AIDA's members names nobody but the applicant."""
    request = sent(ada, brgandi, "AIDA BY license")
    who = member(RITA, "Rita Ros", Part.RECIPIENT_SCIENTIST)
    request = actions.add_person(request=request, by=hedda, person=who)
    request = sent_again(request, ada, hedda)
    assert person(request, Part.RECIPIENT_SCIENTIST).email == RITA
    assert fresh_request(request).recipient_key == RITA


def test_the_form_names_the_new_applicant(request_at: RequestAt, ada: User, alva: User, hedda: User) -> None:
    request = actions.change_applicant(request=request_at(Status.RETURNED), by=hedda, email=alva.email)
    draft = fresh_request(request).draft
    assert (draft["applicant_name"], draft["applicant_email"]) == (alva.name, alva.email)
    assert draft["recipient_email"] == RUT
    text = request.license.text_in_force
    assert text
    request = actions.accept_license(request=request, by=fresh(alva), text=text)
    request = actions.submit(request=request, by=fresh(alva))
    assert person(request, Part.APPLICANT).email == alva.email
