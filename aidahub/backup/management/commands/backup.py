"""`manage.py backup FILE`: everything that the site knows, in one archive."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from aidahub.backup.checking import check
from aidahub.backup.making import Making, make_file
from aidahub.backup.manifest import Manifest
from aidahub.backup.problems import Refused


class Command(BaseCommand):
    """Exits 1 when no archive could be made, and also when one was made and attached files are missing or changed."""

    help = "Write database, attached files, checkpoints and pictures into one archive, or check one. The site may run."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what to do with it."""
        parser.add_argument("file", metavar="FILE", help="the archive, such as hub.tar; - for standard output")
        parser.add_argument("--check", action="store_true", help="read the archive and say whether it is whole")
        parser.add_argument("--force", action="store_true", help="replace a file that is there")

    def handle(self, *_args: Any, file: str, check: bool, force: bool, **_options: Any) -> None:
        """Make or check the archive.

        Raises:
            CommandError: with one sentence, when it cannot be made, or is not whole.
        """
        try:
            manifest = checked(Path(file)) if check else made(file, force)
        except Refused as problem:
            raise CommandError(str(problem)) from problem
        except (DatabaseError, OSError) as problem:
            said = str(problem).strip().partition("\n")[0]
            raise CommandError(f"The backup could not be made: {said}.") from problem
        for fault in manifest.faults:
            self.stderr.write(fault)
        (self.stderr if file == "-" else self.stdout).write(f"{'Whole' if check else 'Written'}: {summary(manifest)}.")
        if manifest.faults and not check:
            raise CommandError("The archive was made, but not all attached files are as they should be: see above.")


def checked(path: Path) -> Manifest:
    """The manifest of an archive that is whole."""
    return check(path)


def made(file: str, force: bool) -> Manifest:
    """Make the archive where it is wanted."""
    if file == "-":
        return Making(sys.stdout.buffer, None).run()
    return make_file(Path(file), force=force)


def summary(manifest: Manifest) -> str:
    """What an archive holds, in a few words."""
    rows, tables = sum(table.rows for table in manifest.tables.values()), len(manifest.tables)
    events = manifest.tables["access_requests_event"].rows
    return (
        f"{rows} rows of {tables} tables, among them {events} events, and {manifest.files.number} attached files "
        f"of {manifest.files.size} bytes, of {manifest.made_at:%Y-%m-%d %H:%M} UTC, version {manifest.program}"
    )
