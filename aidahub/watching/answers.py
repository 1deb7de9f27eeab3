"""Middleware around every answer: its id, its log entry, and what is counted of it."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from aidahub import tracing
from aidahub.watching.counted import count

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"  # an address that leads nowhere, a static file, a redirect to https
log = structlog.stdlib.get_logger("aidahub.request")


class AnswerLog:
    """Middleware: gives each request an id, answers it as `X-Request-ID`, and writes one entry with route and status.

    A page is named by its route, never by its address, because addresses hold tokens.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, log and count."""
        started = time.perf_counter()
        request_id = tracing.request_id_from(sent_id(request))
        tracing.begin(request_id=request_id)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            seconds = time.perf_counter() - started
            route, method = route_of(request), method_of(request)
            log.info("request", method=method, route=route, status=response.status_code, ms=round(seconds * 1000))
            count(route, method, response.status_code, seconds)
            return response
        finally:
            tracing.end()


def sent_id(request: HttpRequest) -> str:
    """The id that came with the request, where a proxy of ours stands before the site; visitors choose no id."""
    return request.headers.get("X-Request-ID", "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""


def route_of(request: HttpRequest) -> str:
    """The name of the page's route: one of those in the addresses of the site."""
    match = request.resolver_match
    return match.view_name or "?" if match else NO_ROUTE


def method_of(request: HttpRequest) -> str:
    """The request's method; whatever is none that this site knows is called other."""
    return request.method if request.method in METHODS else "other"
