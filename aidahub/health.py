"""Answers for those who watch over the site: is the process alive, can it work, and what does it do?"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from aidahub.watching import checks
from aidahub.watching.exposition import figures, may_read


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """`/healthz`: this process answers. Touches nothing else, so that a database fault restarts no web process."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """`/readyz`: a line for each check, 503 when one fails; `?for=web`: only what a web process needs."""
    found = list(checks.look(checks.WEB if request.GET.get("for") == "web" else checks.CHECKS))
    text = "".join(f"{name}: {trouble or 'ok'}\n" for name, trouble in found)
    return HttpResponse(
        text, content_type="text/plain", status=503 if any(trouble for _name, trouble in found) else 200
    )


VIEWS = {"/healthz": alive, "/readyz": ready}
FIGURES = "/prometheus"


class HealthChecks:
    """Middleware: answers probes before host name and https are looked at, which a probe does not know.

    Whoever may not read the figures is passed on to the site, where their address leads nowhere, as any other does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a probe, or pass the request on."""
        if request.path == FIGURES and may_read(request):
            return figures(request)
        return VIEWS.get(request.path, self.get_response)(request)
