"""`make run`, really run: what it starts, what it says when it cannot, and that nothing outlives it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from aidahub.environment import ROOT, without_ours
from aidahub.running.leftovers import end_leftovers, started_at
from tests.support.processes import Process, wait_until

pytestmark = pytest.mark.xdist_group("make run")
ANSWERS = "AIDA Hub answers at"
PROGRAMS = {"valkey", "web", "worker", "clock"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


class Site:
    """A trial site in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.port = free_port()
        self.log = folder / "output.log"
        self.process: Process | None = None

    def environment(self, **variables: str) -> dict[str, str]:
        dropped = {"MAKEFLAGS", "MAKELEVEL", "DJANGO_SETTINGS_MODULE"}
        environment = {name: value for name, value in without_ours().items() if name not in dropped}
        return environment | {"VAR_DIR": str(self.var), "PORT": str(self.port), **variables}

    def launch(self, **variables: str) -> Process:
        command = ["make", "--no-print-directory", "run", f"PYTHON={sys.executable}"]
        self.process = Process(command, log=self.log, env=self.environment(**variables))
        return self.process

    def start(self, **variables: str) -> Process:
        process = self.launch(**variables)
        process.wait_for(lambda: ANSWERS in process.log, "the site answered", seconds=180)
        return process

    def refusal(self, **variables: str) -> str:
        """What it says when it does not start: one sentence and no traceback."""
        process = self.launch(**variables)
        assert process.popen.wait(120) != 0
        said = [line for line in process.log.splitlines() if not line.startswith("make: ***")]
        assert len(said) == 1, process.log
        return said[0]

    def pids(self) -> dict[str, int]:
        return {path.stem: json.loads(path.read_text())["pid"] for path in (self.var / "run").glob("*.pid")}

    def page(self, path: str = "/") -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return str(answer.read().decode())


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose first start is behind it."""
    site = Site(tmp_path_factory.mktemp("site"))
    site.start().stop()
    yield site
    assert site.process
    site.process.stop()


@pytest.fixture
def site(prepared: Site) -> Iterator[Site]:
    """That site, ended after the test."""
    yield prepared
    assert prepared.process
    prepared.process.stop()


def gone(pids: dict[str, int]) -> bool:
    return not any(started_at(pid) for pid in pids.values())


def test_first_start_shows_the_dataset_and_the_sign_ins(tmp_path: Path) -> None:
    site = Site(tmp_path)
    process = site.start(DEMO_PASSWORD="correct horse battery")
    try:
        for name in ("researcher", "provider1", "provider2", "hub", "admin"):
            assert f"{name}@example.org" in process.log
        assert "correct horse battery" in process.log
        assert "{" not in process.log, "people read this, and nothing went wrong"
        assert set(site.pids()) == PROGRAMS
        assert "BRGANDI" in site.page("/10.23698/aida/synthetic/brgandi")
        style = re.search(r'href="(/static/[^"]+\.css)"', site.page())
        assert style
        assert site.page(style[1])
    finally:
        process.stop()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_every_program(site: Site, number: int) -> None:
    process = site.start()
    pids = site.pids()
    assert set(pids) == PROGRAMS

    process.signal(number)  # to the whole group, as a terminal does for Ctrl-C
    process.popen.wait(20)

    assert gone(pids)
    assert not site.pids()
    assert "Traceback" not in process.log


@pytest.mark.slow
@pytest.mark.faults
def test_sigterm_to_make_alone_ends_every_program(site: Site) -> None:
    process = site.start()
    pids = site.pids()
    process.popen.terminate()
    process.popen.wait(20)
    wait_until(lambda: gone(pids), what="the end of every program")


@pytest.mark.slow
@pytest.mark.faults
def test_after_a_sigkill_nothing_is_left_and_it_starts_again(site: Site) -> None:
    process = site.start()
    pids = site.pids()
    process.kill()
    if sys.platform == "linux":
        wait_until(lambda: gone(pids), what="the end of every program")
    again = site.start()
    assert site.page()
    assert gone(pids)
    assert set(site.pids()) == PROGRAMS
    again.stop()


@pytest.mark.slow
@pytest.mark.faults
def test_interrupted_while_it_starts_it_leaves_nothing(site: Site) -> None:
    process = site.launch()
    process.wait_for(lambda: "web" in site.pids(), "the web server was started")
    pids = site.pids()
    process.signal(signal.SIGINT)
    process.popen.wait(20)
    assert gone(pids)
    assert ANSWERS not in process.log
    assert "Traceback" not in process.log


@pytest.mark.slow
@pytest.mark.faults
def test_second_start_prints_the_same_password_and_is_quick(site: Site) -> None:
    seconds = []
    for _ in range(2):
        began = time.monotonic()
        process = site.start()
        seconds.append(time.monotonic() - began)
        secret = site.var / "demo-password"
        assert f"password {secret.read_text().strip()}" in process.log
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        process.stop()
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    assert min(seconds) < 5 * max(1, busy)  # seconds of an idle machine


@pytest.mark.slow
@pytest.mark.faults
def test_second_site_in_the_same_folder_is_refused(site: Site) -> None:
    site.start()
    other = Site(site.log.parent)
    other.log = site.log.with_name("other.log")
    assert f"already runs from this folder at http://127.0.0.1:{site.port}" in other.refusal()


@pytest.mark.slow
@pytest.mark.faults
def test_a_program_that_ends_by_itself_is_named(site: Site) -> None:
    process = site.start()
    pids = site.pids()
    os.kill(pids["worker"], signal.SIGKILL)
    assert process.popen.wait(20) != 0
    assert "The worker ended" in process.log
    assert gone(pids)


def test_taken_port(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with socket.create_server(("127.0.0.1", site.port)):
        assert f"Port {site.port} is used by another program" in site.refusal()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT is 'eighty': set it to a number"),
        ({"PORT": "99999"}, "PORT is '99999': set it to a number"),
        ({"BASE_URL": "https://hub.example.org"}, "DEMO=1 is refused because BASE_URL is not on this machine"),
        ({"OUTBOX_TICK": "soon"}, "OUTBOX_TICK is 'soon'; set it to a number."),
        ({"DATABASE_URL": "oracle://x/y"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "check that the server runs"),
    ],
)
@pytest.mark.slow
def test_wrong_variable(tmp_path: Path, variables: dict[str, str], sentence: str) -> None:
    assert sentence in Site(tmp_path).refusal(**variables)


def test_file_that_is_no_database(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.var.mkdir()
    (site.var / "aidahub.sqlite3").write_text("This is a shopping list. " * 100)
    assert "aidahub.sqlite3 cannot be used (file is not a database); put a copy of it back" in site.refusal()


@pytest.mark.slow
def test_damaged_database(site: Site) -> None:
    file, copy = site.var / "aidahub.sqlite3", site.var / "copy.sqlite3"
    shutil.copy(file, copy)
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    with file.open("r+b") as raw:
        raw.seek(4096 * 3)
        raw.write(b"\xff" * 4096 * 40)
    try:
        assert "put a copy of it back" in site.refusal()
    finally:
        copy.replace(file)


@pytest.mark.slow
def test_leftover_of_a_killed_start_is_ended(tmp_path: Path) -> None:
    left = subprocess.Popen(["sleep", "60"], start_new_session=True)
    memory = tmp_path / "web.pid"
    memory.write_text(json.dumps({"pid": left.pid, "started": started_at(left.pid)}))
    end_leftovers(tmp_path)
    assert left.wait(5) == -signal.SIGTERM
    assert not memory.exists()


def test_stranger_with_the_id_of_a_leftover_lives_on(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    memory = tmp_path / "web.pid"
    memory.write_text(json.dumps({"pid": stranger.pid, "started": "long ago"}))
    end_leftovers(tmp_path)
    assert stranger.poll() is None
    assert not memory.exists()
    stranger.kill()
    stranger.wait()


def venv_script(tmp_path: Path, prelude: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the script that makes .venv, after the Python lines `prelude`."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    code = f"import runpy, sys\n{prelude}\nsys.argv = ['venv.py', 'runtime']\n"
    code += f"runpy.run_path({str(tmp_path / 'scripts' / 'venv.py')!r}, run_name='__main__')"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_old_python(tmp_path: Path) -> None:
    result = venv_script(tmp_path, "sys.version_info = (3, 9, 2)")
    assert result.returncode == 1
    assert result.stderr == (
        "Python 3.9 is too old: AIDA Hub needs Python 3.11 or newer; name one with `make PYTHON=python3.11 ...`.\n"
    )


def test_python_without_its_venv_module(tmp_path: Path) -> None:
    result = venv_script(tmp_path, "sys.executable = '/bin/false'")
    assert result.returncode == 1
    assert "apt-get install python3-venv" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_python_without_sqlite(tmp_path: Path) -> None:
    result = venv_script(tmp_path, "sys.modules['sqlite3'] = None")
    assert result.returncode == 1
    assert "lacks its module sqlite3" in result.stderr
    assert len(result.stderr.splitlines()) == 1
