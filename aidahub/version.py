"""The version of this program."""

from __future__ import annotations

import tomllib
from functools import cache

from aidahub.environment import ROOT


@cache
def own_version() -> str:
    """The version, from the project file: the program runs from its folder, and is not installed."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
