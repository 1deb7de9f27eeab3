"""The pages of those who are named: confirm or decline, accept again, who has done what, what waits for whom."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.rules import Denied
from access_requests.taking_part import own_states, still_asked, waits_for_person, with_parts
from access_requests.waiting import standing
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from datasets.models import Dataset, LicenseText
from tests.cast import (
    REACHED,
    RequestAt,
    change_license,
    confirm,
    draft_of,
    fresh,
    license_of,
    make_user,
    set_policy,
)
from tests.mails import SUNE
from tests.support.asking import read, said
from tests.support.parts import flat, fresh_request, member, person

pytestmark = pytest.mark.django_db


def url(request: AccessRequest, page: str = "part") -> str:
    """One of a request's pages."""
    return f"/requests/{request.reference}/{page}/"


def text_of(request: AccessRequest) -> LicenseText:
    """The text of the licence in force."""
    text = license_of(request.dataset).text_in_force
    assert text
    return text


def ticks(request: AccessRequest) -> dict[str, str]:
    """What Rut's browser posts when she confirms."""
    return {
        "answer": "confirm",
        "recipient-scientist": "on",
        "accept_license": "on",
        "text": text_of(request).sha256,
    }


@pytest.fixture
def sune(db: None) -> User:
    """Ada's signatory."""
    return make_user(SUNE, "Sune Holm")


@pytest.fixture
def mia(db: None) -> User:
    """A member."""
    return make_user("mia.lund@uu.example", "Mia Lund")


# Confirming: the ladder


