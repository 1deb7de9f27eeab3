"""What 10,000 requests cost beside 100: pages, verbs, tasks, each with its queries and its time at both sizes.

    python -m bench.requests [--postgres] [--requests N] [--times N]

Makes a database in a folder of its own with 100 requests, measures, grows it to 10,000 with about 20 events each, and
measures again: the goal is a ratio of at most 2. Processor time of this process counts on SQLite, which works in it;
on PostgreSQL the time that passes does, the quickest quarter of it, since another process works.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from .pages import free_port, say, set_up
from .running import make_tables, run

if TYPE_CHECKING:
    from django.test import Client

    from .looked_at import Looked, Site

FIRST = 100
TIMED = 20
ROW = "| {:<38} | {:>7} | {:>7} | {:>8} | {:>8} | {:>8} | {:>8} | {:>5} |"


@dataclass(frozen=True)
class Seen:
    """One thing at one size: queries, milliseconds of processor time and passed, and the bare view's of its size."""

    queries: int
    cpu: float
    wall: float
    bare: float = 0.0


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure pages and verbs at 100 and at 10,000 requests.")
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL, not on SQLite")
    parser.add_argument("--requests", type=int, default=10_000, help="access requests of the larger size (10,000)")
    parser.add_argument("--times", type=int, default=TIMED, help="how often each page is taken (20)")
    return parser.parse_args()


def timed(calls: Iterable[Callable[[], object]]) -> tuple[float, float]:
    """The median of processor time and the lower quartile of time passed, of one call, in milliseconds."""
    taken = []
    for call in calls:
        began, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append(((time.process_time() - cpu) * 1000, (time.perf_counter() - began) * 1000))
    walls = [wall for _cpu, wall in taken]
    return median(cpu for cpu, _wall in taken), quantiles(walls, n=4)[0] if len(walls) > 1 else walls[0]


def read(client: Client, path: str) -> int:
    """Ask for a page and read all of it; its size.

    Raises:
        WrongAnswer: when there is none.
    """
    from .asking import WrongAnswer

    answer = client.get(path)
    if answer.status_code != 200:
        raise WrongAnswer(f"{path} answered {answer.status_code}.")
    return len(answer.getvalue())


def look(page: Looked, site: Site, times: int) -> Seen:
    """One page: once before, so that caches are warm, once for its queries, and then timed."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(page.who(site.world))
    path = page.path(site)
    read(client, path)
    with CaptureQueriesContext(connection) as queries:
        size = read(client, path)
    number = len(queries)  # before the next answer: Django empties its list with each
    rows = page.each() if page.each else 1
    turns = 3 if page.each else times
    cpu, wall = timed([lambda: read(client, path)] * turns)
    bare, _wall = timed([lambda: read(client, f"/bare/{size}")] * turns)
    return Seen(number, cpu / rows, wall / rows, bare)


def verb(calls: Iterator[Callable[[], object]]) -> Seen:
    """One verb, each time on another request; the first tells its queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    first = next(calls)
    with CaptureQueriesContext(connection) as queries:
        first()
    return Seen(len(queries), *timed(list(calls)))


def task(work: Callable[[], object], each: Callable[[], int]) -> Seen:
    """One task, once, for each of the rows of which its work is made."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    rows = each()
    with CaptureQueriesContext(connection) as queries:
        cpu, wall = timed([work])
    return Seen(round(len(queries) / rows), cpu / rows, wall / rows)


def everything(site: Site, times: int) -> list[Seen]:
    """All that is measured, at the size that the database has now."""
    from django.db import connection

    from .looked_at import PAGES, TASKS, VERBS

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seen = [look(page, site, times) for page in PAGES]
    seen += [verb(make(site, times + 1)) for _name, make in VERBS]
    return seen + [task(work, each) for _name, work, each in TASKS]


def names() -> list[str]:
    """What is measured, in the same order."""
    from .looked_at import PAGES, TASKS, VERBS

    return [page.name for page in PAGES] + [name for name, _make in VERBS] + [name for name, *_rest in TASKS]


def table(few: list[Seen], many: list[Seen], number: int, *, by_wall: bool) -> Iterator[str]:
    """The results: what, and its queries and milliseconds at both sizes."""
    sizes = (f"{FIRST}", f"{number:,}")
    heads = ("", *(f"q. {size}" for size in sizes), *(f"ms {size}" for size in sizes), "passed", "bare", "ratio")
    yield ROW.format(*heads)
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, one, two in zip(names(), few, many, strict=True):
        before, after = (one.wall, two.wall) if by_wall else (one.cpu, two.cpu)
        facts = (one.queries, two.queries, f"{before:.2f}", f"{after:.2f}", f"{two.wall:.2f}")
        yield ROW.format(name, *facts, f"{two.bare:.1f}" if two.bare else "", f"{after / before:.1f}")


def measure(asked: argparse.Namespace, database: str) -> None:
    """Fill, measure, grow, measure again and print."""
    with tempfile.TemporaryDirectory(prefix="aidahub-bench-") as name:
        set_up(Path(name), free_port(), database)
        make_tables()
        from django.db import connection

        from .crowd import make_world
        from .looked_at import Site
        from .multiply import multiply
        from .stories import tell

        world = make_world()
        site = Site(world, tell(world))
        multiply(site.told, world, FIRST - len(site.told), early=True)
        say(f"{FIRST} requests; measuring")
        few = everything(site, asked.times)
        multiply(site.told, world, asked.requests - FIRST, say=say)
        say(f"{asked.requests:,} requests; measuring")
        many = everything(site, asked.times)
        connection.close()
        store = "PostgreSQL" if database else "SQLite"
        print(f"{store}, {os.cpu_count()} cores, a load of {os.getloadavg()[1]:.0f}, "
              f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")  # fmt: skip
        print("\n".join(["", *table(few, many, asked.requests, by_wall=bool(database))]))


if __name__ == "__main__":
    sys.exit(run(options(), measure))
