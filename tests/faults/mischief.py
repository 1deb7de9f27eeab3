"""Faults, one after the other: every kind is drawn from a deck that is shuffled by the seed, and mended after a while."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Protocol

import psycopg

from tests.support.mail import MailServer

from .storage import FULL, READ_ONLY, flag_of


class Whole(Protocol):
    """What is needed of the running site."""

    NAMES: tuple[str, ...]
    database_url: str

    def pids(self, name: str) -> list[int]:
        """The processes of a part."""
        ...

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """End a part."""
        ...

    def revive(self) -> list[str]:
        """Start again what has ended."""
        ...


SENDERS = ("worker-1", "worker-2")
UNWELL = "451 4.3.0 Try again later", "554 5.7.1 Not today"


class Mischief(threading.Thread):
    """Does harm until it is stopped, and leaves everything mended behind.

    `done` counts the faults by kind. `senders` is how many processes that may just have sent a mail were killed, or
    lost the database in which they would have noted it.
    """

    def __init__(self, site: Whole, mail: MailServer, files: Path, seed: int) -> None:
        """Args: files: the folder of the file store."""
        super().__init__(daemon=True, name="mischief")
        self.site, self.mail, self.files, self.random = site, mail, files, Random(seed)
        self.over = threading.Event()
        self.done: Counter[str] = Counter()
        self.senders = 0
        self.trouble: list[str] = []
        self.diary: list[str] = []

    @property
    def deck(self) -> dict[str, Callable[[], None]]:
        """Every kind of fault."""
        kinds: dict[str, Callable[[], None]] = {f"kill {name}": self._killing(name) for name in self.site.NAMES}
        return kinds | {
            "kill a connection of postgres": self._kill_backend,
            "restart postgres": self._killing("postgres", signal.SIGINT),
            "restart redis": self._killing("redis", signal.SIGTERM),
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
        """Deal the deck again and again."""
        started = time.monotonic()
        while not self.over.is_set():
            kinds = list(self.deck)
            self.random.shuffle(kinds)
            for kind in kinds:
                if self.over.wait(self.random.uniform(0.5, 2)):
                    return
                self.diary.append(f"{time.monotonic() - started:6.1f} s  {kind}")
                self.commit(kind)

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
        self.site.revive()

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

    def _kill_backend(self) -> None:
        """One connection's process; PostgreSQL then starts itself anew for all."""
        self._count_senders(*SENDERS)
        asking = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
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
