"""What the web server's worker keeps in mind of a connection, and a body that ends before its stated length."""

from __future__ import annotations

import io
import socket

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from aidahub.serving import ImpatientWorker, WholeBody


def test_of_a_connection_that_is_done_nothing_is_kept() -> None:
    """Else a process would grow with every request that it ever answered."""
    settings = Config()
    worker = ImpatientWorker(1, 1, [], None, 30, settings, Logger(settings))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.close()
        worker.handle(TConn(settings, ours, ("127.0.0.1", 1), ("127.0.0.1", 2)))
    assert worker.deadlines == {}


def test_a_line_that_did_not_come_is_not_taken_for_the_end() -> None:
    body = WholeBody(io.BytesIO(b"whole\n"), 12)
    assert body.readline() == b"whole\n"
    with pytest.raises(ConnectionResetError):
        body.readline()
