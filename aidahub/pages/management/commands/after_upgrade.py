"""`manage.py after_upgrade`: what is to be done when new code is in place, before its programs start."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management import BaseCommand, call_command


class Command(BaseCommand):
    """Brings tables, cache, static files and forms up to date, and datasets where their pages are named."""

    help = "Brings the database and the static files up to date with the code; may be run again at any time."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say what it takes."""
        parser.add_argument("pages", nargs="*", help="pages of the register, or folders of them, to import as well")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, in this order; each step tells what it did."""
        call_command("migrate", interactive=False)
        call_command("createcachetable")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        call_command("load_forms")
        if options["pages"]:
            call_command("import_datasets", *options["pages"])
