"""The real web server and what no browser sends: too much, too slowly, half of it, or two things at once."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from aidahub.accounts.models import User
from tests.support.processes import Server
from tests.support.raw import send

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

HOST = b"Host: 127.0.0.1\r\n"
ONE = b"GET / HTTP/1.1\r\n" + HOST
SMUGGLED = b"GET /healthz?smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
REFUSED = {
    "a line without end": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a large header": ONE + b"X-A: " + b"a" * 9000 + b"\r\n\r\n",
    "many headers": ONE + b"".join(b"X-%d: a\r\n" % number for number in range(200)) + b"\r\n",
    "a folded header": ONE + b"X-A: a\r\n b\r\n\r\n",
    "a space before the colon": ONE + b"Content-Length : 5\r\n\r\nabcde",
    "a header without a name": ONE + b": a\r\n\r\n",
    "a NUL in a header": ONE + b"X-A: a\0b\r\n\r\n",
    "two lengths": ONE + b"Content-Length: 0\r\nContent-Length: 60\r\n\r\n" + SMUGGLED,
    "two lengths in one": ONE + b"Content-Length: 0, 60\r\n\r\n" + SMUGGLED,
    "a length and chunks": ONE + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a length below nothing": ONE + b"Content-Length: -1\r\n\r\n",
    "a length in words": ONE + b"Content-Length: +5\r\n\r\nabcde",
    "an unknown coding": ONE + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunked twice": ONE + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "no method": b" / HTTP/1.1\r\n" + HOST + b"\r\n",
    "another protocol": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "a name and a host": ONE + b"Host: evil.example\r\n\r\n",
}


def statuses(answer: bytes) -> list[int]:
    """The status of each answer that came."""
    return [int(line.split()[1]) for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.")]


@pytest.fixture
def server(run_server: Callable[..., Server]) -> Server:
    """A real gunicorn that soon loses patience."""
    return run_server(TEST_HEADER_SECONDS="2", TEST_BODY_SECONDS="4", WEB_THREADS="4")


def test_what_no_browser_sends_is_refused_and_nothing_is_smuggled_behind_it(server: Server) -> None:
    for name, data in REFUSED.items():
        found = statuses(send(server.url, data))
        assert len(found) <= 1, f"{name}: a second answer"
        assert all(400 <= status < 600 for status in found), f"{name}: {found}"
        assert 500 not in found, name
    assert server.answers()
    assert "Traceback" not in server.log


CHUNKS = (b"zz\r\n", b"5\r\nab", b"ffffffffffffffff\r\na", b"-1\r\n\r\n", b"1;" + b"a" * 100_000)
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def test_bodies_that_no_form_has(server: Server) -> None:
    """Broken chunks, more bytes and more fields than any form."""
    start = b"POST /accounts/login/ HTTP/1.1\r\n" + HOST + FORM
    for chunk in CHUNKS:
        found = statuses(send(server.url, start + b"Transfer-Encoding: chunked\r\n\r\n" + chunk, half=True))
        assert all(status in {400, 403} for status in found), chunk[:10]
    many = b"&".join(b"a%d=1" % number for number in range(5_000))
    for body in (b"a=" + b"x" * 6_000_000, many):
        found = statuses(send(server.url, start + b"Content-Length: %d\r\n\r\n" % len(body) + body, half=True))
        assert all(status in {403, 413} for status in found)
    assert server.answers()
    assert "Traceback" not in server.log


def test_who_sends_slowly_holds_no_thread_for_ever(server: Server) -> None:
    """More of them than there are threads: all are let go, and others get their page."""
    port = urlsplit(server.url).port or 0

    def slow(beginning: bytes) -> float:
        started = time.monotonic()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as door:
            door.sendall(beginning)
            for _letter in range(200):
                try:
                    door.sendall(b"x")
                    door.settimeout(0.2)
                    if not door.recv(65536):
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
        return time.monotonic() - started

    body = b"POST /accounts/login/ HTTP/1.1\r\n" + HOST + b"Content-Length: 5000\r\nX-A: " + b"a\r\n\r\n"
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(slow, [ONE + b"X-Slow: "] * 4 + [body] * 4))
    assert max(waits) < 30
    assert server.answers()


@pytest.fixture
def cookies(ada: User) -> str:
    """The cookies of Ada's browser; the token of its forms is the second one."""
    client = Client()
    client.force_login(ada)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={'a' * 32}"


def profiles() -> Iterator[tuple[bytes, str, int]]:
    """The form of the profile in both codings: its bytes, its type, and after how many it is cut in a word."""
    words = {"csrfmiddlewaretoken": "a" * 32, "name": "Ada", "country": "SE", "institution": "Uppsala University"}
    body = urlencode(words).encode()
    yield body, "application/x-www-form-urlencoded", len(body) - 12
    head = '--x\r\nContent-Disposition: form-data; name="'
    body = "".join(f'{head}{name}"\r\n\r\n{word}\r\n' for name, word in words.items()).encode() + b"--x--\r\n"
    yield body, "multipart/form-data; boundary=x", len(body) - 25


def head_of(server: Server, cookies: str, body: bytes, kind: str) -> bytes:
    """What a browser sends before the body of that form."""
    start = f"POST /accounts/profile/ HTTP/1.1\r\nHost: {urlsplit(server.url).netloc}\r\nConnection: close\r\n"
    return f"{start}Cookie: {cookies}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()


def test_half_a_form_is_not_taken_for_the_whole(server: Server, ada: User, cookies: str) -> None:
    """Whose telephone loses the network in the middle of a text."""
    for body, kind, cut in profiles():
        User.objects.update(institution="")
        head = head_of(server, cookies, body, kind)
        found = statuses(send(server.url, head + body[:cut], half=True))
        ada.refresh_from_db()
        assert found in ([], [400], [403])
        assert ada.institution == "", "half of it was saved"
        assert statuses(send(server.url, head + body, half=True)) == [302]
        ada.refresh_from_db()
        assert ada.institution == "Uppsala University"


def test_a_body_may_take_longer_than_the_headers(server: Server, cookies: str) -> None:
    body, kind, cut = next(profiles())
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=20) as door:
        door.sendall(head_of(server, cookies, body, kind) + body[:cut])
        time.sleep(3.2)  # the headers' two seconds, and the one in which the worker looks
        door.sendall(body[cut:])
        answer = b"".join(iter(lambda: door.recv(65536), b""))
    assert statuses(answer) == [302]
