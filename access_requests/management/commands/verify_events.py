"""Check the record of all requests against itself and against the checkpoints."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access_requests.checkpoints import verify_checkpoints, write_checkpoint
from access_requests.events import verify
from access_requests.models import Event


class Command(BaseCommand):
    """Exits 0 when the record is whole, 1 when it is not, with a line for each fault."""

    help = "Check that no event was altered, removed, added or cut off."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--checkpoint` also writes today's checkpoint, if the record is whole."""
        parser.add_argument("--checkpoint", action="store_true", help="write today's checkpoint afterwards")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify; raise CommandError with the number of faults."""
        faults = [*verify(), *verify_checkpoints()]
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError(f"The record is not whole: {len(faults)} faults in {Event.objects.count()} events.")
        self.stdout.write(f"The record is whole: {Event.objects.count()} events.")
        if options["checkpoint"]:
            self.stdout.write(f"Checkpoint written: {write_checkpoint().name}")
