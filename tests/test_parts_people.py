"""The verbs of named people and about them, where the pages do not reach: what is kept, what opens, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from access_requests import actions
from access_requests.events import verify
from access_requests.models import AccessRequest, Participant
from access_requests.people import Named
from access_requests.rules import Denied
from access_requests.workflow import Answer, Part, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import (
    RequestAt,
    change_license,
    confirm,
    draft_of,
    fresh,
    license_of,
    make_user,
    sent,
    set_policy,
)
from tests.mails import RUT, SUNE
from tests.support.asking import told
from tests.support.parts import fresh_request, member, person

pytestmark = pytest.mark.django_db


def numbers(request: AccessRequest) -> set[int]:
    """Who has access now."""
    return set(request.grants.filter(ended_at=None).values_list("participant__number", flat=True))


def verbs(request: AccessRequest) -> list[str]:
    """What the record holds."""
    return list(request.events.order_by("number").values_list("verb", flat=True))


def test_confirming_twice_is_recorded_once(request_at: RequestAt, rut: User) -> None:
    request = confirm(confirm(request_at(Status.IN_REVIEW), rut), rut)
    assert verbs(request).count(Verb.CONFIRM_PART) == 1
    actions.decline_part(request=request, by=rut)
    actions.decline_part(request=request, by=rut)
    assert verbs(request).count(Verb.DECLINE_PART) == 1


def test_confirming_again_after_the_licence_changed_accepts_it(
    request_at: RequestAt, rut: User, brgandi: Dataset
) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    first = person(request, Part.RECIPIENT_SCIENTIST).confirmed_at
    text = change_license(brgandi)
    confirm(fresh_request(request), rut)
    assert request.acceptances.filter(participant__email=RUT, license_text=text).exists()
    assert person(request, Part.RECIPIENT_SCIENTIST).confirmed_at == first
    assert verbs(request).count(Verb.CONFIRM_PART) == 2


def test_who_declines_is_waited_for_until_somebody_confirms(request_at: RequestAt, rut: User, per: User) -> None:
    request = actions.decline_part(request=request_at(Status.IN_REVIEW), by=rut, reason="No.")
    request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
    assert request.status == Status.APPROVED
    request = confirm(request, rut)
    assert request.status == Status.GRANTED
    rut_in = person(request, Part.RECIPIENT_SCIENTIST)
    assert (rut_in.declined_at, rut_in.declined_why) == (None, None)


def test_the_request_that_a_verb_gives_back_shows_who_is_named_later(request_at: RequestAt, hedda: User) -> None:
    request = actions.register(request=request_at(Status.IN_REVIEW), by=hedda, number="LIU-2026-04711")
    actions.add_person(request=request, by=hedda, person=member())
    assert Part.MEMBER in {named.part for named in request.participants.all()}


def test_who_is_not_needed_blocks_nothing(request_at: RequestAt, ada: User, rut: User, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    request = actions.add_person(request=request, by=hedda, person=member())
    actions.decline_part(request=request, by=make_user(SUNE, "Sune Holm"))
    per = User.objects.get(email="per@provider.example")
    request = actions.decide(request=confirm(request, rut), by=per, answer=Answer.APPROVE)
    assert request.status == Status.GRANTED
    assert numbers(request) == {1, person(request, Part.RECIPIENT_SCIENTIST).number}
    mia = make_user("mia.lund@uu.example", "Mia Lund")
    confirm(request, mia)
    assert person(request, Part.MEMBER).number in numbers(request)
    actions.decline_part(request=request, by=fresh(mia))
    assert person(request, Part.MEMBER).number not in numbers(request)
    assert fresh_request(request).status == Status.GRANTED


@pytest.mark.parametrize("needed", ["applicant", "recipient-scientist", "signatory", "everybody"])
def test_the_policy_says_whom_access_waits_for(needed: str, ada: User, rut: User, per: User, brgandi: Dataset) -> None:
    set_policy(license_of(brgandi), needed=needed)
    draft = draft_of(ada, brgandi)
    actions.add_person(request=draft, by=ada, person=member())
    request = actions.decide(request=actions.submit(request=draft, by=ada), by=per, answer=Answer.APPROVE)
    people = {"applicant": 0, "recipient-scientist": 1, "signatory": 2, "everybody": 3}[needed]
    mia, sune = make_user("mia.lund@uu.example", "Mia Lund"), make_user(SUNE, "Sune Holm")
    for place, user in enumerate((rut, sune, mia)):
        assert (request.status == Status.GRANTED) is (place >= people)
        request = confirm(request, user)
    assert request.status == Status.GRANTED
    assert not list(verify())


def test_removing_the_last_one_who_is_waited_for_brings_the_request_on(
    ada: User, rut: User, per: User, hedda: User, brgandi: Dataset
) -> None:
    set_policy(license_of(brgandi), needed="signatory", needed_before="review")
    request = confirm(sent(ada, brgandi), rut)
    assert request.status == Status.SUBMITTED
    request = actions.remove_person(request=request, by=hedda, person=person(request, Part.SIGNATORY))
    assert request.status == Status.IN_REVIEW


def test_who_waits_for_the_hub_already_does_not_begin_anew(request_at: RequestAt, rut: User, hedda: User) -> None:
    request = confirm(request_at(Status.SUBMITTED), rut)
    since = fresh_request(request).status_since
    actions.add_person(request=request, by=hedda, person=member())
    confirm(request, make_user("mia.lund@uu.example", "Mia Lund"))
    assert fresh_request(request).status_since == since


# Naming people


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (member("nobody"), "valid e-mail"),
        (member("a@b.example\nBcc: x@y.example"), "valid e-mail"),
        (member(name=" "), "give a name"),
        (member(name="x" * 201), "too long"),
        (member("ada.berg@uu.example"), "named in the request already"),
        (member("RUT.EK@uu.example"), "named in the request already"),
        (member(part=Part.SIGNATORY), "members here"),
        (member(part=Part.APPLICANT), "members here"),
    ],
)
def test_whom_the_applicant_cannot_add(request_at: RequestAt, ada: User, who: Named, sentence: str) -> None:
    request = request_at(Status.RETURNED)
    with pytest.raises(Denied, match=sentence):
        actions.add_person(request=request, by=ada, person=who)
    assert request.participants.count() == 3


def test_a_request_names_at_most_fifty_members_and_few_in_its_life(ada: User, brgandi: Dataset) -> None:
    draft = draft_of(ada, brgandi)
    rows = [
        Participant(request=draft, number=number, part=Part.MEMBER, name="M", email=f"m{number}@uu.example")
        for number in range(1, 51)
    ]
    Participant.objects.bulk_create(rows)
    with pytest.raises(Denied, match="at most 50 members"):
        actions.add_person(request=draft, by=ada, person=member())
    one = draft.participants.first()
    assert one
    actions.remove_person(request=draft, by=ada, person=one)
    actions.add_person(request=draft, by=ada, person=member())
    draft.participants.update(removed_at=draft.created_at)
    Participant.objects.bulk_create(
        Participant(
            request=draft, number=number, part=Part.MEMBER, name="M", email=f"n{number}@uu.example",
            removed_at=draft.created_at,
        )
        for number in range(60, 260)
    )  # fmt: skip
    with pytest.raises(Denied, match="Too many people"):
        actions.add_person(request=draft, by=ada, person=member("one.more@uu.example"))


def test_the_applicant_removes_members_only(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.RETURNED)
    for part in (Part.APPLICANT, Part.RECIPIENT_SCIENTIST, Part.SIGNATORY):
        with pytest.raises(Denied, match="members here"):
            actions.remove_person(request=request, by=ada, person=person(request, part))


def test_numbers_are_not_given_twice(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.RETURNED)
    actions.add_person(request=request, by=ada, person=member())
    first = person(request, Part.MEMBER)
    actions.remove_person(request=request, by=ada, person=first)
    actions.add_person(request=request, by=ada, person=member())
    assert person(request, Part.MEMBER).number == first.number + 1
    assert "You named Mia Lund as member." in told(request, ada)
    assert "You removed Mia Lund (member)." in told(request, ada)


# Another applicant


def test_the_new_applicant_has_accepted_nothing(request_at: RequestAt, ada: User, alva: User, hedda: User) -> None:
    request = actions.change_applicant(request=request_at(Status.RETURNED), by=hedda, email=alva.email)
    assert request.draft_license_text is None
    request = actions.save_answers(request=request, by=alva, answers={"applicant_email": alva.email})
    with pytest.raises(Denied, match="still missing"):
        actions.submit(request=request, by=alva)
    with pytest.raises(Denied, match="There is no such request"):
        actions.save_answers(request=request, by=fresh(ada), answers={})


def test_access_waits_for_the_new_applicant(request_at: RequestAt, alva: User, rut: User, hedda: User) -> None:
    request = actions.change_applicant(request=request_at(Status.APPROVED), by=hedda, email=alva.email)
    request = confirm(request, rut)
    assert request.status == Status.APPROVED
    text = license_of(request.dataset).text_in_force
    assert text
    request = actions.accept_license(request=request, by=alva, text=text)
    assert request.status == Status.GRANTED
    assert request.grants.filter(ended_at=None).filter(participant__user=alva).exists()
    assert not list(verify())


def test_nobody_makes_themselves_the_applicant(request_at: RequestAt, hedda: User, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for email, sentence in ((hedda.email, "yourself"), (ada.email, "already"), ("x@y.example", "Nobody has")):
        with pytest.raises(Denied, match=sentence):
            actions.change_applicant(request=request, by=hedda, email=email)


def test_a_second_open_request_does_not_come_about(
    request_at: RequestAt, ada: User, alva: User, hedda: User, brgandi: Dataset
) -> None:
    first = request_at(Status.IN_REVIEW)
    second = sent(alva, brgandi)
    with pytest.raises(Denied, match="another open request"):
        actions.change_applicant(request=second, by=hedda, email=ada.email)
    assert fresh_request(second).applicant == alva
    assert fresh_request(first).applicant == ada


# What is told


def test_each_reader_reads_of_changes_in_their_own_words(
    request_at: RequestAt, ada: User, rut: User, per: User, hedda: User
) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    actions.replace_person(
        request=request, by=hedda, person=person(request, Part.SIGNATORY),
        successor=member("siv@uu.example", "Siv Ask"),
    )  # fmt: skip
    assert "You confirmed your part (recipient scientist) and accepted the licence." in told(request, rut)
    words: dict[Any, str] = {
        ada: "AIDA Data Hub named Siv Ask as signatory in place of Sune Holm.",
        rut: "AIDA Data Hub named Siv Ask as signatory in place of Sune Holm.",
        per: "Hedda Hub named Siv Ask as signatory in place of Sune Holm.",
        hedda: "You named Siv Ask as signatory in place of Sune Holm.",
    }
    for reader, sentence in words.items():
        assert sentence in told(request, reader)
        assert ("Hedda" in told(request, reader)) is (reader == per)
    assert "Rut Ek confirmed their part (recipient scientist) and accepted the licence." in told(request, ada)
