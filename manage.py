#!/usr/bin/env python3
"""The command line: `python manage.py help` lists what it can do."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one command; a wrong environment variable ends it with its sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidahub.settings")
    from django.core.management import execute_from_command_line

    from aidahub.environment import WrongSetting

    try:
        execute_from_command_line(sys.argv)
    except WrongSetting as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
