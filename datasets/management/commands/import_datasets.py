"""`manage.py import_datasets PATH...`: read the register's pages."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from datasets.register.findings import Severity
from datasets.register.importer import Importer, PageResult, Result

BAR = 30


class Command(BaseCommand):
    """Reads pages and says what became of each; exit status 1 when one was refused."""

    help = "Read dataset pages of the register (files or folders) into the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Paths and switches."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a page, or a folder of pages")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument("--strict", action="store_true", help="exit status 1 also when a page has a warning")
        parser.add_argument(
            "--prune", action="store_true", help="retire the datasets whose pages are in none of the folders"
        )
        parser.add_argument("--json", action="store_true", help="print what happened as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, print, and exit with 1 if a page was refused (or, with --strict, has a warning).

        Raises:
            CommandError: nothing could be imported; with --json, standard output says so as JSON, too.
        """
        try:
            self._handle(options)
        except CommandError as error:
            if options["json"]:
                answer = {"pages": [], "summary": summed_up([], []), "error": str(error)}
                self.stdout.write(json.dumps(answer, indent=1))
            raise

    def _handle(self, options: dict[str, Any]) -> None:
        if options["prune"] and not all(path.is_dir() for path in options["paths"]):
            raise CommandError("--prune needs folders: it retires every dataset whose page is in none of them.")
        shows_bar = self.stderr.isatty() and not options["json"]
        importer = Importer(dry_run=options["dry_run"], progress=self._bar if shows_bar else None)
        results = self._run(importer, options["paths"])
        if options["prune"] and not results:
            raise CommandError("No page was found, so nothing was retired. Check the path.")
        retired = importer.prune() if options["prune"] else []
        summary = summed_up(results, retired)
        if options["json"]:
            self.stdout.write(json.dumps({"pages": [as_json(page) for page in results], "summary": summary}, indent=1))
        elif options["verbosity"]:
            self._tell(results)
            self._sum_up(retired, summary, dry_run=options["dry_run"])
        else:
            self._tell([page for page in results if page.result is Result.REFUSED])
        if summary["refused"] or (options["strict"] and summary["warnings"]):
            sys.exit(1)

    def _run(self, importer: Importer, paths: list[Path]) -> list[PageResult]:
        try:
            return importer.run(paths)
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {error}. Run `manage.py migrate` first.") from error

    def _bar(self, done: int, of: int) -> None:
        filled = BAR * done // of
        end = "\n" if done == of else ""
        self.stderr.write(f"\r[{'#' * filled}{' ' * (BAR - filled)}] {done}/{of}", ending=end)
        self.stderr.flush()

    def _tell(self, pages: list[PageResult]) -> None:
        for page in pages:
            if page.result is not Result.UNCHANGED:
                self.stdout.write(f"{page.path}: {page.result}" + (f" ({page.doi})" if page.doi else ""))
            for finding in page.findings if page.result is not Result.UNCHANGED else ():
                line = f"line {finding.line}: " if finding.line else ""
                stream, style = self.stdout, self.style.WARNING
                if finding.severity is Severity.ERROR:
                    stream, style = self.stderr, self.style.ERROR
                stream.write(style(f"  {page.path}: {line}{finding.message} [{finding.code}]"))

    def _sum_up(self, retired: list[str], summary: dict[str, int], *, dry_run: bool) -> None:
        for doi in retired:
            self.stdout.write(f"{doi}: retired")
        counts = ", ".join(f"{summary[result]} {result}" for result in Result)
        ending = " Nothing was written: this was a dry run." if dry_run else ""
        pages = "1 page" if summary["pages"] == 1 else f"{summary['pages']} pages"
        warnings = "1 warning" if summary["warnings"] == 1 else f"{summary['warnings']} warnings"
        self.stdout.write(f"{pages}: {counts}; {summary['retired']} retired, {warnings}.{ending}")


def as_json(page: PageResult) -> dict[str, Any]:
    """One page as --json prints it."""
    keys = ("code", "severity", "line", "message")
    findings = [{key: finding.as_dict()[key] for key in keys} for finding in page.findings]
    return {"path": page.path, "doi": page.doi, "result": str(page.result), "findings": findings}


def summed_up(pages: list[PageResult], retired: list[str]) -> dict[str, int]:
    """How many pages came out how, how many datasets were retired, how many warnings there are."""
    found = Counter(page.result for page in pages)
    counts = {str(result): found[result] for result in Result}
    warnings = sum(page.number_of_warnings for page in pages)
    return {"pages": len(pages), **counts, "retired": len(retired), "warnings": warnings}
