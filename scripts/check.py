"""All that can be checked without running the site: `make check`. Every check runs, and each failure is shown whole.

python -m scripts.check [NAME...]    only the checks named
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from aidahub.environment import without_ours

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
PRODUCTION = {
    "BASE_URL": "https://hub.example.org",
    "SECRET_KEY": "7f3n0tAKeyThatIsUsedAnywhere-0123456789-abcdefghijklmnop-QRSTUVW",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "DATABASE_URL": "postgres://user:password@database.example.org/aidahub",
    "BROKER_URL": "redis://broker.example.org:6379/0",
}


@dataclass(frozen=True)
class Check:
    """One check: its name, its command, and what its environment holds besides the usual."""

    name: str
    command: list[str]
    variables: dict[str, str] = field(default_factory=dict)


CHECKS = (
    Check("mypy", [str(BIN / "mypy")]),
    Check("ruff", [str(BIN / "ruff"), "check", "--output-format", "concise", "."]),
    Check("format", [str(BIN / "ruff"), "format", "--check", "--output-format", "concise", "."]),
    Check("imports", [str(BIN / "lint-imports"), "--no-cache"]),
    Check("templates", [str(BIN / "djlint"), "--lint", "--quiet", "templates"]),
    Check("shape", [sys.executable, "-m", "scripts.shape"]),
    Check("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    Check("documents", [*MANAGE, "write_docs", "--check"]),
    Check("deploy", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
)


def run(check: Check) -> bool:
    """Run one check and print how it went; whether it passed."""
    environment = without_ours() | {"DJANGO_SETTINGS_MODULE": "aidahub.settings", "PYTHONPATH": str(ROOT)}
    environment |= check.variables
    started = time.monotonic()
    result = subprocess.run(check.command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    passed = result.returncode == 0
    line = f"{'ok  ' if passed else 'FAIL'}  {check.name:<11}{time.monotonic() - started:5.1f} s"
    output = f"{result.stdout.rstrip()}\n{result.stderr.rstrip()}".strip()
    print(line if passed and check.name != "shape" else f"{line}\n{output}", flush=True)
    return passed


def main() -> int:
    """Run the checks named on the command line, or all; 1 when one failed."""
    chosen = [check for check in CHECKS if not sys.argv[1:] or check.name in sys.argv[1:]]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return 0 if all(list(pool.map(run, chosen))) else 1


if __name__ == "__main__":
    sys.exit(main())
