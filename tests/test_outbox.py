"""The outbox: what is written into it, and what comes out."""

from __future__ import annotations

import threading
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection, send_mail
from django.db import connection, transaction
from django.utils import timezone

from aidahub.outbox import delivery
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue
from tests.support.mail import MailServer

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def write(**changes: Any) -> Mail | None:
    """One ordinary mail to Per."""
    mail = {"about": "AIDA-2026-00042/1", "kind": "decide", "recipient": "per@example.org"}
    mail |= {"subject": "Decide [AIDA-2026-00042]", "text": "Ada asks.\n"}
    return queue(**{**mail, **changes})


@pytest.fixture
def mail_server(smtp_server: MailServer, settings: Any) -> MailServer:
    """The real SMTP server, and the outbox set up to deliver to it."""
    settings.OUTBOX_EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 5
    return smtp_server


@pytest.fixture
def own_backend(settings: Any) -> None:
    """The backend of the site: pytest-django sets another one for its own purposes."""
    settings.EMAIL_BACKEND = "aidahub.outbox.backend.OutboxBackend"


@pytest.mark.django_db
def test_same_mail_is_written_once() -> None:
    first = write()
    assert first is not None
    assert write(text="Another text.") is None
    assert write(recipient="petra@example.org") is not None
    assert write(kind="told") is not None
    assert write(about="AIDA-2026-00042/2") is not None
    assert Mail.objects.count() == 4
    assert len(set(Mail.objects.values_list("message_id", flat=True))) == 4


@pytest.mark.django_db(transaction=True)
def test_mail_vanishes_with_the_transaction_it_tells_of() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)  # the verb failed
    assert not Mail.objects.exists()


@pytest.mark.django_db
def test_hostile_subject_and_names_are_made_harmless(mail_server: MailServer) -> None:
    hostile = "Decide\r\nBcc: evil@example.org\x00\u202egro.elpmaxe\u2066\u2028x" + "a" * 1_000_000
    write(subject=hostile, headers={"X-Name": "Ada\r\nBcc: evil@example.org\x00"}, text="a\r\nb\x00\u202ec")
    mail = Mail.objects.get()
    assert len(mail.subject) == 400
    assert mail.subject.startswith("Decide Bcc: evil@example.org gro.elpmaxe x")
    assert mail.text == "a\nbc"
    assert delivery.deliver() == 1
    received = mail_server.messages[0]
    assert received.recipients == ("per@example.org",)
    assert received.message["Bcc"] is None
    assert received.subject.strip() == mail.subject
    assert received.message["X-Name"] == "Ada Bcc: evil@example.org"


@pytest.mark.parametrize("name", ["X-A\r\nBcc", "Näme", "", "a b", "Subject:"])
def test_header_with_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name of a mail header"):
        write(headers={name: "x"})


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["no address", "a@b@c", "per@example.org\r\nBcc: x@example.org", "", "x" * 10**6])
def test_bad_address_is_kept_for_hub_staff_and_never_tried(address: str, mail_server: MailServer) -> None:
    write(recipient=address)
    mail = Mail.objects.get()
    assert mail.status == Mail.Status.FAILED
    assert mail.last_error
    assert mail in Mail.objects.in_trouble()
    assert delivery.deliver() == 0
    assert mail_server.attempts == 0


@pytest.mark.django_db
def test_mail_arrives_with_its_headers(mail_server: MailServer) -> None:
    write(html="<p>Ada asks.</p>", thread="AIDA-2026-00042", language="sv")
    write(kind="told", thread="AIDA-2026-00042")
    assert delivery.deliver() == 2
    first, second = mail_server.messages
    mail = Mail.objects.get(kind="decide")
    assert (first.text.strip(), first.html.strip()) == ("Ada asks.", "<p>Ada asks.</p>")
    assert first.message_id == mail.message_id
    assert first.message["Auto-Submitted"] == "auto-generated"
    assert first.message["Content-Language"] == "sv"
    assert settings.HUB_EMAIL in first.message["Reply-To"]
    assert abs(parsedate_to_datetime(first.message["Date"]) - mail.created_at) < timedelta(seconds=1)
    root = first.message["References"]
    assert "aida-2026-00042" in root
    assert {first.message["In-Reply-To"], second.message["In-Reply-To"], second.message["References"]} == {root}
    assert second.message_id != first.message_id
    mail.refresh_from_db()
    assert mail.status == Mail.Status.SENT
    assert mail.sent_at is not None
    assert mail.text == "Ada asks.\n"


