"""How fast real searches are, beside the bare SQL of the same pages.

    python -m bench.search [--postgres] [--datasets N] [--large] [--searches N]

Fills a database of its own with invented datasets (10,000; 100,000 with `--large`), asks for `/datasets/` as people do
(words, columns, facets, orders, later pages), and runs the queries of each page once more by themselves, through the
same connection: what is above that is the page. Prints the median, the 95th percentile and the ratios.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from .pages import say, set_up
from .running import make_tables, run

ROW = "| {:<24} | {:>5} | {:>7} | {:>7} | {:>7} | {:>7} | {:>5} | {:>5} | {:>7} |"
HEADS = ("searches", "", "page ms", "95th", "SQL ms", "95th", "ratio", "95th", "queries")


@dataclass(frozen=True)
class Seen:
    """One search: what kind it is, milliseconds for the page and for its SQL alone, how many queries."""

    kind: str
    page: float
    sql: float
    queries: int


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure real searches beside their bare SQL.")
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL, not on SQLite")
    parser.add_argument("--datasets", type=int, default=10_000, help="datasets in the database (10000)")
    parser.add_argument("--large", action="store_true", help="100,000 datasets")
    parser.add_argument("--searches", type=int, default=200, help="searches (200)")
    asked = parser.parse_args()
    if asked.large:
        asked.datasets = 100_000
    return asked


def fill(number: int) -> None:
    """Make the tables and the datasets, and the search's own tables from them."""
    from django.db import connection

    from datasets import search

    from .shelf import make

    make_tables()
    began = time.monotonic()
    make(number)
    say(f"{number:,} datasets made in {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    search.rebuild()
    say(f"search built in {time.monotonic() - began:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def ask(number: int) -> Iterator[Seen]:
    """Ask for each search's page, and for its SQL alone; the quicker of two tries, for the machine is shared."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from .shelf import searches

    client = Client(SERVER_NAME="127.0.0.1")
    client.get("/datasets/?q=warm")
    for kind, address in searches(number, random.Random(7)):  # the same ones each time
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}.")
        statements = [query["sql"] for query in captured]
        page = min(timed(client.get, address) for _ in range(2))
        sql = min(timed(run_all, statements) for _ in range(2))
        yield Seen(kind, page, sql, len(statements))


def timed(act: Callable[[Any], object], of: object) -> float:
    """Milliseconds that a call takes."""
    began = time.perf_counter()
    act(of)
    return (time.perf_counter() - began) * 1000


def run_all(statements: list[str]) -> None:
    """Run queries as they were written out, without Django, on its connection; fetch every row."""
    from django.db import connection

    cursor = connection.connection.cursor()
    for statement in statements:
        cursor.execute(statement)
        cursor.fetchall()
    cursor.close()


def line(name: str, seen: list[Seen]) -> str:
    """One row of the table."""
    pages, sqls = [one.page for one in seen], [one.sql for one in seen]
    ratios = [one.page / one.sql for one in seen]
    last = [quantiles(values, n=20)[-1] if len(values) > 1 else values[0] for values in (pages, sqls, ratios)]
    facts = (median(pages), last[0], median(sqls), last[1])
    most = max(one.queries for one in seen)
    return ROW.format(
        name, len(seen), *(f"{fact:.1f}" for fact in facts), f"{median(ratios):.1f}", f"{last[2]:.1f}", most
    )


def measure(asked: argparse.Namespace, database: str) -> None:
    """Fill, ask and print."""
    with tempfile.TemporaryDirectory(prefix="aidahub-bench-") as folder:
        set_up(Path(folder), 8000, database)
        fill(asked.datasets)
        seen = list(ask(asked.searches))
        store = "PostgreSQL" if database else "SQLite"
        print(f"{len(seen)} searches, {asked.datasets:,} datasets, {store}, {os.cpu_count()} cores, "
              f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n")  # fmt: skip
        print(ROW.format(*HEADS))
        print("| --- |" + " ---: |" * (len(HEADS) - 1))
        for kind in dict.fromkeys(one.kind for one in seen):
            print(line(kind, [one for one in seen if one.kind == kind]))
        print(line("all", seen))
        print(f"\nall pages together / all SQL together: {sum(s.page for s in seen) / sum(s.sql for s in seen):.2f}")
        from django.db import connection

        connection.close()


if __name__ == "__main__":
    sys.exit(run(options(), measure))
