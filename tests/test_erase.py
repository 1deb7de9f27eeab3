"""Erasing one's own account: what goes, what stays, what stands in the way, and that the record still verifies."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.cache import cache
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access_requests import actions, flags
from access_requests.events import verify
from access_requests.models import AccessRequest, Participant, PartInvitation, PersonFlag
from access_requests.refusals import Denied
from access_requests.workflow import Status
from aidahub.accounts.closing import ERASED_NAME
from aidahub.accounts.invitations import invite
from aidahub.accounts.models import Invitation, User
from aidahub.outbox.delivery import claim, deliver, mark_sent
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import PASSWORD, RequestAt, draft_of, fresh, make_dataset, make_user, provider_of
from tests.mails import SUNE
from tests.support.accounts import sign_in
from tests.support.mail import MailServer

pytestmark = pytest.mark.django_db
PATH = "/accounts/erase/"


def ready(client: Client, user: User) -> Client:
    """Signed in, and asked once more just now."""
    cache.clear()
    sign_in(client, user.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def words(answer: Any) -> str:
    """The main part of a page as one reads it."""
    html = answer.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html[html.index("<main") : html.index("</main>")]).split())


def press(client: Client, user: User, email: str = "") -> Any:
    """Type the address and press the button."""
    return ready(client, user).post(PATH, {"email": email or user.email})


class TestThePage:
    """What it shows before anything is done."""

    def test_it_says_what_goes_and_what_stays(self, client: Client, request_at: RequestAt, ada: User) -> None:
        request = request_at(Status.REJECTED)
        draft = draft_of(ada, make_dataset())
        SocialAccount.objects.create(user=ada, provider="orcid", uid="0000-0001-5109-3700")
        Authenticator.objects.create(user=ada, type="totp", data={})
        client.force_login(ada)
        text = words(client.get(PATH))
        goes, stays = text.split("What stays, and on which ground")
        for word in (ada.email, draft.reference, "OTHER", "orcid", "second step"):
            assert word in goes, word
        assert request.reference in stays
        assert "Archives Act" in stays
        assert draft.reference not in stays

    def test_it_asks_the_database_little(
        self, client: Client, ada: User, django_assert_max_num_queries: Any, request_at: RequestAt
    ) -> None:
        request_at(Status.REJECTED)
        for number in range(5):
            draft_of(ada, make_dataset(f"10.23698/aida/{number}"))
        client.force_login(ada)
        client.get(PATH)
        with django_assert_max_num_queries(22):
            client.get(PATH)

    @pytest.mark.parametrize(
        ("status", "sentence"),
        [(Status.IN_REVIEW, "A request of yours is open"), (Status.GRANTED, "You have access by")],
    )
    def test_what_stands_in_the_way_is_said_with_a_link(
        self, client: Client, request_at: RequestAt, ada: User, status: Status, sentence: str
    ) -> None:
        request = request_at(status)
        client.force_login(ada)
        answer = client.get(PATH)
        assert sentence in words(answer)
        assert f'href="/requests/{request.reference}/"' in answer.content.decode()
        assert "Yes, erase my account" not in words(answer)

    def test_a_decider_is_told_to_ask_the_hub(self, client: Client, per: User) -> None:
        client.force_login(per)
        assert "You decide or handle requests for" in words(client.get(PATH))

    def test_the_last_operator_stays(self, client: Client, sigrid: User) -> None:
        client.force_login(sigrid)
        assert "You are the last operator" in words(client.get(PATH))
        make_user("sven@hub.example", "Sven Super", is_superuser=True)
        assert "You are the last operator" not in words(client.get(PATH))

    def test_everything_in_the_way_is_said_at_once(
        self, client: Client, request_at: RequestAt, rut: User, other: Dataset
    ) -> None:
        request_at(Status.IN_REVIEW)
        mine = actions.submit(request=draft_of(rut, other), by=rut)
        client.force_login(rut)
        text = words(client.get(PATH))
        assert mine.reference in text
        assert "You are named in an open request" in text

    def test_whoever_declined_their_part_is_not_held(self, request_at: RequestAt, rut: User) -> None:
        request = request_at(Status.IN_REVIEW)
        actions.decline_part(request=request, by=rut, reason="I know nothing of it.")
        actions.erase_own_account(by=rut)
        assert fresh(rut).erased_at
        assert not list(verify())


class TestDoingIt:
    """From the button to the last mail."""

    def test_it_is_done_and_the_record_verifies(self, client: Client, request_at: RequestAt, ada: User) -> None:
        request = request_at(Status.REJECTED)
        draft_of(ada, make_dataset())
        Invitation.objects.all().delete()
        invite(provider_of(request.dataset, 3), email=ada.email)
        LogEntry.objects.log_actions(ada.pk, User.objects.filter(pk=ada.pk), CHANGE, "", single_object=True)
        before = AccessRequest.objects.get(pk=request.pk)
        answer = press(client, ada)
        assert answer.status_code == 200
        assert "Your account is erased" in words(answer)
        assert "no-store" in answer["Cache-Control"]
        person = fresh(ada)
        assert (person.name, person.is_active, str(person.country)) == ("Erased person", False, "")
        for model in (EmailAddress, SocialAccount, Authenticator, UserSession):
            assert not model.objects.filter(user=person).exists(), model
        assert not Invitation.objects.exists()
        assert {row.object_repr for row in LogEntry.objects.all()} == {"Erased person"}
        after = AccessRequest.objects.get()
        assert (after.event_count, after.event_head) == (before.event_count, before.event_head)
        assert after.submissions.get().answers["applicant_name"] == "Ada Berg"
        assert Participant.objects.filter(name="Ada Berg").exists()
        assert not list(verify())

    def test_they_are_signed_out_everywhere(self, client: Client, ada: User) -> None:
        elsewhere = Client()
        sign_in(elsewhere, ada.email)
        press(client, ada)
        for browser in (client, elsewhere):
            browser.get("/requests/")
            assert browser.get("/requests/").status_code == 302
        assert not sign_in(Client(), ada.email)

    @pytest.mark.parametrize("typed", ["", "rut.ek@uu.example", "yes"])
    def test_not_without_the_address_typed(self, client: Client, ada: User, typed: str) -> None:
        answer = ready(client, ada).post(PATH, {"email": typed})
        assert answer.status_code == 200
        assert fresh(ada).name == "Ada Berg"

    def test_nor_without_showing_who_it_is(self, client: Client, ada: User) -> None:
        sign_in(client, ada.email)
        asked = client.post(PATH, {"email": ada.email})
        assert asked["Location"].startswith("/accounts/reauthenticate/")
        assert fresh(ada).name == "Ada Berg"

    def test_nor_by_another_site(self, ada: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada)
        assert client.post(PATH, {"email": ada.email}).status_code == 403
        assert fresh(ada).name == "Ada Berg"

    def test_what_came_up_meanwhile_is_said_and_nothing_is_done(
        self, client: Client, request_at: RequestAt, ada: User
    ) -> None:
        request_at(Status.IN_REVIEW)
        answer = press(client, ada)
        assert answer.status_code == 403
        assert "A request of yours is open" in words(answer)
        assert fresh(ada).name == "Ada Berg"

    def test_hub_staff_and_a_second_operator_may(self, client: Client, hedda: User, sigrid: User) -> None:
        make_user("sven@hub.example", "Sven Super", is_superuser=True)
        for person in (hedda, sigrid):
            press(Client(), person)
            assert fresh(person).erased_at
            assert not fresh(person).is_hub

    def test_hub_staff_cannot_erase_the_last_operator_either(self, sigrid: User) -> None:
        second = make_user("sven@hub.example", "Sven Super", is_superuser=True)
        actions.erase_account(user=sigrid, by=second)
        with pytest.raises(Denied, match="last operator"):
            actions.erase_own_account(by=fresh(second))


class TestMails:
    """The person's mails go with them; the last one, too."""

    def test_all_are_emptied_whatever_became_of_them(self, request_at: RequestAt, ada: User, hedda: User) -> None:
        request_at(Status.REJECTED)
        Mail.objects.filter(recipient=ada.email, kind="receipt").update(status="sent", sent_at=timezone.now())
        others = set(Mail.objects.exclude(recipient=ada.email).values_list("pk", "text"))
        assert others
        actions.erase_account(user=ada, by=hedda)
        mine = Q(recipient=ada.email) | Q(subject__contains=ada.email)
        assert [mail.kind for mail in Mail.objects.filter(mine)] == [Mail.FAREWELL]
        emptied = Mail.objects.exclude(emptied_at=None)
        assert emptied.exists()
        assert not emptied.exclude(text="", subject="").exists()
        assert not emptied.filter(status="waiting").exists(), "none of them is sent any more"
        assert others <= set(Mail.objects.values_list("pk", "text"))

    def test_those_to_another_address_by_which_they_were_named_go_too(
        self, request_at: RequestAt, otto: User, hedda: User
    ) -> None:
        """Otto followed a link that was sent to Sune's address, which is his, too."""
        request = request_at(Status.IN_REVIEW)
        actions.take_part(invitation=PartInvitation.objects.get(participant__email=SUNE), by=otto)
        actions.close(request=request, by=hedda, reason="Made by mistake.")
        assert Mail.objects.filter(recipient=SUNE).exists()
        actions.erase_account(user=fresh(otto), by=hedda)
        assert not Mail.objects.filter(recipient=SUNE).exists()

    def test_the_last_one_arrives_and_is_forgotten(self, ada: User, settings: Any, smtp_server: MailServer) -> None:
        User.objects.filter(pk=ada.pk).update(language="en")
        actions.erase_own_account(by=fresh(ada))
        assert Mail.objects.get().recipient == ada.email
        settings.OUTBOX_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_server.port
        assert deliver() == 1
        (arrived,) = smtp_server.to(ada.email)
        assert arrived.subject == "Your account is erased"
        assert "Requests that were sent stay" in " ".join(arrived.text.split())
        mail = Mail.objects.get()
        assert mail.status == Mail.Status.SENT
        assert (mail.subject, mail.text, mail.html) == ("", "", "")
        assert "@" not in mail.recipient

    def test_one_that_is_being_sent_writes_nothing_back(self, request_at: RequestAt, ada: User, hedda: User) -> None:
        request_at(Status.REJECTED)
        Mail.objects.exclude(recipient=ada.email).delete()
        held = claim()
        assert held
        actions.erase_account(user=ada, by=hedda)
        mark_sent(held)
        mail = Mail.objects.get(pk=held.pk)
        assert (mail.text, mail.subject) == ("", "")
        assert "@" not in mail.recipient


