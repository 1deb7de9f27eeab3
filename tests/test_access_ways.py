"""After the end of access the way to the data is closed by hub staff: who hears of it, what the desk lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from access_requests import actions
from access_requests.models import AccessRequest, Delivery
from access_requests.people import Named
from access_requests.rules import Denied, may
from access_requests.workflow import Part, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from tests.cast import MIA as MEMBER
from tests.cast import RequestAt, confirm, make_user
from tests.mails import ADA, HUB, PER, PETRA, RUT, SUNE
from tests.support.access import (
    again,
    grant_of,
    hand_over,
    heaps,
    kinds_of,
    mails_of,
    page,
    page_path,
    person_in,
    set_end,
    step_path,
)
from tests.test_access_admin import html, numbers, offered

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
DAY = timedelta(days=1)


@pytest.fixture
def delivered(request_at: RequestAt, hedda: User) -> AccessRequest:
    """Ada and Rut have access, and the data."""
    return hand_over(request_at(Status.GRANTED), hedda)


@pytest.fixture
def with_mia(delivered: AccessRequest, hedda: User, mia: User) -> AccessRequest:
    """Mia has it, too."""
    request = actions.add_person(request=delivered, by=hedda, person=MEMBER)
    return hand_over(confirm(again(request), mia), hedda, to="Mia Lind")


def words(mail: Mail) -> str:
    """A mail's text on one line."""
    return " ".join(mail.text.split())


def test_expiry_tells_the_hub_whose_way_to_close(delivered: AccessRequest) -> None:
    set_end(delivered, TODAY())
    actions.expire(request=delivered, today=TODAY() + DAY)
    assert kinds_of(delivered) == {ADA: "expired", RUT: "expired", HUB: "close-the-way"}
    mail = mails_of(delivered)[HUB]
    assert mail.subject.startswith("Close the way to the data: BRGANDI, 2 people")
    assert "Ada Berg, Rut Ek" in words(mail)
    assert "The last day of access to BRGANDI" in words(mail)


def test_revocation_tells_the_hub_once_and_why(delivered: AccessRequest, per: User) -> None:
    actions.revoke(request=delivered, by=per, reason="Copied on.")
    told = kinds_of(delivered)
    assert told == {
        ADA: "revoked", RUT: "revoked", SUNE: "approval-revoked", PER: "revoked", PETRA: "revoked",
        HUB: "close-the-way",
    }  # fmt: skip
    assert "was revoked. " in words(mails_of(delivered)[HUB])
    assert "Copied on." in words(mails_of(delivered)[HUB])


def _leave(request: AccessRequest, hedda: User, mia: User) -> AccessRequest:
    return actions.leave(request=request, by=mia)


def _remove(request: AccessRequest, hedda: User, mia: User) -> AccessRequest:
    return actions.remove_person(request=request, by=hedda, person=person_in(request, "Mia Lind"))


def _replace(request: AccessRequest, hedda: User, mia: User) -> AccessRequest:
    new = Named(Part.MEMBER, "Nils New", "", "nils@uu.example", "Uppsala University")
    return actions.replace_person(request=request, by=hedda, person=person_in(request, "Mia Lind"), successor=new)


@pytest.mark.parametrize("end", [_leave, _remove, _replace])
def test_the_end_of_one_person_s_access_tells_the_hub(
    with_mia: AccessRequest, hedda: User, mia: User, end: Callable[[AccessRequest, User, User], AccessRequest]
) -> None:
    end(again(with_mia), hedda, mia)
    mail = mails_of(with_mia, "close-the-way")[HUB]
    assert mail.subject.startswith("Close the way to the data: BRGANDI, 1 person")
    assert "Mia Lind" in words(mail)
    assert "Rut Ek" not in words(mail)


def test_of_who_declines_the_hub_is_told_once_with_the_way_to_close(with_mia: AccessRequest, mia: User) -> None:
    actions.decline_part(request=again(with_mia), by=mia)
    assert kinds_of(with_mia)[HUB] == "says-no"
    assert "Close the way to the data that was handed over to them" in words(mails_of(with_mia)[HUB])


