"""Verbs beside the raw transaction: the same statements on the bare connection, committed as the verb is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

from django.db import connection, transaction

from .looking import Seen, Statement, captured, low, replay

Call = Callable[[], object]
CLOCKS = {"passed": time.perf_counter, "processor": time.process_time}
INTO = re.compile(r'INSERT (?:OR IGNORE )?INTO "(\w+)"')


def committed(name: str, make: Callable[[int], Iterator[Call]], times: int) -> Iterator[Seen]:
    """A verb and its statements, each time on another request and for good, by both clocks.

    Args:
        name: the verb's.
        make: makes so many calls, each of which can be done once.
        times: how often each is measured.
    """
    calls = make(2 * times + 1)
    tables = {match[1] for sql, _given in statements_of(next(calls)) if (match := INTO.match(sql))}
    own: dict[str, list[float]] = {clock: [] for clock in CLOCKS}
    raw: dict[str, list[float]] = {clock: [] for clock in CLOCKS}
    number = 0
    for call, other in zip(calls, calls, strict=False):
        measure(call, own)
        rewind(tables)
        statements = statements_of(other)
        number = len(statements)
        rewind(tables)
        measure(in_transaction(replay(statements)), raw)
    for clock in CLOCKS:
        yield Seen(f"{name}, time {clock}", number, low(own[clock]), low(raw[clock]))


def measure(call: Call, found: dict[str, list[float]]) -> None:
    """Do it once, by all clocks."""
    began = {name: clock() for name, clock in CLOCKS.items()}
    call()
    for name, clock in CLOCKS.items():
        found[name].append((clock() - began[name]) * 1000)


def statements_of(call: Call) -> list[Statement]:
    """What a verb executes within its transaction, which is undone."""
    with captured() as statements, transaction.atomic():
        call()
        transaction.set_rollback(True)
    inner = [one for one in statements if not one[0].startswith("BEGIN")]
    return inner[1:-1]  # its own savepoint, which is no part of it where it is the outermost


def in_transaction(call: Call) -> Call:
    """The same in one transaction, which is committed."""

    def run() -> None:
        with transaction.atomic():
            call()

    return run


def rewind(tables: set[str]) -> None:
    """Let the next rows get the keys that rows which were undone had: PostgreSQL would give others."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM {table}"
            )
