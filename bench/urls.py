"""The site's addresses, and before them the views that pages are compared with. Only measurements use these."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path

from aidahub.urls import handler400, handler500
from aidahub.urls import urlpatterns as site
from datasets import landing_view

__all__ = ["handler400", "handler500", "urlpatterns"]


def bare(request: HttpRequest, size: int) -> HttpResponse:
    """As many bytes as asked for. It runs through all of the site's middleware and does nothing else."""
    return HttpResponse(b"x" * size)


def cold(request: HttpRequest, doi: str) -> HttpResponseBase:
    """A landing page that is not in memory, as after the start of a process or the import of the page."""
    landing_view.memory.clear()
    return landing_view.landing(request, doi)


def anew(request: HttpRequest, doi: str) -> HttpResponseBase:
    """A landing page whose stored parts are out of use, as between a change and the next tick of the clock."""
    return landing_view.public(request, landing_view.made_anew(doi, "en"))


urlpatterns = [
    path("bare/<int:size>", bare),
    path("cold/<path:doi>", cold),
    path("anew/<path:doi>", anew),
    *site,
]
