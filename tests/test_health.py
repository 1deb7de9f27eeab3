"""The answers for those who watch over the site: alive, able to work, and if not, which part is not."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aidahub import health
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue
from aidahub.watching import broker, checks, signs
from tests.support.broker import SilentServer, Valkey, dead_url
from tests.support.processes import Server, Worker

ALL = ("database", "migrations", "disk", "outbox", "clock", "broker")


def lines(client: Client, query: str = "") -> tuple[int, dict[str, str]]:
    """Status, and what is said of each check, by its name."""
    answer = client.get(f"/readyz{query}")
    return answer.status_code, dict(line.split(": ", 1) for line in answer.content.decode().splitlines())


@pytest.fixture
def well(valkey: Valkey, settings: Any, db: None) -> Any:
    """A site of which every part works."""
    settings.CELERY_BROKER_URL = valkey.url
    settings.OUTBOX_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    broker.ASKED.forget()
    signs.leave()
    return settings


def test_ready(client: Client, well: Any) -> None:
    assert lines(client) == (200, dict.fromkeys(ALL, "ok"))


@pytest.mark.django_db
def test_ready_to_answer_people_without_clock_and_broker(client: Client) -> None:
    assert lines(client, "?for=web") == (200, dict.fromkeys(ALL[:3], "ok"))


def test_alive_asks_nothing_of_the_database(client: Client) -> None:
    answer = client.get("/healthz")  # without the django_db mark, any query would fail the test
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.parametrize("query", ["", "?for=web"])
def test_queries_are_few_however_much_there_is(client: Client, well: Any, query: str) -> None:
    with CaptureQueriesContext(connection) as few:
        lines(client, query)
    for number in range(50):
        queue(about=f"x/{number}", kind="x", recipient="ada@example.org", subject="x", text="x")
    with CaptureQueriesContext(connection) as many:
        lines(client, query)
    assert len(many) == len(few) <= 5


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'outbox'")
    status, found = lines(client, "?for=web")
    assert (status, found["database"]) == (503, "ok")
    assert found["migrations"].endswith(" missing")


@pytest.mark.django_db
def test_not_ready_while_the_cache_has_no_table(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE cache")
    status, found = lines(client)
    assert status == 503
    assert found["database"] == "does not answer"
    assert {found["migrations"], found["outbox"], found["clock"]} == {checks.UNKNOWN}


def test_mail_that_nobody_sends(client: Client, well: Any) -> None:
    queue(about="x/1", kind="x", recipient="ada@example.org", subject="x", text="x")
    assert lines(client)[0] == 200
    Mail.objects.update(next_try_at=timezone.now() - timedelta(minutes=18))
    assert lines(client) == (503, dict.fromkeys(ALL, "ok") | {"outbox": "oldest mail waits 18 minutes"})
    Mail.objects.update(status="sending")  # by somebody who died over it
    assert lines(client)[1]["outbox"] == "oldest mail waits 18 minutes"
    well.OUTBOX_EMAIL_BACKEND = None  # without a mail server they are to wait
    assert lines(client)[0] == 200
    well.OUTBOX_EMAIL_BACKEND = "x"
    Mail.objects.update(status="failed")
    assert lines(client)[0] == 200


def test_clock_that_stands_still(client: Client, well: Any) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=7, seconds=1), tick=False):
        assert lines(client)[1]["clock"] == "last sign 7 minutes ago"
    with time_machine.travel(timezone.now() + timedelta(hours=50, seconds=1), tick=False):
        assert lines(client)[1]["clock"] == "last sign 50 hours ago"
    cache.delete(signs.KEY)
    assert lines(client) == (503, dict.fromkeys(ALL, "ok") | {"clock": "no sign yet"})


def test_broker_that_is_dead_or_silent(client: Client, well: Any, silent_server: SilentServer) -> None:
    for url in (dead_url(), silent_server.url, "redis+socket:///nowhere/at/all", "amqp://what"):
        well.CELERY_BROKER_URL = url
        broker.ASKED.forget()
        assert lines(client) == (503, dict.fromkeys(ALL, "ok") | {"broker": "does not answer"}), url
    asked = len(silent_server.visitors)
    well.CELERY_BROKER_URL = silent_server.url
    broker.ASKED.forget()
    for _number in range(20):
        lines(client)
    assert len(silent_server.visitors) == asked + 1, "the answer is not kept"


def test_who_looks_up_a_name_for_ever_keeps_nobody_waiting(client: Client, well: Any) -> None:
    begun: list[str] = []

    def never(url: str) -> broker.Answer:
        begun.append(url)
        time.sleep(6)
        return broker.Answer(answers=True)

    with mock.patch.object(broker, "ask_now", never), mock.patch.object(broker, "LONGEST", 0.05):
        asked = broker.Asked()
        assert not asked.ask().answers
        assert not asked.ask().answers
    assert len(begun) == 1, "one thread asks, however many wait"


def test_full_disk(client: Client, well: Any) -> None:
    well.DISK_LEAST_MB = 10**9
    assert lines(client, "?for=web") == (
        503,
        {"database": "ok", "migrations": "ok", "disk": "less than 1e+09 MB left in VAR_DIR"},
    )


def test_folder_of_files_that_cannot_be_written(client: Client, well: Any, tmp_path: Path) -> None:
    well.FILES_DIR = tmp_path / "not" / "yet"
    assert lines(client)[0] == 200  # it will be made below one that is there
    well.FILES_DIR = Path("/proc/self")  # nobody may write there, root included
    assert lines(client)[1]["disk"] == "FILES_DIR cannot be written"
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("path", ["/healthz", "/readyz?for=web"])
def test_probe_knows_neither_name_nor_scheme(client: Client, path: str, settings: object, db: None) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.parametrize("path", health.VIEWS)
def test_only_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.slow
def test_worker_and_clock_leave_their_sign(
    run_server: Callable[..., Server], celery_worker: Callable[..., Worker], valkey: Valkey
) -> None:
    worker = celery_worker(TEST_SIGN_OF_LIFE="0.5")
    worker.wait_for(signs.last, "the first sign")
    server = run_server(BROKER_URL=valkey.url)
    status, text = server.get("/readyz")
    assert (status, text) == (200, "".join(f"{name}: ok\n" for name in ALL))


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("setting", "value"), [("jit", "off"), ("join_collapse_limit", "12"), ("from_collapse_limit", "12")]
)
def test_postgresql_plans_as_the_pages_need_it(setting: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        assert cursor.fetchone() == (value,)
