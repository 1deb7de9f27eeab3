"""Runs a command with DATABASE_URL pointing at a private PostgreSQL, which is made for it and removed afterwards.

    python -m scripts.with_postgres COMMAND [ARGUMENT...]

The server takes every short cut that a throw-away database may take.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from aidahub.running.postgres import Postgres
from aidahub.running.processes import Family
from aidahub.running.trouble import CannotStart
from scripts import AS_STARTED

# Nothing here has to survive a crash.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=200")
# As in production, but that nothing is tidied up while something is measured.
CAREFUL = ("autovacuum=off", "max_connections=200")


@contextmanager
def postgres(settings: tuple[str, ...] = CARELESS) -> Iterator[str]:
    """A running PostgreSQL; its address, for DATABASE_URL.

    Args:
        settings: of the server.

    Raises:
        CannotStart: when there is none, with the reason.
    """
    folder = Path(tempfile.mkdtemp(prefix="aidahub-postgres-"))
    family = Family(folder / "run")
    try:
        folder.chmod(0o711)  # its user may go through
        server = Postgres(folder / "server", settings)
        server.make(safely=False)
        family.claim(server.url)
        child = family.start(server.program)
        server.wait(lambda: child.running, child.log)
        yield server.url
    finally:
        family.end()
        shutil.rmtree(folder, ignore_errors=True)


def interrupted(_number: int, _frame: FrameType | None) -> None:
    """Signal handler: leave by the way that clears up."""
    raise KeyboardInterrupt


def main() -> int:
    """Run the command; its exit code, or 1 when there is no PostgreSQL."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # also where a parent had SIGINT ignored
        signal.signal(number, interrupted)
    try:
        with postgres() as url:
            command = subprocess.Popen(sys.argv[1:], env={**AS_STARTED, "DATABASE_URL": url})
            try:
                return command.wait()
            except KeyboardInterrupt:
                command.terminate()
                command.wait(30)
                return 130
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