def test_the_recipient_scientist_confirms_and_accepts(client: Client, request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(rut)
    page = flat(client.get(url(request)).text)
    for words in ("Ada Berg (Uppsala University) asks for access", "PhD or better", text_of(request).text[:40]):
        assert words in page, words
    answer = client.post(url(request), ticks(request))
    assert answer["Location"] == f"/requests/{request.reference}/"
    assert "You have confirmed your part" in said(answer)
    assert person(request, Part.RECIPIENT_SCIENTIST).confirmed_at
    assert "You have confirmed your part" in client.get(url(request)).text


def test_the_last_confirmation_opens_access(client: Client, request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.APPROVED)
    client.force_login(rut)
    answer = client.post(url(request), ticks(request))
    assert "You now have access" in said(answer)
    assert fresh_request(request).status == Status.GRANTED


def test_the_signatory_confirms_without_a_licence(client: Client, request_at: RequestAt, sune: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(sune)
    page = client.get(url(request)).text
    assert "accept_license" not in page
    assert text_of(request).text[:40] not in flat(page)
    client.post(url(request), {"answer": "confirm", "signatory": "on"})
    assert person(request, Part.SIGNATORY).confirmed_at
    assert not request.acceptances.filter(participant__part=Part.SIGNATORY).exists()


@pytest.mark.parametrize("missing", ["recipient-scientist", "accept_license"])
def test_a_box_that_is_not_ticked(client: Client, request_at: RequestAt, rut: User, missing: str) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(rut)
    page = client.post(url(request), {key: value for key, value in ticks(request).items() if key != missing})
    assert page.status_code == 200
    assert "Please tick this box to confirm" in page.text
    assert not person(request, Part.RECIPIENT_SCIENTIST).confirmed_at


@pytest.mark.parametrize("shown", ["", "no such text", "\0", "0" * 64])
def test_a_text_that_is_not_in_force(client: Client, request_at: RequestAt, rut: User, shown: str) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(rut)
    answer = client.post(url(request), {**ticks(request), "text": shown})
    assert answer.status_code in {200, 302}
    assert not person(request, Part.RECIPIENT_SCIENTIST).confirmed_at


def test_a_licence_that_changed_meanwhile(client: Client, request_at: RequestAt, rut: User, brgandi: Dataset) -> None:
    request = request_at(Status.IN_REVIEW)
    old = ticks(request)
    change_license(brgandi)
    client.force_login(rut)
    answer = client.post(url(request), old)
    assert "has changed since you opened the page" in said(answer)
    assert not person(request, Part.RECIPIENT_SCIENTIST).confirmed_at


def test_declining_keeps_the_reason_for_hub_and_providers(
    client: Client, request_at: RequestAt, rut: User, ada: User, per: User, hedda: User, sune: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(rut)
    answer = client.post(url(request), {"answer": "decline", "reason": "Unheard-of zebra."})
    assert "You have declined" in said(answer)
    for reader, knows in ((per, True), (hedda, True), (ada, False), (sune, False)):
        assert ("Unheard-of zebra." in read(client, reader, request)) is knows, reader
    for reader in (per, hedda):
        client.force_login(reader)
        page = client.get(f"/admin/access_requests/accessrequest/{request.reference}/change/").text
        assert "Unheard-of zebra." in page
    assert "Declined on" in read(client, ada, request)


def test_whoever_declined_sees_their_own_part_and_nothing_else(
    client: Client, request_at: RequestAt, ada: User, rut: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(rut)
    answer = client.post(url(request), {"answer": "decline"})
    assert answer.headers["Location"] == url(request)
    page = flat(client.get(url(request)).text)
    assert "You see nothing else of the request" in page
    assert request.get_absolute_url() + '"' not in page
    for name in ("detail", "copy", "files", "accept"):
        path = reverse(f"access_requests:{name}", args=[request.reference])
        assert client.get(path).status_code == 404, name
    assert request.reference not in client.get("/requests/").text
    assert not AccessRequest.objects.visible_to(fresh(rut)).exists()
    with pytest.raises(Denied, match="no such request"):
        actions.write(request=request, by=fresh(rut), text="Hello?")
    client.post(url(request), ticks(request))
    assert client.get(request.get_absolute_url()).status_code == 200


def test_declining_needs_no_reason_and_can_be_taken_back(client: Client, request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(rut)
    client.post(url(request), {"answer": "decline"})
    assert person(request, Part.RECIPIENT_SCIENTIST).declined_at
    assert "If it was a misunderstanding" in client.get(url(request)).text
    client.post(url(request), ticks(request))
    rut_in = person(request, Part.RECIPIENT_SCIENTIST)
    assert rut_in.confirmed_at
    assert rut_in.declined_at is None


def test_a_reason_that_is_too_long(client: Client, request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(rut)
    page = client.post(url(request), {"answer": "decline", "reason": "x" * 5001})
    assert page.status_code == 200
    assert "at most 5000 characters" in page.text
    assert not person(request, Part.RECIPIENT_SCIENTIST).declined_at


def test_who_has_access_is_told_that_declining_ends_it(client: Client, request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.GRANTED)
    client.force_login(rut)
    assert "Your own access to the data ends at once" in client.get(url(request)).text
    client.post(url(request), {"answer": "decline"})
    assert not request.grants.filter(ended_at=None).filter(participant__part=Part.RECIPIENT_SCIENTIST).exists()
    assert request.grants.filter(ended_at=None).filter(participant__part=Part.APPLICANT).exists()


@pytest.mark.parametrize("who", ["ada", "per", "hedda"])
def test_others_who_see_the_request_cannot_confirm(
    client: Client, request_at: RequestAt, request: pytest.FixtureRequest, who: str
) -> None:
    row = request_at(Status.IN_REVIEW)
    client.force_login(request.getfixturevalue(who))
    assert client.get(url(row)).status_code == 403
    assert client.post(url(row), ticks(row)).status_code == 403
    assert not person(row, Part.RECIPIENT_SCIENTIST).confirmed_at


def test_strangers_find_nothing(client: Client, request_at: RequestAt, otto: User, alva: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for stranger in (otto, alva):
        client.force_login(stranger)
        assert client.get(url(request)).status_code == 404
        assert client.post(url(request), ticks(request)).status_code == 404


def test_anonymous_people_sign_in(client: Client, request_at: RequestAt) -> None:
    request = request_at(Status.IN_REVIEW)
    assert client.get(url(request))["Location"] == f"/accounts/login/?next={url(request)}"
    assert client.delete(url(request)).status_code == 405


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.CLOSED, Status.REJECTED, Status.REVOKED, Status.EXPIRED])
def test_what_is_over_cannot_be_confirmed(client: Client, request_at: RequestAt, rut: User, status: Status) -> None:
    request = request_at(status)
    client.force_login(rut)
    page = client.get(url(request))
    assert page.status_code == 403
    assert "not possible now" in page.text


# The licence


def test_who_accepted_before_sees_what_changed(
    client: Client, request_at: RequestAt, rut: User, ada: User, brgandi: Dataset
) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    change_license(brgandi)
    for reader in (ada, rut):
        assert "Read and accept the licence" in read(client, reader, request)
        page = client.get(url(request, "accept")).text
        assert "What changed since you accepted it" in page
        assert "<ins>New.</ins>" in page
        answer = client.post(url(request, "accept"), {"accept_license": "on", "text": text_of(request).sha256})
        assert "You have accepted the licence" in said(answer)
        assert "accepted this licence already" in client.get(url(request, "accept")).text


def test_who_has_not_confirmed_does_both_on_one_page(client: Client, request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.APPROVED)
    client.force_login(rut)
    assert client.get(url(request, "accept"))["Location"] == url(request)


@pytest.mark.parametrize("who", ["per", "hedda"])
def test_who_gets_no_access_accepts_nothing(
    client: Client, request_at: RequestAt, request: pytest.FixtureRequest, who: str
) -> None:
    row = request_at(Status.APPROVED)
    client.force_login(request.getfixturevalue(who))
    assert client.get(url(row, "accept")).status_code == 403


# What each has done


def test_the_page_says_what_each_has_done(
    client: Client, request_at: RequestAt, ada: User, rut: User, per: User, hedda: User, sune: User
) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    actions.decline_part(request=request, by=sune)
    for reader in (ada, rut, per, hedda):
        page = flat(read(client, reader, request))
        assert "and accepted the licence." in page
        assert "Declined on" in page
        assert "Accepted the licence on" in page


def test_who_has_not_answered(client: Client, request_at: RequestAt, ada: User) -> None:
    page = flat(read(client, ada, request_at(Status.IN_REVIEW)))
    assert page.count("Has not answered.") == 2
    assert page.count("The request waits for this.") == 1, "Rut; the policy does not wait for Sune"


def test_a_draft_says_nothing_of_what_its_people_did(client: Client, ada: User, brgandi: Dataset) -> None:
    draft = draft_of(ada, brgandi)
    actions.add_person(request=draft, by=ada, person=member())
    page = read(client, ada, draft)
    assert "Mia Lund" in page
    assert "Has not answered" not in page


def test_access_stands_on_the_text_that_was_accepted_for_it(
    client: Client, request_at: RequestAt, ada: User, rut: User, hedda: User, mia: User, brgandi: Dataset
) -> None:
    """A member who confirmed before the change and got no access in time accepts anew; nobody else does."""
    request = request_at(Status.GRANTED)
    actions.add_person(request=request, by=hedda, person=member())
    change_license(brgandi)
    for reader in (ada, rut):
        assert "it has changed" not in flat(read(client, reader, request))
        assert "Waits for you" not in client.get("/requests/").text
    confirm(fresh_request(request), mia)
    assert request.grants.filter(participant__email=mia.email, ended_at=None).exists()


# What is going on


def test_what_waits_for_the_recipient_scientist_is_said_to_each(
    client: Client, request_at: RequestAt, ada: User, rut: User, per: User
) -> None:
    request = request_at(Status.APPROVED)
    assert standing(request, rut).sentence.endswith("Before access opens, please confirm your part.")
    assert standing(request, rut).mine
    assert standing(request, rut).kind == "act"
    for reader in (ada, per):
        assert standing(request, reader).sentence.endswith("Before access opens, Rut Ek must confirm.")
        assert not standing(request, reader).mine
        assert standing(request, reader).kind == "wait"
    assert "Confirm your part or decline" in read(client, rut, request)
    assert "You need not do anything now" in read(client, ada, request)


def test_what_waits_for_several(request_at: RequestAt, ada: User, brgandi: Dataset, mia: User, hedda: User) -> None:
    set_policy(license_of(brgandi), needed="everybody", agreement=True)
    request = request_at(Status.APPROVED)
    request = actions.add_person(request=request, by=hedda, person=member())
    change_license(brgandi)
    sentence = standing(fresh_request(request), ada).sentence
    assert "please accept the licence" in sentence
    assert "Rut Ek, Sune Holm and Mia Lund must confirm" in sentence
    assert "the data provider’s agreement must be signed by the recipient’s institution" in sentence


def test_what_waits_before_the_review(client: Client, request_at: RequestAt, ada: User, rut: User, per: User) -> None:
    request = request_at(Status.SUBMITTED)
    assert "Before anybody decides, Rut Ek must confirm." in standing(request, ada).sentence
    assert "please confirm your part" in standing(request, rut).sentence
    assert "Before anybody decides, Rut Ek must confirm." in flat(read(client, per, request))
    assert "look at it" in standing(confirm(request, rut), ada).sentence


def test_my_requests_and_home_show_what_waits_for_a_named_person(
    client: Client, request_at: RequestAt, rut: User, ada: User
) -> None:
    request = request_at(Status.APPROVED)
    client.force_login(rut)
    page = client.get("/requests/").text
    assert page.index("Waits for you") < page.index(request.reference)
    assert "In progress" not in page
    assert f"/requests/{request.reference}/" in client.get("/").text
    client.force_login(ada)
    page = client.get("/requests/").text
    assert "Waits for you" not in page
    assert "Before access opens, Rut Ek must confirm." in page
    confirm(request, rut)
    client.force_login(rut)
    assert "Waits for you" not in client.get("/requests/").text


@pytest.mark.parametrize("status", [status for status in REACHED if status != Status.DRAFT])
@pytest.mark.parametrize("what", ["unanswered", "confirmed", "declined", "changed"])
def test_the_list_and_the_page_agree_on_whose_turn_it_is(
    status: Status, what: str, request_at: RequestAt, brgandi: Dataset, ada: User, rut: User, sune: User, mia: User
) -> None:
    """`waits_for_person` asks the database what `still_asked` says of one request."""
    request = request_at(status)
    with_sune = status in {Status.IN_REVIEW, Status.APPROVED, Status.GRANTED, Status.SUBMITTED, Status.RETURNED}
    if with_sune and what == "confirmed":
        confirm(confirm(request, sune), rut)
    if with_sune and what == "declined":
        actions.decline_part(request=request, by=sune)
    if what == "changed":
        change_license(brgandi)
    request = fresh_request(request)
    for person_ in (ada, rut, sune, mia):
        with_parts([request])
        asked = bool(still_asked(own_states(fresh(person_), request), request))
        found = AccessRequest.objects.filter(waits_for_person(fresh(person_)), pk=request.pk).exists()
        assert found == asked, (person_, request.status)
