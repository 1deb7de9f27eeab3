"""BRGANDI's rows, imported once for each test process and copied for every test that asks for them.

Reading the page takes twenty times as long as copying what came of it, and a thousand tests begin with it. The copies
lie in tables of their own, which no rollback and no flush of Django's touches.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from datasets.models import Dataset
from datasets.search.store import TABLE as SEARCH_INDEX
from tests.cast import BRGANDI

COLUMNS = {SEARCH_INDEX: "rowid, words"}  # in SQLite no column of the table, so `*` would leave it out


def keep() -> bool:
    """Import the page and put its rows aside; False inside a transaction, whose end would take them away again."""
    if connection.in_atomic_block or Dataset.objects.exists():
        return False
    call_command("import_datasets", str(BRGANDI), verbosity=0)
    with transaction.atomic():
        for table in _tables():
            _run(f"CREATE TABLE kept_{table} AS SELECT {COLUMNS.get(table, '*')} FROM {table}")
        for table in reversed(_tables()):
            _run(f"DELETE FROM {table}")
    return True


def restore() -> bool:
    """Copy the rows back; False where there are datasets already, with which they could not stand."""
    if Dataset.objects.exists():
        return False
    with transaction.atomic():
        _run(f"DELETE FROM {SEARCH_INDEX}")  # a flush leaves it as it is
        for table in _tables():
            columns = COLUMNS.get(table, "*")
            names = f" ({columns})" if columns != "*" else ""
            _run(f"INSERT INTO {table}{names} SELECT {columns} FROM kept_{table}")
    return True


def _tables() -> Sequence[str]:
    models = apps.get_app_config("datasets").get_models()
    return [*(model._meta.db_table for model in models), SEARCH_INDEX]


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
