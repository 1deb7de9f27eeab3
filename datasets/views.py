"""The dataset list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from datasets.catalogue import Listing
from datasets.search.query import Query


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """`/datasets/`: what the address looks for, see `datasets.search.query`; `?page=` counts from 1."""
    listing = Listing(Query.read(request.GET), request.GET.get("page"))
    return render(request, "datasets/list.html", {"listing": listing, "query": listing.query})
