"""`python -m aidahub.stack.filling`: brings the stack's database and files up to date, in the stack's environment."""

from __future__ import annotations

import os
import sys

import django

from aidahub.environment import WrongSetting
from aidahub.running.trouble import CannotStart


def main() -> int:
    """Make tables, static files, forms, the dataset and the people; 1 with one sentence when that cannot be done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidahub.settings")
    try:
        django.setup()
        from aidahub.demo.preparing import fill, password_of_people, prepare

        prepare(lambda text: print(text, flush=True))
        fill(password_of_people())
    except (CannotStart, WrongSetting) as problem:
        print(problem, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
