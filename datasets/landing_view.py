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
from datasets.landing import read_landing
from datasets.memory import Memory, Page
from datasets.models import Dataset

memory = Memory(24 * 1024 * 1024)

VARY = "Accept, Accept-Language, Cookie"
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH")


@require_safe
def landing(request: HttpRequest, doi: str) -> HttpResponseBase:
    """`/<DOI>`: one dataset. Capitals, `.html` and a slash at the end lead to the one right address."""
    right = doi.lower().rstrip("/").removesuffix(".html")
    known = fragments.known(right)
    if known is None:
        raise Http404
    if doi != right:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"/{quote(right)}{'?' if query else ''}{query}")
    language = get_language() or ""
    if request.user.is_authenticated:
        return personal(request, right, language, *known)
    return public(request, page_for_all(right, language, *known))


def page_for_all(doi: str, language: str, key: int, page_hash: str) -> Page:
    """The page for whoever has not signed in: from memory, else from its stored parts, else made anew."""
    if not fragments.in_use(page_hash):
        body = frame.whole_page(parts := made_anew(doi, language), doi, language)
        return Page(body, f'"{hashlib.sha256(body).hexdigest()[:40]}"', parts.links)
    page = memory.get((page_hash, language))
    if page is None:
        kept = fragments.stored(key, page_hash, language)
        if kept is None:  # replaced since the first query
            return page_for_all(doi, language, key, "")
        page = Page(frame.whole_page(kept, doi, language), f'"{page_hash[:40]}-{language}"', kept.links)
        memory.put((page_hash, language), page)
    return page


def made_anew(doi: str, language: str, *, panel: bool = True) -> fragments.Parts:
    """The parts of a page, from the rows as they are now."""
    page = read_landing(doi)
    if page is None:
        raise Http404
    return fragments.make(page, language, panel=panel)


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


def personal(request: HttpRequest, doi: str, language: str, key: int, page_hash: str) -> HttpResponse:
    """The answer for somebody who has signed in: their name, their messages, and in the access box their request."""
    parts = fragments.stored(key, page_hash, language) if fragments.in_use(page_hash) else None
    parts = parts or made_anew(doi, language, panel=False)
    asked = Dataset(pk=key, doi=doi) if fragments.SLOT in parts.article else None
    context = {**frame.context_of(parts), "dataset": asked}
    response = render(request, frame.TEMPLATE, context)
    if parts.links:
        response.headers["Link"] = parts.links
    return response
