"""Real processes of the site on the test database: the web server, the worker and its clock."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import connection

from aidahub.environment import ROOT, without_ours
from aidahub.running.tether import tethered


def wait_until(answer: Callable[[], Any], *, seconds: float = 15, what: str = "it") -> Any:
    """What `answer` returns as soon as that is true.

    Raises:
        TimeoutError: when it is not within `seconds`; `what` is named.
    """
    end = time.monotonic() + seconds
    while True:
        if result := answer():
            return result
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen within {seconds:g} seconds")
        time.sleep(0.05)


def database_url() -> str:
    """The address of the test database, for another process."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + quote(connection.settings_dict["NAME"])).geturl()


def site_environment(**variables: str) -> dict[str, str]:
    """The environment of a process of the site on the test database; `variables` add to it or replace its own."""
    environment = without_ours() | {
        "DJANGO_SETTINGS_MODULE": "tests.live_settings",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": settings.SECRET_KEY,
        "VAR_DIR": str(settings.VAR_DIR),
        "DATABASE_URL": database_url(),
        "OUTBOX_TICK": "0.3",
    }
    return environment | variables


class Process:
    """One running program with its children, and what it wrote."""

    def __init__(self, command: list[str], *, log: Path, env: dict[str, str], **options: Any) -> None:
        """Start `command` in a process group of its own, with its output in the file `log`."""
        self.log_file = log
        with log.open("wb") as output:
            self.popen = subprocess.Popen(
                tethered(command, signal.SIGKILL),
                cwd=ROOT,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **options,
            )

    @property
    def pid(self) -> int:
        """The process's id, which is also that of its group."""
        return self.popen.pid

    @property
    def log(self) -> str:
        """All that it wrote so far."""
        return self.log_file.read_text(errors="replace")

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.popen.poll() is None

    def wait_for(self, answer: Callable[[], Any], what: str, seconds: float = 30) -> Any:
        """Wait until `answer` is true; fails at once, with the log, when the process ends before."""

        def answer_while_running() -> Any:
            if not self.running:
                raise RuntimeError(f"It ended before {what}:\n{self.log[-3000:]}")
            return answer()

        return wait_until(answer_while_running, seconds=seconds, what=what)

    def signal(self, number: int) -> None:
        """Send a signal to the process and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, children included."""
        self.signal(signal.SIGKILL)
        self.popen.wait(10)

    def stop(self) -> None:
        """End it in good order; by force after ten seconds."""
        if self.running:
            self.popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(10)
        self.signal(signal.SIGKILL)
        self.popen.wait(10)


class Worker(Process):
    """A real Celery worker, with its clock if asked for."""

    def __init__(
        self, *, broker: str, mail: str = "", beat: bool = True, pool: str = "solo", log: Path, **variables: str
    ) -> None:
        """Start it and return once it takes tasks.

        Args:
            broker: BROKER_URL.
            mail: EMAIL_URL, empty to keep every mail in the outbox.
            beat: whether the clock ticks in it.
            pool: "solo" (tasks run in the process itself) or "prefork" (in one child).
            log: the file for its output.
            variables: further environment variables of the site.
        """
        celery = [sys.executable, "-m", "celery", "-A", "aidahub"]
        command = [*celery, "worker", "--loglevel=INFO", f"--pool={pool}", "--concurrency=1"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        env = site_environment(BROKER_URL=broker, EMAIL_URL=mail, **variables)
        super().__init__(command, log=log, env=env)
        self.clock: Process | None = None
        if beat:
            schedule = log.with_suffix(".schedule")
            self.clock = Process(
                [*celery, "beat", "--pidfile=", f"--schedule={schedule}"], log=log.with_suffix(".clock.log"), env=env
            )
        self.wait_for(lambda: " ready." in self.log, "the worker was ready")

    def kill(self) -> None:
        """End the worker and its clock as a power cut would."""
        if self.clock:
            self.clock.kill()
        super().kill()

    def stop(self) -> None:
        """End the worker and its clock in good order."""
        if self.clock:
            self.clock.stop()
        super().stop()


class Server(Process):
    """A real web server."""

    def __init__(self, *, log: Path, **variables: str) -> None:
        """Start gunicorn on a free port of loopback and return once it answers.

        Args:
            log: the file for its output.
            variables: further environment variables of the site.
        """
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.url = f"http://127.0.0.1:{door.getsockname()[1]}"
            command = [sys.executable, "-m", "gunicorn", "-c", "python:aidahub.gunicorn", "aidahub.wsgi"]
            variables = {"BASE_URL": self.url, "BIND": f"fd://{door.fileno()}", **variables}
            super().__init__(command, log=log, env=site_environment(**variables), pass_fds=[door.fileno()])
        self.wait_for(self.answers, "the web server answered")

    def answers(self) -> bool:
        """Whether it says that it is alive."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=20) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
