"""What machines read of all datasets together: the catalogue, the register's metadata, the feed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from datasets.exports import register_json
from datasets.exports.bulk import landings, state_of
from datasets.exports.record import record_of
from datasets.exports.serve import etag_of, public
from datasets.models import Dataset


@require_safe
def metadata(request: HttpRequest) -> HttpResponseBase:
    """`/api/1.0/metadata.json`: front matter and body of every listed dataset, streamed."""
    keys, etag = state_of(Dataset.objects.listed())
    response = _unchanged(request, etag)
    if response is None:
        pieces = register_json.pieces(keys) if request.method == "GET" else ()
        response = StreamingHttpResponse(pieces, content_type="application/json; charset=utf-8")
    public(response, etag)
    return response


@require_safe
def catalogue(request: HttpRequest) -> HttpResponseBase:
    """`/catalog.ttl`: the listed datasets in DCAT-AP, 250 to a page; `?page=` counts from 1."""
    from datasets.exports import dcat  # rdflib is loaded by the first who asks for it

    page = _number(request.GET.get("page", "1"))
    keys, etag = state_of(Dataset.objects.listed())
    last = dcat.pages(len(keys))
    if not 1 <= page <= last:
        raise Http404
    etag = etag_of(etag, str(page))
    response = _unchanged(request, etag)
    if response is None:
        found = landings(keys[(page - 1) * dcat.ON_A_PAGE : page * dcat.ON_A_PAGE])
        with translation.override("en"):
            text = dcat.catalogue((record_of(one) for one in found), len(keys), page)
        response = HttpResponse(text, content_type="text/turtle; charset=utf-8")
    public(response, etag)
    ways = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    links = [f'<{dcat.catalogue_address(n)}>; rel="{rel}"' for rel, n in ways.items() if 1 <= n <= last]
    if last > 1:
        response["Link"] = ", ".join(links)
    return response


@require_safe
def feed(request: HttpRequest) -> HttpResponseBase:
    """`/feed.atom`: the newest datasets."""
    from datasets.exports.feed import atom

    with translation.override("en"):
        text = atom()
    etag = etag_of(text)
    response: HttpResponseBase = HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
    response = _unchanged(request, etag) or response
    public(response, etag)
    return response


def _unchanged(request: HttpRequest, etag: str) -> HttpResponseBase | None:
    """The answer for a reader who has it already."""
    return get_conditional_response(request, etag=etag)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
