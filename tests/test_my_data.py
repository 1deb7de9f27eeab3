"""Everything about oneself: what the archive holds, what it never holds, and who gets it when."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from time_machine import travel

from access_requests import actions, flags
from access_requests.attachments.keeping import private
from access_requests.models import AccessRequest, Attachment, Message, SealedText
from access_requests.workflow import Status
from aidahub.accounts.invitations import invite, send_invitation
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue
from aidahub.pages.my_data.archive import archive_of
from aidahub.pages.my_data.requests import path_of
from aidahub.pages.my_data.table import SECTIONS
from datasets.models import Dataset
from tests.cast import PASSWORD, RequestAt, draft_of, fresh, make_user, provider_of
from tests.support.accounts import OUTBOX, add_address, code_for, sign_in
from tests.support.accounts import path_of as path_of_link
from tests.support.parts import member
from tests.support.whole import HUB_ONLY, INNER, NEVER, PLANTED, attach, whole_request

pytestmark = pytest.mark.django_db
PATH = "/accounts/my-data/"


def opened(user: User) -> zipfile.ZipFile:
    """Somebody's archive."""
    return zipfile.ZipFile(archive_of(fresh(user)))


def rows(archive: zipfile.ZipFile, slug: str) -> list[dict[str, Any]]:
    """One of its files."""
    found: list[dict[str, Any]] = json.loads(archive.read(f"{slug}.json"))
    return found


def words(archive: zipfile.ZipFile, *but: str) -> str:
    """All of its texts together, but for some files."""
    names = [name for name in archive.namelist() if not name.startswith("files/") and name not in but]
    return "\n".join(archive.read(name).decode() for name in names)


@pytest.fixture
def whole(
    request_at: RequestAt, brgandi: Dataset, ada: User, per: User, hedda: User, rut: User, files_folder: Path
) -> AccessRequest:
    """A request with everything in it."""
    return whole_request(request_at, brgandi, ada, per, hedda, rut)


