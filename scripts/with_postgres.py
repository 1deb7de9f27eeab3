"""Runs a command with DATABASE_URL pointing at a private PostgreSQL, which is made for it and removed afterwards.

    python -m scripts.with_postgres COMMAND [ARGUMENT...]

The server is started from the installed binaries, listens on a socket in a folder of its own only, and takes every
short cut that a throw-away database may take. PostgreSQL refuses to run as root; for root it runs as the user postgres
or nobody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

MISSING = "PostgreSQL is not installed; on Debian and Ubuntu: apt-get install postgresql"
# Nothing here has to survive a crash.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=200")
OURS = "shared_buffers=128MB", "listen_addresses=", "log_min_messages=warning"


class Missing(Exception):
    """Something that is needed is not there; the text is for a person."""


def find_binaries() -> Path:
    """The folder of the newest installed initdb and postgres.

    Raises:
        Missing: when there is none.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*folders, *([Path(on_path).resolve().parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Missing(MISSING)


def run_as() -> list[str]:
    """What to put before a command so that it does not run as root; nothing for anybody else."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            person = pwd.getpwnam(name)
        except KeyError:
            continue
        return ["setpriv", f"--reuid={person.pw_uid}", f"--regid={person.pw_gid}", "--clear-groups"]
    raise Missing("PostgreSQL does not run as root, and there is no user postgres or nobody: run this as another user.")


@contextmanager
def postgres() -> Iterator[str]:
    """A running PostgreSQL; its address, for DATABASE_URL."""
    binaries, prefix = find_binaries(), run_as()
    folder = Path(tempfile.mkdtemp(prefix="aidahub-postgres-"))
    server = None
    try:
        if prefix:
            owner = next(int(word.partition("=")[2]) for word in prefix if word.startswith("--reuid"))
            os.chown(folder, owner, -1)
        data = folder / "data"
        make = [str(binaries / "initdb"), "-D", str(data), "-U", "aidahub", "-A", "trust", "-E", "UTF8"]
        quiet = subprocess.run(
            [*prefix, *make, "--locale=C.UTF-8", "--no-sync"], cwd=folder, capture_output=True, text=True, check=False
        )
        if quiet.returncode:
            raise Missing(f"PostgreSQL's initdb failed: {quiet.stderr.strip()}")
        server = start(binaries, prefix, folder)
        yield f"postgres://aidahub@/postgres?host={folder}"
    finally:
        if server:
            stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def start(binaries: Path, prefix: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start the server in `folder` and return once it lets somebody in.

    Raises:
        Missing: when it does not, with its last words.
    """
    settings = [word for setting in (*CARELESS, *OURS) for word in ("-c", setting)]
    log = folder / "log"
    with log.open("wb") as output:
        command = [*prefix, str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
        server = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, start_new_session=True)
    end = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < end:
        ready = [str(binaries / "pg_isready"), "-q", "-h", str(folder), "-U", "aidahub"]
        if subprocess.call(ready) == 0:
            return server
        time.sleep(0.1)
    stop(server)
    raise Missing(f"PostgreSQL did not start: {log.read_text(errors='replace').strip()[-500:]}")


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server at once, whoever is still connected."""
    if server.poll() is None:
        server.send_signal(signal.SIGINT)  # its "fast" shutdown
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait(10)


def interrupted(_number: int, _frame: FrameType | None) -> None:
    """Signal handler: leave by the way that clears up."""
    raise KeyboardInterrupt


def main() -> int:
    """Run the command; its exit code, or 1 when there is no PostgreSQL."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # also where a parent had SIGINT ignored
        signal.signal(number, interrupted)
    try:
        with postgres() as url:
            command = subprocess.Popen(sys.argv[1:], env={**os.environ, "DATABASE_URL": url})
            try:
                return command.wait()
            except KeyboardInterrupt:
                command.terminate()
                command.wait(30)
                return 130
    except Missing as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
