"""The last keys that were given out: no new row may get the key of one that was deleted."""

from __future__ import annotations

from django.db import connection
from django.db.models import AutoField, Model


def last_key(model: type[Model]) -> int | None:
    """The last key that the database gave to a row of this model; None when it has given none or does not give them."""
    if not isinstance(model._meta.pk, AutoField):
        return None
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        else:
            cursor.execute("SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)", [table, column])
        row = cursor.fetchone()
    return (row and row[0]) or None


def go_on_after(model: type[Model], last: int | None) -> None:
    """Have the database give the next row of this model a key after `last` and after every key that is there."""
    if not isinstance(model._meta.pk, AutoField):
        return
    highest = model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
    value = max(highest, last or 0)
    if not value:
        return
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, value])
        else:
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, column, value])
