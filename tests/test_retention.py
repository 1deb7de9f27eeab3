"""What is kept how long: time walks through every row of the table that ends, and the record still verifies."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.core.internal.ratelimit import parse_rate
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from access_requests import actions, flags
from access_requests.actions.access import HandedOver
from access_requests.attachments.keeping import private, store
from access_requests.events import verify
from access_requests.models import AccessRequest, Delivery, PartInvitation, PersonFlag
from access_requests.part_invitations import invite as invite_to_part
from access_requests.workflow import Part, Status
from aidahub.accounts.closing import ERASED_NAME
from aidahub.accounts.invitations import invite, send_invitation
from aidahub.accounts.models import Invitation, User
from aidahub.celery import app
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue, written_about
from aidahub.pages import retention
from datasets.models import Dataset
from tests.cast import RequestAt, draft_of, fresh, license_of, make_user, provider_of, set_policy
from tests.support.accounts import sign_in
from tests.support.files import a_file, pdf

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)
app.loader.import_default_modules()  # the tasks, which a worker imports as it starts
ROWS = {row.slug: row for row in retention.TABLE}
ENDING = [row.slug for row in retention.TABLE if not row.lasts]
There = Callable[[], bool]


@pytest.fixture
def people(brgandi: Dataset, ada: User, per: User, hedda: User, rut: User) -> dict[str, Any]:
    """Whoever the walks are about."""
    return {"brgandi": brgandi, "ada": ada, "per": per, "hedda": hedda, "rut": rut}


def sessions(people: dict[str, Any]) -> There:
    client = Client()
    sign_in(client, people["ada"].email)
    assert UserSession.objects.count() == 1
    return lambda: Session.objects.exists() and UserSession.objects.exists()


def counts(people: dict[str, Any]) -> There:
    cache.set("counted", [1.0], 3600)

    def there() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM cache WHERE cache_key LIKE '%%counted'")
            return bool(cursor.fetchone()[0])

    return there


def unproven(people: dict[str, Any]) -> There:
    user = User.objects.create_user("typed@uu.example")
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    return lambda: User.objects.filter(pk=user.pk).exists() and fresh(people["ada"]).erased_at is None


def accounts(people: dict[str, Any]) -> There:
    nils = make_user("nils@uu.example", "Nils")
    return lambda: fresh(nils).name == "Nils"


def drafts(people: dict[str, Any]) -> There:
    draft = draft_of(people["ada"], people["brgandi"])
    return lambda: AccessRequest.objects.filter(pk=draft.pk).exists()


def uploads(people: dict[str, Any]) -> There:
    key = store(a_file(pdf(), "a.pdf"))
    os.utime(Path(private().path(key)), (BEGIN.timestamp(), BEGIN.timestamp()))
    return lambda: private().exists(key)


def secrets(people: dict[str, Any]) -> There:
    request = AccessRequest.objects.get()
    actions.deliver(request=request, by=people["hedda"], what=HandedOver(how="Log in.", secret="swordfish"))
    return lambda: Delivery.objects.filter(secret="swordfish").exists()


def mails(people: dict[str, Any]) -> There:
    mail = queue(about="AIDA-2026-1/1", kind="word", recipient="ada.berg@uu.example", subject="Ada", text="Hi, Ada.")
    assert mail
    return lambda: Mail.objects.filter(pk=mail.pk, recipient="ada.berg@uu.example", text="Hi, Ada.").exists()


def invitations(people: dict[str, Any]) -> There:
    invite(provider_of(people["brgandi"], 2), email="somebody@uu.example")
    return lambda: Invitation.objects.filter(email="somebody@uu.example").exists()


def part_invitations(people: dict[str, Any]) -> There:
    person = AccessRequest.objects.get().participants.get(part=Part.SIGNATORY)
    PartInvitation.objects.all().delete()
    invite_to_part(person)
    return PartInvitation.objects.exists


def a_flag(people: dict[str, Any]) -> There:
    flags.flag(by=people["hedda"], email="typed@uu.example", reason="Copied on.")
    return PersonFlag.objects.exists


def history(people: dict[str, Any]) -> There:
    rows = User.objects.filter(pk=people["ada"].pk)
    LogEntry.objects.log_actions(people["hedda"].pk, rows, CHANGE, "Looked.", single_object=True)
    return LogEntry.objects.filter(object_repr="Ada Berg").exists


@dataclass(frozen=True)
class Walk:
    """What is made on the first day, on which days the clock goes and it is still there, and when it is gone."""

    make: Callable[[dict[str, Any]], There]
    kept: tuple[float, ...]
    gone: float


WALKS = {
    "sessions": Walk(sessions, (1, 13), 15),
    "counts": Walk(counts, (0.01,), 0.1),
    "unproven": Walk(unproven, (1, 13), 15),
    "accounts": Walk(accounts, (1, 1049, 1051, 1079), 1082),
    "drafts": Walk(drafts, (82, 84, 89), 92),
    "uploads": Walk(uploads, (0.5,), 1.5),
    "secrets": Walk(secrets, (1, 20), 40),
    "mails": Walk(mails, (1, 180), 182),  # it is sent on the first day
    "invitations": Walk(invitations, (29, 209), 211),
    "part-invitations": Walk(part_invitations, (29, 209), 211),
    "flags": Walk(a_flag, (1, 1094), 1096),
    "history": Walk(history, (1, 729), 731),
}


def test_every_row_that_ends_is_walked_through() -> None:
    assert sorted(WALKS) == sorted(ENDING)
    assert {row.slug for row in retention.TABLE if row.sweep} <= set(ENDING)


def test_what_ends_is_ended_by_something_that_there_is() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    for slug in ENDING:
        assert ROWS[slug].by in scheduled & set(app.tasks), slug
        assert (ROWS[slug].by == retention.CLOCK) is bool(ROWS[slug].sweep), slug
    for row in retention.TABLE:
        _module, dot, verb = row.by.rpartition("actions.")
        assert not dot or hasattr(actions, verb), row.by


@pytest.mark.parametrize("slug", ENDING)
def test_it_is_there_until_its_time_is_over(
    slug: str, people: dict[str, Any], request_at: RequestAt, files_folder: Path
) -> None:
    walk, task = WALKS[slug], app.tasks[ROWS[slug].by]
    set_policy(license_of(people["brgandi"]), days=30)
    with time_machine.travel(BEGIN, tick=False):
        User.objects.update(date_joined=BEGIN)
        sent = request_at(Status.GRANTED if slug == "secrets" else Status.REJECTED)
        there = walk.make(people)
        assert there()
    for day in (*walk.kept, walk.gone):
        with time_machine.travel(BEGIN + timedelta(days=day), tick=False):
            task()
            task()
            waiting = Mail.objects.filter(status=Mail.Status.WAITING)
            waiting.update(status=Mail.Status.SENT, sent_at=timezone.now())
            assert there() is (day != walk.gone), day
    request = AccessRequest.objects.get(reference=sent.reference)
    assert request.submissions.get().answers["applicant_name"] == "Ada Berg"
    assert not list(verify())


def test_what_the_words_say_is_set() -> None:
    assert timedelta(days=14).total_seconds() == settings.SESSION_COOKIE_AGE
    code_minutes = settings.CODE_MINUTES
    assert code_minutes == 30
    rates = ",".join(settings.ACCOUNT_RATE_LIMITS.values()).split(",")
    longest = max(parse_rate(rate).duration for rate in rates)
    assert longest == timedelta(days=1).total_seconds()


class TestMails:
    """An emptied mail says nothing of anybody, and is not written again."""

    def old(self, **changes: Any) -> Mail:
        mail = queue(
            about="AIDA-2026-1/1", kind="word", recipient="ada@uu.example", subject="Ada", text="x", thread="A"
        )
        assert mail
        Mail.objects.update(**{"status": "sent", "sent_at": timezone.now() - timedelta(days=181), **changes})
        retention.forget()
        return Mail.objects.get()

    def test_nothing_leads_to_its_reader(self) -> None:
        mail = self.old()
        assert mail.emptied_at
        assert (mail.subject, mail.text, mail.html, mail.headers, mail.last_error) == ("", "", "", {}, "")
        assert "@" not in mail.recipient
        assert mail.about == "AIDA-2026-1/1"
        assert str(mail) == "(emptied)"

    def test_it_is_not_written_again(self) -> None:
        self.old()
        assert not queue(about="AIDA-2026-1/1", kind="word", recipient="ada@uu.example", subject="Ada", text="x")
        written = written_about("AIDA-2026-1/1")
        assert ("word", "ada@uu.example") in written
        assert ("word", "eva@uu.example") not in written
        assert queue(about="AIDA-2026-1/1", kind="word", recipient="eva@uu.example", subject="Eva", text="x")

    def test_what_failed_is_emptied_and_leaves_the_desk(self) -> None:
        mail = self.old(status="failed", sent_at=None, next_try_at=timezone.now() - timedelta(days=181))
        assert mail.emptied_at
        assert not Mail.objects.in_trouble().exists()

    def test_what_still_waits_stays(self) -> None:
        assert self.old(status="waiting", sent_at=None, next_try_at=timezone.now() - timedelta(days=400)).text == "x"

    def test_codes_go_whole(self) -> None:
        queue(about="account/1", kind=Mail.ACCOUNT, recipient="ada@uu.example", subject="Code", text="1", secret=True)
        Mail.objects.update(status="sent", sent_at=timezone.now() - timedelta(days=181))
        retention.forget()
        assert not Mail.objects.exists()

    def test_hub_staff_see_that_it_was_emptied(self, client: Client, hedda: User) -> None:
        self.old()
        client.force_login(hedda)
        for path in ("", f"{Mail.objects.get().pk}/change/"):
            page = client.get(f"/admin/outbox/mail/{path}").content.decode()
            assert "(emptied)" in page
            assert "ada@uu.example" not in page


class TestAccounts:
    """Who is never erased by the clock."""

    @pytest.fixture
    def years(self, db: None) -> Any:
        return lambda: (User.objects.update(date_joined=BEGIN - timedelta(days=3000)), retention.forget())

    def warned(self) -> set[str]:
        return set(Mail.objects.filter(kind="account-idle").values_list("recipient", flat=True))

    def test_staff_deciders_and_the_suspended_are_left_alone(
        self, people: dict[str, Any], sigrid: User, otto: User, years: Any
    ) -> None:
        actions.suspend_account(user=otto, by=people["hedda"], reason="Strange sign-ins.")
        years()
        assert self.warned() == {"ada.berg@uu.example", "rut.ek@uu.example"}

    def test_whoever_has_something_going_on_is_left_alone(
        self, people: dict[str, Any], request_at: RequestAt, years: Any
    ) -> None:
        request_at(Status.IN_REVIEW)
        years()
        assert self.warned() == set()

    def test_a_sign_in_after_the_warning_keeps_it(self, ada: User, years: Any) -> None:
        years()
        Mail.objects.update(status="sent", sent_at=timezone.now())
        User.objects.update(last_login=timezone.now())
        with time_machine.travel(timezone.now() + timedelta(days=40)):
            retention.forget()
        assert fresh(ada).erased_at is None

    def test_not_while_the_warning_still_waits(self, ada: User, years: Any) -> None:
        years()
        with time_machine.travel(timezone.now() + timedelta(days=40)):
            retention.forget()
            assert fresh(ada).erased_at is None
            Mail.objects.update(status="sent", sent_at=timezone.now())
            retention.forget()
            assert fresh(ada).erased_at

    def test_not_before_the_thirty_days_of_the_warning_are_over(self, ada: User, years: Any) -> None:
        years()
        Mail.objects.update(status="sent", sent_at=timezone.now())
        for days, erased in ((29, False), (31, True)):
            with time_machine.travel(timezone.now() + timedelta(days=days)):
                retention.forget()
            assert bool(fresh(ada).erased_at) is erased

    def test_never_where_that_is_set(self, ada: User, years: Any, settings: Any) -> None:
        settings.ACCOUNT_MONTHS = 0
        years()
        assert self.warned() == set()

    def test_unproven_accounts_that_hub_staff_noted_are_emptied(self, hedda: User, settings: Any) -> None:
        user = User.objects.create_user("typed@uu.example", date_joined=timezone.now() - timedelta(days=20))
        flags.flag(by=hedda, user=user, email="typed@uu.example", reason="Made up.")
        retention.forget()
        assert fresh(user).erased_at
        operator = User.objects.create_superuser("new@hub.example", date_joined=timezone.now() - timedelta(days=90))
        retention.forget()
        assert fresh(operator).is_superuser


def test_a_link_that_let_somebody_in_stays(request_at: RequestAt, otto: User) -> None:
    request_at(Status.IN_REVIEW)
    used = PartInvitation.objects.get()
    actions.take_part(invitation=used, by=otto)
    with time_machine.travel(timezone.now() + timedelta(days=3000)):
        retention.forget()
    assert PartInvitation.objects.get() == used


def test_a_lifted_flag_goes_sooner(hedda: User) -> None:
    flag = flags.flag(by=hedda, email="typed@uu.example", reason="A mistake.")
    flags.lift(flag, by=hedda)
    for days, left in ((364, 1), (366, 0)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            retention.forget()
            assert PersonFlag.objects.count() == left


@pytest.mark.parametrize("kind", ["flag", "invitation", "account"])
def test_the_admins_history_names_nobody_whose_row_is_gone(hedda: User, brgandi: Dataset, kind: str) -> None:
    row: PersonFlag | Invitation | User
    if kind == "flag":
        row = flags.flag(by=hedda, email="typed@uu.example", reason="A mistake.")
    elif kind == "invitation":
        row = send_invitation(provider_of(brgandi, 1), email="typed@uu.example")
    else:
        row = User.objects.create_user("typed@uu.example")
    LogEntry.objects.log_actions(hedda.pk, type(row).objects.filter(pk=row.pk), CHANGE, "", single_object=True)
    assert "typed@uu.example" in LogEntry.objects.get().object_repr
    days = max(settings.FLAG_DAYS, settings.MAIL_DAYS + settings.INVITATION_DAYS, settings.NEW_ACCOUNT_DAYS) + 1
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        LogEntry.objects.update(action_time=timezone.now())  # so that its own time is not over
        retention.forget()
    assert not type(row).objects.filter(pk=row.pk).exists()
    assert LogEntry.objects.get().object_repr == ERASED_NAME


def test_who_took_out_a_request_on_paper_stays(request_at: RequestAt, hedda: User) -> None:
    rows = AccessRequest.objects.filter(pk=request_at(Status.REJECTED).pk)
    LogEntry.objects.log_actions(hedda.pk, rows, CHANGE, '{"paper": "release"}', single_object=True)
    LogEntry.objects.update(action_time=timezone.now() - timedelta(days=3000))
    retention.forget()
    assert LogEntry.objects.count() == 1


def test_one_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch, hedda: User) -> None:
    def fail() -> int:
        raise ValueError

    first = next(row for row in retention.TABLE if row.sweep)
    broken = retention.Kept(**{**vars(first), "sweep": fail})
    monkeypatch.setattr(retention, "TABLE", (broken, *retention.TABLE))
    flags.flag(by=hedda, email="typed@uu.example", reason="Old.")
    PersonFlag.objects.update(set_at=timezone.now() - timedelta(days=3000))
    with pytest.raises(RuntimeError, match=first.slug):
        retention.forget()
    assert not PersonFlag.objects.exists()


def test_many_rows_go_in_batches(monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any) -> None:
    stamp = timezone.now() - timedelta(days=200)
    Mail.objects.bulk_create(
        Mail(about="a", kind="word", recipient=f"{number}@uu.example", subject="s", text="t", message_id=str(number),
             status="sent", sent_at=stamp) for number in range(1203)
    )  # fmt: skip
    monkeypatch.setattr("aidahub.outbox.forgetting.A_NIGHT", 900)
    with django_assert_max_num_queries(60):
        assert retention.forget()["mails"] == 1000, "whole batches, and the rest in the next night"
    assert retention.forget()["mails"] == 203
    assert not Mail.objects.filter(text="t").exists()
