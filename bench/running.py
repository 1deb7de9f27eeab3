"""What every measurement begins and ends with."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections.abc import Callable

from aidahub.running.trouble import CannotStart
from scripts.with_postgres import CARELESS, postgres


def stop(_number: int, _frame: object) -> None:
    """Signal handler: leave by the way that clears up."""
    raise KeyboardInterrupt


def run(
    asked: argparse.Namespace,
    measure: Callable[[argparse.Namespace, str], None],
    settings: tuple[str, ...] = CARELESS,
) -> int:
    """Measure and clear up; 1 with a sentence when there is no PostgreSQL.

    Args:
        asked: what the command line asks for, with `postgres`.
        measure: called with it and the address of a private PostgreSQL, empty for SQLite.
        settings: of that PostgreSQL.
    """
    signal.signal(signal.SIGTERM, stop)
    try:
        with postgres(settings) if asked.postgres else contextlib.nullcontext("") as database:
            measure(asked, database)
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def make_tables() -> None:
    """The tables, the cache's and the static files, as before every start."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
