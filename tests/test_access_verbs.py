"""The verbs around access that is open: who may, what they change, what they refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from access_requests import actions
from access_requests.actions import HandedOver
from access_requests.models import AccessRequest, Delivery, Grant
from access_requests.people import Named
from access_requests.rules import Denied, may
from access_requests.workflow import Answer, GrantEnd, Part, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, by_hub, confirm, fresh, license_of, make_user, provider_of, sent, set_policy
from tests.support.access import LINK, SECRET, again, grant_of, hand_over, person_in, set_end

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
DAY = timedelta(days=1)


@pytest.fixture
def granted(request_at: RequestAt) -> AccessRequest:
    """Ada and Rut have access, without an end."""
    return request_at(Status.GRANTED)


@pytest.fixture
def mia(granted: AccessRequest, hedda: User) -> User:
    """Named as a member after access opened; has not confirmed yet."""
    user = make_user("mia@uu.example", "Mia Member")
    person = Named(Part.MEMBER, "Mia Member", "", user.email, "Uppsala University")
    actions.add_person(request=granted, by=hedda, person=person)
    return user


# Who gets a grant


def test_holders_are_who_works_with_the_data(granted: AccessRequest) -> None:
    names = set(granted.grants.values_list("participant__name", flat=True))
    assert names == {"Ada Berg", "Rut Ek"}, "Sune signs and gets no access"


def test_late_acceptance_gets_an_own_grant_with_the_same_end(granted: AccessRequest, mia: User) -> None:
    ends = TODAY() + 20 * DAY
    set_end(granted, ends)
    with time_machine.travel(timezone.now() + 5 * DAY):
        confirm(granted, mia)
        grant = grant_of(granted, "Mia Member")
        assert (grant.starts, grant.ends) == (TODAY(), ends)
    assert granted.grants.count() == 3


def test_late_acceptance_on_the_last_day_and_after_it(granted: AccessRequest, mia: User, hedda: User) -> None:
    set_end(granted, TODAY() + 3 * DAY)
    with time_machine.travel(timezone.now() + 4 * DAY):
        confirm(granted, mia)
        assert not granted.grants.filter(participant__name="Mia Member").exists(), "the clock is late, access is over"
    other = make_user("moa@uu.example", "Moa Member")
    actions.add_person(request=granted, by=hedda, person=Named(Part.MEMBER, "Moa Member", "", other.email, "UU"))
    with time_machine.travel(timezone.now() + 3 * DAY):
        confirm(granted, other)
        assert grant_of(granted, "Moa Member").starts == grant_of(granted, "Moa Member").ends


def test_who_takes_over_from_the_only_holder_gets_no_more_time(
    ada: User, brgandi: Dataset, per: User, hedda: User
) -> None:
    set_policy(license_of(brgandi), days=30, needed="applicant")
    request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
    ends = request.grants.get().ends
    nils = make_user("nils@uu.example", "Nils New")
    with time_machine.travel(timezone.now() + 10 * DAY):
        request = actions.change_applicant(request=request, by=hedda, email=nils.email)
        text = request.license.text_in_force
        assert text
        request = actions.accept_license(request=again(request), by=nils, text=text)
    assert grant_of(request, "Nils New").ends == ends
    assert grant_of(request, "Ada Berg").end_reason == GrantEnd.REMOVED


def test_removal_of_one_person_ends_that_grant_only(granted: AccessRequest, mia: User, hedda: User) -> None:
    confirm(granted, mia)
    request = hand_over(granted, hedda)
    actions.remove_person(request=request, by=hedda, person=person_in(request, "Mia Member"))
    held = Grant.objects.in_force().filter(request=request).values_list("participant__name", flat=True)
    assert set(held) == {"Ada Berg", "Rut Ek"}
    assert again(request).status == Status.GRANTED
    assert grant_of(request, "Mia Member").deliveries.get().link == ""
    assert grant_of(request, "Ada Berg").deliveries.get().link == LINK


def test_who_left_is_not_given_access_again_by_somebody_else_s_acceptance(
    granted: AccessRequest, mia: User, rut: User
) -> None:
    actions.leave(request=granted, by=rut)
    confirm(granted, mia)
    assert granted.grants.filter(participant__name="Rut Ek").count() == 1
    assert grant_of(granted, "Rut Ek").end_reason == GrantEnd.LEFT
    assert grant_of(granted, "Mia Member").in_force


# Delivery


def test_delivery_is_numbered_for_each_holder(granted: AccessRequest, hedda: User) -> None:
    hand_over(granted, hedda, to="Ada Berg")
    hand_over(granted, hedda)
    numbers = granted.grants.order_by("participant__number").values_list("participant__name", "deliveries__number")
    assert sorted(numbers) == [("Ada Berg", 1), ("Ada Berg", 2), ("Rut Ek", 1)]
    assert granted.events.latest("number").payload["again"] is True
    assert not Grant.objects.undelivered().exists()


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (HandedOver(secret=SECRET), "a link, or words"),
        (HandedOver(link="javascript:alert(1)"), "whole address"),
        (HandedOver(link="https://data.example/a b"), "whole address"),
        (HandedOver(link="https://data.example/\nBcc: x"), "whole address"),
        (HandedOver(link="//data.example/"), "whole address"),
        (HandedOver(how="x" * 5001), "too long"),
        (HandedOver(how="x", secret="y" * 501), "too long"),
        (HandedOver(how="x", secret="a\x00b"), "nobody can type"),
        (HandedOver(how="x", keep_secret=True), "No secret was handed over to"),
    ],
)
def test_what_nobody_could_use_is_refused(granted: AccessRequest, hedda: User, what: HandedOver, sentence: str) -> None:
    with pytest.raises(Denied, match=sentence):
        actions.deliver(request=granted, by=hedda, what=what)
    assert not Delivery.objects.exists()


def test_the_last_day_of_a_way_is_today_or_later(granted: AccessRequest, hedda: User) -> None:
    with pytest.raises(Denied, match="past"):
        hand_over(granted, hedda, valid_until=TODAY() - DAY)
    hand_over(granted, hedda, valid_until=TODAY())
    assert Delivery.objects.count() == 2


def test_a_secret_that_is_kept_is_each_holder_s_own(granted: AccessRequest, hedda: User) -> None:
    hand_over(granted, hedda, to="Ada Berg", secret="hers")
    hand_over(granted, hedda, to="Rut Ek", secret="his")
    hand_over(granted, hedda, secret="", keep_secret=True)
    secrets = granted.grants.filter(deliveries__number=2).values_list("participant__name", "deliveries__secret")
    assert set(secrets) == {("Ada Berg", "hers"), ("Rut Ek", "his")}


def test_nobody_without_access_is_delivered_to(granted: AccessRequest, hedda: User) -> None:
    with pytest.raises(Denied, match="Choose somebody"):
        hand_over(granted, hedda, to="Sune Holm")


# The secret


def test_each_holder_sees_their_own_secret_and_that_is_recorded(
    granted: AccessRequest, hedda: User, ada: User, rut: User
) -> None:
    hand_over(granted, hedda, to="Ada Berg", secret="hers")
    assert actions.show_secret(request=granted, by=ada).secret == "hers"
    event = granted.events.latest("number")
    assert (event.verb, event.by) == (Verb.SHOW_SECRET, ada)
    assert event.payload["person"] == person_in(granted, "Ada Berg").number
    with pytest.raises(Denied, match="No secret was handed over to you"):
        actions.show_secret(request=granted, by=rut)


def test_the_latest_delivery_counts(granted: AccessRequest, hedda: User, ada: User) -> None:
    hand_over(granted, hedda, secret="old")
    hand_over(granted, hedda, secret="new")
    assert actions.show_secret(request=granted, by=ada).secret == "new"
    hand_over(granted, hedda, secret="")
    with pytest.raises(Denied, match="No secret"):
        actions.show_secret(request=granted, by=ada)


def test_nobody_else_sees_a_secret(granted: AccessRequest, hedda: User, per: User, otto: User, sigrid: User) -> None:
    hand_over(granted, hedda)
    for person in (hedda, per, otto, sigrid, make_user("sune.holm@uu.example", "Sune Holm")):
        with pytest.raises(Denied):
            actions.show_secret(request=granted, by=person)
    assert not granted.events.filter(verb=Verb.SHOW_SECRET).exists()


def test_a_secret_is_gone_with_its_day_and_with_the_access(granted: AccessRequest, hedda: User, ada: User) -> None:
    hand_over(granted, hedda, valid_until=TODAY() + DAY)
    set_end(granted, TODAY() + 5 * DAY)
    with time_machine.travel(timezone.now() + DAY):
        assert actions.show_secret(request=granted, by=ada).secret == SECRET, "the last day is included"
    with time_machine.travel(timezone.now() + 2 * DAY):
        with pytest.raises(Denied, match="does not work any more"):
            actions.show_secret(request=granted, by=ada)
        hand_over(granted, hedda)
    with time_machine.travel(timezone.now() + 6 * DAY), pytest.raises(Denied, match="No secret"):
        actions.show_secret(request=granted, by=ada)


# Extension


def test_extension_moves_every_end(granted: AccessRequest, per: User) -> None:
    set_end(granted, TODAY() + DAY)
    actions.extend(request=granted, by=per, ends=TODAY() + 50 * DAY)
    assert set(granted.grants.values_list("ends", flat=True)) == {TODAY() + 50 * DAY}


def test_extension_needs_a_later_day_that_has_not_passed(granted: AccessRequest, hedda: User) -> None:
    with pytest.raises(Denied, match="no end"):
        actions.extend(request=granted, by=hedda, ends=TODAY() + DAY)
    set_end(granted, TODAY())
    with pytest.raises(Denied, match="later than the one now"):
        actions.extend(request=granted, by=hedda, ends=TODAY())
    with time_machine.travel(timezone.now() + 5 * DAY), pytest.raises(Denied, match="past"):
        actions.extend(request=granted, by=hedda, ends=TODAY() - DAY)


def test_only_deciders_and_the_hub_extend(granted: AccessRequest, ada: User, rut: User, opal: User) -> None:
    set_end(granted, TODAY() + DAY)
    for person in (ada, rut, opal):
        with pytest.raises(Denied):
            actions.extend(request=granted, by=person, ends=TODAY() + 9 * DAY)


def test_a_decider_who_was_excused_neither_extends_nor_revokes(
    request_at: RequestAt, brgandi: Dataset, per: User, petra: User, rut: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.excuse(request=request, by=per, provider=provider_of(brgandi, 1), reason="We write a paper together.")
    request = actions.decide(request=again(request), by=petra, answer=Answer.APPROVE)
    with pytest.raises(Denied, match="not excused"):
        actions.revoke(request=request, by=fresh(per), reason="After all.")
    request = confirm(request, rut)
    set_end(request, TODAY() + DAY)
    for verb in (Verb.EXTEND, Verb.REVOKE):
        assert not may(fresh(per), verb, again(request))
        assert may(fresh(petra), verb, again(request))
    with pytest.raises(Denied, match="not excused"):
        actions.extend(request=request, by=fresh(per), ends=TODAY() + 9 * DAY)


def test_where_the_hub_decides_no_decider_extends_or_revokes(
    ada: User, rut: User, brgandi: Dataset, per: User, hedda: User
) -> None:
    by_hub(license_of(brgandi))
    request = confirm(actions.decide(request=sent(ada, brgandi), by=hedda, answer=Answer.APPROVE), rut)
    set_end(request, TODAY() + DAY)
    for verb in (Verb.EXTEND, Verb.REVOKE):
        assert not may(fresh(per), verb, again(request))
        assert may(hedda, verb, again(request))


# The end


def test_expiry_waits_for_the_day_after_the_last(granted: AccessRequest, hedda: User) -> None:
    ends = TODAY() + 3 * DAY
    set_end(granted, ends)
    hand_over(granted, hedda)
    assert not actions.expire(request=granted, today=ends)
    assert actions.expire(request=granted, today=ends + DAY)
    assert not actions.expire(request=granted, today=ends + DAY), "once"
    assert again(granted).status == Status.EXPIRED
    assert not Delivery.objects.exclude(link="", secret="", how="").exists()


def test_access_without_end_never_expires(granted: AccessRequest) -> None:
    assert not actions.expire(request=granted, today=TODAY() + 40_000 * DAY)


def test_access_that_nobody_holds_any_more_expires_too(ada: User, brgandi: Dataset, per: User, hedda: User) -> None:
    set_policy(license_of(brgandi), days=30, needed="applicant")
    request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
    nils = make_user("nils@uu.example", "Nils New")
    request = actions.change_applicant(request=request, by=hedda, email=nils.email)
    assert not Grant.objects.in_force().exists()
    assert actions.expire(request=request, today=TODAY() + 30 * DAY)


def test_revocation_before_access_opens_leaves_nothing_to_delete(request_at: RequestAt, per: User, ada: User) -> None:
    request = actions.revoke(request=request_at(Status.APPROVED), by=per, reason="A mistake.")
    assert request.status == Status.REVOKED
    answer = may(ada, Verb.CONFIRM_DELETION, request)
    assert not answer


def test_revocation_needs_a_reason(granted: AccessRequest, per: User) -> None:
    with pytest.raises(Denied, match="reason"):
        actions.revoke(request=granted, by=per, reason="  ")
    assert again(granted).status == Status.GRANTED


def test_the_last_to_leave_ends_the_access(granted: AccessRequest, ada: User, rut: User, hedda: User) -> None:
    request = actions.leave(request=granted, by=ada)
    assert request.status == Status.GRANTED
    request = actions.leave(request=request, by=hedda, person=person_in(request, "Rut Ek"), reason="Told us.")
    assert request.status == Status.EXPIRED
    with pytest.raises(Denied):
        actions.leave(request=request, by=rut)


def test_the_hub_takes_back_that_the_last_one_left(granted: AccessRequest, rut: User, per: User, hedda: User) -> None:
    actions.leave(request=granted, by=rut)
    request = actions.leave(request=again(granted), by=hedda, person=person_in(granted, "Ada Berg"))
    assert request.status == Status.EXPIRED
    assert not may(per, Verb.REOPEN, again(request))
    request = actions.reopen(request=again(request), by=hedda, reason="It was somebody else.")
    assert request.status == Status.IN_REVIEW
    request = actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE)
    assert request.status == Status.GRANTED
    assert grant_of(request, "Ada Berg").in_force
    assert not grant_of(request, "Rut Ek").in_force, "she has left"
    actions.leave(request=again(request), by=hedda, person=person_in(request, "Ada Berg"))
    assert granted.grants.filter(participant__name="Ada Berg").count() == 2


def test_what_ended_with_its_last_day_is_not_taken_up_again(granted: AccessRequest, ada: User, hedda: User) -> None:
    set_end(granted, TODAY() + 3 * DAY)
    actions.leave(request=granted, by=hedda, person=person_in(granted, "Rut Ek"))
    request = actions.leave(request=again(granted), by=ada)
    assert may(hedda, Verb.REOPEN, request)
    with time_machine.travel(timezone.now() + 4 * DAY), pytest.raises(Denied, match="ended with its last day"):
        actions.reopen(request=request, by=hedda, reason="It was somebody else.")


def test_people_leave_for_themselves_only(granted: AccessRequest, ada: User) -> None:
    actions.leave(request=granted, by=ada, person=person_in(granted, "Rut Ek"))
    assert grant_of(granted, "Rut Ek").in_force
    assert not grant_of(granted, "Ada Berg").in_force
    with pytest.raises(Denied, match="no access here"):
        actions.leave(request=granted, by=ada)


# Renewal


def test_renewal_is_a_linked_draft_with_the_same_answers(granted: AccessRequest, ada: User) -> None:
    draft = actions.renew(request=granted, by=ada)
    assert (draft.status, draft.renews) == (Status.DRAFT, granted)
    assert draft.draft["planned_use"] == granted.submissions.get().answers["planned_use"]
    assert draft.draft["applicant_institution"] == "Uppsala University"
    assert actions.renew(request=granted, by=ada) == draft, "a double click makes no second"


def test_a_draft_that_is_there_already_is_linked(granted: AccessRequest, ada: User, brgandi: Dataset) -> None:
    own = actions.start(license=license_of(brgandi), by=ada)
    assert actions.renew(request=granted, by=ada) == own
    assert again(own).renews == granted


def test_who_left_says_anew_where_they_work(granted: AccessRequest, ada: User) -> None:
    actions.leave(request=granted, by=ada)
    draft = actions.renew(request=again(granted), by=fresh(ada))
    assert not {"applicant_institution", "applicant_department", "applicant_address"} & draft.draft.keys()
    assert draft.draft["project_title"]


def test_a_renewal_is_decided_beside_the_access_that_stands(granted: AccessRequest, ada: User, per: User) -> None:
    draft = actions.renew(request=granted, by=ada)
    text = draft.license.text_in_force
    assert text
    draft = actions.accept_license(request=draft, by=ada, text=text)
    renewed = actions.submit(request=draft, by=ada)
    assert renewed.status == Status.IN_REVIEW
    actions.decide(request=renewed, by=per, answer=Answer.REJECT, reason="No.")
    assert again(granted).status == Status.GRANTED


def test_only_the_applicant_renews(granted: AccessRequest, rut: User, hedda: User, otto: User) -> None:
    for person in (rut, hedda, otto):
        with pytest.raises(Denied):
            actions.renew(request=granted, by=person)


# What the register does


def test_grants_stand_when_the_dataset_is_retired(
    granted: AccessRequest, brgandi: Dataset, hedda: User, ada: User
) -> None:
    brgandi.retired_at = timezone.now()
    brgandi.save()
    assert Grant.objects.in_force().count() == 2
    hand_over(again(granted), hedda)
    assert actions.show_secret(request=again(granted), by=ada).secret == SECRET
    with pytest.raises(Denied, match="takes no requests"):
        actions.renew(request=again(granted), by=ada)
