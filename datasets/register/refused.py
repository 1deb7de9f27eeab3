"""The pages that imports refused, kept for hub staff until they are mended or gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from datasets.models import RefusedPage
from datasets.register.findings import Finding

Refusals = Mapping[str, tuple[str | None, list[Finding]]]


def remember(refused: Refusals, seen: Iterable[str]) -> None:
    """Keep what a run refused, and forget what it refused no more.

    Args:
        refused: by the page's place, its DOI (if known) and findings.
        seen: the places of all pages of the run.
    """
    before = set(RefusedPage.objects.values_list("path", flat=True))
    mended = (before & set(seen)) - set(refused)
    if mended:
        RefusedPage.objects.filter(path__in=mended).delete()
    pages = [
        RefusedPage(path=place, doi=doi or "", findings=[finding.as_dict() for finding in findings])
        for place, (doi, findings) in refused.items()
    ]
    columns = ["doi", "findings", "refused_at"]
    RefusedPage.objects.bulk_create(pages, update_conflicts=True, unique_fields=["path"], update_fields=columns)


def forget_all_but(seen: Iterable[str]) -> None:
    """Forget refused pages that are gone."""
    gone = set(RefusedPage.objects.values_list("path", flat=True)) - set(seen)
    if gone:
        RefusedPage.objects.filter(path__in=gone).delete()
