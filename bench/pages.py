"""How fast the main pages are, beside a bare Django view of the same number of bytes on the same server.

    python -m bench.pages [--postgres] [--requests N] [--rounds N] [--seconds S] [--connections N]

Makes a database in a folder of its own, starts gunicorn with two workers on it, measures, prints a table and removes
everything. Ratios tell how much a page costs; absolute numbers say more about the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from aidahub.environment import NAMES, ROOT

from .running import make_tables, run

if TYPE_CHECKING:
    from django.test import Client

    from aidahub.accounts.models import User

    from .asking import Seen, Target

WORKERS = 2
ROW = "| {:<28} | {:>7} | {:>7} | {:>6} | {:>6} | {:>6} | {:>6} | {:>5} |"


@dataclass(frozen=True)
class Page:
    """One page that is measured: its name, its address, who looks, its size, its database queries.

    `cpu` and `bare_cpu` are milliseconds of processor time for the page and for the bare view of its size, taken in
    this process: what else the machine does hardly touches them.
    """

    name: str
    target: Target
    size: int
    queries: int
    cpu: float
    bare_cpu: float


def say(text: str) -> None:
    """Tell whoever waits how far it is."""
    print(f"  {text}", file=sys.stderr, flush=True)


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure the main pages beside a bare Django view.")
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL, not on SQLite")
    parser.add_argument("--requests", type=int, default=1000, help="access requests in the database (1000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all pages (5)")
    parser.add_argument("--seconds", type=float, default=1, help="of full load for each page and round (1)")
    parser.add_argument("--connections", type=int, default=4, help="connections under full load (4)")
    return parser.parse_args()


def set_up(folder: Path, port: int, database: str) -> None:
    """Point this process and those that it starts at an empty site of their own, and load Django."""
    for name in NAMES:
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "VAR_DIR": str(folder),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "BIND": f"127.0.0.1:{port}",
        "SECOND_FACTOR": "no",
        "WEB_WORKERS": str(WORKERS),
        "LOG_LEVEL": "WARNING",
    }
    if database:
        os.environ["DATABASE_URL"] = database
    import django

    django.setup()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def fill(number: int) -> list[Page]:
    """Make tables, static files and data; the pages to measure, each with its size and queries."""
    from django.db import connection

    from .data import DOI, make

    make_tables()
    people, own = make(number, say)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    requests = "/admin/access_requests/accessrequest/"
    return [
        page("landing page", f"/{DOI}", None),
        page("dataset list", "/datasets/", None),
        page("request page, its applicant", own.get_absolute_url(), people.applicant),
        page("admin list, hub staff", requests, people.hub),
        page("admin list, a provider", requests, people.provider),
        page("decision page, a provider", f"{requests}{own.reference}/change/", people.provider),
    ]


def page(name: str, path: str, user: User | None) -> Page:
    """Look at a page once before, so that caches are warm, and once to count its bytes and queries."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from .asking import Target, WrongAnswer

    client = Client(SERVER_NAME="127.0.0.1")
    if user:
        client.force_login(user)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    if answer.status_code != 200:
        raise WrongAnswer(f"{path} answered {answer.status_code}.")
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    cookie = "; ".join(f"{key}={client.cookies[key].value}" for key in names if key in client.cookies)
    size = len(answer.content)
    return Page(name, Target(path, cookie), size, len(queries), cpu(client, path), cpu(client, f"/bare/{size}"))


def cpu(client: Client, path: str) -> float:
    """The median of the processor time for one answer, in milliseconds."""
    taken = []
    for _ in range(20):
        began = time.process_time()
        client.get(path)
        taken.append((time.process_time() - began) * 1000)
    return median(taken)


@contextlib.contextmanager
def server(folder: Path, port: int) -> Iterator[None]:
    """Production's web server with the site, ended afterwards."""
    command = [sys.executable, "-m", "gunicorn", "-c", "python:aidahub.gunicorn", "aidahub.wsgi"]
    with (folder / "web.log").open("wb") as log:
        running = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.monotonic() + 30
        while running.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"The web server did not start: {(folder / 'web.log').read_text()[-2000:]}")
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait(10)


def line(name: str, facts: tuple[str, str, str], seen: Seen, ratio: str = "") -> str:
    """One row of the table. `facts`: bytes, queries, processor time."""
    p95 = quantiles(seen.alone, n=20)[-1]
    rate = median(seen.rates)
    return ROW.format(name, *facts, f"{rate:,.0f}", f"{median(seen.alone):.1f}", f"{p95:.1f}", ratio)


def table(pages: list[Page], seen: list[Seen]) -> Iterator[str]:
    """The results: each page, and under it the bare view of its size."""
    heads = ("page", "bytes", "queries", "CPU ms", "req/s", "median", "95th", "ratio")
    yield ROW.format(*heads)
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for number, page_ in enumerate(pages):
        own, bare = seen[2 * number], seen[2 * number + 1]
        ratio = f"{median(bare.rates) / median(own.rates):.1f}"
        size = f"{page_.size:,}"
        yield line(page_.name, (size, str(page_.queries), f"{page_.cpu:.1f}"), own, ratio)
        yield line("– bare view", (size, "", f"{page_.bare_cpu:.1f}"), bare)


def measure(asked: argparse.Namespace, database: str) -> None:
    """Fill, serve, measure and print."""
    with tempfile.TemporaryDirectory(prefix="aidahub-bench-") as name:
        folder, port = Path(name), free_port()
        set_up(folder, port, database)
        from django.db import connection

        from .asking import Target, in_rounds

        began = time.monotonic()
        pages = fill(asked.requests)
        connection.close()
        say(f"made in {time.monotonic() - began:.0f} s; measuring")
        targets = [target for one in pages for target in (one.target, Target(f"/bare/{one.size}", one.target.cookie))]
        with server(folder, port):
            seen = in_rounds(
                port, targets, rounds=asked.rounds, seconds=asked.seconds, connections=asked.connections, say=say
            )
        store = "PostgreSQL" if database else "SQLite"
        print(f"{asked.requests:,} requests, {store}, gunicorn with {WORKERS} workers, {asked.connections} connections")
        print(f"for req/s and one for milliseconds, {os.cpu_count()} cores, Python {platform.python_version()}, "
              f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")  # fmt: skip
        print("\n".join(["", *table(pages, seen)]))


if __name__ == "__main__":
    sys.exit(run(options(), measure))
