"""How much memory the processes of the site take, after every page was read and the clock's work was done.

    python -m bench.memory FOLDER    FOLDER holds the site, as `bench.load` makes it; prints JSON

Megabytes of PSS, as Linux tells them in `/proc/PID/smaps_rollup`: what processes share is divided among them. The most
that was seen counts, looked at twice a second.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django

from aidahub.environment import ROOT

from .asking import Target, ask
from .pages import free_port

if TYPE_CHECKING:
    from aidahub.accounts.models import User
    from aidahub.running.processes import Child

    from .looked_at import Site

TASKS = ("remind", "warn", "end_access", "measure", "checkpoint")
LONGEST = 1800  # seconds for one task, or one answer


def megabytes(pid: int) -> float:
    """The PSS of a process; nothing once it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Watch:
    """Keeps the most that each process ever took, by the name of its program."""

    def __init__(self) -> None:
        """Nobody is watched yet."""
        self.children: dict[str, Child] = {}
        self.most: dict[str, dict[int, float]] = defaultdict(dict)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def see(self, name: str, pid: int) -> None:
        """Look at one process now."""
        self.most[name][pid] = max(megabytes(pid), self.most[name].get(pid, 0.0))

    def _look(self) -> None:
        while not self._over.wait(0.5):
            for name, child in list(self.children.items()):
                for pid in child.pids:
                    self.see(name, pid)

    def told(self) -> Iterator[tuple[str, float]]:
        """The largest process of each program."""
        for name, found in self.most.items():
            yield name, max(found.values())


@contextlib.contextmanager
def running(folder: Path, port: int, watch: Watch) -> Iterator[None]:
    """The web server, one worker, the clock and a broker, which are watched and ended afterwards."""
    from aidahub.running import broker, doors
    from aidahub.running.processes import Family, Program
    from aidahub.running.programs import BEAT, WEB, WORKER

    family = Family(folder / "run")
    try:
        family.claim("bench.memory")
        path = Path(os.environ["BROKER_URL"].removeprefix("redis+socket://"))
        store = family.start(broker.broker("redis", broker.installed(), path, family.folder))
        broker.wait_for_socket(store, path, lambda: f"The broker did not start: {store.last_words()}")
        beat = [*BEAT, f"--schedule={family.folder / 'schedule'}"]
        for name, command in (("web", WEB), ("worker", [*WORKER, "--concurrency=1"]), ("clock", beat)):
            watch.children[name] = family.start(Program(name, command))
        doors.wait_for_page(watch.children["web"], f"http://127.0.0.1:{port}")
        yield
    finally:
        watch.children.clear()
        family.end()


def walk(site: Site, port: int) -> None:
    """Read every page, twice over, as the one who looks at it; exports, too."""
    import http.client

    from .looked_at import PAGES

    cookies: dict[int | None, str] = {None: ""}
    for _ in range(2):
        for looked in PAGES:
            user = looked.who(site.world)
            key = user.pk if user else None
            if key not in cookies and user:
                cookies[key] = _cookie(user)
            target = Target(looked.path(site), cookies[key])  # to find it may take longer than the server waits
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
            ask(connection, target)
            connection.close()


def _cookie(user: User) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def work() -> None:
    """Have the worker do what the clock orders each day, one after the other.

    Raises:
        TimeoutError: when one takes longer than half an hour.
    """
    from aidahub.celery import app

    for name in (f"access_requests.{task}" for task in TASKS):
        before, end = _done(name), time.monotonic() + LONGEST
        app.send_task(name)
        while _done(name) <= before:
            if time.monotonic() > end:
                raise TimeoutError(f"{name} has not ended.")
            time.sleep(0.5)


def _done(name: str) -> int:
    """How often the worker has done a task to its end."""
    from aidahub.celery import app

    inspect = app.control.inspect(timeout=1)
    stats, active = inspect.stats() or {}, inspect.active() or {}
    begun = sum(each["total"].get(name, 0) for each in stats.values())
    return int(begun) - sum(task["name"] == name for tasks in active.values() for task in tasks)


def verify(watch: Watch) -> None:
    """Read the whole record by the command that does."""
    command = [sys.executable, "manage.py", "verify_events"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as program:
        while program.poll() is None:
            watch.see("verify_events", program.pid)
            time.sleep(0.5)


def main() -> None:
    """Measure, and print each as a line of JSON."""
    folder, port = Path(sys.argv[1]), free_port()
    with tempfile.TemporaryDirectory(prefix="aidahub-broker-") as short:
        os.environ["BROKER_URL"] = f"redis+socket://{short}/broker.sock"  # a socket's path must be short
        os.environ |= {"BIND": f"127.0.0.1:{port}", "BASE_URL": f"http://127.0.0.1:{port}"}
        django.setup()
        from .looked_at import Site

        with (folder / "site.pickle").open("rb") as file:
            site = Site(*pickle.load(file))
        with Watch() as watch:
            with running(folder, port, watch):
                walk(site, port)
                work()
            verify(watch)
    for name, most in watch.told():
        print(json.dumps({"name": name, "megabytes": round(most, 1)}), flush=True)


if __name__ == "__main__":
    main()
