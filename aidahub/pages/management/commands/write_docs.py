"""`manage.py write_docs`: writes, or compares, the parts of the documents that come from the code."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aidahub.pages.generated import PARTS


class Command(BaseCommand):
    """Write the generated parts of the documents; with --check only say which are out of date."""

    help = "Write the parts of the documents that come from the code; --check only compares."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer --check."""
        parser.add_argument("--check", action="store_true", help="change nothing, fail when a part is out of date")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        """Write or compare.

        Raises:
            CommandError: with --check, when a part is out of date.
        """
        stale = []
        for part in PARTS:
            before = part.path.read_text() if part.path.exists() else ""
            after = part.placed(before)
            if after != before:
                stale.append(f"{part.name} in {part.file}")
                if not check:
                    part.path.write_text(after)
        if check and stale:
            raise CommandError(f"Out of date: {', '.join(stale)}. Run `make fix`.")
