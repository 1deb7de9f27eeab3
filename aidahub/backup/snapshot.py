"""One consistent view of the database, while the site goes on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything that is read inside is as it was at the beginning; nothing can be written, and nobody is kept waiting.

    PostgreSQL: a transaction REPEATABLE READ, READ ONLY. SQLite: a plain BEGIN, which with a write-ahead log reads on
    from one state and takes no lock that a writer needs; Django's own transactions here begin as writers.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True):
            _run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    _run("PRAGMA query_only = ON")
    try:
        _run("BEGIN DEFERRED")
        try:
            _run("SELECT 1 FROM sqlite_schema LIMIT 1")  # the state is that of the first reading
            yield
        finally:
            _run("ROLLBACK")
    finally:
        _run("PRAGMA query_only = OFF")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        if cursor.description:
            cursor.fetchall()
