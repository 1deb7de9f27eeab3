"""The running site, for the tests that break it."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from aidahub.stack import Stack
from tests.support.installed import need_stack
from tests.support.mail import MailServer

from .harness import environment


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    """The mail server of these tests."""
    server = MailServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def stack(mail: MailServer) -> Iterator[Stack]:
    """Every program of production, running."""
    need_stack()
    folder = Path(tempfile.mkdtemp(prefix="aidahub-"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = int(door.getsockname()[1])
    stack = Stack(folder, port, environment(mail))
    stack.start()
    yield stack
    stack.stop()
    shutil.rmtree(folder, ignore_errors=True)