class TestWhatIsInIt:
    """Each file, its keys, and whose rows."""

    def test_every_file_has_the_keys_that_are_documented(
        self, whole: AccessRequest, ada: User, per: User, hedda: User
    ) -> None:
        SocialAccount.objects.create(user=ada, provider="orcid", uid="0000-0001-5109-3700", extra_data={"sub": "x"})
        Authenticator.objects.create(user=ada, type="totp", data={"secret": "totpsecret"})
        found = set()
        for person in (ada, per, hedda):
            archive = opened(person)
            for section in SECTIONS:
                for row in rows(archive, section.slug):
                    assert list(row) == list(section.keys), section.slug
                    found.add(section.slug)
            assert "totpsecret" not in words(archive)
        empty = {section.slug for section in SECTIONS} - found
        assert empty <= {"sessions", "invitations", "register", "changes"}, empty

    def test_the_applicant_gets_what_they_sent_wrote_and_hold(self, whole: AccessRequest, ada: User) -> None:
        archive = opened(ada)
        text = words(archive)
        for word in PLANTED:
            assert word in text, word
        assert rows(archive, "account")[0]["email"] == ada.email
        assert [row["number"] for row in rows(archive, "submissions")] == [1, 2]
        assert "newplanword" in archive.read(f"answers/{whole.reference}-2.txt").decode()
        assert [row["institution"] for row in rows(archive, "grants")] == ["Uppsala University"]
        assert rows(archive, "grants")[0]["handed_over"]
        assert {row["to"] for row in rows(archive, "mails")} == {ada.email}

    def test_never_what_they_may_not_see_on_the_pages(self, whole: AccessRequest, ada: User, rut: User) -> None:
        for person in (ada, rut):
            text = words(opened(person))
            for word in (*NEVER, *HUB_ONLY, *(word for word in INNER if word != "Per Provider")):
                assert word not in text, f"{person}: {word}"
        # The applicant wrote that name into an answer, which Rut was mailed.
        assert "Per Provider" not in json.dumps(rows(opened(ada), "requests"))
        assert "Per Provider" not in words(opened(rut), "mails.json")

    def test_whoever_is_named_gets_their_part_and_nothing_else_of_the_request(
        self, whole: AccessRequest, rut: User
    ) -> None:
        archive = opened(rut)
        assert rows(archive, "requests") == rows(archive, "submissions") == []
        part = rows(archive, "parts")[0]
        assert (part["request"], part["part"], part["name"]) == (whole.reference, "recipient-scientist", "Rut Ek")
        assert part["confirmed"]
        assert len(rows(archive, "acceptances")) == len(rows(archive, "grants")) == 1

    def test_a_decider_gets_their_own_votes_and_notes_only(
        self, request_at: RequestAt, per: User, petra: User, ada: User
    ) -> None:
        request = request_at(Status.REJECTED)
        actions.note(request=request, by=fresh(per), text="pernote")
        assert [row["reason"] for row in rows(opened(per), "decisions")] == ["Too vague."]
        assert [row["words"] for row in rows(opened(per), "messages")] == ["pernote"]
        assert rows(opened(per), "providers")[0]["ground"] == "invitation"
        for person in (petra, ada):
            assert "pernote" not in words(opened(person))
            assert rows(opened(person), "decisions") == []

    def test_files_lie_in_it_as_they_were_attached(self, whole: AccessRequest, ada: User, hedda: User) -> None:
        archive = opened(ada)
        named = rows(archive, "files")
        ethics, gone = (
            next(row for row in named if row["name"] == f"{name}.pdf") for name in ("ethicsname", "gonename")
        )
        file = Attachment.objects.get(name="ethicsname.pdf")
        with private().open(file.key) as kept:
            assert archive.read(ethics["file"]) == kept.read()
        assert gone["file"] is None
        assert gone["taken_away"]
        # What hub staff attached to somebody's request is listed, and about that somebody.
        assert [row["file"] for row in rows(opened(hedda), "files")] == [None]

    def test_what_hub_staff_attached_is_not_handed_out_to_them(self, whole: AccessRequest, hedda: User) -> None:
        """A file for the applicant, and an internal one of a request in which they are named since."""
        attach(whole, hedda, "hubname.pdf")
        archive = opened(hedda)
        assert [row["name"] for row in rows(archive, "files")] == ["internalname.pdf", "hubname.pdf"]
        assert not [name for name in archive.namelist() if name.startswith("files/")]
        actions.add_person(request=whole, by=hedda, person=member(hedda.email, "Hedda Hub"))
        given = [row["name"] for row in rows(opened(hedda), "files") if row["file"]]
        assert given == ["hubname.pdf"]

    def test_a_file_that_is_missing_is_named_and_the_rest_is_there(self, whole: AccessRequest, ada: User) -> None:
        file = Attachment.objects.get(name="ethicsname.pdf")
        private().delete(file.key)
        archive = opened(ada)
        assert path_of(file) in archive.read("not-readable.txt").decode()
        assert path_of(file) not in archive.namelist()

    def test_a_draft_is_in_it(self, ada: User, brgandi: Dataset) -> None:
        draft = draft_of(ada, brgandi)
        found = rows(opened(ada), "requests")[0]
        assert (found["reference"], found["status"], found["sent"]) == (draft.reference, "draft", None)
        assert found["being_written"]["applicant_name"] == "Ada Berg"

    def test_an_address_that_is_not_proven_opens_nothing(self, whole: AccessRequest, otto: User, ada: User) -> None:
        """Anybody may type somebody else's address into their own account."""
        EmailAddress.objects.filter(email__in=("ada.berg@uu.example", "rut.ek@uu.example")).delete()
        User.objects.filter(pk=ada.pk).update(email="moved@uu.example")
        add_address(otto, "ada.berg@uu.example", verified=False)
        archive = opened(otto)
        for slug in ("mails", "parts", "grants", "invitations", "acceptances"):
            assert rows(archive, slug) == [], slug
        add_address(otto, "rut.ek@uu.example")
        assert rows(opened(otto), "parts")

    def test_mails_without_codes_and_links(self, ada: User, brgandi: Dataset, settings: Any) -> None:
        queue(about="a/1", kind="x", recipient=ada.email, subject="Code", text="    ABCDEF", secret=True)
        link = "https://hub.example/invitations/secrettoken/"
        queue(about="a/2", kind="x", recipient=ada.email, subject="Link", text=f"Go to {link}")
        text = words(opened(ada))
        assert "ABCDEF" not in text
        assert "secrettoken" not in text
        assert "Go to https://hub.example/invitations/" in text

    def test_flags_are_not_in_it_and_the_page_says_where_to_ask(
        self, client: Client, ada: User, hedda: User, settings: Any
    ) -> None:
        settings.DPO_EMAIL = "dpo@uu.example"
        flags.flag(by=hedda, user=ada, email=ada.email, reason="flagword")
        assert "flagword" not in words(opened(ada))
        client.force_login(ada)
        page = client.get(PATH).content.decode()
        assert "mailto:dpo@uu.example" in page
        assert "2009:400" in page

    def test_an_invitation(self, ada: User, brgandi: Dataset, settings: Any) -> None:
        settings.EMAIL_BACKEND = OUTBOX
        send_invitation(brgandi.dataset_providers.all()[0].provider, email=ada.email)
        assert [row["email"] for row in rows(opened(ada), "invitations")] == [ada.email]

    def test_an_invitation_that_was_sent_to_somebody_else(self, client: Client, otto: User, brgandi: Dataset) -> None:
        client.force_login(otto)
        client.post(path_of_link(invite(provider_of(brgandi, 1), email="front.desk@liu.example")))
        (row,) = rows(opened(otto), "invitations")
        assert (row["email"], row["used_by_you"]) == (None, True)


