"""A load that looks like use, at a hundredth, a tenth and the whole of its size: what grows, and how much.

    python -m bench.load [--postgres] [--scale] [--upto PART] [--rounds N] [--times N]

10,000 datasets, 20,000 people, 100,000 requests with 2,000,000 events (`--scale`: ten times that; `--upto 10`: no more
than a tenth). The database is made in a folder of its own, which grows and is copied at each size; then a process for
each copy measures in turns, so that a noisy moment hits all sizes alike. Everything is removed at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from aidahub.environment import ROOT
from scripts.with_postgres import CAREFUL

from .pages import free_port, say, set_up
from .running import make_tables, run

if TYPE_CHECKING:
    from .looked_at import Site
    from .mails import Rates

DATASETS, PEOPLE, REQUESTS, EARLY = 10_000, 20_000, 100_000, 100
PARTS = (100, 10, 1)  # the sizes: this part of the whole
Fact = Mapping[str, float]
Seen = dict[str, Fact]


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure at a hundredth, a tenth and the whole of a large load.")
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL, not on SQLite")
    parser.add_argument("--scale", action="store_true", help="ten times the datasets, people and requests")
    parser.add_argument(
        "--upto", type=int, choices=PARTS, default=1, help="the largest size: this part of the whole (1)"
    )
    parser.add_argument("--rounds", type=int, default=2, help="turns over all sizes (2)")
    parser.add_argument("--times", type=int, default=5, help="how often each page is taken in a turn (5)")
    return parser.parse_args()


def make(folder: Path, database: str, whole: int, parts: Sequence[int]) -> Iterator[tuple[int, Path, str]]:
    """Grow one database and copy it at each size: the part, the folder of the copy, and its address on PostgreSQL."""
    from django.db import connection

    from datasets import search

    from .crowd import grow, make_world
    from .looked_at import Site
    from .multiply import multiply, newest
    from .stories import tell

    world = make_world(DATASETS * whole // 100, PEOPLE * whole // 100)
    site = Site(world, tell(world))
    multiply(site.told, world, EARLY, early=True)
    for part in parts:
        grow(world, DATASETS * whole // part, PEOPLE * whole // part)
        search.rebuild()
        multiply(site.told, world, REQUESTS * whole // part - newest(), say=say)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if database else "ANALYZE")
        connection.close()
        yield part, *copy(folder, site, part, database)


def copy(folder: Path, site: Site, part: int, database: str) -> tuple[Path, str]:
    """A copy of the site as it is now, with its people in a file beside it."""
    own = folder / f"part{part}"
    own.mkdir()
    for name in ("static", "secret-key"):
        (own / name).symlink_to(folder / name)
    (own / "site.pickle").write_bytes(pickle.dumps((site.world, site.told)))
    if not database:
        shutil.copyfile(folder / "aidahub.sqlite3", own / "aidahub.sqlite3")
        return own, ""
    host = database.partition("?")[2]
    with psycopg.connect(f"postgres://aidahub@/template1?{host}", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE part{part} TEMPLATE postgres".encode())
    return own, f"postgres://aidahub@/part{part}?{host}"


def look(own: Path, database: str, times: int) -> Seen:
    """Measure one copy in a process of its own."""
    return {fact["name"]: fact for fact in told_by("bench.looking", own, database, str(times))}


def told_by(module: str, own: Path, database: str, *words: str) -> Iterator[dict[str, Any]]:
    """What a process of its own that measures one copy prints."""
    environment = {**os.environ, "VAR_DIR": str(own), **({"DATABASE_URL": database} if database else {})}
    command = [sys.executable, "-m", module, str(own), *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return map(json.loads, done.stdout.splitlines())


def memory(copies: Sequence[tuple[int, Path, str]]) -> Iterator[str]:
    """The most that each process takes, at the smallest and the largest size."""
    yield "Megabytes of PSS, the most that was seen of the largest process of each program:"
    yield ""
    sizes = {part: told_by("bench.memory", own, address) for part, own, address in (copies[0], copies[-1])}
    found = {part: {fact["name"]: fact["megabytes"] for fact in facts} for part, facts in sizes.items()}
    yield _row("", *(_size(part) for part in found))
    yield _row("---", *["---:"] * len(found))
    for name in next(iter(found.values())):
        yield _row(name, *(f"{each[name]:.0f}" for each in found.values()))


def quicker(one: Fact, two: Fact) -> Fact:
    """Of two turns the quicker, of each figure."""
    return {**one, **{name: min(one[name], two[name]) for name in ("taken", "sql", "bare")}}


def table(seen: Mapping[int, Seen]) -> Iterator[str]:
    """The results: each thing at each size, beside the bare view and its own SQL, and how much it grew."""
    sizes = [_size(part) for part in seen]
    heads = ("", "queries", "bare view", *(f"ms {size}" for size in sizes), *(f"SQL {size}" for size in sizes))
    yield _row(*heads, "to SQL", "grown")
    yield _row("---", *["---:"] * (len(heads) + 1))
    for name, last in list(seen.values())[-1].items():
        taken, sql = ([facts[name][kind] for facts in seen.values()] for kind in ("taken", "sql"))
        bare = f"{last['bare']:.1f}" if last["bare"] else ""
        columns = (f"{ms:.2f}" if ms else "" for ms in (*taken, *sql))
        ratio = f"{taken[-1] / sql[-1]:.1f}" if sql[-1] else ""
        yield _row(name, str(int(last["queries"])), bare, *columns, ratio, f"{taken[-1] / max(taken[0], 0.001):.1f}")


def _size(part: int) -> str:
    return f"1/{part}" if part > 1 else "whole"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def mails(rates: Rates) -> str:
    """What was measured of mails, as a sentence."""
    return (
        f"Mails in a second: {rates.plain:.0f} by a plain loop, {rates.one:.0f} by one sender "
        f"({rates.one / rates.plain:.2f} of it), {rates.two:.0f} by two ({rates.two / rates.plain:.2f})."
    )


def measure(asked: argparse.Namespace, database: str) -> None:
    """Make, measure in turns, and print."""
    with tempfile.TemporaryDirectory(prefix="aidahub-bench-") as name:
        folder, began = Path(name), time.monotonic()
        set_up(folder, free_port(), database)
        make_tables()
        from .mails import measure as measure_mails

        copies = list(make(folder, database, 10 if asked.scale else 1, [part for part in PARTS if part >= asked.upto]))
        say(f"made in {time.monotonic() - began:.0f} s; measuring")
        seen: dict[int, Seen] = {}
        for turn in range(asked.rounds):
            for part, own, address in copies if turn % 2 == 0 else reversed(copies):
                new = look(own, address, asked.times)
                seen[part] = {key: quicker(fact, new[key]) for key, fact in seen.get(part, new).items()}
                say(f"turn {turn + 1}: 1/{part}")
        store = "PostgreSQL" if database else "SQLite"
        print(f"{store}, {os.cpu_count()} cores, a load of {os.getloadavg()[1]:.0f}, "
              f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")  # fmt: skip
        print("\n".join(["", *table(seen), "", mails(measure_mails()), ""]), flush=True)
        print("\n".join(memory(copies)))


if __name__ == "__main__":
    sys.exit(run(options(), measure, CAREFUL))
