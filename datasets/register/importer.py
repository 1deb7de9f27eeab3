"""Pages into the database: each by itself in one transaction, created, updated, unchanged or refused."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from datasets import fragments, search
from datasets.models import Dataset
from datasets.register.catalogue import CATALOGUE
from datasets.register.files import PageFile, SourceHash, find_pages, place_of, read_bytes
from datasets.register.findings import Finding, Findings, Refusal, Severity
from datasets.register.frontmatter import quick_address, read_source, take_apart
from datasets.register.page import Page, as_text
from datasets.register.providers import KnownProviders, write_providers
from datasets.register.reader import ReadPage, Register, own_doi, read
from datasets.register.refused import forget_all_but, remember
from datasets.register.rows import write_dataset, write_licenses, write_lists
from datasets.register.values import as_doi
from datasets.shown import rendered_at_the_end
from datasets.stamp import stamp

log = structlog.stdlib.get_logger("datasets.register")


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
    noted: list[Finding] | StoredFindings = field(default_factory=list, repr=False)

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with it. Of an unchanged page they are made from what is stored when asked for."""
        if isinstance(self.noted, StoredFindings):
            self.noted = [Finding.from_dict(item) for item in self.noted.of(self.doi)]
        return self.noted

    @property
    def warnings(self) -> list[Finding]:
        """The findings that did not refuse it."""
        return [finding for finding in self.findings if finding.severity is Severity.WARNING]

    @property
    def number_of_warnings(self) -> int:
        """How many of the findings did not refuse it."""
        if isinstance(self.noted, StoredFindings):
            return len(self.noted.of(self.doi))
        return sum(finding.severity is Severity.WARNING for finding in self.noted)


class StoredFindings:
    """The findings of all pages that were imported before, by DOI, fetched by one query when first asked for."""

    def __init__(self) -> None:
        self._stored: dict[str, list[dict[str, Any]]] | None = None

    def of(self, doi: str | None) -> list[dict[str, Any]]:
        """The findings of one dataset's page, as they are stored."""
        if self._stored is None:
            rows = Dataset.objects.filter(retired_at=None).exclude(findings=[])
            self._stored = dict(rows.values_list("doi", "findings"))
        return [item for item in self._stored.get(doi or "", ()) if item["code"] in CATALOGUE]


