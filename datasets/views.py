"""The dataset list and the landing pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from datasets.models import Dataset


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """`/datasets/`: what there is."""
    return render(request, "datasets/list.html", {})


@require_safe
def landing(request: HttpRequest, doi: str) -> HttpResponse:
    """`/<DOI>`: one dataset."""
    return render(request, "datasets/landing.html", {"dataset": get_object_or_404(Dataset, doi=doi)})
