"""What search engines may find: `/sitemap.xml` (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import starmap
from xml.sax.saxutils import escape  # nosec B406 # it writes, and parses nothing

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from datasets.models import Dataset

LARGEST = 50_000  # addresses in one file, by the protocol
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGES = ("/", "/datasets/", "/metrics/")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """`/sitemap.xml`: the public pages and every listed dataset; where these are too many, a list of the parts."""
    places = _places(1)
    if len(places) <= LARGEST:
        return _answer("urlset", starmap(_entry, places))
    total = len(PAGES) + Dataset.objects.listed().count()
    parts = (f"{escape(settings.BASE_URL)}/sitemap-{part}.xml" for part in range(1, -(-total // LARGEST) + 1))
    return _answer("sitemapindex", (f"  <sitemap><loc>{part}</loc></sitemap>" for part in parts))


@require_safe
def sitemap_part(request: HttpRequest, part: int) -> HttpResponse:
    """`/sitemap-<part>.xml`: one part, counted from 1."""
    places = _places(part)[:LARGEST] if 1 <= part <= LARGEST else []
    if not places:
        raise Http404
    return _answer("urlset", starmap(_entry, places))


def _places(part: int) -> list[tuple[str, date | None]]:
    """The paths of a part and when each changed, and one more where there are more; one query."""
    start = (part - 1) * LARGEST - len(PAGES)
    rows = Dataset.objects.listed().order_by("doi").values_list("doi", "date_modified", "date_published")
    found = rows[max(start, 0) : start + LARGEST + 1]
    datasets = [(f"/{doi}", modified or published) for doi, modified, published in found]
    return [*((path, None) for path in PAGES), *datasets] if part == 1 else datasets


def _answer(kind: str, entries: Iterable[str]) -> HttpResponse:
    """A document of these entries. No template: it would take seconds where this takes a tenth of one."""
    pieces = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} xmlns="{SPACE}">', *entries, f"</{kind}>", ""]
    return HttpResponse("\n".join(pieces), content_type="application/xml")


def _entry(path: str, changed: date | None) -> str:
    day = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
    return f"  <url><loc>{escape(settings.BASE_URL + path)}</loc>{day}</url>"
