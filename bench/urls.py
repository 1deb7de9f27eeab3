"""The site's addresses, and before them the bare view. Only measurements use these."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from aidahub.urls import handler400, handler500
from aidahub.urls import urlpatterns as site

__all__ = ["handler400", "handler500", "urlpatterns"]


def bare(request: HttpRequest, size: int) -> HttpResponse:
    """As many bytes as asked for. It runs through all of the site's middleware and does nothing else."""
    return HttpResponse(b"x" * size)


urlpatterns = [path("bare/<int:size>", bare), *site]
