"""All findings of the register on one page of the admin: for hub staff, grouped by what is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from datasets.models import Dataset, RefusedPage
from datasets.register.catalogue import CATALOGUE
from datasets.register.findings import Finding, known

SHOWN = 10  # of each kind, while no kind is chosen
EACH_PAGE = 100


class Row(NamedTuple):
    """One finding: in which page of the register, where that is mended, and what is wrong there."""

    title: str
    doi: str
    url: str
    finding: Finding


@dataclass
class Group:
    """All findings of one code."""

    code: str
    rows: list[Row] = field(default_factory=list)

    @property
    def refuses(self) -> bool:
        """Whether its findings are errors."""
        return CATALOGUE[self.code].refuses

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rows)

    @property
    def first(self) -> list[Row]:
        """Those that are shown while no code is chosen."""
        return self.rows[:SHOWN]


def groups() -> list[Group]:
    """All findings by code: errors first, then what is found most often. Two queries."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in (*_refused(), *_warned()):
        found[row.finding.code].append(row)
    every = [Group(code, rows) for code, rows in found.items()]
    return sorted(every, key=lambda group: (not group.refuses, -group.count, group.code))


def _warned() -> Iterator[Row]:
    """What is odd in the pages of datasets that stand."""
    datasets = Dataset.objects.filter(retired_at=None).exclude(findings=[]).order_by("name", "doi")
    for pk, doi, name, short_name, stored in datasets.values_list("pk", "doi", "name", "short_name", "findings"):
        url = reverse("admin:datasets_dataset_change", args=(pk,))
        yield from (Row(short_name or name, doi, url, finding) for finding in _read(stored))


def _refused() -> Iterator[Row]:
    """Why pages were refused when they were last seen."""
    for path, doi, stored in RefusedPage.objects.values_list("path", "doi", "findings"):
        yield from (Row(path, doi, "", finding) for finding in _read(stored))


def _read(stored: list[dict[str, Any]]) -> list[Finding]:
    return [Finding.from_dict(item) for item in stored if known(item["code"])]


def findings(request: HttpRequest) -> HttpResponse:
    """The page. `?code=` shows all findings of one kind, a hundred at a time.

    Raises:
        Http404: the visitor is not hub staff, or nothing is known of the code.
    """
    if not getattr(request.user, "is_hub", False):
        raise Http404
    code = request.GET.get("code", "")
    if code and not known(code):
        raise Http404
    every = groups()
    chosen = next((group for group in every if group.code == code), Group(code)) if code else None
    context = {
        **admin.site.each_context(request),
        "title": gettext("Findings in the register"),
        "groups": every,
        "chosen": chosen,
        "page": _page(chosen, request.GET.get("page", "1")) if chosen else None,
    }
    return TemplateResponse(request, "admin/datasets/findings.html", context)


def _page(group: Group, number: str) -> Page[Row]:
    return Paginator(group.rows, EACH_PAGE).get_page(number)
