"""Which files are pages, and the hash by which an unchanged one is known."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from datasets.register.findings import Refusal
from datasets.register.frontmatter import MAX_BYTES

# Raise it with every change to what is made of a page, known includes among them: all pages are then read again.
IMPORTER_VERSION = 1
NOT_PAGES = frozenset({"readme", "contributing", "changelog", "license", "licence", "code_of_conduct", "security"})


class PageFile(NamedTuple):
    """A file that should be a page: where it is, and its path as it is reported."""

    path: Path
    shown: str


def find_pages(paths: Iterable[Path], prefix: str) -> list[PageFile]:
    """The pages among files and folders, in a stable order, each once.

    A file that is named is a page whatever its name. In a folder, every file that ends in .md is one, except
    what lies in a folder or has a name that begins with a dot or an underscore (Jekyll's own), and except a
    README.md and its like that have no front matter and do not lie below a folder named like the DOI prefix.
    """
    found: dict[str, PageFile] = {}
    for path in paths:
        files = _in_folder(path, prefix) if path.is_dir() else [path]
        for file in files:
            found.setdefault(os.path.realpath(file), PageFile(file, str(file)))
    return list(found.values())


def _in_folder(folder: Path, prefix: str) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(names):
            file = Path(root, name)
            if name.lower().endswith(".md") and not name.startswith((".", "_")) and not _is_about(file, prefix):
                yield file


def _is_about(file: Path, prefix: str) -> bool:
    """Whether a file is about the folder, not about a dataset."""
    if file.stem.casefold() not in NOT_PAGES or prefix in file.parts:
        return False
    try:
        with file.open("rb") as handle:
            return not handle.read(6).removeprefix(b"\xef\xbb\xbf").startswith(b"---")
    except OSError:
        return False


def read_bytes(file: PageFile) -> bytes:
    """The bytes of a page.

    Raises:
        Refusal: it cannot be read, or is too big to be a page.
    """
    try:
        if not file.path.is_file():
            raise Refusal("unreadable-file", reason="it is not there" if not file.path.exists() else "not a file")
        size = file.path.stat().st_size
        if size > MAX_BYTES:
            raise Refusal("too-big", size=size, limit=MAX_BYTES)
        return file.path.read_bytes()
    except OSError as error:
        raise Refusal("unreadable-file", reason=error.strerror or type(error).__name__) from error


def source_hash(data: bytes, place: str, *about: str) -> str:
    """What an unchanged page is known by: its bytes, its place, the importer's version and the settings it used."""
    digest = hashlib.sha256()
    for part in (str(IMPORTER_VERSION), place, *about):
        digest.update(part.encode() + b"\0")
    digest.update(data)
    return digest.hexdigest()


def place_of(file: PageFile, prefix: str) -> str:
    """The page's path inside the register, from the folder of the DOI prefix on; its name where there is none."""
    parts = file.path.parts
    start = len(parts) - 1 - parts[::-1].index(prefix) if prefix in parts else len(parts) - 1
    return "/".join(parts[start:])[:500]
