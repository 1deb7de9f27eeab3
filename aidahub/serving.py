"""What the web server does with somebody who sends slowly, or stops in the middle."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# Seconds after which no more is read of a request. A proxy in front keeps slow ones to itself; without one, eight
# people who send a letter a minute would hold every thread of a process for ever.
HEADER_SECONDS = 30.0
BODY_SECONDS = 600.0  # 50 MB at 0.7 Mbit/s

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ImpatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn tells no types
    """Gunicorn's worker with threads, which stops listening to whoever takes too long."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Args: gunicorn's own."""
        super().__init__(*args, **kwargs)
        self.deadlines: dict[TConn, float] = {}

    def handle(self, conn: TConn) -> Any:
        """Read a request and answer it, in a thread; the time for its headers runs from here."""
        self.deadlines[conn] = time.monotonic() + HEADER_SECONDS
        try:
            return super().handle(conn)
        finally:
            self.deadlines.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """The headers are there: the time for the body runs from here. An answer may take as long as it does."""
        self.deadlines[conn] = time.monotonic() + BODY_SECONDS
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Called each second: also ends the reading of what has taken too long, which its thread sees at once."""
        super().murder_pending()
        now = time.monotonic()
        for conn, deadline in list(self.deadlines.items()):
            if deadline < now:
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


class WholeBody:
    """A request's body, which is an error where it ends before its stated length.

    Gunicorn and Django take what came for all there is: half a reason would be saved as the whole one.
    """

    def __init__(self, stream: Any, length: int) -> None:
        """Args: stream: the server's `wsgi.input`; length: what the request says it has, in bytes."""
        self.stream = stream
        self.left = length

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, all when negative. Raises: ConnectionResetError: the sender stopped before the end."""
        wanted = self.left if size < 0 else min(size, self.left)
        return self._whole(self.stream.read(wanted) if wanted else b"", least=wanted)

    def readline(self, size: int = -1) -> bytes:
        """Up to the end of a line, as `read`."""
        wanted = self.left if size < 0 else min(size, self.left)
        return self._whole(self.stream.readline(wanted) if wanted else b"", least=min(wanted, 1))

    def _whole(self, data: bytes, *, least: int) -> bytes:
        if len(data) < least:
            raise ConnectionResetError("The request ended before it was complete.")
        self.left -= len(data)
        return data


def with_whole_bodies(application: Application) -> Application:
    """A WSGI application that never takes a part of a request for the whole."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isascii() and length.isdecimal() and int(length):
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return answer
