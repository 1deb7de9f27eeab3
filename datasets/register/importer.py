"""Pages into the database: each by itself in one transaction, created, updated, unchanged or refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from datasets import fragments, search
from datasets.models import Dataset
from datasets.register.files import PageFile, find_pages, place_of, read_bytes, source_hash
from datasets.register.findings import Finding, Findings, Refusal, Severity, known
from datasets.register.frontmatter import read_source
from datasets.register.page import Page
from datasets.register.providers import KnownProviders, write_providers
from datasets.register.reader import ReadPage, Register, own_doi, read
from datasets.register.rows import write_dataset, write_licenses, write_lists
from datasets.shown import rendered_at_the_end


class Result(StrEnum):
    """What became of a page."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass
class PageResult:
    """What became of one page, and why."""

    path: str
    doi: str | None
    result: Result
    findings: list[Finding] = field(default_factory=list)

    @property
    def warnings(self) -> list[Finding]:
        """The findings that did not refuse it."""
        return [finding for finding in self.findings if finding.severity is Severity.WARNING]


class Stored(NamedTuple):
    """What is known of a page that was imported before."""

    doi: str
    findings: list[Finding]


class Importer:
    """One run over some files and folders.

    Args:
        dry_run: find out what would happen, and write nothing.
        progress: told the number of pages done and of all, after each.
    """

    def __init__(self, *, dry_run: bool = False, progress: Callable[[int, int], None] | None = None) -> None:
        self.dry_run, self.progress = dry_run, progress
        self.register = Register(settings.DOI_PREFIX, settings.REGISTER_URL)
        self.providers = KnownProviders()
        self.results: list[PageResult] = []
        self.places: set[str] = set()
        self.stale: list[int] = []

    def run(self, paths: Iterable[Path]) -> list[PageResult]:
        """Import every page. Never raises for what stands in one."""
        files = find_pages(paths, self.register.prefix)
        stored = self._stored()
        seen: dict[str, list[PageFile]] = defaultdict(list)
        waiting: list[tuple[PageFile, PageResult]] = []
        for file in files:
            result = self._first_look(file, stored)
            self.results.append(result)
            waiting.append((file, result))
            if result.doi:
                seen[result.doi].append(file)
        for number, (file, result) in enumerate(waiting, start=1):
            if result.result is not Result.REFUSED:
                self._import(file, result, seen)
            if self.progress:
                self.progress(number, len(files))
        if not self.dry_run:
            fragments.render(self.stale)
        return self.results

    def prune(self) -> list[str]:
        """Retire the datasets whose pages this run did not see; returns their DOIs. Never deletes.

        A refused page keeps its dataset, known by its DOI or by its place in the register.
        """
        kept = {result.doi for result in self.results}
        gone = [
            doi
            for doi, path in Dataset.objects.filter(retired_at=None).values_list("doi", "path").order_by("doi")
            if doi not in kept and path not in self.places
        ]
        if gone and not self.dry_run:
            with transaction.atomic():
                retired = Dataset.objects.filter(doi__in=gone)
                retired.update(retired_at=timezone.now())
                search.unindex(retired)
            fragments.render(Dataset.objects.filter(doi__in=gone).values_list("pk", flat=True))
        return gone

    def _stored(self) -> dict[str, Stored]:
        """The pages that were imported before, still stand and can be found, by their hash."""
        standing = Dataset.objects.filter(Q(hidden=True) | Q(search_entry__isnull=False), retired_at=None)
        stored = {}
        for digest, doi, findings, key, page_hash in standing.values_list(
            "source_hash", "doi", "findings", "pk", "page_hash"
        ):
            if not fragments.in_use(page_hash):
                self.stale.append(key)
            if digest:
                stored[digest] = Stored(doi, [Finding.from_dict(item) for item in findings if known(item["code"])])
        return stored

    def _first_look(self, file: PageFile, stored: dict[str, Stored]) -> PageResult:
        """Unchanged, refused, or (for now) to be updated, with its DOI where that can be known."""
        place = place_of(file, self.register.prefix)
        self.places.add(place)
        doi = None
        try:
            data = read_bytes(file)
            same = stored.get(self._hash(data, place))
            if same:
                return PageResult(file.shown, same.doi, Result.UNCHANGED, same.findings)
            source = read_source(data)
            page = Page.model_validate(source.front)
            doi = page.doi
            return PageResult(file.shown, own_doi(page, source, self.register.prefix), Result.UPDATED)
        except Refusal as refusal:
            return PageResult(file.shown, doi, Result.REFUSED, [refusal.finding])

    def _hash(self, data: bytes, place: str) -> str:
        return source_hash(data, place, *self.register, settings.HUB_NAME, settings.HUB_EMAIL)

    def _import(self, file: PageFile, result: PageResult, seen: dict[str, list[PageFile]]) -> None:
        """Write one page, unless it is unchanged or another page has its DOI."""
        others = [other.shown for other in seen[result.doi or ""] if other is not file]
        try:
            if others:
                raise Refusal("doi-twice", doi=result.doi, other=", ".join(others))
            if result.result is Result.UPDATED:
                data = read_bytes(file)
                place = place_of(file, self.register.prefix)
                page = read(data, str(file.path), self.register)
                result.doi = page.doi
                result.result, result.findings = self._write(page, place, self._hash(data, place))
        except Refusal as refusal:
            result.result, result.findings = Result.REFUSED, [refusal.finding]

    def _write(self, page: ReadPage, place: str, digest: str) -> tuple[Result, list[Finding]]:
        with transaction.atomic(), rendered_at_the_end():
            existing = Dataset.objects.select_for_update().filter(doi=page.doi).first()
            new = existing is None
            dataset = write_dataset(page, place, digest, existing)
            noticed = Findings()
            datacite = page.page.datacite
            write_providers(dataset, datacite.provider, page.source, self.providers, noticed, new=new)
            write_licenses(dataset, page, noticed, new=new)
            write_lists(dataset, page, new=new)
            search.index(dataset, new=new)
            findings = [*page.findings, *noticed]
            if len(findings) > len(page.findings):
                dataset.findings = [finding.as_dict() for finding in findings]
                dataset.save(update_fields=["findings"])
            if self.dry_run:
                transaction.set_rollback(True)
            else:
                fragments.store(dataset)
        return (Result.CREATED if new else Result.UPDATED), findings
