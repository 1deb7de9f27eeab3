"""Answers for those who watch over the site: is the process alive, and can it work?"""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """`/healthz`: this process answers. Touches nothing else, so that a database fault restarts no web process."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """`/readyz`: 200 when the database answers and every migration is applied, else 503 and which is not so."""
    trouble = find_trouble()
    text = f"{trouble}\n" if trouble else "ok\n"
    return HttpResponse(text, content_type="text/plain", status=503 if trouble else 200)


def find_trouble() -> str:
    """What keeps the site from working, in a few words; empty when nothing does."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "migrations are missing"
        cache.get("readiness")
    except DatabaseError:
        return "the database does not answer"
    return ""


VIEWS = {"/healthz": alive, "/readyz": ready}


class HealthChecks:
    """Middleware: answers the two addresses before host name and https are looked at, which a probe does not know."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        return VIEWS.get(request.path, self.get_response)(request)
