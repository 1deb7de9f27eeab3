"""The page of figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import conditional_page, require_safe

from .kept import figures
from .page import context_of


@require_safe
@conditional_page
def metrics(request: HttpRequest) -> HttpResponse:
    """`/metrics/`: what the datasets hold, where they were shared, and what became of requests."""
    return render(request, "pages/figures/metrics.html", context_of(figures()))