class TestGettingIt:
    """The page and the download."""

    def test_it_asks_who_is_there_and_then_gives_it(self, client: Client, ada: User) -> None:
        sign_in(client, ada.email)
        assert client.get(PATH).status_code == 200
        asked = client.post(PATH)
        assert asked["Location"].startswith("/accounts/reauthenticate/")
        answer = client.post(asked["Location"], {"password": PASSWORD})
        assert answer["Content-Type"] == "application/zip"
        assert "no-store" in answer["Cache-Control"]
        assert answer["Content-Disposition"].startswith("attachment")
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
        assert rows(archive, "account")[0]["name"] == "Ada Berg"
        assert archive.testzip() is None

    def test_without_a_password_a_code_by_mail_shows_who_it_is(self, client: Client, ada: User, settings: Any) -> None:
        settings.EMAIL_BACKEND = OUTBOX
        ada.set_unusable_password()
        ada.save()
        client.post("/accounts/login/code/", {"email": ada.email})
        client.post("/accounts/login/code/confirm/", {"code": code_for(ada.email)})
        asked = client.post(PATH)
        assert asked["Location"].startswith("/accounts/again/")
        client.post(asked["Location"], {"action": "send"})
        answer = client.post(asked["Location"], {"code": code_for(ada.email)})
        assert answer["Content-Type"] == "application/zip"
        with travel(timezone.now() + timedelta(minutes=20)):
            assert client.post(PATH)["Location"].startswith("/accounts/again/")

    def test_a_few_times_an_hour(self, client: Client, ada: User) -> None:
        cache.clear()
        sign_in(client, ada.email)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert [client.post(PATH).status_code for _ in range(6)] == [200] * 5 + [429]

    def test_it_needs_a_token_of_the_page(self, ada: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada)
        assert client.post(PATH).status_code == 403

    def test_the_log_says_that_and_not_who(self, client: Client, ada: User, caplog: pytest.LogCaptureFixture) -> None:
        sign_in(client, ada.email)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        caplog.clear()
        client.post(PATH)
        said = " ".join(str(record.msg) for record in caplog.records)
        assert "own data taken out" in said
        assert "Ada" not in said
        assert ada.email not in said

    def test_the_page_asks_the_database_little(
        self, client: Client, ada: User, django_assert_max_num_queries: Any
    ) -> None:
        client.force_login(ada)
        client.get(PATH)
        with django_assert_max_num_queries(8):
            client.get(PATH)


def test_memory_does_not_grow_with_what_there_is(request_at: RequestAt, ada: User, files_folder: Path) -> None:
    request = request_at(Status.REJECTED)
    texts = SealedText.objects.bulk_create(
        SealedText(request=request, salt="s", text="x" * 2000, digest=str(number)) for number in range(4000)
    )
    Message.objects.bulk_create(
        Message(request=request, number=10 + number, kind="message", voice="participant", by=ada, text=text)
        for number, text in enumerate(texts)
    )
    del texts
    make_user("nobody@uu.example", "Nobody")
    archive_of(ada).close()
    tracemalloc.start()
    archive_of(ada).close()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000_000, "8 MB of messages went by in pieces"


def test_it_is_in_the_menu_of_the_account(client: Client, ada: User) -> None:
    client.force_login(ada)
    page = client.get("/accounts/profile/").content.decode()
    assert f'href="{PATH}"' in page
    assert 'href="/accounts/erase/"' in page


def test_an_attached_name_cannot_leave_the_folder(request_at: RequestAt, ada: User, files_folder: Path) -> None:
    request = request_at(Status.IN_REVIEW)
    attach(request, ada, "../../etc/passwd.pdf")
    names = [name for name in opened(ada).namelist() if name.startswith("files/")]
    assert len(names) == 1
    assert ".." not in names[0].split("/")
    assert Mail.objects.exists()
