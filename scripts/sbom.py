"""Writes the list of parts of the running site as CycloneDX: each locked dependency with version, hashes, licence.

    python -m scripts.sbom [FILE]    var/sbom.json, when FILE is left out

For whoever must say which parts a site consists of, or hold them against lists of known faults. The file is not kept
in the repository; requirements.txt says the same in another form.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts.licences import licence_of

ROOT = Path(__file__).resolve().parent.parent
TOOL = [str(Path(sys.executable).parent / "cyclonedx-py"), "requirements", "requirements.txt"]
TOOL += ["--pyproject", "pyproject.toml", "--spec-version", "1.6", "--output-reproducible"]


def parts() -> Any:
    """The list as cyclonedx-py makes and validates it from the locked file, with licences and no line of that file.

    Raises:
        subprocess.CalledProcessError: when it cannot be made.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "sbom.json"
        subprocess.run([*TOOL, "--output-file", str(target)], cwd=ROOT, check=True, capture_output=True, text=True)
        found = json.loads(target.read_text(encoding="utf-8"))
    for part in found["components"]:
        part.pop("description", None)
        licence = licence_of(part["name"])
        if licence == "BSD":  # no name that SPDX knows: it is not said which
            part["licenses"] = [{"license": {"name": licence}}]
        elif licence:
            part["licenses"] = [{"expression": licence}]
    return found


def main() -> int:
    """Write the file; 1 with a sentence when it cannot be made."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "sbom.json"
    try:
        found = parts()
    except subprocess.CalledProcessError as problem:
        print(f"The list of parts cannot be made: {problem.stderr.strip()[-500:]}", file=sys.stderr)
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {len(found['components'])} parts.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
