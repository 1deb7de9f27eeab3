"""The dataset list."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from datasets.catalogue import Search, for_cards, totals

ON_A_PAGE = 20


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """`/datasets/`: all listed datasets, or those that `?q=` means; `?page=` counts from 1."""
    search = Search(request.GET.get("q", ""))
    found = search.datasets()
    sums = totals(found)
    paginator = Paginator(for_cards(found), ON_A_PAGE)
    paginator.count = sums.datasets  # known already; the paginator would ask once more
    page = paginator.get_page(request.GET.get("page"))
    without = search.without_each() if search.words else []
    context = {"search": search, "totals": sums, "page": page, "without": without}
    return render(request, "datasets/list.html", context)
