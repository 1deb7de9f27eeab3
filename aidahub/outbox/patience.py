"""An end to a conversation that takes too long, however often the other side says a little.

The timeout of a socket begins anew with each answer, so that a server that answers slowly enough could hold a sender
for hours.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic


class Patience:
    """Breaks a connection off when one thing that is done with it takes longer than so many seconds.

    One thread looks after all that is done, one after the other: to start one for each mail took longer than all of
    the database's work. It need not be woken, since what begins later also ends later.
    """

    def __init__(self, seconds: float) -> None:
        """Begin to look after what is done."""
        self.seconds = seconds
        self._end: float | None = None
        self._socket: socket.socket | None = None
        self._over = Event()
        Thread(target=self._watch, daemon=True).start()

    @contextmanager
    def during(self, sock: socket.socket | None) -> Iterator[None]:
        """What is done inside with a socket has so much time."""
        self._socket, self._end = sock, monotonic() + self.seconds
        try:
            yield
        finally:
            self._end = None

    def close(self) -> None:
        """Look after nothing more."""
        self._over.set()

    def _watch(self) -> None:
        left = self.seconds
        while not self._over.wait(left):
            end, sock = self._end, self._socket
            left = self.seconds if end is None else end - monotonic()
            if left <= 0:
                break_off(sock)
                left = self.seconds


def break_off(sock: socket.socket | None) -> None:
    """End a socket's conversation, so that whoever waits for an answer gets an error."""
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
