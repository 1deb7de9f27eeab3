"""The landing pages. Who has not signed in gets them from memory; one small query says whether they still hold."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from datasets import fragments, frame
from datasets.exports.serve import negotiated
from datasets.landing import landing_of, read_landing
from datasets.memory import Memory, Page
from datasets.models import Dataset

memory = Memory(24 * 1024 * 1024)

VARY = "Accept, Accept-Language, Cookie"
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH")


@require_safe
def landing(request: HttpRequest, doi: str) -> HttpResponseBase:
    """`/<DOI>`: one dataset. Capitals, `.html` and a slash at the end lead to the one right address.

    Raises:
        Http404: when there is no dataset with this DOI.
    """
    right = doi.lower().rstrip("/").removesuffix(".html")
    if doi != right:
        return elsewhere(request, right)
    if other := negotiated(request, doi):
        return other
    language = get_language() or ""
    if request.user.is_authenticated:
        return personal(request, doi, language)
    return public(request, page_for_all(doi, language))


def elsewhere(request: HttpRequest, doi: str) -> HttpResponse:
    """The way to the right address of a dataset that there is."""
    if fragments.known(doi) is None:
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"/{quote(doi)}{'?' if query else ''}{query}")


def page_for_all(doi: str, language: str) -> Page:
    """The page for whoever has not signed in: from memory, else from its stored parts, else made anew."""
    known = fragments.known(doi)
    if known is None:
        raise Http404
    key, page_hash = known
    page = memory.get((page_hash, language)) if fragments.in_use(page_hash) else None
    if page is None:
        parts = fragments.stored(key, page_hash, language)
        page = remembered(doi, language, page_hash, parts) if parts else made_anew(doi, language)
    return page


def remembered(doi: str, language: str, page_hash: str, parts: fragments.Parts) -> Page:
    """The page of stored parts, which from now on is in memory."""
    page = Page(frame.whole_page(parts, doi, language), f'"{page_hash[:40]}-{language}"', parts.links)
    memory.put((page_hash, language), page)
    return page


def made_anew(doi: str, language: str) -> Page:
    """The page from the rows as they are now."""
    rows = read_landing(doi)
    if rows is None:
        raise Http404
    parts = fragments.make(rows, language)
    body = frame.whole_page(parts, doi, language)
    return Page(body, f'"{hashlib.sha256(body).hexdigest()[:40]}"', parts.links)


def public(request: HttpRequest, page: Page) -> HttpResponseBase:
    """The answer for whoever has not signed in: 304 to those who have these very bytes already (RFC 9110, 13.1)."""
    response = HttpResponse(page.body)
    response.headers["ETag"] = page.etag
    response.headers["Cache-Control"] = "public, no-cache"  # may be kept, and is asked about each time
    response.headers["Vary"] = VARY
    if page.links:
        response.headers["Link"] = page.links
    if any(condition in request.META for condition in CONDITIONS):
        return get_conditional_response(request, etag=page.etag, response=response) or response
    return response


def personal(request: HttpRequest, doi: str, language: str) -> HttpResponse:
    """The answer for somebody who has signed in: their name, their messages, and in the access box their request."""
    dataset = Dataset.objects.filter(doi=doi).first()
    if dataset is None:
        raise Http404
    parts = fragments.stored(dataset.pk, dataset.page_hash, language)
    parts = parts or fragments.make(landing_of(dataset), language, panel=False)
    asked = dataset if fragments.SLOT in parts.article else None  # a tombstone has no access box
    response = render(request, frame.TEMPLATE, {**frame.context_of(parts), "dataset": asked})
    if parts.links:
        response.headers["Link"] = parts.links
    return response
