#!/usr/bin/env python3
"""The command line: `python manage.py help` lists what it can do."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidahub.settings")
    from django.core.management import execute_from_command_line

    from aidahub.tracing import begin_command

    begin_command(sys.argv)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
