"""`manage.py import_institutions FILE`: read the data dump of the Research Organization Registry."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from access_requests.institutions.importing import CHANGED, NEW, PASSED_OVER, UNCHANGED, WITHDRAWN, import_institutions
from access_requests.institutions.ror import UnreadableFile


class Command(BaseCommand):
    """A file that cannot be read to its end changes nothing; the same file twice changes nothing the second time."""

    help = "Read institutions and their domains from the data dump of the Research Organization Registry (ROR)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the zip file that ROR publishes, or its JSON file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import it and say what became of its records.

        Raises:
            CommandError: with one sentence, when the file or the database cannot be used.
        """
        try:
            counts = import_institutions(options["file"])
        except UnreadableFile as problem:
            raise CommandError(f"{problem} Nothing was changed.") from problem
        except DatabaseError as problem:
            raise CommandError(f"The database cannot be used: {problem}. Run `manage.py migrate` first.") from problem
        if options["verbosity"]:
            told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in (NEW, CHANGED, UNCHANGED, WITHDRAWN))
            total = sum(counts.values())
            records = "1 record" if total == 1 else f"{total} records"
            self.stdout.write(f"{records}: {told}; {counts[PASSED_OVER]} no longer in use and never known here.")
