"""Faults, one after the other: every kind is drawn from a deck, shuffled by the seed, and mended after a while."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from aidahub.stack import Stack
from tests.support.mail import MailServer

from .storage import FULL, READ_ONLY, flag_of

PROGRAMS, SURROUNDINGS = "programs", "surroundings"
SENDERS = ("worker-1", "worker-2")
OFTEN, RECOVERY = 0.8, 15  # how many faults wait for the site to recover from the last, and for how many seconds
UNWELL = "451 4.3.0 Try again later", "554 5.7.1 Not today"


@dataclass(frozen=True)
class Target:
    """What is harmed: the programs, the mail server, the folder of the files; and whether all is well, as one sees."""

    site: Stack
    mail: MailServer
    files: Path
    is_well: Callable[[], bool] = lambda: True


class Mischief(threading.Thread):
    """Does harm on one track until it is stopped, and leaves everything mended behind. Two tracks run side by side.

    `done` counts the faults by kind. `senders` is how many processes that may just have sent a mail were killed, or
    lost the database in which they would have noted it.
    """

    def __init__(self, target: Target, track: str, seed: int) -> None:
        """Args: track: `PROGRAMS` or `SURROUNDINGS`."""
        super().__init__(daemon=True, name=f"mischief among {track}")
        self.site, self.mail, self.files, self.is_well = target.site, target.mail, target.files, target.is_well
        self.track, self.random = track, Random(f"{seed}/{track}")
        self.over = threading.Event()
        self.done: Counter[str] = Counter()
        self.senders = 0
        self.trouble: list[str] = []

    @property
    def deck(self) -> dict[str, Callable[[], None]]:
        """Every kind of fault on this track."""
        return self._programs() if self.track == PROGRAMS else self._surroundings()

    def _programs(self) -> dict[str, Callable[[], None]]:
        kinds: dict[str, Callable[[], None]] = {f"kill {name}": self._killing(name) for name in self.site.NAMES}
        return kinds | {
            "kill a connection of postgres": self._kill_backend,
            "restart postgres": self._killing("postgres", signal.SIGINT),
            "restart redis": self._killing("redis", signal.SIGTERM),
            "freeze web-1": self._freezing("web-1"),
            "freeze worker-1": self._freezing("worker-1"),
        }

    def _surroundings(self) -> dict[str, Callable[[], None]]:
        return {
            "files: disk full": self._storage(FULL),
            "files: read only": self._storage(READ_ONLY),
            "files: folder gone": self._folder_gone,
            "mail: slow": lambda: self._mail(delay=self.random.uniform(0.5, 3)),
            "mail: no connection": self._mail_shut,
            "mail: hangs up before its 250": lambda: self._mail(hangs_up=True),
            "mail: 4xx": lambda: self._mail(answer=UNWELL[0]),
            "mail: 5xx": lambda: self._mail(answer=UNWELL[1]),
        }

    def run(self) -> None:
        """Deal the deck again and again. Most faults come when the site has recovered, some right after another."""
        while not self.over.is_set():
            kinds = list(self.deck)
            self.random.shuffle(kinds)
            for kind in kinds:
                if self.track == PROGRAMS and self.random.random() < OFTEN:
                    self._wait_for_recovery()
                if self.over.wait(self.random.uniform(0.3, 2)):
                    return
                self.commit(kind)

    def _wait_for_recovery(self) -> None:
        end = time.monotonic() + RECOVERY
        while time.monotonic() < end and not self.over.wait(0.2) and not self.is_well():
            self.site.revive()

    def commit(self, kind: str) -> None:
        """One fault, from its beginning to its mending."""
        try:
            self.deck[kind]()
            self.done[kind] += 1
        except Exception as problem:
            self.trouble.append(f"{kind}: {type(problem).__name__}: {problem}")

    def stop(self) -> None:
        """No more harm; returns when the last is mended."""
        self.over.set()
        self.join(60)

    def _linger(self, least: float, most: float) -> None:
        self.over.wait(self.random.uniform(least, most))

    def _count_senders(self, *names: str) -> None:
        self.senders += sum(max(len(self.site.pids(name)), 1) for name in names)

    def _killing(self, name: str, number: int = signal.SIGKILL) -> Callable[[], None]:
        def kill() -> None:
            if name in SENDERS:
                self._count_senders(name)
            elif name == "postgres":
                self._count_senders(*SENDERS)
            self.site.kill(name, number)
            self._linger(0.1, 2)
            self.site.revive()

        return kill

    def _freezing(self, name: str) -> Callable[[], None]:
        """It hangs for a moment, and goes on."""

        def freeze() -> None:
            self.site.kill(name, signal.SIGSTOP)
            self._linger(1, 4)
            self.site.kill(name, signal.SIGCONT)

        return freeze

    def _kill_backend(self) -> None:
        """One connection's process; PostgreSQL then starts itself anew for all."""
        self._count_senders(*SENDERS)
        asking = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        with suppress(psycopg.OperationalError):  # it may be away after another fault
            with psycopg.connect(self.site.database_url) as connection:
                pids = [row[0] for row in connection.execute(asking)]
            os.kill(self.random.choice(pids), signal.SIGKILL)
        self._linger(0.5, 2)

    def _storage(self, fault: str) -> Callable[[], None]:
        def fail() -> None:
            flag = flag_of(self.files)
            flag.write_text(fault)
            self._linger(2, 4)
            flag.unlink()

        return fail

    def _folder_gone(self) -> None:
        """The folder is away, and in its place is something that is none."""
        self.files.mkdir(parents=True, exist_ok=True)
        away = self.files.with_name(f"{self.files.name}.away")
        self.files.rename(away)
        self.files.write_text("")
        self._linger(1, 3)
        self.files.unlink()
        away.rename(self.files)

    def _mail(self, **behaviour: Any) -> None:
        for name, value in behaviour.items():
            setattr(self.mail, name, value)
        self._linger(2, 4)
        self.mail.delay, self.mail.answer, self.mail.hangs_up = 0.0, "", False

    def _mail_shut(self) -> None:
        self.mail.shut()
        self._linger(2, 4)
        self.mail.open()
