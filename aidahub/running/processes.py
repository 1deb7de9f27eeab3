"""Programs that are started together, ended together, and cleared up after a crash."""

from __future__ import annotations

import contextlib
import fcntl
import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from aidahub.running import leftovers
from aidahub.running.leftovers import PATIENCE, end_leftovers, family_of, signal_group, signal_one, started_at
from aidahub.running.tether import tethered
from aidahub.running.trouble import CannotStart


@dataclass(frozen=True)
class Program:
    """What to start: its name, its command, and how it is ended.

    `environment` is this process's own when it is None. `ending` is the signal by which it ends in good order,
    `orphaned` the one it gets when the process that started it is gone.
    """

    name: str
    command: list[str]
    environment: dict[str, str] | None = None
    fds: tuple[int, ...] = ()
    ending: int = signal.SIGTERM
    orphaned: int = signal.SIGKILL


class Child:
    """One running program, in a process group of its own, remembered in a file until it has ended."""

    def __init__(self, program: Program, folder: Path, *, again: bool = False) -> None:
        """Start `program`; its output goes to `folder`/NAME.log (after what is there, if it is started `again`).

        Its id goes to `folder`/NAME.pid.
        """
        self.program = program
        self.log = folder / f"{program.name}.log"
        self.memory = folder / f"{program.name}.pid"
        self.began = time.monotonic()
        with self.log.open("ab" if again else "wb") as output:
            self.popen = subprocess.Popen(
                tethered(program.command, program.orphaned),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=program.fds,
                env=program.environment,
            )
        facts = {"pid": self.popen.pid, "started": started_at(self.popen.pid), "ending": int(program.ending)}
        self.memory.write_text(json.dumps(facts))

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.began

    @property
    def pids(self) -> list[int]:
        """The ids of its processes: those of its group and their descendants, its own first; empty when it ended."""
        return family_of(self.popen.pid)

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
        left = self.pids
        signal_group(self.popen.pid, signal.SIGKILL)
        for pid in left:
            signal_one(pid, signal.SIGKILL)
        self.popen.wait()
        self.memory.unlink(missing_ok=True)


class Family:
    """All programs of one site, at most one family for each folder."""

    def __init__(self, folder: Path) -> None:
        """Args: folder: where pid files and logs are kept; made for its owner's eyes only."""
        self.folder = folder
        self.children: list[Child] = []
        self.lock: IO[str] | None = None
        self.guard: subprocess.Popen[bytes] | None = None

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
        end_leftovers(self.folder)
        # Ends them, too, when this process is killed.
        self.guard = subprocess.Popen(
            [sys.executable, "-S", leftovers.__file__, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start(self, program: Program) -> Child:
        """Start one program of the family."""
        child = Child(program, self.folder)
        self.children.append(child)
        return child

    def child(self, name: str) -> Child:
        """The program of that name.

        Raises:
            KeyError: when there is none.
        """
        for child in self.children:
            if child.name == name:
                return child
        raise KeyError(name)

    def revive(self, child: Child) -> Child:
        """Start again what has ended, in its place, after all that is left of it was ended."""
        child.forget()
        fresh = Child(child.program, self.folder, again=True)
        self.children[self.children.index(child)] = fresh
        return fresh

    def check(self) -> None:
        """Raises: CannotStart: when a program has ended by itself."""
        for child in self.children:
            if not child.running:
                raise CannotStart(f"The {child.name} ended ({child.last_words()}); see {child.log} for the reason.")

    def end(self) -> None:
        """End every program: the last one started first asked, then all by force."""
        for child in reversed(self.children):
            with contextlib.suppress(ProcessLookupError):
                child.popen.send_signal(child.program.ending)
        end = time.monotonic() + PATIENCE
        for child in reversed(self.children):
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.popen.wait(max(0.1, end - time.monotonic()))
            child.forget()
        self.children.clear()
        if self.guard:
            self.guard.communicate()  # closes its standard input
            self.guard = None
        if self.lock:
            self.lock.close()  # somebody else may have the folder now
            self.lock = None
