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
IMPORTER_VERSION = 2
NOT_PAGES = frozenset({"readme", "contributing", "changelog", "license", "licence", "code_of_conduct", "security"})


class PageFile(NamedTuple):
    """A file that should be a page: where it is, its path as it is reported, and why it cannot be read, if so."""

    path: str
    shown: str
    fault: str = ""


def find_pages(paths: Iterable[Path], prefix: str) -> list[PageFile]:
    """The pages among files and folders, in a stable order, each once.

    A file that is named is a page whatever its name. In a folder, every file that ends in .md is one, except
    what lies in a folder or has a name that begins with a dot or an underscore (Jekyll's own), and except a
    README.md and its like that have no front matter and do not lie below a folder named like the DOI prefix.
    A folder that cannot be listed is reported like a page that cannot be read.
    """
    found: dict[str, PageFile] = {}
    for path in paths:
        if path.is_dir():
            for real, file in _in_folder(str(path), os.path.realpath(path), prefix):
                found.setdefault(real, file)
        else:
            found.setdefault(os.path.realpath(path), _page_file(str(path), _fault(path)))
    return list(found.values())


def _page_file(path: str, fault: str = "") -> PageFile:
    if path.isascii():
        return PageFile(path, path, fault)
    return PageFile(path, os.fsencode(path).decode("utf-8", "replace"), fault)


def _fault(path: Path) -> str:
    if path.is_file():
        return ""
    return "not a file" if path.exists() else "it is not there"


def _in_folder(folder: str, real: str, prefix: str) -> Iterator[tuple[str, PageFile]]:
    """The pages of a folder and those of its folders, each with its real path. Links to folders are not followed."""
    waiting = [(folder, real)]
    while waiting:
        folder, real = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield real, _page_file(folder, error.strerror or type(error).__name__)
            continue
        entries = [entry for entry in entries if not entry.name.startswith((".", "_"))]
        folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
        waiting += [(entry.path, f"{real}/{entry.name}") for entry in reversed(folders)]
        for entry in entries:
            if not entry.name.lower().endswith(".md") or entry in folders or _is_about(entry.path, prefix):
                continue
            if entry.is_symlink():
                yield os.path.realpath(entry.path), _page_file(entry.path, _fault(Path(entry.path)))
            else:
                plain = entry.is_file(follow_symlinks=False)
                yield f"{real}/{entry.name}", _page_file(entry.path, "" if plain else "not a file")


def _is_about(path: str, prefix: str) -> bool:
    """Whether a file is about the folder, not about a dataset."""
    stem = os.path.basename(path)[:-3].casefold()  # noqa: PTH119 - asked of every file
    if stem not in NOT_PAGES or prefix in path.split("/"):
        return False
    try:
        with open(path, "rb") as handle:  # noqa: PTH123 - asked of every file
            return not handle.read(6).removeprefix(b"\xef\xbb\xbf").startswith(b"---")
    except OSError:
        return False


def read_bytes(file: PageFile) -> bytes:
    """The bytes of a page.

    Raises:
        Refusal: it cannot be read, or is too big to be a page.
    """
    if file.fault:
        raise Refusal("unreadable-file", reason=file.fault)
    try:
        handle = os.open(file.path, os.O_RDONLY)
        try:
            size = os.fstat(handle).st_size
            if size <= MAX_BYTES:
                return os.read(handle, size)
        finally:
            os.close(handle)
    except OSError as error:
        raise Refusal("unreadable-file", reason=error.strerror or type(error).__name__) from error
    raise Refusal("too-big", size=size, limit=MAX_BYTES)


class SourceHash:
    """What an unchanged page is known by: its bytes, its place, the importer's version and the settings it used.

    The includes that pages name are part of this program (`datasets.register.licenses`), so the importer's version
    stands for them, too.
    """

    def __init__(self, *about: str) -> None:
        self._base = hashlib.sha256()
        for part in (str(IMPORTER_VERSION), *about):
            self._base.update(part.encode() + b"\0")

    def of(self, data: bytes, place: str) -> str:
        """The hash of one page."""
        digest = self._base.copy()
        digest.update(place.encode("utf-8", "replace") + b"\0")
        digest.update(data)
        return digest.hexdigest()


def place_of(file: PageFile, prefix: str) -> str:
    """The page's path inside the register, from the folder of the DOI prefix on; its name where there is none."""
    return own_path(file.shown, prefix)[:500]


def own_path(path: str, prefix: str) -> str:
    """A path from the last folder named like the DOI prefix on; its last part where there is none."""
    _before, found, place = f"/{path}".rpartition(f"/{prefix}/")
    return f"{prefix}/{place}" if found else path.rpartition("/")[2]
