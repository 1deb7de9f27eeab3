"""Whom the clock reminds: exactly those for whom a request waits, since when it waits for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from access_requests import actions, tasks
from access_requests.actions.access import HandedOver
from access_requests.models import AccessRequest, Decision, Participant
from access_requests.notifications.turns import Turn
from access_requests.people import Named
from access_requests.workflow import Answer, Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.cast import RequestAt, license_of, provider_of, set_policy
from tests.mails import ADA, HUB, PER, PETRA, RUT, SUNE

pytestmark = pytest.mark.django_db

BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday


def waits(request: AccessRequest) -> list[tuple[str, str]]:
    """For whom a request waits, and for what."""
    turn = Turn(AccessRequest.objects.get(pk=request.pk))
    return [(wait.reader.address, wait.what.value if wait.what else "") for wait in turn.waits]


def clock(day: datetime) -> list[tuple[str, str]]:
    """The mails that one run of the clock writes."""
    before = set(Mail.objects.values_list("pk", flat=True))
    with time_machine.travel(day, tick=False):
        tasks.remind()
        tasks.remind()
    return sorted(Mail.objects.exclude(pk__in=before).values_list("kind", "recipient"))


def after(days: int) -> datetime:
    """Some days after the beginning, in the morning."""
    return BEGUN + timedelta(days=days)


class TestWhoHasTheTurn:
    """By status, and by what is still missing in it."""

    def test_named_people_come_before_hub_staff(self, request_at: RequestAt, rut: User) -> None:
        request = request_at(Status.SUBMITTED)
        assert waits(request) == [(RUT, "confirm")]
        cast.confirm(request, rut)
        assert waits(request) == [(HUB, "")]

    def test_who_declined_is_hub_staffs_to_replace(self, request_at: RequestAt, rut: User) -> None:
        request = request_at(Status.SUBMITTED)
        actions.decline_part(request=request, by=rut, reason="I know nothing of this.")
        assert waits(request) == [(HUB, "")]

    def test_who_declined_after_the_approval(self, request_at: RequestAt, rut: User) -> None:
        request = request_at(Status.APPROVED)
        assert waits(request) == [(RUT, "confirm")]
        actions.decline_part(request=request, by=rut)
        assert waits(request) == [(HUB, "confirm")]

    def test_everybody_with_something_open(
        self, brgandi: Dataset, request_at: RequestAt, rut: User, sune: User
    ) -> None:
        set_policy(license_of(brgandi), needed="signatory", agreement=True)
        request = request_at(Status.APPROVED)
        assert waits(request) == [(RUT, "confirm"), (SUNE, "confirm")]
        cast.confirm(request, rut)
        assert waits(request) == [(SUNE, "confirm")], "hub staff are asked for the paper when nothing else is missing"
        cast.confirm(request, sune)
        assert waits(request) == [(HUB, "sign")]

    def test_new_text_of_the_licence(self, brgandi: Dataset, request_at: RequestAt) -> None:
        request = request_at(Status.APPROVED)
        cast.change_license(brgandi)
        assert waits(request) == [(RUT, "confirm"), (ADA, "accept")]

    def test_who_was_excused_is_left_in_peace(
        self, brgandi: Dataset, ada: User, per: User, petra: User, hedda: User
    ) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = cast.sent(ada, brgandi)
        assert sorted(waits(request)) == [(PETRA, ""), (PER, "")]
        actions.excuse(request=request, by=hedda, provider=provider_of(brgandi, 1), reason="Has left.")
        assert len(waits(request)) == 1

    def test_vote_that_was_set_aside_is_waited_for(self, brgandi: Dataset, ada: User, per: User, petra: User) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = actions.decide(request=cast.sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        assert len(waits(request)) == 1
        Decision.objects.update(void_at=BEGUN)
        assert len(waits(request)) == 2

    def test_hub_staff_until_everybody_has_the_data(self, request_at: RequestAt, hedda: User) -> None:
        request = request_at(Status.GRANTED)
        assert waits(request) == [(HUB, "")]
        what = HandedOver(link="https://data.example/x")
        first = request.participants.get(part=Part.APPLICANT)
        actions.deliver(request=request, by=hedda, what=what, persons=[first])
        assert waits(request) == [(HUB, "")]
        actions.deliver(request=request, by=hedda, what=what)
        assert waits(request) == []

    @pytest.mark.parametrize("status", [Status.REJECTED, Status.WITHDRAWN, Status.CLOSED, Status.EXPIRED])
    def test_nobody_when_it_is_over(self, request_at: RequestAt, status: Status) -> None:
        assert waits(request_at(status)) == []


class TestSinceWhen:
    """A turn begins for each person when it comes to them."""

    def test_hub_staff_begin_when_the_last_person_confirmed(self, request_at: RequestAt, rut: User) -> None:
        with time_machine.travel(BEGUN, tick=False):
            request = request_at(Status.SUBMITTED)
        assert clock(after(7)) == [("reminder", RUT)]
        with time_machine.travel(after(9), tick=False):
            cast.confirm(request, rut)
        assert clock(after(11)) == []
        assert clock(after(16)) == [("reminder", HUB)]
        assert clock(after(23)) == [("escalation", HUB)]

    def test_person_who_was_named_later_has_their_own_time(
        self, request_at: RequestAt, brgandi: Dataset, hedda: User
    ) -> None:
        with time_machine.travel(BEGUN, tick=False):
            request = request_at(Status.APPROVED)
        assert clock(after(7)) == [("reminder", RUT)]
        with time_machine.travel(after(8), tick=False):
            old = Participant.objects.get(request=request, part=Part.RECIPIENT_SCIENTIST)
            new = Named(Part.RECIPIENT_SCIENTIST, "Ulla Ny", "Professor", "ulla@uu.example", "Uppsala University")
            actions.replace_person(request=request, by=hedda, person=old, successor=new)
        assert clock(after(9)) == []
        assert clock(after(15)) == [("reminder", "ulla@uu.example")]

    def test_letter_to_somebody_named_says_what_to_do(self, request_at: RequestAt) -> None:
        with time_machine.travel(BEGUN, tick=False):
            request_at(Status.SUBMITTED)
        clock(after(7))
        mail = Mail.objects.get(kind="reminder")
        words = " ".join(mail.text.split())
        assert mail.subject.startswith("Still waiting for you: request for access to BRGANDI by Ada Berg")
        assert "has been waiting for you for 5 working days: please say whether" in words
        assert "Until then nobody decides on the request." in words
        clock(after(14))
        words = " ".join(Mail.objects.get(kind="escalation").text.split())
        assert "Waits for: Rut Ek, to confirm their part or accept the licence" in words

    def test_missing_agreement_is_hub_staffs_turn(self, brgandi: Dataset, request_at: RequestAt, rut: User) -> None:
        set_policy(license_of(brgandi), agreement=True)
        with time_machine.travel(BEGUN, tick=False):
            cast.confirm(request_at(Status.APPROVED), rut)
        assert clock(after(7)) == [("reminder", HUB)]
        words = " ".join(Mail.objects.get(kind="reminder").text.split())
        assert "To do: Record the signed agreement, so that access opens." in words
        assert clock(after(14)) == [("escalation", HUB)]

    def test_data_not_handed_over(self, request_at: RequestAt) -> None:
        with time_machine.travel(BEGUN, tick=False):
            request_at(Status.GRANTED)
        assert clock(after(7)) == [("reminder", HUB)]
        assert "Hand the data over" in Mail.objects.get(kind="reminder").text
        assert clock(after(14)) == [("escalation", HUB)]
        assert clock(after(21)) == []


class TestSilence:
    """After sixty days without a sound hub staff are asked whether to close."""

    def test_asked_once_in_each_silence(self, request_at: RequestAt, ada: User) -> None:
        with time_machine.travel(BEGUN, tick=False):
            request = request_at(Status.RETURNED)
        assert [clock(after(day)) for day in (7, 14, 59)] == [[("reminder", ADA)], [("escalation", HUB)], []]
        assert clock(after(60)) == []  # New Year's Day
        assert clock(after(63)) == [("close-or-not", HUB)]
        assert clock(after(70)) == []
        words = " ".join(Mail.objects.get(kind="close-or-not").text.split())
        assert "For 60 days or longer nothing has happened in the request of Ada Berg (Uppsala University)" in words
        assert "Waits for: The applicant, to change or explain something" in words
        with time_machine.travel(after(71), tick=False):
            actions.save_answers(request=request, by=ada, answers={"planned_use": "Soon."})
        assert clock(after(100)) == []
        assert clock(after(133)) == [("close-or-not", HUB)]

    def test_clock_that_stood_still_for_months_writes_one_mail_a_day(self, request_at: RequestAt) -> None:
        with time_machine.travel(BEGUN, tick=False):
            request_at(Status.RETURNED)
        assert [clock(after(day)) for day in (84, 85, 86, 87)] == [[("reminder", ADA)], [("close-or-not", HUB)], [], []]

    @pytest.mark.parametrize("status", [Status.IN_REVIEW, Status.SUBMITTED, Status.DECIDED])
    def test_review_is_not_closed_for_silence(self, request_at: RequestAt, status: Status) -> None:
        with time_machine.travel(BEGUN, tick=False):
            request_at(status)
        kinds = {kind for day in (84, 85, 86) for kind, _address in clock(after(day))}
        assert kinds == {"reminder", "escalation"}


def test_message_is_a_sign_of_life(request_at: RequestAt, settings: Any) -> None:
    settings.CLOSE_AFTER = 5
    with time_machine.travel(BEGUN, tick=False):
        request = request_at(Status.APPROVED)
    with time_machine.travel(after(6), tick=False):
        actions.write(request=request, by=request.applicant, text="Rut is on leave until Friday.")
    assert clock(after(7)) == [("reminder", RUT)]
    assert clock(after(8)) == []
    assert clock(after(11)) == [("close-or-not", HUB)]