class Importer:
    """One run over some files and folders.

    Args:
        dry_run: find out what would happen, and write nothing.
        progress: told the number of pages done and of all, after each.
    """

    def __init__(self, *, dry_run: bool = False, progress: Callable[[int, int], None] | None = None) -> None:
        self.dry_run, self.progress = dry_run, progress
        self.register = Register(settings.DOI_PREFIX, settings.REGISTER_URL)
        self.hash = SourceHash(*self.register, settings.HUB_NAME, settings.HUB_EMAIL)
        self.providers = KnownProviders()
        self.results: list[PageResult] = []
        self.stale: list[int] = []
        self._findings = StoredFindings()
        self._places: list[str] = []
        self._refused_places: set[str] = set()

    def run(self, paths: Iterable[Path]) -> list[PageResult]:
        """Import every page. Never raises for what stands in one."""
        files = find_pages(paths, self.register.prefix)
        stored = self._stored()
        with rare_collections():
            self._run(files, stored)
        self._remember()
        return self.results

    def _run(self, files: list[PageFile], stored: dict[str, str]) -> None:
        self._places = [place_of(file, self.register.prefix) for file in files]
        self.results = [self._first_look(file, place, stored) for file, place in zip(files, self._places, strict=True)]
        for doi, numbers in self._sharing().items():
            self._refuse_all(doi, numbers, files)
        for number, (file, result) in enumerate(zip(files, self.results, strict=True), start=1):
            if result.result is Result.UPDATED:
                self._import(file, self._places[number - 1], result)
            if self.progress:
                self.progress(number, len(files))
        if not self.dry_run:
            fragments.render(self.stale)

    def _remember(self) -> None:
        """Note which pages hub staff should see because they were refused."""
        pages = zip(self._places, self.results, strict=True)
        refused = {place: (page.doi, page.findings) for place, page in pages if page.result is Result.REFUSED}
        self._refused_places = set(refused)
        if not self.dry_run:
            remember(refused, self._places)

    def prune(self) -> list[str]:
        """Retire the datasets whose pages this run did not see; returns their DOIs. Never deletes.

        A refused page keeps its dataset, known by its DOI or by its place in the register; so does a folder that
        cannot be listed keep all below it.
        """
        kept = {result.doi for result in self.results}
        folders = tuple(f"{place}/" for place in self._refused_places)
        gone = [
            doi
            for doi, path in Dataset.objects.filter(retired_at=None).values_list("doi", "path").order_by("doi")
            if doi not in kept and path not in self._refused_places and not path.startswith(folders)
        ]
        if not self.dry_run:
            forget_all_but(self._places)
        if gone and not self.dry_run:
            with transaction.atomic():
                retired = Dataset.objects.filter(doi__in=gone)
                retired.update(retired_at=timezone.now())
                search.unindex(retired)
            fragments.render(Dataset.objects.filter(doi__in=gone).values_list("pk", flat=True))
        return gone

    def _stored(self) -> dict[str, str]:
        """The DOIs of the pages that were imported before, still stand and can be found, by their hash."""
        standing = Dataset.objects.filter(Q(hidden=True) | Q(search_entry__isnull=False), retired_at=None)
        stored, as_now = {}, stamp()
        for digest, doi, key, page_hash in standing.values_list("source_hash", "doi", "pk", "page_hash"):
            if not page_hash.startswith(as_now):
                self.stale.append(key)
            if digest:
                stored[digest] = doi
        return stored

    def _first_look(self, file: PageFile, place: str, stored: dict[str, str]) -> PageResult:
        """Unchanged, refused, or (for now) to be updated, with its DOI where that can be known."""
        try:
            data = read_bytes(file)
            doi = stored.get(self.hash.of(data, place))
            if doi is not None:
                return PageResult(file.shown, doi, Result.UNCHANGED, self._findings)
            front, _body = take_apart(data)
            doi = as_doi(as_text(quick_address(front)))
            if doi is None:
                doi = Page.model_validate(read_source(data).front).doi
            return PageResult(file.shown, doi, Result.UPDATED)
        except Refusal as refusal:
            return PageResult(file.shown, None, Result.REFUSED, [refusal.finding])
        except Exception as error:
            return PageResult(file.shown, None, Result.REFUSED, [fault(file, error)])

    def _sharing(self) -> dict[str, list[int]]:
        """The numbers of the pages that share a DOI. A page that would be refused for itself does not count."""
        pages: dict[str, list[int]] = defaultdict(list)
        for number, result in enumerate(self.results):
            if result.doi and result.result is not Result.REFUSED:
                pages[result.doi].append(number)
        return {doi: numbers for doi, numbers in pages.items() if len(numbers) > 1}

    def _refuse_all(self, doi: str, numbers: list[int], files: list[PageFile]) -> None:
        """Refuse all pages of one DOI, unless all but one have no DOI after all: their front matter is broken."""
        right = [number for number in numbers if self._has_doi(files[number], self.results[number])]
        for number in right if len(right) > 1 else ():
            others = ", ".join(files[other].shown for other in right if other != number)
            refusal = Refusal("doi-twice", doi=doi, other=others)
            self.results[number] = PageResult(files[number].shown, doi, Result.REFUSED, [refusal.finding])

    def _has_doi(self, file: PageFile, result: PageResult) -> bool:
        """Whether a page's front matter can be read, so that its DOI counts; changes the result where it cannot."""
        if result.result is Result.UPDATED:
            try:
                source = read_source(read_bytes(file))
                result.doi = own_doi(Page.model_validate(source.front), source, self.register.prefix)
            except Refusal as refusal:
                result.result, result.noted = Result.REFUSED, [refusal.finding]
        return result.result is not Result.REFUSED

    def _import(self, file: PageFile, place: str, result: PageResult) -> None:
        """Read and write one page."""
        try:
            data = read_bytes(file)
            page = read(data, file.shown, self.register)
            result.doi = page.doi
            result.result, result.noted = self._write(page, place, self.hash.of(data, place))
        except Refusal as refusal:
            result.result, result.noted = Result.REFUSED, [refusal.finding]
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            result.result, result.noted = Result.REFUSED, [fault(file, error)]

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


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage in circles less often: a page makes tens of thousands of objects and hardly a circle."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], 50_000), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def fault(file: PageFile, error: Exception) -> Finding:
    """What is said of a page that a fault of this program or of its database stopped; no other page is."""
    log.error("page not imported", file=file.shown, exc_info=error)
    return Refusal("program-fault", reason=f"{type(error).__name__}: {error}").finding
