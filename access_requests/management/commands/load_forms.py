"""Bring the built-in forms of this release into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from access_requests.builtin import add_version
from access_requests.questions import BUILTIN, builtin


class Command(BaseCommand):
    """A form whose questions changed gets its next version; running it twice changes nothing."""

    help = "Load the built-in request forms; run it after every upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load each form and say which version is in use."""
        for slug in BUILTIN:
            version = add_version(slug, builtin(slug))
            if options["verbosity"]:
                self.stdout.write(f"{slug}: version {version.number}")
