"""Ways to die at the worst moment, and to send a request through a web server as a browser does."""

from __future__ import annotations

import http.client
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client

from access_requests.models import AccessRequest
from tests.support.processes import Server


class DieAfterPost:
    """Middleware: kills the web server, children and all, when a view has done its work and before it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the view commit, then die."""
        response = self.get_response(request)
        if request.method == "POST":
            os.killpg(os.getpgid(0), signal.SIGKILL)
        return response


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took."""

    status: int
    location: str
    seconds: float
    body: str


@dataclass(frozen=True)
class Browser:
    """Somebody signed in, on a real web server."""

    server: Server
    session: str

    def ask(self, method: str, path: str) -> Answer:
        """One request.

        Raises:
            OSError: when the server does not answer.
        """
        started = time.monotonic()
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=20)
        token = "t" * 32  # the token of a form equals the one of the cookie, whatever it is
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={token}"
        connection.request(method, path, headers={"Cookie": cookies, "X-CSRFToken": token, "Content-Length": "0"})
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
        connection.close()
        location = response.headers.get("Location", "")
        return Answer(response.status, location, time.monotonic() - started, body)

    def send(self, request: AccessRequest) -> Answer:
        """Press the button at the end of the form."""
        return self.ask("POST", f"/requests/{request.reference}/edit/review/")


def browser_of(server: Server, request: AccessRequest) -> Browser:
    """The applicant's browser."""
    client = Client()
    client.force_login(request.applicant)
    return Browser(server, client.cookies[settings.SESSION_COOKIE_NAME].value)
