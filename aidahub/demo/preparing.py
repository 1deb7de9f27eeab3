"""What must be there before the trial site can answer: tables, files, a dataset, people."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from aidahub.demo.people import make_people
from aidahub.environment import ROOT, kept_secret
from aidahub.running.trouble import CannotStart

PAGE = ROOT / "fixtures" / "brgandi.md"
INSTITUTIONS = ROOT / "fixtures" / "institutions.json"


def prepare(say: Callable[[str], None]) -> None:
    """Bring the tables and the static files up to date, which the web server needs to start; quick when they are.

    Args:
        say: told what takes a while.

    Raises:
        CannotStart: with what to do, when something cannot be made.
    """
    check_database_file()
    with database_trouble():
        connection.ensure_connection()
        if not has_tables():
            say("Making the database ...")
            quietly("migrate", interactive=False)
            quietly("createcachetable")
    collect_static_files(say)


def fill(password: str) -> None:
    """Bring the forms, the dataset, some institutions and the people up to date, who sign in with `password`.

    Raises:
        CannotStart: with what to do, when something is refused.
    """
    with database_trouble():
        try:
            quietly("load_forms")
            quietly("import_datasets", str(PAGE))
            quietly("import_institutions", str(INSTITUTIONS))
        except (CommandError, SystemExit) as problem:
            raise CannotStart(
                f"The dataset, its forms or the institutions could not be read: {first_line(problem)}"
            ) from problem
        make_people(password)


def password_of_people() -> str:
    """The password of the made-up people: `DEMO_PASSWORD`, or one that is made up once and kept in `VAR_DIR`."""
    fresh = kept_secret(Path(settings.VAR_DIR) / "demo-password", secrets.token_urlsafe(9))
    return os.environ.get("DEMO_PASSWORD") or fresh


@contextmanager
def database_trouble() -> Iterator[None]:
    """Turns what a database refuses into a sentence.

    Raises:
        CannotStart: with what to do.
    """
    try:
        yield
    except DatabaseError as problem:
        raise CannotStart(f"The database cannot be used ({first_line(problem)}); {what_to_do()}") from problem


def quietly(command: str, *arguments: str, **options: object) -> str:
    """Run a management command; what it printed."""
    output = io.StringIO()
    call_command(command, *arguments, stdout=output, stderr=output, **options)
    return output.getvalue()


def has_tables() -> bool:
    """Whether every migration is applied and the cache has its table."""
    from aidahub.watching.checks import TABLES

    try:
        return not any(check.trouble() for check in TABLES)
    except DatabaseError:  # a new one; a probe would log that
        return False


def check_database_file() -> None:
    """Read through the SQLite file, if that is what is used, before anything is written to it.

    Raises:
        CannotStart: when it is not a database, is damaged, or cannot be read or written.
    """
    if connection.vendor != "sqlite":
        return
    path = Path(connection.settings_dict["NAME"])
    try:
        with sqlite3.connect(path, timeout=20) as database:
            verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        database.close()
    except sqlite3.Error as problem:
        verdict = str(problem)
    if verdict != "ok":
        raise CannotStart(f"The database file {path} cannot be used ({first_line(verdict)}); {what_to_do()}")


def what_to_do() -> str:
    """How to get on when the database cannot be used."""
    if connection.vendor == "sqlite":
        return "put a copy of it back, or move it away to start with an empty one."
    return "check that the server runs and that DATABASE_URL is right."


def first_line(problem: object) -> str:
    """The first line of a message."""
    return next(iter(str(problem).strip().splitlines()), "no reason given")


def collect_static_files(say: Callable[[str], None]) -> None:
    """Put style sheets and pictures where the web server finds them, unless nothing changed since the last time."""
    stamp = Path(settings.VAR_DIR) / "static.stamp"
    now = hashlib.sha256("\n".join(static_sources()).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == now and Path(settings.STATIC_ROOT).is_dir():
        return
    say("Collecting static files ...")
    try:
        quietly("collectstatic", interactive=False, clear=True)
    except ValueError as problem:
        raise CannotStart(f"A static file names another that is missing ({first_line(problem)}); mend it.") from problem
    stamp.write_text(now)


def static_sources() -> Iterator[str]:
    """Every static file of every app: its name, size and time of change."""
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            yield f"{path} {facts.st_size} {facts.st_mtime_ns}"
