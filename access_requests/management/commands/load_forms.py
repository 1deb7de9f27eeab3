"""Bring the built-in forms of this release into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from access_requests.builtin import version_of_release
from access_requests.questions import BUILTIN


class Command(BaseCommand):
    """A form whose questions changed gets its next version; running it twice changes nothing.

    A form that hub staff have published themselves stays theirs.
    """

    help = "Load the built-in request forms; run it after every upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load each form and say which version is in use."""
        for slug in BUILTIN:
            version = version_of_release(slug)
            own = ", published by hub staff and left as it is" if version.published_by_id else ""
            if options["verbosity"]:
                self.stdout.write(f"{slug}: version {version.number}{own}")
