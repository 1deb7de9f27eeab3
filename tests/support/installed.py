"""Programs that no package of ours brings: a test that needs a missing one is skipped aloud, and fails in CI."""

from __future__ import annotations

import os
import re
import shutil
from typing import NoReturn

import pytest

from aidahub.running.postgres import find_binaries
from aidahub.running.trouble import CannotStart
from aidahub.stack.nginx import find_nginx

SKIPPED = "is not installed; on Debian and Ubuntu: apt-get install"
MISSING = re.compile(rf"\w[\w. -]* {SKIPPED} [\w.-]+")
PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def do_without(sentence: str) -> NoReturn:
    """Skip the test because of what is missing; where everything was to be installed, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def need_stack() -> None:
    """Go on only where PostgreSQL and nginx are installed, which the stack of real programs is made of."""
    for find in (find_binaries, find_nginx):
        try:
            find()
        except CannotStart as missing:
            do_without(str(missing))


def need(program: str, package: str) -> str:
    """The path of an installed program, which Debian has in `package`."""
    return shutil.which(program, path=PLACES) or do_without(f"{program} {SKIPPED} {package}")
