"""Rows into tables as fast as a database takes them: many of one model at once, past whatever looks at single ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    Max,
    Model,
    QuerySet,
    TextField,
)

Write = Callable[[Any], Any]
# What the database's driver takes as it is.
PLAIN = tuple(kind.get_prep_value for kind in (CharField, TextField, IntegerField, BooleanField))


def insert(rows: Sequence[Any]) -> None:
    """Insert rows of one model and give each its key. Nothing of a row is checked but what the database checks."""
    if not rows:
        return
    model: type[Model] = type(rows[0])
    first = (QuerySet(model).aggregate(last=Max("pk"))["last"] or 0) + 1
    for key, row in enumerate(rows, first):
        row.pk = key
    fields = model._meta.concrete_fields  # noqa: SLF001  Django documents it as its own interface for models
    for field in fields:
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            for row in rows:
                field.pre_save(row, add=True)
    writes = [(field.attname, writer(field)) for field in fields]
    values = ([write(row.__dict__[name]) if write else row.__dict__[name] for name, write in writes] for row in rows)
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(str(field.column)) for field in fields)  # noqa: SLF001
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
            last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)"
            cursor.execute(last, [first + len(rows) - 1])
        else:
            holes = ", ".join(["?"] * len(fields))
            cursor.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({holes})", values)


def writer(field: Field[Any, Any]) -> Write | None:
    """How a column's value is handed to the database; None where it goes as it is."""
    if isinstance(field, ForeignKey):
        return writer(field.target_field)
    if type(field).get_prep_value in PLAIN:
        return None
    if isinstance(field, DateTimeField):
        return None if connection.vendor == "postgresql" else _naive
    return lambda value: field.get_db_prep_save(value, connection)


def change(model: type[Model], column: str, rows: Sequence[Any]) -> None:
    """Write one column of rows that are there already."""
    names = (connection.ops.quote_name(name) for name in (model._meta.db_table, column, "id"))  # noqa: SLF001
    with connection.cursor() as cursor:
        statement = "UPDATE {} SET {} = %s WHERE {} = %s".format(*names)
        cursor.executemany(statement, [(getattr(row, column), row.pk) for row in rows])


def _naive(moment: datetime | None) -> str | None:
    """As Django writes a moment on SQLite: in UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if moment else None
