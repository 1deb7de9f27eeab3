"""`/prometheus`: the figures, for whoever knows the token."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from aidahub.watching import together
from aidahub.watching.counted import OWN
from aidahub.watching.metrics import Site


def may_read(request: HttpRequest) -> bool:
    """Whether the request carries METRICS_TOKEN as a bearer token. How long this takes tells nothing of it."""
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode(errors="replace")
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given, expected)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """What all web processes of this machine counted, and what the site is at, in Prometheus' text format."""
    site = CollectorRegistry()
    site.register(Site())
    text = counted_by_all() + generate_latest(site)
    return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def counted_by_all() -> bytes:
    """The answers that the processes counted, read while no process's numbers are being moved."""
    folder = together.folder()
    if folder is None:
        return generate_latest(OWN)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]  # nor here
    with together.locked(folder, alone=False):
        return generate_latest(registry)
