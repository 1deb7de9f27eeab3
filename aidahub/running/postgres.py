"""A private PostgreSQL from the installed binaries, on a socket in a folder of its own only.

PostgreSQL refuses to run as root; for root it runs as the user postgres or nobody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from aidahub.running.processes import Program
from aidahub.running.trouble import CannotStart

MISSING = "PostgreSQL is not installed; on Debian and Ubuntu: apt-get install postgresql"
OURS = ("shared_buffers=128MB", "listen_addresses=", "log_min_messages=warning")
PATIENCE = 30  # seconds until a server that lets nobody in is given up


class Postgres:
    """One database server: where it is, and how it is made and started."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = ()) -> None:
        """Find the installed binaries: those that made the data in `folder`, else the newest.

        Args:
            folder: for its data and its socket; must be reachable for the user that the server runs as.
            settings: of the server, as "fsync=off", besides its usual ones.

        Raises:
            CannotStart: when PostgreSQL is not installed, or not the version that made the data.
        """
        self.folder = folder
        self.data = folder / "data"
        self.settings = (*settings, *OURS)
        self.binaries = find_binaries(version_of(self.data))
        self.prefix = run_as()

    @property
    def url(self) -> str:
        """Its address, for DATABASE_URL."""
        return f"postgres://aidahub@/postgres?host={self.folder}"

    def make(self, *, safely: bool = True) -> None:
        """Make the folder and the data, if there are none.

        Args:
            safely: whether the files must be on the disk before it returns.

        Raises:
            CannotStart: with the reason.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.hand_over()
        if self.data.exists():
            return
        draft = self.folder / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        command = [str(self.binaries / "initdb"), "-D", str(draft), "-U", "aidahub", "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C.UTF-8", *([] if safely else ["--no-sync"])]
        made = subprocess.run([*self.prefix, *command], cwd="/", capture_output=True, text=True, check=False)
        if made.returncode:
            raise CannotStart(f"PostgreSQL's initdb failed: {made.stderr.strip()}")
        draft.rename(self.data)

    def hand_over(self) -> None:
        """Give the folder to the user that the server runs as.

        Raises:
            CannotStart: when that user cannot reach it.
        """
        owner = next((int(word.partition("=")[2]) for word in self.prefix if word.startswith("--reuid")), None)
        if owner is None:
            return
        os.chown(self.folder, owner, -1)
        if subprocess.call([*self.prefix, "test", "-x", str(self.folder)], cwd="/"):
            raise CannotStart(
                f"PostgreSQL does not run as root, and its user {pwd.getpwuid(owner).pw_name} cannot reach "
                f"{self.folder}: set VAR_DIR to a folder that everybody may enter."
            )

    @property
    def program(self) -> Program:
        """The server, to be started."""
        settings = [word for setting in self.settings for word in ("-c", setting)]
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-k", str(self.folder), *settings]
        # SIGINT is its "fast" end; who changes the user would lose the signal of the tether.
        prefix = [*self.prefix[:1], "--pdeathsig=keep", *self.prefix[1:]] if self.prefix else []
        return Program("postgres", [*prefix, *command], ending=signal.SIGINT, orphaned=signal.SIGINT)

    def answers(self) -> bool:
        """Whether it lets somebody in."""
        return subprocess.call([str(self.binaries / "pg_isready"), "-q", "-h", str(self.folder), "-U", "aidahub"]) == 0

    def wait(self, running: Callable[[], bool], log: Path) -> None:
        """Return once it lets somebody in.

        Raises:
            CannotStart: when it ends before, or takes too long, with its last words.
        """
        end = time.monotonic() + PATIENCE
        while running() and time.monotonic() < end:
            if self.answers():
                return
            time.sleep(0.1)
        raise CannotStart(f"PostgreSQL did not start: {log.read_text(errors='replace').strip()[-500:]}")


def version_of(data: Path) -> str:
    """The version of PostgreSQL that made the folder `data`, as "15"; empty when there is none."""
    file = data / "PG_VERSION"
    return file.read_text().strip() if file.exists() else ""


def find_binaries(version: str = "") -> Path:
    """The folder of the installed initdb and postgres: those of `version`, or the newest.

    Raises:
        CannotStart: when there is none.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    found = [
        folder
        for folder in [*folders, *([Path(on_path).resolve().parent] if on_path else [])]
        if (folder / "initdb").exists() and (folder / "postgres").exists()
    ]
    if not found:
        raise CannotStart(MISSING)
    for folder in found:
        if not version or f" {version}." in f"{says(folder / 'postgres')}.":
            return folder
    raise CannotStart(
        f"The data was made by PostgreSQL {version}, which is not installed: install it, or move it away."
    )


def says(program: Path) -> str:
    """What `program` calls itself, as "postgres (PostgreSQL) 15.14 (Debian ...)"."""
    return subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout.strip()


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
    raise CannotStart("PostgreSQL does not run as root, and there is no user postgres or nobody: be somebody else.")
