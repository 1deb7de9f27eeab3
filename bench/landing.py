"""How fast a landing page is for who has not signed in, beside a bare Django view with the same bytes and middleware.

    python -m bench.landing [--postgres] [--rounds N] [--seconds S] [--connections N]

Warm is a page from memory, cold one from its stored parts (memory is emptied before each answer), anew one that is
made from its rows. The goals are half of the bare view's requests per second warm, and a quarter cold.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from aidahub.environment import ROOT

from .pages import WORKERS, cpu, free_port, say, server, set_up
from .running import make_tables, run

if TYPE_CHECKING:
    from .asking import Seen, Target

ROW = "| {:<28} | {:>6} | {:>8} | {:>6} | {:>6} | {:>6} | {:>5} |"
GOALS = {"warm": 0.5, "cold": 0.25}


@dataclass(frozen=True)
class Way:
    """One way in which the page is answered: its name, its address, its queries and its processor time in ms."""

    name: str
    target: Target
    queries: int
    cpu: float


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure the landing page beside a bare Django view.")
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL, not on SQLite")
    parser.add_argument("--rounds", type=int, default=9, help="rounds over all ways (9)")
    parser.add_argument("--seconds", type=float, default=1, help="of full load for each way and round (1)")
    parser.add_argument("--connections", type=int, default=4, help="connections under full load (4)")
    return parser.parse_args()


def fill() -> tuple[list[Way], int]:
    """Make tables, static files and the dataset; the ways to measure, the bare view first, and the page's size."""
    from django.core.management import call_command
    from django.test import Client

    from tests.cast import BRGANDI_DOI

    make_tables()
    call_command("import_datasets", str(ROOT / "fixtures" / "brgandi.md"), verbosity=0)
    size = len(Client(SERVER_NAME="127.0.0.1").get(f"/{BRGANDI_DOI}").content)
    addresses = {
        "bare": f"/bare/{size}",
        "warm": f"/{BRGANDI_DOI}",
        "cold": f"/cold/{BRGANDI_DOI}",
        "anew": f"/anew/{BRGANDI_DOI}",
    }
    return [way(name, address) for name, address in addresses.items()], size


def way(name: str, path: str) -> Way:
    """Count one answer's queries, and take its processor time."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from .asking import Target

    client = Client(SERVER_NAME="127.0.0.1")
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return Way(name, Target(path), len(queries), cpu(client, path))


def table(ways: list[Way], seen: list[Seen]) -> Iterator[str]:
    """The results; the ratio is the median over the rounds, each of which measures all ways one after the other."""
    yield ROW.format("landing page", "queries", "CPU ms", "req/s", "median", "95th", "ratio")
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for one, result in zip(ways, seen, strict=True):
        ratio = median(rate / bare for rate, bare in zip(result.rates, seen[0].rates, strict=True))
        alone = (f"{median(result.alone):.2f}", f"{quantiles(result.alone, n=20)[-1]:.2f}")
        yield ROW.format(
            one.name, one.queries, f"{one.cpu:.2f}", f"{median(result.rates):,.0f}", *alone, f"{ratio:.2f}"
        )
    for number, one in enumerate(ways):
        if one.name in GOALS:
            ratio = median(rate / bare for rate, bare in zip(seen[number].rates, seen[0].rates, strict=True))
            yield f"goal {one.name}: {GOALS[one.name]}, {'met' if ratio >= GOALS[one.name] else 'MISSED'} ({ratio:.2f})"


def measure(asked: argparse.Namespace, database: str) -> None:
    """Fill, serve, measure and print."""
    with tempfile.TemporaryDirectory(prefix="aidahub-bench-") as name:
        folder, port = Path(name), free_port()
        set_up(folder, port, database)
        from django.db import connection

        from .asking import in_rounds

        ways, size = fill()
        connection.close()
        with server(folder, port):
            seen = in_rounds(
                port,
                [one.target for one in ways],
                rounds=asked.rounds,
                seconds=asked.seconds,
                connections=asked.connections,
                say=say,
            )
        store = "PostgreSQL" if database else "SQLite"
        print(f"{size:,} bytes, {store}, gunicorn with {WORKERS} workers, {asked.connections} connections for req/s")
        print(f"and one for milliseconds, {os.cpu_count()} cores, Python {platform.python_version()}, "
              f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")  # fmt: skip
        print("\n".join(["", *table(ways, seen)]))


if __name__ == "__main__":
    sys.exit(run(options(), measure))
