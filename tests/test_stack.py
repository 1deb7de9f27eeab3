"""`make stack`, really run: every program of production, each of them killed once, and nothing left at the end."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from aidahub.environment import without_ours
from aidahub.running.leftovers import family_of, started_at
from aidahub.running.postgres import MISSING as POSTGRES_MISSING
from aidahub.running.postgres import find_binaries, version_of
from aidahub.running.trouble import CannotStart
from aidahub.stack import Stack
from aidahub.stack.nginx import MISSING as NGINX_MISSING
from aidahub.stack.nginx import find_nginx, nginx
from tests.support.installed import do_without
from tests.support.processes import Process, wait_until

pytestmark = pytest.mark.xdist_group("make stack")


@pytest.fixture(autouse=True)
def _installed() -> None:
    """Both programs that no package of ours brings."""
    for find, missing in ((find_binaries, POSTGRES_MISSING), (find_nginx, NGINX_MISSING)):
        try:
            find()
        except CannotStart:
            do_without(missing)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with a short path that PostgreSQL's own user can reach."""
    path = Path(tempfile.mkdtemp(prefix="aidahub-stack-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def status(address: str, **headers: str) -> int:
    """What nginx answers."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code
    except (OSError, http.client.HTTPException):
        return 0


def ended(stack: Stack, name: str) -> bool:
    return not stack.pids(name)


@pytest.mark.slow
@pytest.mark.faults
def test_every_program_comes_back_after_sigkill(folder: Path) -> None:
    stack = Stack(folder / "one", free_port(), {"OUTBOX_TICK": "1"})
    stack.start()
    try:
        assert status(f"{stack.base_url}/10.23698/aida/synthetic/brgandi") == 200
        assert status(f"{stack.base_url}/prometheus") == 404
        assert [name for name in stack.NAMES if not stack.pids(name)] == []
        for name in stack.NAMES:
            before = stack.pids(name)
            stack.kill(name)
            wait_until(partial(ended, stack, name), what=f"the end of {name}")
            assert name in wait_until(stack.revive, what=f"a new {name}")
            wait_until(lambda: status(f"{stack.base_url}/accounts/login/") == 200, seconds=60, what=f"after {name}")
            assert not set(before) & set(stack.pids(name))
        assert stack.revive() == []
        running = known(pid for name in stack.NAMES for pid in stack.pids(name))
    finally:
        stack.stop()
    assert left(running) == []


class Command:
    """`make stack` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.var = folder
        self.port = free_port()
        self.log = folder.with_suffix(".log")

    def launch(self, **variables: str) -> Process:
        command = ["make", "--no-print-directory", "stack", f"PYTHON={sys.executable}"]
        environment = {name: value for name, value in without_ours().items() if not name.startswith("MAKE")}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        environment |= {"VAR_DIR": str(self.var), "PORT": str(self.port), "PYTHONUNBUFFERED": "1", **variables}
        return Process(command, log=self.log, env=environment)

    def start(self) -> Process:
        process = self.launch()
        process.wait_for(lambda: "AIDA Hub answers at" in process.log, "the site answered", seconds=240)
        return process

    def leaders(self) -> dict[str, int]:
        return {path.stem: json.loads(path.read_text())["pid"] for path in (self.var / "stack" / "run").glob("*.pid")}

    def processes(self) -> list[tuple[int, str]]:
        return known(pid for leader in self.leaders().values() for pid in family_of(leader))


def known(pids: Iterable[int]) -> list[tuple[int, str]]:
    """Processes by number and start, since a number is used again."""
    return [(pid, started_at(pid)) for pid in pids]


def left(processes: list[tuple[int, str]]) -> list[int]:
    return [pid for pid, started in processes if started and started_at(pid) == started]


@pytest.mark.slow
@pytest.mark.faults
def test_make_stack_keeps_its_programs_alive_and_leaves_nothing(folder: Path) -> None:
    stack = Command(folder / "var")
    process = stack.start()
    try:
        assert set(stack.leaders()) == set(Stack.NAMES)
        assert "researcher@example.org" in process.log
        assert status(f"http://127.0.0.1:{stack.port}/") == 200
        os.kill(stack.leaders()["worker-1"], signal.SIGKILL)
        wait_until(lambda: "worker-1 had ended and was started again" in process.log, seconds=60, what="a new worker")

        running = stack.processes()
        process.kill()  # make and the keeper, as the kernel does when memory is short
        wait_until(lambda: not left(running), seconds=60, what="the end of every program")

        process = stack.start()
        running = stack.processes()
        process.popen.terminate()  # make alone
        wait_until(lambda: not left(running), seconds=60, what="the end of every program")
        wait_until(lambda: not list((stack.var / "stack" / "run").glob("*.pid")), seconds=30, what="an empty folder")
        assert "Traceback" not in process.log
    finally:
        process.stop()


def refusal(stack: Command, **variables: str) -> str:
    process = stack.launch(**variables)
    assert process.popen.wait(120) != 0
    said = [line for line in process.log.splitlines() if not line.startswith("make: ***")]
    assert len(said) == 1, process.log
    return said[0]


def test_what_is_missing_is_said(folder: Path) -> None:
    with pytest.raises(CannotStart, match="nginx is not installed; on Debian and Ubuntu: apt-get install nginx-light"):
        find_nginx("/nowhere")
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotStart, match="made by PostgreSQL 9, which is not installed"):
        find_binaries(version_of(folder / "data"))


def test_nobody_else_reads_what_nginx_writes(folder: Path) -> None:
    nginx(folder / "nginx", free_port(), [])
    assert (folder / "nginx").stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
def test_taken_port_and_long_path(folder: Path) -> None:
    stack = Command(folder / "var")
    with socket.create_server(("127.0.0.1", stack.port)):
        said = refusal(stack)
    assert f"Port {stack.port} is used by another program" in said
    assert "`make stack PORT=8001`" in said
    assert "is too long for sockets: set VAR_DIR to a shorter one." in refusal(Command(folder / ("x" * 90)))
    assert "OUTBOX_TICK is 'soon'; set it to a number." in refusal(Command(folder / "new"), OUTBOX_TICK="soon")
    assert not (folder / "new" / "stack" / "postgres").exists(), "a wrong setting is said before anything is made"


@pytest.mark.slow
def test_what_the_stack_decides_itself_is_read_from_no_variable(folder: Path) -> None:
    """Whoever has the database of another site in the environment gets neither tables nor made-up people into it."""
    others = dict.fromkeys(("DATABASE_URL", "BROKER_URL", "BASE_URL", "BIND", "DEMO"), "of another site")
    said = refusal(Command(folder / "other"), OUTBOX_TICK="soon", **others)
    assert said.startswith("OUTBOX_TICK is 'soon'"), "all else is as the stack wants it"
