"""Everything that is measured at one size: each page beside a bare view and its own SQL, verbs beside their own SQL.

    python -m bench.looking FOLDER TIMES [WORD...]    FOLDER holds the site, as `bench.load` makes it; prints JSON

With words only what has one of them in its name is measured.

A process of its own for each size, so that sizes can be measured in turns. Processor time of this process counts on
SQLite, which works in it; on PostgreSQL the time that passes does. Of both the lowest quarter of the tries counts.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from django.test import Client

    from .looked_at import Looked, Site


@dataclass(frozen=True)
class Seen:
    """One thing: its queries, and the milliseconds that it took, its SQL alone, and a bare view of its size."""

    name: str
    queries: int
    taken: float
    sql: float = 0.0
    bare: float = 0.0


def timed(call: Callable[[], object], times: int) -> float:
    """Milliseconds of one call: the lowest quarter of some tries."""
    from django.db import connection

    clock = time.perf_counter if connection.vendor == "postgresql" else time.process_time
    return low([took(call, clock) for _ in range(max(times, 1))])


def took(call: Callable[[], object], clock: Callable[[], float]) -> float:
    """Milliseconds of one call, by this clock."""
    began = clock()
    call()
    return (clock() - began) * 1000


def low(taken: Sequence[float]) -> float:
    """The lowest quarter of some tries."""
    return quantiles(taken, n=4)[0] if len(taken) > 1 else taken[0]


Statement = tuple[str, Any]


@contextmanager
def captured() -> Iterator[list[Statement]]:
    """The statements that are executed inside, with what they were given."""
    from django.db import connection

    found: list[Statement] = []

    def note(execute: Any, sql: str, given: Any, many: bool, context: Any) -> Any:
        found.append((sql, given))
        return execute(sql, given, many, context)

    with connection.execute_wrapper(note):
        yield found


def replay(statements: list[Statement]) -> Callable[[], None]:
    """A call that executes statements again on the bare connection, without Django, and fetches every row."""
    from django.db import connection

    connection.ensure_connection()
    own = connection.connection
    if connection.vendor == "sqlite":  # whose signs for what is given are others
        statements = [(_signed(sql, given), given) for sql, given in statements]

    def run() -> None:
        for sql, given in statements:
            cursor = own.cursor()
            cursor.execute(sql, given or ())
            if cursor.description:
                cursor.fetchall()
            cursor.close()

    return run


def _signed(sql: str, given: Any) -> str:
    if given is None:
        return sql
    return sql % ({name: f":{name}" for name in given} if isinstance(given, Mapping) else ("?",) * len(given))


def read(client: Client, path: str) -> int:
    """Ask for a page and read all of it; its size.

    Raises:
        WrongAnswer: when there is none.
    """
    from .asking import WrongAnswer

    answer = client.get(path, follow=False)
    if answer.status_code != 200:
        raise WrongAnswer(f"{path} answered {answer.status_code}.")
    return sum(len(part) for part in answer) if answer.streaming else len(answer.content)


def page(looked: Looked, site: Site, times: int) -> Seen:
    """One page: once before, so that caches are warm, once for its queries, and then timed."""
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    if user := looked.who(site.world):
        client.force_login(user)
    path = looked.path(site)
    rows = looked.each() if looked.each else 1
    if looked.each:
        with captured() as statements:
            taken = timed(lambda: read(client, path), 1)
        return Seen(looked.name, len(statements), taken / rows)
    read(client, path)
    with captured() as statements:
        size = read(client, path)
    again = replay([one for one in statements if one[0].startswith("SELECT")])
    return Seen(
        looked.name, len(statements), timed(lambda: read(client, path), times), timed(again, times),
        timed(lambda: read(client, f"/bare/{size}"), times),
    )  # fmt: skip


def task(name: str, work: Callable[[], object], each: Callable[[], int]) -> Seen:
    """A task, once, for each of the rows of which its work is made."""
    rows = max(each(), 1)
    with captured() as statements:
        taken = timed(work, 1)
    return Seen(name, len(statements), taken / rows)


def imports(folder: Path, times: int) -> Iterator[Seen]:
    """A page of the register that has not changed, and one that has, each time."""
    from datasets.register.importer import Importer

    from .data import PAGE

    own = folder / "register"
    own.mkdir(exist_ok=True)
    text = PAGE.read_text(encoding="utf-8")

    def unchanged() -> None:
        (own / "page.md").write_text(text, encoding="utf-8")
        Importer().run([own])

    def changed() -> None:
        (own / "page.md").write_text(f"{text}\n{time.perf_counter()}\n", encoding="utf-8")
        Importer().run([own])

    unchanged()
    for name, call in (("import, a page that has not changed", unchanged), ("import, a page that has", changed)):
        with captured() as statements:
            call()
        yield Seen(name, len(statements), timed(call, min(times, 5)))


def everything(folder: Path, times: int, words: Sequence[str] = ()) -> Iterator[Seen]:
    """All that is measured, or what has one of the words in its name."""

    def wanted(name: str) -> bool:
        return not words or any(word in name for word in words)

    from .committed import committed
    from .looked_at import PAGES, TASKS, VERBS, Site

    with (folder / "site.pickle").open("rb") as file:
        site = Site(*pickle.load(file))
    for looked in PAGES:
        if wanted(looked.name):
            yield page(looked, site, times)
    for name, make in VERBS:
        if wanted(name):
            yield from committed(name, partial(make, site), times)
    if wanted("import"):
        yield from imports(folder, times)
    yield from (task(*one) for one in TASKS if wanted(one[0]))


def main() -> None:
    """Measure, and print each as a line of JSON."""
    django.setup()
    for seen in everything(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]):
        print(json.dumps(asdict(seen)), flush=True)


if __name__ == "__main__":
    main()
