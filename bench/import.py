# ruff: noqa: N999 - named after what it measures; nothing imports it
"""What reading the register costs, beside hashing its files alone and parsing their front matters alone.

    python -m bench.import [--postgres] [--pages N] [--rounds N]

Makes a folder of pages (every second one is the BRGANDI page under another DOI, the others are shorter ones of many
shapes) and an empty database, measures, prints a table and removes everything. A time is processor time of this
process, the best of some rounds; the first import has one round. Ratios tell how much reading costs; absolute numbers
say more about the machine.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from aidahub.environment import NAMES, ROOT

from .running import make_tables, run

BRGANDI = ROOT / "fixtures" / "brgandi.md"
ROW = "| {:<46} | {:>9} | {:>9} | {:>6} | {:>5} |"
UNCHANGED_GOAL, FIRST_GOAL = 3, 25

WRITTEN = """\
---
hidden: {hidden}
datacite:
  "@context": "http://schema.org"
  "@type": "Dataset"
  "@id": "https://doi.org/10.23698/aida/bench-{number}"
  name: "Set {number} of {organ} images"
  about: "Radiology"
  url: "https://datahub.aida.scilifelab.se/10.23698/aida/bench-{number}"
  author:
  - name: "Ada Berg {author}"
    "@type": "Person"
  - name: "Per Lind"
    "@id": "https://orcid.org/0000-0002-1825-0097"
    "@type": "Person"
  copyrightYear: 2023
  copyrightHolder:
  - name: "Uppsala University"
    "@type": "Organization"
  provider:
  - name: "Ada Berg {author}"
    email: "ada.berg.{author}@university.example"
    "@type": "Person"
  - name: "AIDA Data Hub"
    email: "aida-data@nbis.se"
    "@id": "https://datahub.aida.scilifelab.se"
    "@type": "Organization"
  dateCreated: "2023-10-18"
  datePublished: "2023-10-18"
  dateModified: "2023-10-19"
  keywords: "Radiology, {organ}, {modality}, Annotated"
  version: "1.0.0"
  description: |
    {number} images of *{organ}*, drawn by hand.
  license:
  - name: "Controlled access"
    id: "https://datahub.aida.scilifelab.se/10.23698/aida/bench-{number}#controlled-access"
    abstract: "Free for use in legal and ethical medical diagnostics research."
  citation:
other:
  shortName: "BENCH{number}"
  origin: "Clinical"
  status: "Completed"
  countries-shared:
  - "SE"
  organ:
  - name: "{organ}"
  bytes: {number}000000
  numberOfScans: {number}
  numberOfAnnotations: 7
  modality:
  - "{modality}"
---
## License
### Controlled access
Free for use in legal and ethical medical diagnostics research.

{{% include access-request-blurb.md %}}
"""


class Measured(NamedTuple):
    """One line of the table: what was done, how many seconds it took, what it is compared with."""

    name: str
    seconds: float
    beside: float
    goal: int


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure what reading the register costs.")
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL, not on SQLite")
    parser.add_argument("--pages", type=int, default=10_000, help="pages in the folder (10000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of all but the first import (3)")
    return parser.parse_args()


def make_pages(folder: Path, number: int) -> list[Path]:
    """Write the pages, in folders of a thousand."""
    source = BRGANDI.read_text(encoding="utf-8")
    files = []
    for count in range(number):
        place = folder / "10.23698" / "aida" / f"{count // 1000}"
        place.mkdir(parents=True, exist_ok=True)
        file = place / f"bench-{count}.md"
        if count % 2:
            organ, modality = ("Brain", "Lung", "Prostate", "Skin")[count % 4], ("CT", "MR", "SM")[count % 3]
            hidden, author = "yes" if count % 50 == 1 else "no", count % 97
            text = WRITTEN.format(number=count, organ=organ, modality=modality, hidden=hidden, author=author)
        else:
            text = source.replace("aida/synthetic/brgandi", f"aida/bench-{count}")
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return files


def best(rounds: int, work: Callable[[], object]) -> float:
    """The shortest of some rounds, in seconds of processor time."""
    times = []
    for _round in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def hash_all(files: list[Path]) -> None:
    """The SHA-256 of every file, and nothing else."""
    for file in files:
        hashlib.sha256(file.read_bytes()).hexdigest()


def parse_all(files: list[Path]) -> None:
    """Every front matter through PyYAML's C parser, and nothing else."""
    import yaml

    for file in files:
        yaml.load(file.read_text(encoding="utf-8").split("---\n", 2)[1], yaml.CSafeLoader)


def import_all(folder: Path, expected: str) -> None:
    """One run of the importer, as `import_datasets --json` sums it up."""
    from datasets.management.commands.import_datasets import summed_up
    from datasets.register.importer import Importer

    results = Importer().run([folder])
    summary = summed_up(results, [])
    if summary[expected] != len(results):
        raise SystemExit(f"Not all pages were {expected}: {summary}")


def set_up(folder: Path, database: str) -> None:
    """An empty database in a folder of its own."""
    for name in NAMES:
        os.environ.pop(name, None)
    os.environ |= {"DJANGO_SETTINGS_MODULE": "bench.settings", "VAR_DIR": str(folder), "LOG_LEVEL": "WARNING"}
    if database:
        os.environ["DATABASE_URL"] = database
    import django

    django.setup()
    make_tables()


def measure(folder: Path, asked: argparse.Namespace) -> list[Measured]:
    """The four times, each of the last two beside one of the first."""
    files = make_pages(folder / "register", asked.pages)
    hash_all(files)  # the files are in memory from here on
    hashing = best(asked.rounds, lambda: hash_all(files))
    parsing = best(asked.rounds, lambda: parse_all(files))
    print("  first import", file=sys.stderr, flush=True)
    first = best(1, lambda: import_all(folder / "register", "created"))
    unchanged = best(asked.rounds, lambda: import_all(folder / "register", "unchanged"))
    return [
        Measured("SHA-256 of all files", hashing, 0, 0),
        Measured("yaml.load(CSafeLoader) of all front matters", parsing, 0, 0),
        Measured("import, nothing has changed (beside SHA-256)", unchanged, hashing, UNCHANGED_GOAL),
        Measured("import, all pages are new (beside yaml.load)", first, parsing, FIRST_GOAL),
    ]


def show(lines: list[Measured], pages: int) -> None:
    """Print the table."""
    print(ROW.format(f"{pages} pages", "s", "ms a page", "ratio", "goal"))
    print(ROW.format("---", "---:", "---:", "---:", "---:"))
    for line in lines:
        ratio = f"{line.seconds / line.beside:.1f}" if line.beside else ""
        each = f"{line.seconds / pages * 1000:.3f}"
        print(ROW.format(line.name, f"{line.seconds:.2f}", each, ratio, line.goal or ""))


def in_a_folder(asked: argparse.Namespace, database: str) -> None:
    """Measure in a folder that is removed afterwards, and print."""
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder), database)
        show(measure(Path(folder), asked), asked.pages)


if __name__ == "__main__":
    sys.exit(run(options(), in_a_folder))
