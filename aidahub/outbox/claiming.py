"""Claiming one mail by one statement, found, marked and read at once, and marking it as sent by another.

Django writes the question which mail is next, once for each process; to write it anew for each mail took longer than
the database needs to answer it. What stands in a mail that is sent is written only where it changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.utils import timezone

from .models import Mail, MailQuerySet

A_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)  # stands where the statement takes the present one
Question = Callable[[datetime], MailQuerySet]


@dataclass(frozen=True)
class Statement:
    """What claims the first mail that a question finds, and what it takes after the claim's own values."""

    sql: str
    given: tuple[Any, ...]

    def at(self, now: Any) -> list[Any]:
        """What it takes at a moment, which is written as the database takes it."""
        return [now if value == _written(A_MOMENT) else value for value in self.given]


def ready(now: datetime) -> MailQuerySet:
    """What waits, the next one first."""
    return Mail.objects.ready(now).order_by(*Mail.NEXT)


def orphaned(now: datetime) -> MailQuerySet:
    """What killed senders left."""
    return Mail.objects.orphaned(now)


def claimed(question: Question) -> Mail | None:
    """Claim, within a transaction, the first mail that a question finds; None when it finds none."""
    now = timezone.now()
    statement = _statement(question, connection.alias)
    own = [Mail.Status.SENDING, str(uuid4()), _written(now + timedelta(seconds=settings.OUTBOX_LEASE)), _written(now)]
    return next(iter(list(Mail.objects.raw(statement.sql, [*own, *statement.at(_written(now))]))), None)


def mark_as_sent(mail: Mail) -> None:
    """Write down that the mail server took a mail, if its claim still holds."""
    written = _written(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_marking(connection.alias), [Mail.Status.SENT, written, mail.pk, mail.claim])


@cache
def _marking(_alias: str) -> str:
    table = connection.ops.quote_name(Mail._meta.db_table)  # noqa: SLF001  as below
    return (
        # No value is written into it.
        f"UPDATE {table} SET status = %s, sent_at = %s, lease_until = NULL, claim = '', last_error = '' "  # noqa: S608 # nosec B608
        "WHERE id = %s AND claim = %s"
    )


@cache
def _statement(question: Question, _alias: str) -> Statement:
    rows = question(A_MOMENT).select_for_update(skip_locked=True).values("pk")[:1]
    sql, given = rows.query.sql_with_params()
    quote = connection.ops.quote_name
    meta = Mail._meta  # noqa: SLF001  Django documents it as its own interface for models
    columns = ", ".join(quote(str(field.column)) for field in meta.concrete_fields)
    return Statement(
        # No value is written into it.
        f"UPDATE {quote(meta.db_table)} SET status = %s, claim = %s, lease_until = %s, tries = tries + 1, "  # noqa: S608 # nosec B608
        f"tried_since = COALESCE(tried_since, %s) WHERE id = ({sql}) RETURNING {columns}",
        given,
    )


def _written(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
