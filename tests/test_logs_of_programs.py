"""What the real programs write while people do everything there is to do: JSON only, and nothing about anybody.

Words that stand nowhere else are put wherever people or their mail programs put words, with every entry written
(LOG_LEVEL=DEBUG). Whoever reads the logs meets none of them.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from celery import Celery
from django.conf import settings
from django.test import Client
from django.urls import reverse

from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue
from datasets.models import Dataset
from tests import cast
from tests.support.broker import Valkey, dead_url
from tests.support.files import pdf
from tests.support.mail import MailServer
from tests.support.planted import WAYS
from tests.support.processes import Process, Server, Worker, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MARK = "zqzq"  # stands in every planted word and nowhere else
PHONE = "0701740605"
VISITOR = "203.0.113.77"
KEYS = {"event", "level", "logger", "timestamp"}


def word(name: str) -> str:
    """A planted word."""
    return f"{MARK}{name}"


@dataclass
class Person:
    """Somebody with a browser on a real web server."""

    server: Server
    session: requests.Session

    def get(self, path: str, **options: Any) -> requests.Response:
        """Open a page."""
        return self.session.get(self.server.url + path, timeout=60, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> requests.Response:
        """Send a form."""
        return self.session.post(self.server.url + path, data=data or {}, timeout=60, **options)


def person(server: Server, user: User | None = None) -> Person:
    """A browser, signed in as somebody; it sends planted words wherever browsers send words."""
    session = requests.Session()
    if user:
        client = Client()
        client.force_login(user)
        session.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
    session.cookies.set(settings.CSRF_COOKIE_NAME, "t" * 32)
    session.cookies.set("unknown", word("cookie"))
    session.headers.update(
        {
            "X-CSRFToken": "t" * 32,
            "User-Agent": word("browser"),
            "Referer": f"{server.url}/?from={word('referrer')}",
            "X-Forwarded-For": VISITOR,
            "X-Request-ID": word("id"),
            "Accept-Language": word("language"),
        }
    )
    return Person(server, session)


def entries(process: Process) -> Iterator[dict[str, Any]]:
    """What a program wrote; every line must be an entry of the common shape."""
    for line in process.log.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            pytest.fail(f"not JSON: {line[:500]}")
        assert set(entry) >= KEYS, entry
        yield entry


def told(*processes: Process) -> list[dict[str, Any]]:
    """All entries, none of which tells anything about anybody."""
    found = [entry for process in processes for entry in entries(process)]
    for entry in found:
        text = json.dumps(entry, ensure_ascii=False).casefold()
        for secret in (MARK, PHONE, VISITOR, "uu.example", "region.example", "127.0.0.1"):
            assert secret not in text, entry
    return found


def events(found: list[dict[str, Any]]) -> set[str]:
    """What the entries say."""
    return {str(entry["event"]) for entry in found}


@pytest.fixture
def programs(
    run_server: Callable[..., Server], celery_worker: Callable[..., Worker], valkey: Valkey
) -> tuple[Server, Worker]:
    """Web server, worker and clock, all of which write down all they can."""
    variables = {"LOG_LEVEL": "DEBUG", "TEST_PLANTED": "1", "TEST_SIGN_OF_LIFE": "1"}
    worker = celery_worker(pool="prefork", TEST_OUTBOX_RETRY="0.05", **variables)
    return run_server(BROKER_URL=valkey.url, TRUSTED_PROXY_COUNT="1", **variables), worker


def strangers_try(server: Server) -> None:
    """Sign-up, sign-in, links with secrets, addresses and headers that lead nowhere."""
    somebody = person(server)
    address = f"{word('new')}@uu.example"
    assert somebody.post("/accounts/signup/", {"email": address, "password1": word("password")}).status_code == 200
    for path in ("/accounts/login/", "/accounts/password/reset/", "/accounts/login/code/"):
        somebody.post(path, {"login": address, "email": address, "password": word("wrong")})
    somebody.post("/accounts/confirm-email/", {"code": word("code")})
    for path in ("invitations/", "parts/", "accounts/confirm-email/", "requests/", "10.23698/aida/", "datasets/?q="):
        somebody.get(f"/{path}{word('token')}?name={word('query')}&phone={PHONE}")
    somebody.get("/", headers={"Host": f"{word('host')}.example"})
    somebody.session.request(word("METHOD").upper(), server.url, timeout=60)
    somebody.post("/accounts/login/", {"login": address}, headers={"X-CSRFToken": word("csrf")})
    somebody.post("/accounts/login/", data=None, json={"name": word("json")})
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    somebody.session.post(f"{server.url}/accounts/login/", data=word("broken"), headers=broken, timeout=60)
    somebody.get(f"/accounts/oidc/{word('service')}/login/callback/?code={word('code')}&error={word('error')}")
    parts = urlsplit(server.url)
    for line in (
        f"{word('noise')} \r\n\r\n",
        f"GET /{word('line')} HTTP/9.9\r\n\r\n",
        f"GET / HTTP/1.1\r\n{MARK}\r\n\r\n",
    ):
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as visitor:
            visitor.sendall(f"{line}\r\n\r\n".encode())
            visitor.recv(1000)


def ada_asks(server: Server, ada: User, brgandi: Dataset) -> AccessRequest:
    """A request whose every answer is planted, sent, with a message and a file."""
    answers = {
        "applicant_name": word("name"),
        "project_title": word("title"),
        "planned_use": f"{word('plan')} call {PHONE}",
        "recipient_name": word("recipient"),
        "recipient_email": f"{word('rut')}@uu.example",
    }
    request = cast.fill(cast.draft_of(ada, brgandi), **answers)
    browser = person(server, ada)
    base = f"/requests/{request.reference}/"
    for step in ("you", "project", "people", "terms", "review"):
        assert browser.get(f"{base}edit/{step}/").status_code == 200
    assert browser.post(f"{base}edit/you/", {"applicant_name": "x" * 5000, "go": "later"}).status_code == 200
    cast.fill(AccessRequest.objects.get(pk=request.pk), **answers)
    browser.post(f"{base}edit/review/")
    browser.post(f"{base}messages/", {"text": word("message")})
    browser.post(f"{base}files/", files={"files": (f"{word('file')}.pdf", pdf(), "application/pdf")})
    browser.post(f"{base}files/", files={"files": (f"{word('bad')}.exe", f"MZ{word('bytes')}".encode(), "x/y")})
    for path in (base, f"{base}copy.pdf", f"{base}files/", "/requests/"):
        assert browser.get(path).status_code == 200, path
    return AccessRequest.objects.get(pk=request.pk)


def per_decides(server: Server, request: AccessRequest, per: User) -> None:
    """The decision, with a planted reason."""
    browser = person(server, per)
    assert browser.get(f"/admin/access_requests/accessrequest/?q={word('search')}").status_code == 200
    step = reverse("admin:access_requests_accessrequest_step", args=(request.reference, "reject"))
    assert browser.post(step, {"reason": f"{word('reason')}, call {PHONE}"}).status_code == 200


def test_nothing_about_anybody_reaches_a_log(
    programs: tuple[Server, Worker], smtp_server: MailServer, brgandi: Dataset, ada: User, per: User
) -> None:
    server, worker = programs
    address = f"{word('unwanted')}@uu.example"
    smtp_server.refuse_recipient(address, f"550 5.1.1 <{address}> {word('refusal')}")
    queue(about="x/1", kind="x", recipient=address, subject=word("subject"), text=word("text"))
    strangers_try(server)
    request = ada_asks(server, ada, brgandi)
    assert request.status == Status.IN_REVIEW
    per_decides(server, request, per)
    assert AccessRequest.objects.get(pk=request.pk).status == Status.REJECTED
    wait_until(lambda: not Mail.objects.filter(status="waiting", tries=0).exists(), seconds=60, what="every mail's try")
    wait_until(lambda: Mail.objects.filter(status="failed").exists(), seconds=60, what="the mail given up")
    clock = worker.clock
    assert clock
    worker.stop()
    server.stop()
    found = told(server, worker, clock)
    assert {"request", "mail sent", "mail put off", "mail given up", "task started", "task ended"} <= events(found)
    assert {entry.get("route") for entry in found} >= {"account_signup", "access_requests:messages", "none"}
    assert "celery.beat" in {entry["logger"] for entry in entries(clock)}
    written = set(Mail.objects.values_list("request_id", flat=True))
    assert written - {""} <= {entry.get("request_id") for entry in found}


def test_failing_pages_say_where_and_not_what(programs: tuple[Server, Worker]) -> None:
    server, _worker = programs
    somebody = person(server)
    for way in WAYS:
        assert somebody.get(f"/planted/{way}/{word(way)}").status_code in {500, 503}
    assert somebody.get(f"/spoken/{word('spoken')}").text == "said"
    server.stop()
    found = told(server)
    failed = {entry["exception"][0]["type"]: entry["exception"] for entry in found if "exception" in entry}
    assert {"ValueError", "KeyError", "django.db.utils.IntegrityError", "RuntimeError"} <= set(failed)
    assert [one["type"] for one in failed["KeyError"]] == ["KeyError", "ValueError"]
    for chain in failed.values():
        assert all(":" in place for one in chain for place in one["at"])
    assert any("tests/support/planted.py" in place for place in failed["KeyError"][0]["at"])
    assert failed["django.db.utils.IntegrityError"][0].keys() & {"sqlite", "says", "sqlstate"}
    said = events([entry for entry in found if entry["logger"] == "some.library"])
    assert {"Somebody called … came 3 times", "Nothing else happened"} <= said
    assert {"thread ended"} <= events(found)


def test_failing_tasks_say_where_and_not_what(programs: tuple[Server, Worker], valkey: Valkey) -> None:
    _server, worker = programs
    sender = Celery(broker=valkey.url)
    for way in WAYS:
        sender.send_task("planted.fail", (way, word(way)))
    sender.send_task("planted.answer", (word("answer"),))
    sender.send_task(f"planted.{word('unknown')}", (word("arguments"),))
    worker.wait_for(lambda: worker.log.count('"task failed"') >= len(WAYS), "every failure", 60)
    worker.wait_for(lambda: '"planted.answer"' in worker.log, "the answer")
    worker.stop()
    found = told(worker)
    failed = [entry for entry in found if entry["event"] == "task failed"]
    assert {entry["task"] for entry in failed} == {"planted.fail"}
    assert all(entry["task_id"] and entry["exception"][0]["at"] for entry in failed)


def test_wrong_database_is_not_quoted(run_server: Callable[..., Server]) -> None:
    port = urlsplit(dead_url()).port
    server = run_server(
        DATABASE_URL=f"postgres://{word('user')}:{word('password')}@127.0.0.1:{port}/{word('name')}", LOG_LEVEL="DEBUG"
    )
    assert server.get("/")[0] == 503
    assert "database: does not answer" in server.get("/readyz")[1]
    server.stop()
    found = told(server)
    says = [one.get("says") for entry in found for one in entry.get("exception", [])]
    assert "Connection refused" in says
