"""`manage.py rebuild_search`: make the search's tables anew from the datasets."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from datasets import search


class Command(BaseCommand):
    """For after an upgrade, after restoring a backup, or when lists and datasets disagree."""

    help = "Make search, facets and counts anew from the datasets. Readers see the old ones until it is done."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild in one transaction and say how many datasets can be found."""
        number = search.rebuild()
        if options["verbosity"]:
            self.stdout.write("1 dataset can be found." if number == 1 else f"{number} datasets can be found.")
