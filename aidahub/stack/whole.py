"""All programs of production, each a real one, on loopback and private sockets."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from aidahub.environment import ROOT, without_ours
from aidahub.running import broker, doors
from aidahub.running.postgres import Postgres
from aidahub.running.processes import Child, Family, Program, signal_group, signal_one
from aidahub.running.programs import BEAT, WEB, WORKER
from aidahub.running.trouble import CannotStart
from aidahub.stack.nginx import find_nginx, nginx

T = TypeVar("T")
WEBS = ("web-1", "web-2")
WORKERS = ("worker-1", "worker-2")
MOMENT = 1.0  # seconds that a program must have lived to be started again at once
PATIENCE = 60  # seconds until a web process that does not listen is given up


class Stack:
    """Starts, watches and ends the programs. One at a time for each folder."""

    NAMES = ("postgres", "redis", *WEBS, *WORKERS, "beat", "nginx")

    def __init__(
        self,
        folder: Path,
        port: int,
        environment: Mapping[str, str] = {},
        say: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """Nothing is started yet.

        Args:
            folder: where everything is kept: the database, files, logs, sockets. For root it must be one that the
                user postgres can reach; its path must be short, for sockets are in it.
            port: on loopback, where nginx listens.
            environment: of the site's own programs, besides what they need to find each other, which it may replace.
            say: told what takes a while.
        """
        self.folder = folder.resolve()
        self.port = port
        self.say = say
        self.family = Family(self.folder / "run")
        self.base_url = f"http://127.0.0.1:{port}"
        self.broker_url = f"redis+socket://{self.socket('redis')}"
        self.database_url = f"postgres://aidahub@/postgres?host={self.folder / 'postgres'}"
        self.environment = self._needed() | dict(environment)
        # The kernel ends a program with the very thread that started it, so one thread starts them all.
        self.starter: ThreadPoolExecutor | None = None

    def _needed(self) -> dict[str, str]:
        """What the site's programs are told: this process's environment with the site's own variables set anew."""
        return without_ours() | {
            "DJANGO_SETTINGS_MODULE": "aidahub.settings",
            "PYTHONUNBUFFERED": "1",
            "BASE_URL": self.base_url,
            "DEMO": "yes",
            "VAR_DIR": str(self.folder / "site"),
            "DATABASE_URL": self.database_url,
            "BROKER_URL": self.broker_url,
            "TRUSTED_PROXY_COUNT": "1",
        }

    def socket(self, name: str) -> Path:
        """Where a program listens."""
        return self.family.folder / f"{name}.sock"

    def log(self, name: str) -> Path:
        """What a program wrote."""
        return self.family.folder / f"{name}.log"

    def pids(self, name: str) -> list[int]:
        """The ids of a program's processes, its children's too; empty when it does not run."""
        return self.family.child(name).pids

    def start(self) -> None:
        """Start everything, and return once a page was answered through nginx.

        Raises:
            CannotStart: with one sentence; nothing is left running then.
        """
        if len(bytes(self.folder / "postgres" / ".s.PGSQL.5432.lock")) > broker.LONGEST_SOCKET_PATH:
            raise CannotStart(f"The path {self.folder} is too long for sockets: set VAR_DIR to a shorter one.")
        find_nginx()
        server = Postgres(self.folder / "postgres")
        doors.open_door(self.port, "make stack").close()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # the database's user may go through
        self.starter = ThreadPoolExecutor(max_workers=1)
        try:
            self.family.claim(self.base_url)
            self._start_stores(server)
            self._fill()
            self._start_site()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End everything in good order, by force where that takes too long."""
        self.family.end()
        if self.starter:
            self.starter.shutdown()
            self.starter = None

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to all processes of one program at once."""
        child = self.family.child(name)
        left = child.pids
        signal_group(child.popen.pid, number)
        for pid in left:
            signal_one(pid, number)

    def revive(self) -> list[str]:
        """Start again what has ended, as a keeper of services does; the names of what was started.

        To be called again and again. A program that ended within a second of its start waits for the next call
        after that second.
        """
        started = []
        for child in list(self.family.children):
            if not child.running and child.age >= MOMENT:
                self._in_starter(partial(self.family.revive, child))
                started.append(child.name)
        return started

    def _in_starter(self, work: Callable[[], T]) -> T:
        assert self.starter  # noqa: S101  started
        return self.starter.submit(work).result()

    def _start(self, program: Program) -> Child:
        return self._in_starter(lambda: self.family.start(program))

    def _start_stores(self, server: Postgres) -> None:
        if not server.data.exists():
            self.say("Making PostgreSQL's data ...")
        server.make()
        database = self._start(server.program)
        redis = self._start(broker.broker("redis", broker.installed(), self.socket("redis"), self.family.folder))
        server.wait(lambda: database.running, database.log)
        broker.wait_for_socket(
            redis, self.socket("redis"), lambda: f"Redis did not start ({redis.last_words()}); see {redis.log}."
        )

    def _fill(self) -> None:
        """Have tables, files, forms, the dataset and people made, by a program in the site's own environment."""
        command = [sys.executable, "-m", "aidahub.stack.filling"]
        words = [""]
        with (
            self.log("filling").open("w") as log,
            subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True
            ) as program,
        ):
            assert program.stdout  # noqa: S101  a pipe
            for line in program.stdout:
                words.append(line.strip())
                if line.rstrip().endswith("..."):
                    self.say(words[-1])
        if program.returncode:
            raise CannotStart(words[-1] or f"The database could not be filled; see {self.log('filling')}.")

    def _start_site(self) -> None:
        for name in WEBS:
            self._start(Program(name, WEB, {**self.environment, "BIND": f"unix:{self.socket(name)}"}))
        for name in WORKERS:
            command = [*WORKER, "--concurrency=1", f"--hostname={name}@%h"]
            self._start(Program(name, command, self.environment, orphaned=signal.SIGQUIT))
        schedule = f"--schedule={self.family.folder / 'schedule'}"
        self._start(Program("beat", [*BEAT, schedule], self.environment))
        for name in WEBS:
            self._wait_for_web(name)
        gate = self._start(nginx(self.folder / "nginx", self.port, [self.socket(name) for name in WEBS]))
        doors.wait_for_page(gate, self.base_url)
        self.family.check()

    def _wait_for_web(self, name: str) -> None:
        """Return once a web process takes visitors.

        Raises:
            CannotStart: when it ends before, or takes too long.
        """
        child, end = self.family.child(name), time.monotonic() + PATIENCE
        while child.running and time.monotonic() < end:
            with socket.socket(socket.AF_UNIX) as visitor:
                if visitor.connect_ex(str(self.socket(name))) == 0:
                    return
            time.sleep(0.1)
        raise CannotStart(f"The web process {name} did not get ready ({child.last_words()}); see {child.log}.")