def test_a_change_of_the_applicant_tells_the_hub(delivered: AccessRequest, hedda: User) -> None:
    nils = make_user("nils@uu.example", "Nils New")
    actions.change_applicant(request=delivered, by=hedda, email=nils.email)
    assert kinds_of(delivered)[HUB] == "close-the-way"


def test_where_nothing_was_handed_over_nothing_is_to_be_closed(request_at: RequestAt, hedda: User) -> None:
    request = request_at(Status.GRANTED)
    set_end(request, TODAY())
    actions.expire(request=request, today=TODAY() + DAY)
    assert kinds_of(request) == {ADA: "expired", RUT: "expired"}
    assert "open-ways" not in heaps(hedda)
    assert not may(hedda, Verb.CLOSE_DELIVERY, again(request))


def test_the_hub_records_who_closed_it_and_when(
    delivered: AccessRequest, hedda: User, rut: User, per: User, ada: User
) -> None:
    assert not may(hedda, Verb.CLOSE_DELIVERY, delivered), "access goes on"
    request = hand_over(delivered, hedda, to="Rut Ek")
    actions.leave(request=request, by=rut)
    for person in (rut, per, ada):
        assert not may(person, Verb.CLOSE_DELIVERY, again(request))
    with pytest.raises(Denied, match="Choose somebody"):
        actions.close_delivery(request=request, by=hedda, persons=[person_in(request, "Ada Berg")])
    actions.close_delivery(request=request, by=hedda)
    rows = grant_of(request, "Rut Ek").deliveries.all()
    assert [(bool(row.closed_at), row.closed_by) for row in rows] == [(True, hedda)] * 2
    assert Delivery.objects.filter(closed_at=None).count() == 1, "Ada's"
    assert request.events.latest("number").payload["persons"] == [person_in(request, "Rut Ek").number]
    assert kinds_of(request) == {}
    with pytest.raises(Denied, match="left a way to the data"):
        actions.close_delivery(request=request, by=hedda)


def test_the_desk_lists_it_one_click_from_closed(delivered: AccessRequest, hedda: User, per: User, ada: User) -> None:
    assert "open-ways" not in heaps(hedda)
    actions.revoke(request=delivered, by=hedda, reason="Copied on.")
    assert heaps(hedda)["open-ways"] == [step_path(delivered, "closed")]
    assert "open-ways" not in heaps(per)
    assert "Not recorded as closed" in html(page(hedda, page_path(delivered)))
    form = page(hedda, step_path(delivered, "closed")).context["form"]
    assert form["persons"].value() == numbers(delivered, "Ada Berg", "Rut Ek")
    page(hedda, step_path(delivered, "closed"), {"persons": numbers(delivered, "Ada Berg", "Rut Ek")})
    assert "open-ways" not in heaps(hedda)
    seen = html(page(hedda, page_path(delivered)))
    assert "You recorded that the way to the data is closed for Ada Berg and Rut Ek." in seen
    assert "Not recorded as closed" not in seen
    assert "Closed: " in seen
    assert "AIDA Data Hub closed the way to the data" in html(page(ada, delivered.get_absolute_url()))
    assert page(hedda, step_path(delivered, "closed")).status_code == 403
    assert offered(hedda, delivered) == {"deletion"}


def test_a_request_that_is_taken_up_again_keeps_its_open_ways(delivered: AccessRequest, hedda: User) -> None:
    actions.revoke(request=delivered, by=hedda, reason="Copied on.")
    request = actions.reopen(request=again(delivered), by=hedda, reason="A mistake.")
    assert request.status == Status.IN_REVIEW
    assert heaps(hedda)["open-ways"] == [step_path(request, "closed")]
    actions.close_delivery(request=request, by=hedda)
    assert "open-ways" not in heaps(hedda)
