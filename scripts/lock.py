"""Writes the locked requirements from pyproject.toml; `--upgrade` as an argument takes the newest releases.

The files name no package index, so that a site can use its own mirror.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = [str(ROOT / ".venv/bin/uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
UV += ["--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock"]
LOCKS = (
    ("requirements.txt", ["pyproject.toml"]),
    ("requirements-dev.txt", ["pyproject.toml", "--group", "dev", "--constraint", "requirements.txt"]),
    ("requirements-scan.txt", ["--group", "scan"]),
    ("requirements-uv.txt", ["--group", "uv"]),
)


def main() -> int:
    """Write each locked file; the exit code of the first compilation that fails, else 0."""
    for target, sources in LOCKS:
        if code := subprocess.call([*UV, *sources, "--output-file", target, *sys.argv[1:]], cwd=ROOT):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
