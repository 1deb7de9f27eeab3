"""The throw-away PostgreSQL of `make test-postgres`: it works, and nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aidahub.environment import ROOT
from aidahub.running.postgres import MISSING, find_binaries
from aidahub.running.trouble import CannotStart
from tests.support.installed import do_without
from tests.support.processes import wait_until

COMMAND = [sys.executable, "-m", "scripts.with_postgres", sys.executable, "-c"]
TELL = "import os, psycopg, sys, time; url = os.environ['DATABASE_URL'].replace('postgres://', 'postgresql://');"
TELL += "print(url.partition('host=')[2], psycopg.connect(url).execute('show fsync').fetchone()[0], flush=True);"


@pytest.fixture(autouse=True)
def _installed() -> None:
    try:
        find_binaries()
    except CannotStart:
        do_without(MISSING)


def run(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, TELL + code], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def test_command_gets_a_database_and_its_exit_code_is_handed_on() -> None:
    process = run("sys.exit(3)")
    folder, fsync = (process.communicate(timeout=60)[0]).split()
    assert process.returncode == 3
    assert fsync == "off"
    assert not Path(folder).exists()


def test_command_gets_no_settings_that_nobody_asked_for() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    told = subprocess.check_output(
        [*COMMAND, "import os; print(os.environ.get('DJANGO_SETTINGS_MODULE'))"], cwd=ROOT, env=environment, text=True
    )
    assert told.strip() == "None"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_nothing(number: int) -> None:
    process = run("time.sleep(60)")
    assert process.stdout
    folder = Path(process.stdout.readline().split()[0])
    server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    os.killpg(process.pid, number)

    assert process.wait(30) != 0
    assert not folder.exists()
    wait_until(lambda: not Path(f"/proc/{server}").exists(), what="the end of the server")
    process.stdout.close()
