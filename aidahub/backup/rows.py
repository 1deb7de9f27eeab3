"""Rows as lines of JSON, and back: the same lines from either database."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Field, Model, QuerySet

from .contents import EMPTIED
from .problems import Refused

TOGETHER = 100  # rows in memory at a time; some hold whole pages
Row = tuple[Any, ...]


class Encoder(DjangoJSONEncoder):
    """Moments in UTC with microseconds, bytes in base64, everything else as Django writes it."""

    def default(self, o: Any) -> Any:
        """What JSON has no form for."""
        if isinstance(o, datetime):
            return o.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        if isinstance(o, bytes | memoryview):
            return base64.b64encode(o).decode()
        return super().default(o)


def columns_of(model: type[Model]) -> list[str]:
    """The names of a model's columns, as lines have them."""
    return [field.column or "" for field in _fields(model)]


def _fields(model: type[Model]) -> Sequence[Field[Any, Any]]:
    return model._meta.local_concrete_fields


def lines_of(model: type[Model]) -> Iterator[bytes]:
    """Every row of a model by its key, each as a line of JSON with sorted keys."""
    names, emptied = columns_of(model), EMPTIED.get(model._meta.db_table, {})
    attributes = [field.attname for field in _fields(model)]
    for row in in_pages(model._base_manager.all(), attributes):
        values = dict(zip(names, row, strict=True)) | emptied
        text = json.dumps(values, cls=Encoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        yield f"{text}\n".encode()


def in_pages(rows: QuerySet[Any], attributes: Sequence[str]) -> Iterator[Row]:
    """The rows by key, a few at a time: neither database nor driver ever holds the whole result.

    Args:
        attributes: what to read of each row.
    """
    last: Any = None
    while True:
        later = rows if last is None else rows.filter(pk__gt=last)
        page = list(later.order_by("pk").values_list("pk", *attributes)[:TOGETHER])
        if not page:
            return
        yield from (row[1:] for row in page)
        last = page[-1][0]


def write_lines(model: type[Model], lines: Iterable[bytes]) -> int:
    """Insert the rows that lines hold, keys and all, past anything that the model does when it is saved.

    Returns:
        How many there were.

    Raises:
        Refused: when a line is no row of this model.
    """
    quote, fields = connection.ops.quote_name, _fields(model)
    names = ", ".join(quote(name) for name in columns_of(model))
    marks = ", ".join(["%s"] * len(fields))
    # Names of tables and columns are the code's own, and quoted.
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608 # nosec B608 # our names, quoted
    rest, number = iter(lines), 0
    with connection.cursor() as cursor:
        while some := [_values(model, fields, line) for line in islice(rest, TOGETHER)]:
            cursor.executemany(statement, some)
            number += len(some)
    return number


def _values(model: type[Model], fields: Sequence[Field[Any, Any]], line: bytes) -> list[Any]:
    table = model._meta.db_table
    try:
        row = json.loads(line)
        if not isinstance(row, dict) or set(row) != {field.column for field in fields}:
            raise Refused(f"A row of {table} in the archive has other columns than the table.")
        return [_for_database(field, row[field.column]) for field in fields]
    except (ValueError, TypeError, ValidationError) as problem:
        raise Refused(f"A row of {table} in the archive cannot be read ({type(problem).__name__}).") from problem


def _for_database(field: Field[Any, Any], value: Any) -> Any:
    if value is None and field.null:
        return None
    return field.get_db_prep_value(field.to_python(value), connection)
