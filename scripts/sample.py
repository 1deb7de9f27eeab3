"""Keeps an archive of this version in tests/upgrades, from which every later version must find its way to itself.

    python -m scripts.sample NAME    NAME is the version that is released, such as 0.1.0

It holds the site of made-up people on which everything has happened once (`tests/support/world.py`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEST = "tests/test_backup_damage.py::test_a_whole_one_is_whole"


def main() -> int:
    """Make it; 1 with a sentence when that cannot be done."""
    if len(sys.argv) != 2:
        print("Say what is released: make sample VERSION=0.1.0", file=sys.stderr)
        return 1
    target = ROOT / "tests" / "upgrades" / f"{sys.argv[1]}.tar"
    if target.exists():
        print(f"{target.relative_to(ROOT)} is there already and stays as it is.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "pytest"
        command = [sys.executable, "-m", "pytest", "-q", "--basetemp", str(base), TEST]
        if code := subprocess.call(command, cwd=ROOT):
            return code
        shutil.copyfile(base / "world.tar", target)
    print(f"Written: {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
