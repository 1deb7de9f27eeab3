"""HTTP as it is written on the wire, for what no client library would send."""

from __future__ import annotations

import contextlib
import http.client
import socket
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes


def ask(url: str, path: str, **headers: str) -> Answer:
    """GET with exactly these headers; redirects are not followed."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.putrequest("GET", path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def send(url: str, data: bytes, *, half: bool = False, seconds: float = 20) -> bytes:
    """Write these bytes to the server and read until it closes the connection; raises TimeoutError when it does not.

    Args:
        half: say that nothing more comes, as a browser that is closed does.
        seconds: how long to wait.
    """
    parts = urlsplit(url)
    found = b""
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=seconds) as door:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may have heard enough before the end
            door.sendall(data)
            if half:
                door.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while piece := door.recv(65536):
                found += piece
    return found
