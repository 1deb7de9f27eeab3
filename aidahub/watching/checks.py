"""What must be so for the site to work, one line for each: for probes, which need a yes or no and the reason.

A check returns what is wrong in a few words, or nothing. None of them says anything about people.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from aidahub.faults import told
from aidahub.outbox.models import Mail
from aidahub.watching import broker, signs

log = structlog.stdlib.get_logger("aidahub.watching")
MAIL_WAITS = timedelta(minutes=15)  # a mail that is due is tried within seconds, behind a thousand others in minutes
CLOCK_SILENT = timedelta(minutes=5)  # ten signs
UNKNOWN = "not known without the database"


@dataclass(frozen=True)
class Check:
    """One check: its name, what it finds wrong, and whether a web process needs it to answer people.

    `asks`: whether it asks the database, so that it is left out when that does not answer.
    """

    name: str
    trouble: Callable[[], str]
    web: bool = False
    asks: bool = True


def database() -> str:
    """The database answers, and has the table of the cache."""
    signs.last()
    return ""


def migrations() -> str:
    """Every migration of this code is applied."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} missing" if missing else ""


def disk() -> str:
    """There is room in VAR_DIR and in the folder of the files, and this process may write there."""
    for name, folder in folders().items():
        if not os.access(folder, os.W_OK | os.X_OK):
            return f"{name} cannot be written"
        if shutil.disk_usage(folder).free < settings.DISK_LEAST_MB * 1_000_000:
            return f"less than {settings.DISK_LEAST_MB:g} MB left in {name}"
    return ""


def folders() -> dict[str, Path]:
    """The folders that the site writes to; of one that is not made yet, the one in which it will be."""
    return {"VAR_DIR": there(settings.VAR_DIR), "FILES_DIR": there(settings.FILES_DIR)}


def there(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def outbox() -> str:
    """No mail has been due for long while a mail server is set: somebody sends."""
    waits = Mail.objects.longest_wait() if settings.OUTBOX_EMAIL_BACKEND else timedelta()
    return f"oldest mail waits {in_words(waits)}" if waits > MAIL_WAITS else ""


def clock() -> str:
    """The clock ticks, and a worker takes what it sends."""
    sign = signs.last()
    if sign is None:
        return "no sign yet"
    silent = timezone.now() - sign
    return f"last sign {in_words(silent)} ago" if silent > CLOCK_SILENT else ""


def broker_answers() -> str:
    """The broker answers within two seconds."""
    return "" if broker.ASKED.ask().answers else "does not answer"


CHECKS = (
    Check("database", database, web=True),
    Check("migrations", migrations, web=True),
    Check("disk", disk, web=True, asks=False),
    Check("outbox", outbox),
    Check("clock", clock),
    Check("broker", broker_answers, asks=False),
)


TABLES = CHECKS[:2]
WEB = tuple(check for check in CHECKS if check.web)


def look(which: Iterable[Check] = CHECKS) -> Iterator[tuple[str, str]]:
    """The name of each of these checks and what it finds wrong; once the database has failed it is asked no more."""
    offline = False
    for check in which:
        if check.asks and offline:
            yield check.name, UNKNOWN
            continue
        try:
            yield check.name, check.trouble()
        except DatabaseError as error:
            offline = True
            log.warning("check failed", check=check.name, why=told(error))
            yield check.name, "does not answer"


def in_words(time: timedelta) -> str:
    """Whole minutes, from two hours on whole hours."""
    minutes = int(time.total_seconds() // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
