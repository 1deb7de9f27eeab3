"""The real servers that other tests lean on, tested themselves."""

from __future__ import annotations

import smtplib
import socket
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page

from tests.support.broker import SilentServer, Valkey
from tests.support.mail import MailServer
from tests.support.processes import Server, Worker


def send(server: MailServer, subject: str = "Hello") -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "ada@example.org", "per@example.org"
    mail.set_content("Good day.\n")
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
        client.send_message(mail)


def test_mail_server_collects_and_misbehaves(smtp_server: MailServer) -> None:
    send(smtp_server)
    assert [(mail.subject, mail.text) for mail in smtp_server.to("per@example.org")] == [("Hello", "Good day.\n")]

    smtp_server.refuse(1)
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        send(smtp_server)
    smtp_server.drop(1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(smtp_server)
    smtp_server.refuse_recipient("per@example.org")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(smtp_server)
    assert smtp_server.attempts == 3
    assert len(smtp_server.messages) == 2  # the dropped one was read whole


def test_valkey_comes_back_empty_after_a_kill(valkey: Valkey) -> None:
    valkey.client().set("a", "b")
    valkey.kill()
    assert not valkey.answers()
    valkey.start()
    assert valkey.client().get("a") is None


def test_silent_server_takes_calls_and_says_nothing(silent_server: SilentServer) -> None:
    with socket.create_connection(("127.0.0.1", silent_server.port), timeout=0.2) as call:
        call.sendall(b"PING\r\n")
        with pytest.raises(TimeoutError):
            call.recv(1)


@pytest.mark.slow
def test_worker_starts_on_the_test_database_and_ends(celery_worker: Callable[..., Worker]) -> None:
    worker = celery_worker(pool="prefork")
    worker.stop()
    assert not worker.running
    assert "Traceback" not in worker.log


@pytest.mark.slow
def test_web_server_uses_the_test_database(run_server: Callable[..., Server]) -> None:
    server = run_server()
    with urllib.request.urlopen(f"{server.url}/readyz?for=web", timeout=10) as answer:
        assert answer.read() == b"database: ok\nmigrations: ok\ndisk: ok\n"
    server.kill()
    assert not server.answers()


@pytest.mark.browser
@pytest.mark.slow
def test_browser_opens_a_page_of_the_server(run_server: Callable[..., Server], page: Page) -> None:
    server = run_server()
    page.goto(f"{server.url}/healthz")
    assert page.inner_text("body").strip() == "ok"
