"""One id for each piece of work: in the answer, on the error page, in the log, with its mails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.test import Client
from structlog.contextvars import get_contextvars

from access_requests.workflow import Status
from aidahub import tracing
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue
from tests.cast import RequestAt
from tests.support.accounts import OUTBOX
from tests.support.broker import Valkey
from tests.support.mail import MailServer
from tests.support.processes import Server, Worker

SENT = "0123456789abcdef0123456789abcdef"


def entries(log: str) -> list[dict[str, Any]]:
    """The log's entries; every line must be one."""
    return [json.loads(line) for line in log.splitlines()]


@pytest.mark.parametrize(
    "sent", ["", "ada@example.org", "Ada Lovelace 1815", "ada-lovelace-and-friends", "a" * 65, "abc", f"{SENT}\n"]
)
def test_what_is_no_id_is_replaced(sent: str) -> None:
    made = tracing.request_id_from(sent)
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert made != tracing.request_id_from(sent)


@pytest.mark.parametrize("sent", [SENT, "6d2a1f2e-7b7e-4c7f-9d53-0a1b2c3d4e5f"])
@pytest.mark.parametrize("proxies", [0, 1])
def test_an_id_is_taken_from_a_trusted_proxy_only(client: Client, settings: Any, sent: str, proxies: int) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    answer = client.get("/robots.txt", headers={"X-Request-ID": sent})
    assert (answer["X-Request-ID"] == sent) is bool(proxies)
    assert get_contextvars() == {}, "what comes after the answer belongs to nothing"


@pytest.mark.django_db
def test_error_page_says_the_number(client: Client) -> None:
    client.raise_request_exception = False
    with mock.patch("django.urls.resolvers.URLPattern.resolve", side_effect=RuntimeError("Ada Berg")):
        answer = client.get("/robots.txt")
    assert answer.status_code == 500
    assert f"<code>{answer['X-Request-ID']}</code>" in answer.content.decode()


@pytest.mark.django_db
def test_mails_know_the_request_in_which_they_were_written(client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    form = {"email": "new@example.org", "password1": "a long enough secret"}
    answer = client.post("/accounts/signup/", form)
    assert Mail.objects.get().request_id == answer["X-Request-ID"]


def test_every_mail_of_a_verb_has_the_same(request_at: RequestAt) -> None:
    tracing.begin(request_id=SENT)
    try:
        request_at(Status.IN_REVIEW)
    finally:
        tracing.end()
    assert set(Mail.objects.values_list("request_id", flat=True)) == {SENT}


def test_mail_written_outside_of_any_work_has_none(db: None) -> None:
    queue(about="x/1", kind="x", recipient="ada@example.org", subject="x", text="x")
    assert Mail.objects.get().request_id == ""


def test_command_is_named_by_its_own_word_only() -> None:
    for arguments, name in ((["manage.py", "migrate", "ada"], "migrate"), (["manage.py", "Ada Berg"], "?"), ([], "?")):
        tracing.begin_command(arguments)
        bound = get_contextvars()
        assert (bound["command"], tracing.current_id()) == (name, bound["request_id"])
    tracing.end()


@pytest.mark.slow
def test_id_leads_from_the_web_to_the_delivery(
    run_server: Callable[..., Server],
    celery_worker: Callable[..., Worker],
    valkey: Valkey,
    smtp_server: MailServer,
) -> None:
    server = run_server(BROKER_URL=valkey.url, TRUSTED_PROXY_COUNT="1")
    worker = celery_worker(LOG_LEVEL="INFO")
    tracing.begin(request_id=SENT)
    queue(about="x/1", kind="x", recipient="ada@example.org", subject="x", text="x")
    tracing.end()
    worker.wait_for(lambda: "mail sent" in worker.log, "the delivery")
    entry = next(entry for entry in entries(worker.log) if entry["event"] == "mail sent")
    assert (entry["request_id"], entry["task"]) == (SENT, "outbox.deliver")

    def run() -> list[str]:
        return [one["event"] for one in entries(worker.log) if one.get("task_id") == entry["task_id"]]

    worker.wait_for(lambda: run()[-1] == "task ended", "the end of that run")
    assert run()[0] == "task started"
    assert UUID(entry["task_id"])
    assert server.get("/robots.txt", X_Request_ID=SENT)[0] == 200
    assert SENT in {entry.get("request_id") for entry in entries(server.log)}
