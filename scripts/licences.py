"""Writes docs/licences.md: under which licence each runtime dependency is, and refuses what may not be used.

    python -m scripts.licences            write it
    python -m scripts.licences --check    only say whether it is out of date

What is locked in requirements.txt is asked for what its own installed metadata says; nothing is fetched.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "licences.md"
LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==", re.MULTILINE)
# What a site under the MIT licence may be built on. LGPL: as a library of its own that anybody can replace.
ALLOWED = frozenset(
    "0BSD Apache-2.0 BSD BSD-2-Clause BSD-3-Clause ISC MIT MIT-0 MIT-CMU MPL-1.1 MPL-2.0 PSF-2.0 Unlicense "
    "LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later".split()
)
# The words of older metadata. BSD stays BSD where it is not said which.
WORDS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU LGPL v3+": "LGPL-3.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "New BSD": "BSD-3-Clause",
    "Python Software Foundation License": "PSF-2.0",
}
# Where the metadata is not enough: read in the package's own files, or not installed on every machine.
READ = {
    "async-timeout": "Apache-2.0",
    "brotlicffi": "MIT",
    "colorama": "BSD-3-Clause",
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "lazy-importer": "Apache-2.0",
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "qrcode": "BSD-3-Clause",
    "tzdata": "Apache-2.0",
}
HEAD = """# Licences

AIDA Hub is under the MIT licence ([LICENSE](../LICENSE)). These are the licences of what it needs to run, as
`requirements.txt` locks it; written by `make fix` from what the packages say of themselves (`scripts/licences.py`).
`make check` refuses one that is not on the list there. None of them is copied into this repository; those under the
LGPL are used unchanged, as libraries of their own. `make sbom` writes the same with versions and hashes as CycloneDX.

| package | licence |
| --- | --- |
"""


def packages() -> list[str]:
    """The names of all locked runtime dependencies, sorted, each once."""
    return sorted(set(LOCKED.findall((ROOT / "requirements.txt").read_text(encoding="utf-8"))))


def licence_of(package: str) -> str:
    """The licence of a package as an SPDX expression; empty when it is not known."""
    if package in READ:
        return READ[package]
    try:
        told = metadata(package).json
    except PackageNotFoundError:
        return ""
    if expression := told.get("license_expression"):
        return str(expression)
    stated = str(told.get("license") or "").strip()
    if stated in WORDS or stated in ALLOWED:
        return WORDS.get(stated, stated)
    classifiers = [line for line in told.get("classifier") or [] if line.startswith("License ::")]
    named = [line.rpartition(" :: ")[2] for line in classifiers]
    return WORDS.get(named[0], named[0]) if len(named) == 1 else ""


def may_be_used(expression: str) -> bool:
    """Whether every licence that applies is on the list; of those that one may choose from, one is enough."""
    ways = expression.split(" OR ")
    return any(all(one in ALLOWED for one in way.split(" AND ")) for way in ways)


def refusals() -> Iterator[str]:
    """A sentence for each package whose licence is not known or not on the list."""
    for package in packages():
        licence = licence_of(package)
        if not licence:
            yield f"The licence of {package} is not known: read its files and add it to READ in scripts/licences.py."
        elif not may_be_used(licence):
            yield f"{package} is under {licence}, which is not on the list in scripts/licences.py."


def document() -> str:
    """The text of docs/licences.md."""
    return HEAD + "".join(f"| {package} | {licence_of(package)} |\n" for package in packages())


def main() -> int:
    """Write or compare; 1 with sentences when a licence is refused or the document is out of date."""
    if found := list(refusals()):
        print(*found, sep="\n")
        return 1
    text = document()
    if "--check" not in sys.argv[1:]:
        DOCUMENT.write_text(text, encoding="utf-8")
    elif not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        print("docs/licences.md is out of date. Run `make fix`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