def test_a_flag_outlives_the_account(ada: User, hedda: User) -> None:
    flags.flag(by=hedda, user=ada, email=ada.email, reason="Copied on.")
    actions.erase_account(user=ada, by=hedda)
    assert PersonFlag.objects.get().email == "ada.berg@uu.example"
    again = make_user("ada.berg@uu.example", "Ada Berg")
    assert flags.flagged([again], [])


def test_the_admins_history_does_not_say_any_more_whom_a_flag_was_on(ada: User, hedda: User) -> None:
    flag = flags.flag(by=hedda, user=ada, email=ada.email, reason="Copied on.")
    browser = Client()
    browser.force_login(hedda)
    browser.post(reverse("admin:access_requests_personflag_lift", args=(flag.pk,)))
    history = LogEntry.objects.filter(object_id=str(flag.pk), content_type__model="personflag")
    assert ada.email in history.get().object_repr
    actions.erase_account(user=ada, by=hedda)
    assert history.get().object_repr == ERASED_NAME


def test_the_log_holds_the_key_and_not_the_name(ada: User, caplog: pytest.LogCaptureFixture) -> None:
    actions.erase_own_account(by=ada)
    said = " ".join(str(record.msg) for record in caplog.records)
    assert str(ada.public_id) in said
    assert "Ada" not in said
    assert timezone.now() - (fresh(ada).erased_at or timezone.now() - timedelta(days=1)) < timedelta(minutes=5)
