"""A dataset's metadata at addresses of its own, and at the landing page's by content negotiation."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from datasets import addresses
from datasets.exports import signposting
from datasets.exports.accept import wanted
from datasets.exports.format import Format
from datasets.exports.record import record_of
from datasets.exports.table import BY_NAME, FORMATS
from datasets.landing import Landing, read_landing
from datasets.models import Dataset


@require_safe
def export(request: HttpRequest, doi: str, name: str) -> HttpResponseBase:
    """`/<DOI>/<name>`: a dataset in one of the formats of `table`. Capitals lead to the one right address."""
    page = read_landing(doi.lower())
    if page is None:
        raise Http404
    if doi != doi.lower():
        return HttpResponsePermanentRedirect(f"/{quote(doi.lower())}/{name}")
    return answer(request, page, BY_NAME[name], BY_NAME[name].types[0])


def negotiated(request: HttpRequest, doi: str) -> HttpResponseBase | None:
    """The answer for a request of the landing page that wants another format; None when it is the page that it wants.

    It costs no query for what browsers and search engines ask. Whoever calls it adds `Accept` to the page's `Vary`.

    Args:
        request: for `/<doi>`.
        doi: in lower case, the dataset's.

    Raises:
        Http404: another format is wanted, and there is no such dataset.
    """
    chosen = wanted(request.META.get("HTTP_ACCEPT", ""))
    if chosen is None:
        return None
    page = read_landing(doi)
    if page is None:
        raise Http404
    response = answer(request, page, chosen.format, chosen.type)
    response["Content-Location"] = quote(f"/{doi}/{chosen.format.name}")
    patch_vary_headers(response, ["Accept"])
    return response


def link_header(dataset: Dataset) -> str:
    """The value of the landing page's `Link` header, from the dataset's row alone (its DOI and front matter)."""
    return signposting.header(signposting.links(dataset, FORMATS))


def answer(request: HttpRequest, page: Landing, format_: Format, media_type: str) -> HttpResponseBase:
    """One dataset in one format, or 304 where the reader has it already.

    The ETag is the hash of what is sent, so that it changes with everything that is said, and with nothing else.
    """
    with translation.override("en"):  # machines read one language, also in numbers
        text = format_.write(record_of(page))
    etag = etag_of(text)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
    where = addresses.page_address(page.dataset.doi)
    public(response, etag, hidden=page.dataset.hidden, retired=page.dataset.retired_at is not None)
    response["Link"] = f'<{where}>; rel="describes"; type="text/html", <{format_.address(where)}>; rel="canonical"'
    response["Content-Disposition"] = f'inline; filename="{_file_name(page.dataset.doi, format_)}"'
    return response


def etag_of(*parts: str) -> str:
    """A strong ETag over texts."""
    return f'"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:40]}"'


def public(response: HttpResponseBase, etag: str, *, hidden: bool = False, retired: bool = False) -> None:
    """Headers of metadata for everybody.

    Scripts of every site may read it, but not a preview, which is for whoever was given its address. Search engines
    keep neither a preview nor what is retired.
    """
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"  # kept by caches, and asked for anew each time
    response["Content-Language"] = "en"
    if not hidden:
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Link"
    if hidden or retired:
        response["X-Robots-Tag"] = "noindex"


def _file_name(doi: str, format_: Format) -> str:
    """The name under which a browser keeps it: `brgandi.bib`, `brgandi.datacite.json`."""
    short = re.sub(r"[^a-z0-9.-]", "-", doi.removeprefix(f"{settings.DOI_PREFIX}/").rpartition("/")[2])
    return f"{short}.{format_.name.partition('.')[2]}"
