"""The figures for the operator's Prometheus: who reads them, what they say, and that they count all web processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from access_requests.models import AccessRequest, Round
from access_requests.workflow import Status
from aidahub.environment import ROOT
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue
from aidahub.watching import broker, metrics, signs, sums, together
from tests.cast import RequestAt
from tests.support.broker import Valkey, dead_url
from tests.support.processes import Server, wait_until

TOKEN = "only-for-tests-0123456789"
AUTHORIZED = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(valkey: Valkey, settings: Any, db: None) -> Any:
    """A site whose operator may read its figures."""
    settings.METRICS_TOKEN = TOKEN
    settings.CELERY_BROKER_URL = valkey.url
    settings.OUTBOX_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    broker.ASKED.forget()
    return settings


def read(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Each figure's value by its name and its labels' values, as Prometheus' own parser reads them."""
    return {
        (sample.name, tuple(value for _name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figures(client: Client) -> dict[tuple[str, tuple[str, ...]], float]:
    """What is answered to who knows the token."""
    answer = client.get("/prometheus", headers=AUTHORIZED)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return read(answer.content.decode())


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": TOKEN}, {"authorization": f"Bearer {TOKEN}x"}, {"authorization": "Bearer å"}]
)
def test_nobody_else_learns_that_there_is_something(client: Client, watched: Any, headers: dict[str, str]) -> None:
    answer = client.get("/prometheus", headers=headers)
    other = client.get("/prometheuz", headers=headers)
    assert answer.status_code == other.status_code == 404
    assert answer.content.replace(b"prometheus", b"prometheuz") == other.content


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer "}, {"authorization": "Bearer"}])
def test_without_a_token_there_is_none(client: Client, headers: dict[str, str], db: None) -> None:
    assert client.get("/prometheus", headers=headers).status_code == 404


def test_only_reading_under_any_name(client: Client, watched: Any) -> None:
    watched.SECURE_SSL_REDIRECT = True
    assert client.get("/prometheus", headers={**AUTHORIZED, "host": "10.1.2.3:8000"}).status_code == 200
    assert client.post("/prometheus", headers=AUTHORIZED).status_code == 405


def test_every_figure_is_there_under_a_name_that_prometheus_takes(client: Client, watched: Any) -> None:
    client.get("/")
    text = client.get("/prometheus", headers=AUTHORIZED).content.decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    told = {figure.name.removesuffix("_total"): figure for figure in metrics.FIGURES}
    assert set(families) == set(told)
    for name, family in families.items():
        assert (family.type, family.documentation) == (told[name].kind, told[name].meaning)
        assert family.samples
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(told[name].labels)
    units = ("_seconds", "_bytes", "_info", "_total")  # what is counted is in the name, what is measured has its unit
    counts = ("_requests", "_mails", "_length", "_up")
    assert all(figure.name.endswith((*units, *counts)) for figure in metrics.FIGURES)


def test_what_the_site_is_at(client: Client, watched: Any, request_at: RequestAt, valkey: Valkey) -> None:
    request_at(Status.APPROVED)
    round_ = Round.objects.get()
    assert round_.closed_at
    Round.objects.update(opened_at=round_.closed_at - timedelta(days=2))
    Mail.objects.all().delete()
    for number, state in enumerate(("waiting", "waiting", "sending", "failed")):
        queue(about=f"x/{number}", kind="x", recipient="ada@example.org", subject="x", text="x")
        Mail.objects.filter(about=f"x/{number}").update(status=state)
    Mail.objects.filter(about="x/0").update(next_try_at=timezone.now() - timedelta(minutes=20))
    signs.leave()
    valkey.client().lpush("celery", "one", "two")
    found = figures(client)
    assert found["aidahub_access_requests", ("approved",)] == 1
    assert found["aidahub_access_requests", ("draft",)] == 0
    assert {found["aidahub_outbox_mails", (state,)] for state in ("waiting", "sending", "failed")} == {2, 1}
    assert 1200 <= found["aidahub_outbox_oldest_due_seconds", ()] < 1260
    assert found["aidahub_decision_duration_seconds_bucket", ("86400.0",)] == 0
    assert found["aidahub_decision_duration_seconds_bucket", ("259200.0",)] == 1
    assert found["aidahub_decision_duration_seconds_count", ()] == 1
    assert found["aidahub_decision_duration_seconds_sum", ()] == pytest.approx(2 * 24 * 3600, abs=1)
    assert found["aidahub_queue_length", ()] == 2
    assert time.time() - found["aidahub_clock_last_sign_timestamp_seconds", ()] < 60
    assert found["aidahub_broker_up", ()] == found["aidahub_database_up", ()] == 1
    watched.CELERY_BROKER_URL = dead_url()
    broker.ASKED.forget()
    found = figures(client)
    assert found["aidahub_broker_up", ()] == 0
    assert ("aidahub_queue_length", ()) not in found


def test_without_the_database_the_rest_is_told(client: Client, watched: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE cache")
    found = figures(client)
    assert found["aidahub_database_up", ()] == 0
    assert found["aidahub_broker_up", ()] == 1
    assert not [name for name, _labels in found if name.startswith("aidahub_access")]


def test_sums_are_counted_once_in_a_minute_and_with_few_queries(client: Client, watched: Any) -> None:
    with CaptureQueriesContext(connection) as first:
        figures(client)
    with CaptureQueriesContext(connection) as second:
        figures(client)
    counted = [query for query in first.captured_queries if AccessRequest._meta.db_table in query["sql"]]
    assert len(counted) == 1
    assert not [query for query in second.captured_queries if AccessRequest._meta.db_table in query["sql"]]
    assert len(second) <= 5


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Plans are written otherwise elsewhere.")
@pytest.mark.django_db
def test_mails_that_were_sent_are_not_read() -> None:
    waiting = Mail.objects.order_by().filter(status="waiting", next_try_at__lte=timezone.now()).values("next_try_at")
    assert "mail_ready" in waiting.explain()
    assert "mail_claimed" in Mail.objects.order_by().filter(status="sending").values("pk").explain()
    assert "mail_failed" in Mail.objects.filter(status="failed").order_by().explain()
    assert "request_waiting" in AccessRequest.objects.order_by().values("status").explain()
    assert sums.counted().buckets[-1] == ("+Inf", 0.0)


@pytest.mark.django_db
def test_labels_do_not_depend_on_what_visitors_send(client: Client, watched: Any) -> None:
    client.get("/ada-berg-was-here")
    client.get("/10.23698/aida/ada-berg")
    client.generic("ADABERG", "/")
    client.get("/requests/AIDA-2026-99999/")
    words = {word for _name, labels in figures(client) for word in labels}
    assert not [word for word in words if "berg" in word.lower() or "99999" in word]
    assert "other" in words
    assert "none" in words


@pytest.fixture
def counting(run_server: Callable[..., Server], tmp_path: Path) -> tuple[Server, Path]:
    """A web server of two processes, and the folder in which they count."""
    server = run_server(WEB_WORKERS="2", METRICS_TOKEN=TOKEN, VAR_DIR=str(tmp_path / "var"))
    return server, next((tmp_path / "var" / "counted").iterdir())


def answered(server: Server) -> float:
    """How many pages were counted, as one process tells it."""
    status, text = server.get("/prometheus", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    return sum(value for (name, labels), value in read(text).items() if name.endswith("requests_total") and labels)


def told_by_everyone(server: Server, number: float) -> bool:
    """Whether each process tells this number: ten times asked, both have answered."""
    return {answered(server) for _ask in range(10)} == {number}


@pytest.mark.slow
def test_processes_count_together_and_the_dead_are_not_forgotten(counting: tuple[Server, Path]) -> None:
    server, folder = counting
    for _number in range(30):
        assert server.get("/robots.txt")[0] == 200
    assert told_by_everyone(server, 30)
    counters = sorted(folder.glob("counter_*.db"))
    for path in counters:
        os.kill(int(path.stem.partition("_")[2]), signal.SIGKILL)
    wait_until(lambda: not any(path.exists() for path in counters), what="the dead processes' files gone")
    wait_until(server.answers, what="an answer of the next process")
    assert told_by_everyone(server, 30)
    for _number in range(10):
        server.get("/robots.txt")
    assert told_by_everyone(server, 40)
    assert (folder / "counter_gone.db").exists()


@pytest.mark.slow
def test_next_start_begins_anew_unless_another_one_counts_there(
    counting: tuple[Server, Path], run_server: Callable[..., Server], tmp_path: Path
) -> None:
    server, folder = counting
    server.get("/robots.txt")
    stale = folder.with_name("another-container")
    stale.mkdir()
    second = run_server(METRICS_TOKEN=TOKEN, VAR_DIR=str(tmp_path / "var"))
    assert not stale.exists()
    assert answered(second) == 1, "both count in one folder"
    server.kill()
    second.kill()
    third = run_server(METRICS_TOKEN=TOKEN, VAR_DIR=str(tmp_path / "var"))
    assert answered(third) == 0


def test_file_of_a_process_killed_while_it_wrote_is_put_away(tmp_path: Path, monkeypatch: Any) -> None:
    code = (
        "from aidahub.watching import counted; import os;"
        "[counted.count(f'view{n}', 'GET', 200, 0.1) for n in range(50)]; print(os.getpid())"
    )
    env = {**os.environ, together.VARIABLE: str(tmp_path)}
    pids = [
        int(subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, check=True).stdout)
        for _time in range(2)
    ]
    broken = tmp_path / f"counter_{pids[0]}.db"
    content = bytearray(broken.read_bytes())
    content[:4] = (len(content) // 2 + 100).to_bytes(4, sys.byteorder)  # says that there is more than was written
    broken.write_bytes(content)
    monkeypatch.setenv(together.VARIABLE, str(tmp_path))
    for pid in pids:
        together.count_on_without(pid)
    assert sorted(path.name for path in tmp_path.glob("*.db")) == ["counter_gone.db", "histogram_gone.db"]
