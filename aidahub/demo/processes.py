"""The programs of the trial site: started together, ended together, and cleared up after a crash."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

from aidahub.demo.tether import tethered
from aidahub.demo.trouble import CannotStart

PATIENCE = 8  # seconds that a program gets to end by itself


class Child:
    """One running program, in a process group of its own, remembered in a file until it has ended."""

    def __init__(self, name: str, command: list[str], folder: Path, fds: tuple[int, ...] = ()) -> None:
        """Start `command`; its output goes to `folder`/NAME.log, its id to `folder`/NAME.pid."""
        self.name = name
        self.log = folder / f"{name}.log"
        self.memory = folder / f"{name}.pid"
        with self.log.open("wb") as output:
            self.popen = subprocess.Popen(
                tethered(command, signal.SIGKILL),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=fds,
            )
        self.memory.write_text(json.dumps({"pid": self.popen.pid, "started": started_at(self.popen.pid)}))

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.popen.poll() is None

    def last_words(self) -> str:
        """The last line that it wrote."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"

    def forget(self) -> None:
        """Kill what is left of its group, and forget it."""
        signal_group(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self.memory.unlink(missing_ok=True)


class Family:
    """All programs of one trial site, at most one family for each folder."""

    def __init__(self, folder: Path) -> None:
        """Args: folder: where pid files and logs are kept; made for its owner's eyes only."""
        self.folder = folder
        self.children: list[Child] = []
        self.lock: IO[str] | None = None

    def claim(self, address: str) -> None:
        """Make this process the one that owns the folder, and end what a killed one left.

        Args:
            address: what to tell the next one who tries.

        Raises:
            CannotStart: when another one is alive.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.lock = (self.folder / "owner").open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.seek(0)
            where = self.lock.read().strip() or "another address"
            raise CannotStart(
                f"AIDA Hub already runs from this folder at {where}: stop it first, or set VAR_DIR to another folder."
            ) from None
        self.lock.truncate(0)
        self.lock.write(address)
        self.lock.flush()
        for memory in self.folder.glob("*.pid"):
            end_leftover(memory)

    def start(self, name: str, command: list[str], fds: tuple[int, ...] = ()) -> Child:
        """Start one program of the family."""
        child = Child(name, command, self.folder, fds)
        self.children.append(child)
        return child

    def check(self) -> None:
        """Raises: CannotStart: when a program has ended by itself."""
        for child in self.children:
            if not child.running:
                raise CannotStart(f"The {child.name} ended ({child.last_words()}); see {child.log} for the reason.")

    def end(self) -> None:
        """End every program: the last one started first asked, then all by force."""
        for child in reversed(self.children):
            with contextlib.suppress(ProcessLookupError):
                child.popen.terminate()
        end = time.monotonic() + PATIENCE
        for child in reversed(self.children):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.popen.wait(max(0.1, end - time.monotonic()))
            child.forget()
        self.children.clear()


def started_at(pid: int) -> str:
    """When the process `pid` started, in the system's own words; empty when there is none.

    A process id is used again sooner or later, an id together with a start is not.
    """
    stat = Path(f"/proc/{pid}/stat")
    with contextlib.suppress(OSError):
        return stat.read_text().rpartition(")")[2].split()[19]
    if Path("/proc/self/stat").exists():
        return ""
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def end_leftover(memory: Path) -> None:
    """End the program that the pid file `memory` remembers, if it is really that one, and remove the file."""
    try:
        left = json.loads(memory.read_text())
        pid, started = int(left["pid"]), str(left["started"])
    except (ValueError, KeyError, TypeError):
        memory.unlink()
        return
    if started and started_at(pid) == started:
        signal_group(pid, signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while started_at(pid) == started and time.monotonic() < end:
            time.sleep(0.05)
        signal_group(pid, signal.SIGKILL)
    memory.unlink(missing_ok=True)


def signal_group(pid: int, number: int) -> None:
    """Send a signal to the group that the process `pid` leads, if there still is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