@pytest.mark.django_db
def test_one_connection_carries_a_batch(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    monkeypatch.setattr(delivery, "get_connection", counting(get_connection, opened))
    for number in range(5):
        write(about=f"AIDA-2026-00042/{number}")
    assert delivery.deliver() == 5
    assert opened == [1]
    assert len(mail_server.messages) == 5


@pytest.mark.django_db
def test_slow_server_keeps_no_worker_for_long(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "LOOK_SECONDS", 0.3)
    mail_server.slow(0.2)
    for number in range(5):
        write(about=f"AIDA-2026-00042/{number}")
    assert 1 <= delivery.deliver() <= 3
    while delivery.deliver():
        pass
    assert len(mail_server.messages) == 5


def counting(make: Any, opened: list[int]) -> Any:
    """`make`, with the number of connections that were really opened noted in `opened`."""

    def made(*args: Any, **kwargs: Any) -> Any:
        backend = make(*args, **kwargs)
        really_open = backend.open

        def open_and_count() -> Any:
            if fresh := really_open():
                opened.append(1)
            return fresh

        backend.open = open_and_count
        return backend

    return made


@pytest.mark.django_db
def test_nothing_leaves_without_a_mail_server(smtp_server: MailServer) -> None:
    write()
    assert delivery.deliver() == 0
    mail = Mail.objects.get()
    assert (mail.status, mail.tries) == (Mail.Status.WAITING, 0)


@pytest.mark.django_db
def test_mail_waits_for_its_time(mail_server: MailServer) -> None:
    write(not_before=timezone.now() + timedelta(hours=1))
    assert delivery.deliver() == 0
    Mail.objects.update(next_try_at=timezone.now())
    assert delivery.deliver() == 1


@pytest.mark.django_db
def test_refused_mail_backs_off_and_then_arrives_once(mail_server: MailServer) -> None:
    write()
    mail_server.refuse(3)
    for tries, wait in ((1, 10), (2, 30), (3, 120)):
        assert delivery.deliver() == 0
        mail = Mail.objects.get()
        assert (mail.status, mail.tries) == (Mail.Status.WAITING, tries)
        assert "451 4.3.0 Try again later" in mail.last_error
        assert timedelta(seconds=wait - 2) < mail.next_try_at - timezone.now() <= timedelta(seconds=wait)
        assert delivery.deliver() == 0  # not due yet: the server is left in peace
        assert mail_server.attempts == tries
        Mail.objects.update(next_try_at=timezone.now())
    assert delivery.deliver() == 1
    mail = Mail.objects.get()
    assert (mail.status, mail.tries, mail.last_error) == (Mail.Status.SENT, 4, "")
    assert len(mail_server.messages) == 1


@pytest.mark.django_db
def test_tries_end_after_three_days_and_hub_staff_see_it(mail_server: MailServer) -> None:
    write()
    mail_server.refuse(100)
    delivery.deliver()
    Mail.objects.update(tried_since=timezone.now() - timedelta(days=2, hours=23), next_try_at=timezone.now(), tries=70)
    delivery.deliver()
    mail = Mail.objects.get()
    assert mail.status == Mail.Status.WAITING
    assert timedelta(minutes=59) < mail.next_try_at - timezone.now() <= timedelta(hours=1)
    Mail.objects.update(tried_since=timezone.now() - timedelta(days=3), next_try_at=timezone.now())
    delivery.deliver()
    mail.refresh_from_db()
    assert mail.status == Mail.Status.FAILED
    assert list(Mail.objects.in_trouble()) == [mail]
    assert mail.text
    assert delivery.deliver() == 0


@pytest.mark.django_db
def test_mail_held_for_long_has_all_its_tries_left(mail_server: MailServer) -> None:
    write()
    Mail.objects.update(created_at=timezone.now() - timedelta(days=30))
    mail_server.refuse(1)
    delivery.deliver()
    assert Mail.objects.get().status == Mail.Status.WAITING


@pytest.mark.django_db
def test_unknown_recipient_is_given_up_early_and_stops_nobody_else(mail_server: MailServer) -> None:
    write()
    write(recipient="petra@example.org")
    mail_server.refuse_recipient("per@example.org")
    for _try in range(delivery.TRIES_WHEN_UNWANTED):
        delivery.deliver()
        Mail.objects.update(next_try_at=timezone.now())
    mail = Mail.objects.get(recipient="per@example.org")
    assert mail.status == Mail.Status.FAILED
    assert "550" in mail.last_error
    assert Mail.objects.get(recipient="petra@example.org").status == Mail.Status.SENT


@pytest.mark.django_db
def test_sender_refused_for_good_is_tried_again(mail_server: MailServer) -> None:
    write()
    mail_server.refuse(delivery.TRIES_WHEN_UNWANTED, "554 5.7.1 Not today")
    for _try in range(delivery.TRIES_WHEN_UNWANTED):
        delivery.deliver()
        Mail.objects.update(next_try_at=timezone.now())
    assert Mail.objects.get().status == Mail.Status.WAITING
    assert delivery.deliver() == 1


@pytest.mark.django_db
def test_dropped_connection_repeats_the_mail_under_the_same_id(mail_server: MailServer) -> None:
    write()
    mail_server.drop(1)
    assert delivery.deliver() == 0
    assert Mail.objects.get().status == Mail.Status.WAITING
    Mail.objects.update(next_try_at=timezone.now())
    assert delivery.deliver() == 1
    assert len({mail.message_id for mail in mail_server.messages}) == 1
    assert len(mail_server.messages) == 2


@pytest.mark.django_db
def test_absent_server_is_noted_with_one_mail_and_ends_the_batch(mail_server: MailServer, settings: Any) -> None:
    write()
    write(kind="told")
    settings.EMAIL_PORT = 1
    assert delivery.deliver() == 0
    first, second = Mail.objects.order_by("pk")
    assert (first.status, first.tries, second.tries) == (Mail.Status.WAITING, 1, 0)
    assert "refused" in first.last_error.lower()


@pytest.mark.django_db
def test_sending_is_cut_off_before_the_lease_ends(mail_server: MailServer, settings: Any) -> None:
    settings.OUTBOX_LEASE = 1
    mail_server.slow(3)
    write()
    started = timezone.now()
    assert delivery.deliver() == 0
    assert timezone.now() - started < timedelta(seconds=2)
    assert Mail.objects.get().status == Mail.Status.WAITING


@pytest.mark.django_db
def test_claim_is_kept_until_its_lease_runs_out(mail_server: MailServer) -> None:
    write()
    claimed = delivery.claim()
    assert claimed is not None
    assert (claimed.status, claimed.tries) == (Mail.Status.SENDING, 1)
    assert delivery.claim() is None
    Mail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    again = delivery.claim()
    assert again is not None
    assert again.claim != claimed.claim
    delivery.put_off(claimed, OSError("too late"))  # the first sender's claim is no longer worth anything
    delivery.mark_sent(claimed)
    assert Mail.objects.get().status == Mail.Status.SENDING


@pytest.mark.django_db
def test_codes_for_signing_in_go_first(mail_server: MailServer) -> None:
    write()
    write(kind="account", about="account/1", subject="Your code", secret=True)
    delivery.deliver()
    assert [mail.subject for mail in mail_server.messages] == ["Your code", "Decide [AIDA-2026-00042]"]


@pytest.mark.django_db
def test_mail_that_cannot_be_built_does_not_stand_in_the_way(mail_server: MailServer) -> None:
    write()
    write(kind="told")
    Mail.objects.filter(kind="decide").update(headers={"X-A": "a\r\nb"})  # past queue(), in the database itself
    assert delivery.deliver() == 1
    assert Mail.objects.get(kind="decide").status == Mail.Status.WAITING


@pytest.mark.django_db(transaction=True)
def test_many_senders_send_each_mail_once(mail_server: MailServer) -> None:
    for number in range(30):
        write(about=f"AIDA-2026-00042/{number}")

    def work() -> None:
        try:
            delivery.deliver()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(mail_server.messages) == 30
    assert len({mail.message_id for mail in mail_server.messages}) == 30
    assert set(Mail.objects.values_list("status", flat=True)) == {Mail.Status.SENT}


@pytest.mark.django_db
def test_secret_text_and_links_are_forgotten_once_sent(mail_server: MailServer) -> None:
    write(secret=True, text="Your code is 1234.", html="<p>1234</p>")
    link = "https://hub.example.org/invitations/abc123def/?next=/"
    write(kind="told", text=f"Open {link} now.", html=f'<a href="{link}">Open</a>')
    assert delivery.deliver() == 2
    secret, invitation = Mail.objects.order_by("pk")
    assert (secret.text, secret.html) == ("", "")
    assert "abc123def" not in invitation.text + invitation.html
    assert "invitations" in invitation.text
    assert any("abc123def" in mail.text for mail in mail_server.messages)


@pytest.mark.django_db
def test_djangos_own_mail_goes_into_the_outbox(mail_server: MailServer, own_backend: None) -> None:
    assert send_mail("Hello\u2028there", "Text.", None, ["ada@example.org", "per@example.org"]) == 1
    assert mail_server.attempts == 0
    mails = Mail.objects.order_by("pk")
    assert [(mail.kind, mail.secret, mail.recipient) for mail in mails] == [
        ("account", True, "ada@example.org"),
        ("account", True, "per@example.org"),
    ]
    send_mail("Hello", "Text.", None, ["ada@example.org"])
    assert Mail.objects.count() == 3  # the same words twice are two mails


@pytest.mark.django_db
def test_message_with_html_keeps_both_texts(own_backend: None) -> None:
    message = EmailMultiAlternatives("Hello", "Text.", None, ["ada@example.org"], headers={"To": "x", "X-Own": "y"})
    message.attach_alternative("<p>HTML.</p>", "text/html")
    message.send()
    mail = Mail.objects.get()
    assert (mail.text, mail.html, mail.headers) == ("Text.", "<p>HTML.</p>", {"X-Own": "y"})


@pytest.mark.django_db
def test_message_with_attachment_is_refused(own_backend: None) -> None:
    message = EmailMessage("Hello", "Text.", None, ["ada@example.org"], attachments=[("a.txt", "a", "text/plain")])
    with pytest.raises(ValueError, match="no attachments"):
        message.send()


@pytest.mark.django_db
@pytest.mark.parametrize("template", ["login_code", "email_confirmation", "password_reset_key", "unknown_account"])
def test_mails_of_signing_in_are_secret(template: str, own_backend: None) -> None:
    context = {
        "code": "ABC123",
        "key": "ABC123",
        "password_reset_url": "https://hub/abc",
        "user": "Ada",
        "request": None,
    }
    message = get_adapter().render_mail(f"account/email/{template}", "ada@example.org", context)
    message.send()
    assert Mail.objects.get().secret
