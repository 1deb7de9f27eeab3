"""What ends by itself: access, with its warnings and what follows; drafts that nobody goes on with."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from access_requests import actions, tasks
from access_requests import clock as clock_lists
from access_requests.actions.access import HandedOver
from access_requests.models import AccessRequest
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.cast import RequestAt, license_of, set_policy
from tests.mails import ADA, HUB, RUT

pytestmark = pytest.mark.django_db

STARTS = date(2026, 11, 2)


def clock(day: date, hour: int = 8) -> list[tuple[str, str]]:
    """The mails that all tasks write on a day, though each runs twice."""
    before = set(Mail.objects.values_list("pk", flat=True))
    with time_machine.travel(datetime.combine(day, time(hour), tzinfo=UTC), tick=False):
        for _ in range(2):
            for task in (tasks.end_access, tasks.warn, tasks.remind):
                task()
    return sorted(Mail.objects.exclude(pk__in=before).values_list("kind", "recipient"))


def granted(request_at: RequestAt, dataset: Dataset, days: int | None) -> AccessRequest:
    """Ada's and Rut's access from 2 November for so many days, with the data handed over."""
    set_policy(license_of(dataset), days=days)
    with time_machine.travel(datetime.combine(STARTS, time(9), tzinfo=UTC), tick=False):
        request = request_at(Status.GRANTED)
        what = HandedOver(how="By post.")
        return actions.deliver(request=request, by=User.objects.get(is_hub_staff=True), what=what)


def now(request: AccessRequest) -> AccessRequest:
    """As the database has it."""
    return AccessRequest.objects.get(pk=request.pk)


class TestAccess:
    """From the first warning to the deletion of copies. The last day of 100 days is 9 February 2027."""

    LAST = date(2027, 2, 9)

    def test_holders_are_warned_thirty_and_seven_days_before(self, request_at: RequestAt, brgandi: Dataset) -> None:
        granted(request_at, brgandi, 100)
        assert clock(self.LAST - timedelta(days=31)) == []
        assert clock(self.LAST - timedelta(days=30)) == [("ending-soon", ADA), ("ending-soon", RUT)]
        assert clock(self.LAST - timedelta(days=20)) == []
        assert clock(self.LAST - timedelta(days=7)) == [("ending-soon", ADA), ("ending-soon", RUT)]
        assert clock(self.LAST) == []
        words = " ".join(Mail.objects.filter(kind="ending-soon").latest("pk").text.split())
        assert "Your access to BRGANDI ends. Its last day is Tuesday 9 February 2027." in words

    def test_warning_that_was_missed_is_not_made_up_for_beside_the_next(
        self, request_at: RequestAt, brgandi: Dataset
    ) -> None:
        granted(request_at, brgandi, 100)
        assert len(clock(self.LAST - timedelta(days=3))) == 2
        assert clock(self.LAST - timedelta(days=2)) == []

    def test_short_access_is_not_warned_of_on_its_first_day(self, request_at: RequestAt, brgandi: Dataset) -> None:
        granted(request_at, brgandi, 20)
        assert clock(STARTS + timedelta(days=1)) == []
        assert len(clock(STARTS + timedelta(days=12))) == 2

    def test_extended_access_is_warned_of_anew(self, request_at: RequestAt, brgandi: Dataset, hedda: User) -> None:
        request = granted(request_at, brgandi, 100)
        clock(self.LAST - timedelta(days=7))
        actions.extend(request=request, by=hedda, ends=self.LAST + timedelta(days=60))
        assert clock(self.LAST + timedelta(days=1)) == []
        assert len(clock(self.LAST + timedelta(days=30))) == 2

    @pytest.mark.parametrize(
        ("moment", "over"),
        [
            ("2027-02-09T22:59:00", False),  # a minute before midnight in Stockholm
            ("2027-02-09T23:01:00", True),
            ("2027-02-20T12:00:00", True),  # the worker was off
        ],
    )
    def test_it_ends_on_the_day_after_its_last(
        self, request_at: RequestAt, brgandi: Dataset, moment: str, over: bool
    ) -> None:
        request = granted(request_at, brgandi, 100)
        with time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False):
            tasks.end_access()
            tasks.end_access()
        assert (now(request).status == Status.EXPIRED) is over
        assert now(request).events.filter(verb="expire").count() == over

    def test_it_ends_also_where_nobody_holds_it(
        self, brgandi: Dataset, ada: User, per: User, hedda: User, client: Client
    ) -> None:
        set_policy(license_of(brgandi), days=100, needed="applicant")
        nils = cast.make_user("nils@uu.example", "Nils New")
        with time_machine.travel(datetime.combine(STARTS, time(9), tzinfo=UTC), tick=False):
            request = actions.decide(request=cast.sent(ada, brgandi), by=per, answer=Answer.APPROVE)
            actions.change_applicant(request=request, by=hedda, email=nils.email)
        with time_machine.travel(datetime.combine(self.LAST + timedelta(days=1), time(5), tzinfo=UTC), tick=False):
            client.force_login(nils)  # he comes after the last day and before the clock
            text = request.license.text_in_force
            assert text
            accepted = {"accept_license": "on", "text": text.sha256}
            html = client.post(f"{request.get_absolute_url()}accept/", accepted, follow=True).content.decode()
            assert "You have accepted the licence." in html
            assert "You now have access." not in html
            tasks.end_access()
            assert now(request).status == Status.EXPIRED
            assert list(clock_lists.ended()) == []

    def test_without_an_end_nothing_ends(self, request_at: RequestAt, brgandi: Dataset) -> None:
        request = granted(request_at, brgandi, None)
        assert [clock(STARTS + timedelta(days=days)) for days in (30, 400, 4000)] == [[], [], []]
        assert now(request).status == Status.GRANTED

    def test_copies_are_asked_for_once_and_not_on_a_day_off(self, request_at: RequestAt, brgandi: Dataset) -> None:
        request = granted(request_at, brgandi, 100)
        over = self.LAST + timedelta(days=1)
        clock(over)
        assert now(request).status == Status.EXPIRED
        assert clock(over + timedelta(days=29)) == []
        assert clock(over + timedelta(days=30)) == [("copies-uncertain", HUB), ("delete-copies", RUT)]
        assert clock(over + timedelta(days=33)) == []
        words = " ".join(Mail.objects.get(kind="delete-copies").text.split())
        assert "is over, and it is not confirmed yet that all copies are deleted." in words

    def test_copies_that_are_gone_are_not_asked_for(
        self, request_at: RequestAt, brgandi: Dataset, rut: User, hedda: User
    ) -> None:
        request = granted(request_at, brgandi, 100)
        clock(self.LAST + timedelta(days=1))
        actions.confirm_deletion(request=now(request), by=rut)
        assert clock(self.LAST + timedelta(days=31)) == []

    def test_copies_of_one_who_left_are_asked_for_once(
        self, request_at: RequestAt, brgandi: Dataset, rut: User, hedda: User
    ) -> None:
        request = granted(request_at, brgandi, None)
        with time_machine.travel(datetime.combine(STARTS, time(10), tzinfo=UTC), tick=False):
            actions.leave(request=request, by=rut)
        assert clock(STARTS + timedelta(days=29)) == []
        assert clock(STARTS + timedelta(days=30)) == [("delete-own-copies", RUT), ("own-copies-uncertain", HUB)]
        assert clock(STARTS + timedelta(days=31)) == []
        words = " ".join(Mail.objects.get(kind="delete-own-copies").text.split())
        assert "ended on Monday 2 November 2026, and it is not confirmed yet that all your copies are deleted." in words

    def test_copies_of_one_who_confirmed_are_not_asked_for(
        self, request_at: RequestAt, brgandi: Dataset, rut: User
    ) -> None:
        request = granted(request_at, brgandi, None)
        with time_machine.travel(datetime.combine(STARTS, time(10), tzinfo=UTC), tick=False):
            actions.confirm_deletion(request=actions.leave(request=request, by=rut), by=rut)
        assert clock(STARTS + timedelta(days=30)) == []

    def test_approval_that_was_revoked_left_no_copies(self, request_at: RequestAt, hedda: User) -> None:
        with time_machine.travel(datetime.combine(STARTS, time(9), tzinfo=UTC), tick=False):
            actions.revoke(request=request_at(Status.APPROVED), by=hedda, reason="By mistake.")
        assert clock(STARTS + timedelta(days=31)) == []


class TestDrafts:
    """Begun on 2 November: warned of on the 83rd day, 24 January, deleted on the 90th."""

    WARNED, DELETED = date(2027, 1, 24), date(2027, 1, 31)

    @pytest.fixture
    def draft(self, ada: User, brgandi: Dataset) -> AccessRequest:
        """Ada's draft."""
        with time_machine.travel(datetime.combine(STARTS, time(9), tzinfo=UTC), tick=False):
            return cast.draft_of(ada, brgandi)

    def test_it_is_warned_of_and_deleted(self, draft: AccessRequest) -> None:
        assert clock(self.WARNED - timedelta(days=1)) == []
        assert clock(self.WARNED) == [("draft-forgotten", ADA)]
        assert clock(self.DELETED - timedelta(days=1)) == []
        assert clock(self.DELETED) == []
        assert not AccessRequest.objects.exists()
        mail = Mail.objects.get()
        assert mail.subject.startswith("Draft about to be deleted: your request for access to BRGANDI [")
        words = " ".join(mail.text.split())
        assert "have not changed it since 2 November 2026. It was never sent." in words
        assert "On Sunday 31 January 2027 it is deleted." in words

    def test_nothing_is_deleted_that_was_not_warned_of(self, draft: AccessRequest) -> None:
        late = self.DELETED + timedelta(days=40)
        assert clock(late) == [("draft-forgotten", ADA)]
        assert "On Friday 19 March 2027 it is deleted." in " ".join(Mail.objects.get().text.split())
        assert clock(late + timedelta(days=6)) == []
        assert AccessRequest.objects.exists()
        clock(late + timedelta(days=7))
        assert not AccessRequest.objects.exists()

    def test_change_begins_its_time_anew(self, draft: AccessRequest, ada: User) -> None:
        clock(self.WARNED)
        with time_machine.travel(datetime.combine(self.DELETED, time(5), tzinfo=UTC), tick=False):
            actions.save_answers(request=draft, by=ada, answers={})
        assert clock(self.DELETED) == []
        assert AccessRequest.objects.exists()
        assert clock(self.DELETED + timedelta(days=83)) == [("draft-forgotten", ADA)]

    def test_what_was_sent_is_kept(self, draft: AccessRequest, ada: User, hedda: User) -> None:
        with time_machine.travel(datetime.combine(STARTS, time(10), tzinfo=UTC), tick=False):
            request = actions.submit(request=draft, by=ada)
            actions.send_back(request=request, by=hedda, reason="Which scanner?")
        for days in (83, 90, 500):
            assert "draft-forgotten" not in {kind for kind, _address in clock(STARTS + timedelta(days=days))}
        assert now(request).status == Status.RETURNED

    def test_days_are_a_setting(self, draft: AccessRequest, settings: Any) -> None:
        settings.DRAFT_DAYS = 10
        assert clock(STARTS + timedelta(days=3)) == [("draft-forgotten", ADA)]
        clock(STARTS + timedelta(days=10))
        assert not AccessRequest.objects.exists()
