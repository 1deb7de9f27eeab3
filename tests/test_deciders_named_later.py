"""A decider who comes to be named while votes are collected: excused by the system, their vote set aside."""

from __future__ import annotations

import pytest

from access_requests import actions, part_invitations
from access_requests.desk import waiting_for
from access_requests.events import verify
from access_requests.models import AccessRequest, Decider, Decision
from access_requests.rules import Denied
from access_requests.workflow import Answer, Part, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import RequestAt, confirm, fresh, license_of, provider_of, set_policy
from tests.mails import PER, PETRA, SUNE
from tests.support.asking import told
from tests.support.parts import fresh_request, link_to, member, person

pytestmark = pytest.mark.django_db
WHY = "Is named in the request"


@pytest.fixture
def asked(request_at: RequestAt, brgandi: Dataset) -> AccessRequest:
    """In review; both deciders' votes are waited for."""
    set_policy(license_of(brgandi), quorum="all")
    return request_at(Status.IN_REVIEW)


def excused(request: AccessRequest) -> dict[str, str]:
    """Who was excused by the system, by address, and why."""
    rows = Decider.objects.filter(round__request=request, excused_by=None).exclude(excused_at=None)
    return {row.provider.email: row.excuse.text if row.excuse else "" for row in rows}


def test_who_is_added_is_excused_and_their_vote_is_set_aside(
    asked: AccessRequest, per: User, petra: User, hedda: User
) -> None:
    actions.decide(request=asked, by=per, answer=Answer.APPROVE)
    request = actions.add_person(request=asked, by=hedda, person=member(per.email, "Per Provider"))
    assert set(excused(request)) == {PER}
    assert excused(request)[PER].startswith(WHY)
    assert Decision.objects.get().void_at
    assert waiting_for(fresh(per)).count() == 0
    event = request.events.order_by("-number")[0]
    assert (event.verb, event.by, event.payload["settled"]) == (Verb.EXCUSE, None, None)
    lines = told(request, petra)
    assert f"{provider_of(request.dataset, 1).name} was excused; their vote is not waited for." in lines
    assert Mail.objects.filter(recipient=PER, kind="excused").exists()
    assert actions.decide(request=request, by=petra, answer=Answer.APPROVE).status == Status.APPROVED
    assert not list(verify())


def test_the_vote_of_the_other_settles_it(asked: AccessRequest, rut: User, per: User, petra: User, hedda: User) -> None:
    actions.decide(request=confirm(asked, rut), by=petra, answer=Answer.APPROVE)
    who = member(per.email, "Per Provider", Part.SIGNATORY)
    request = actions.replace_person(request=asked, by=hedda, person=person(asked, Part.SIGNATORY), successor=who)
    assert request.status == Status.GRANTED
    assert not list(verify())


def test_with_nobody_left_hub_staff_decide(asked: AccessRequest, per: User, petra: User, hedda: User) -> None:
    request = actions.add_person(request=asked, by=hedda, person=member(per.email, "Per Provider"))
    request = actions.add_person(request=request, by=hedda, person=member(petra.email, "Petra Provider"))
    assert request.rounds.get().by_hub
    assert set(excused(request)) == {PER, PETRA}
    assert Mail.objects.filter(kind="passed-on").exists()
    assert actions.decide(request=request, by=hedda, answer=Answer.APPROVE).status == Status.APPROVED


def test_a_new_applicant_does_not_decide(asked: AccessRequest, per: User, hedda: User) -> None:
    actions.decide(request=asked, by=per, answer=Answer.APPROVE)
    request = actions.change_applicant(request=asked, by=hedda, email=per.email)
    assert set(excused(request)) == {PER}
    assert Decision.objects.get().void_at


def test_who_takes_a_part_by_its_link_does_not_decide(asked: AccessRequest, per: User) -> None:
    actions.decide(request=asked, by=per, answer=Answer.APPROVE)
    found = part_invitations.find(link_to(SUNE).split("/")[2])
    assert found
    actions.take_part(invitation=found, by=fresh(per))
    assert set(excused(asked)) == {PER}
    assert fresh_request(asked).status == Status.IN_REVIEW


def test_who_declined_and_confirms_after_all_does_not_decide(
    asked: AccessRequest, per: User, petra: User, hedda: User
) -> None:
    """Per declined, was asked in the next round and voted; then he says that it is his part."""
    request = actions.add_person(request=asked, by=hedda, person=member(per.email, "Per Provider"))
    request = actions.decline_part(request=request, by=fresh(per))
    request = actions.close(request=request, by=hedda, reason="A mistake.")
    request = actions.reopen(request=request, by=hedda, reason="Not so.")
    request = actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE)
    assert request.status == Status.IN_REVIEW
    request = confirm(request, per)
    assert request.open_round
    assert request.open_round.deciders.get(provider__email=PER).excused_at
    with pytest.raises(Denied, match="You are named"):
        actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE)


def test_nobody_else_is_excused(asked: AccessRequest, hedda: User) -> None:
    request = actions.add_person(request=asked, by=hedda, person=member())
    assert excused(request) == {}
