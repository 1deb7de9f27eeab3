"""`manage.py restore FILE`: an archive of `backup` into an empty database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from aidahub.backup.management.commands.backup import summary
from aidahub.backup.problems import Refused
from aidahub.backup.restoring import restore


class Command(BaseCommand):
    """Exits 1 when nothing was restored, and also when all was restored that there was and something is not whole."""

    help = "Put an archive of `backup` into an empty database, SQLite or PostgreSQL, whichever it came from."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The archive, and what to do with what is in it."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the archive")
        parser.add_argument("--hold-mail", action="store_true", help="mark waiting mails as failed: this is a copy")
        parser.add_argument("--with-faults", action="store_true", help="restore also when events in it were altered")

    def handle(self, *_args: Any, file: Path, hold_mail: bool, with_faults: bool, **_options: Any) -> None:
        """Restore it and say what there is.

        Raises:
            CommandError: with one sentence, when it cannot be restored, or is not whole.
        """
        try:
            done = restore(file, hold_mail=hold_mail, with_faults=with_faults)
        except Refused as problem:
            raise CommandError(str(problem)) from problem
        except DatabaseError as problem:
            said = str(problem).strip().partition("\n")[0]
            raise CommandError(f"The database cannot be used: {said}.") from problem
        self.stdout.write(f"Restored: {summary(done.manifest)}.")
        if hold_mail:
            self.stdout.write(f"Mails held back: {done.held}.")
        for fault in done.faults:
            self.stderr.write(fault)
        if done.faults:
            raise CommandError(f"All that the archive holds was restored; {len(done.faults)} things are not whole.")
