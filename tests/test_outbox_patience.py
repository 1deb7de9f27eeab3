"""The end of conversations that take too long, on real sockets: only while something is done with them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from time import sleep

import pytest

from aidahub.outbox.patience import Patience

SECONDS = 0.2
Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Both ends of a conversation."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        theirs.settimeout(5)
        yield ours, theirs


@pytest.fixture
def patience() -> Iterator[Patience]:
    """One that is soon over."""
    patience = Patience(SECONDS)
    yield patience
    patience.close()


def test_what_takes_too_long_is_broken_off(ends: Ends, patience: Patience) -> None:
    ours, _theirs = ends
    with patience.during(ours):
        assert ours.recv(1) == b"", "nobody said anything, and the wait is over before its timeout"


def test_what_was_done_in_time_is_not_broken_off_afterwards(ends: Ends, patience: Patience) -> None:
    """Between two mails the connection may rest for as long as the database needs."""
    ours, theirs = ends
    with patience.during(ours):
        pass
    sleep(3 * SECONDS)
    ours.sendall(b"x")
    assert theirs.recv(1) == b"x"
