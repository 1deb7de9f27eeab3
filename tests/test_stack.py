"""`make stack`, really run: every program of production, each of them killed once, and nothing left at the end."""

from __future__ import annotations

import http.client
import shutil
import socket
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from aidahub.running.postgres import MISSING as POSTGRES_MISSING
from aidahub.running.postgres import find_binaries
from aidahub.running.processes import started_at
from aidahub.running.trouble import CannotStart
from aidahub.stack import Stack
from aidahub.stack.nginx import MISSING as NGINX_MISSING
from aidahub.stack.nginx import find_nginx
from tests.support.installed import do_without
from tests.support.processes import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("make stack")]


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
        ids = [pid for name in stack.NAMES for pid in stack.pids(name)]
    finally:
        stack.stop()
    assert [pid for pid in ids if started_at(pid)] == []
