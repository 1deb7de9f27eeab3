"""The dataset list and the landing pages."""

from __future__ import annotations

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from datasets import addresses, facts
from datasets.catalogue import Listing
from datasets.exports.schemaorg import as_script, dataset_as_schema
from datasets.exports.serve import link_header, negotiated
from datasets.landing import Landing, read_landing
from datasets.search.query import Query


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """`/datasets/`: what the address looks for, see `datasets.search.query`; `?page=` counts from 1."""
    listing = Listing(Query.read(request.GET), request.GET.get("page"))
    return render(request, "datasets/list.html", {"listing": listing, "query": listing.query})


@require_safe
def landing(request: HttpRequest, doi: str) -> HttpResponseBase:
    """`/<DOI>`: one dataset. Capitals, `.html` and a slash at the end lead to the one right address."""
    right = doi.lower().rstrip("/").removesuffix(".html")
    if doi == right and (other := negotiated(request, doi)):
        return other
    page = read_landing(right)
    if page is None:
        raise Http404
    if doi != right:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"/{quote(right)}{'?' if query else ''}{query}")
    template = "datasets/tombstone.html" if page.dataset.retired_at else "datasets/landing.html"
    response = render(request, template, context_of(page))
    response["Link"] = link_header(page.dataset)
    patch_vary_headers(response, ["Accept"])
    return response


def context_of(page: Landing) -> dict[str, object]:
    """What the templates of a landing page need."""
    dataset = page.dataset
    summary = " ".join(strip_tags(dataset.description_html).split()) or dataset.name
    return {
        "dataset": dataset,
        "page": page,
        "address": addresses.page_address(dataset.doi),
        "summary": Truncator(summary).chars(155),
        "groups": facts.groups(page),
        "schema": as_script(dataset_as_schema(page)),
    }
