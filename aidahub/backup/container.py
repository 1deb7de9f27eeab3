"""The file itself: a POSIX tar, whose last member is the SHA-256 of every byte before it.

Tar, because it can be written in one go to a pipe and read by anything; each member is known before it is written, so
nothing of it has to be mended afterwards. The seal has a settled form down to its last byte, so a flipped bit anywhere
in the file shows, also in padding and in headers that no reader looks at.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from .problems import Refused

BLOCK = tarfile.BLOCKSIZE
PIECE = 1024 * 1024
SEAL = "SEAL"
README = "README.txt"
MANIFEST = "manifest.json"
FILE_LIST = "files.jsonl"


class Writer:
    """Writes members one after the other, and at the end the seal."""

    def __init__(self, out: IO[bytes], made_at: int) -> None:
        """Args: out: where to; made_at: seconds since 1970, the time of every member."""
        self._out, self._made_at, self._digest = out, made_at, hashlib.sha256()

    def add(self, name: str, file: BinaryIO) -> str:
        """Write a member with all that a file holds; the SHA-256 of it."""
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._write(_header(name, size, self._made_at))
        digest = hashlib.sha256()
        while piece := file.read(PIECE):
            digest.update(piece)
            self._write(piece)
        self._write(bytes(-size % BLOCK))
        return digest.hexdigest()

    def seal(self) -> None:
        """Write the seal; nothing may follow."""
        self._out.write(_seal(self._digest.hexdigest()))

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self._out.write(data)


def _header(name: str, size: int, made_at: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, made_at, 0o600
    return member.tobuf(tarfile.PAX_FORMAT)


def _seal(digest: str) -> bytes:
    """The last blocks of an archive: a member that holds the digest, then tar's two empty blocks."""
    content = f"{digest}\n".encode()
    return _header(SEAL, len(content), 0) + content.ljust(BLOCK, b"\0") + bytes(2 * BLOCK)


def check_seal(path: Path) -> None:
    """Read the whole file and compare it with its seal.

    Raises:
        Refused: when it cannot be read, is no archive of this program, was cut off or was changed in any byte.
    """
    length = len(_seal("0" * 64))
    try:
        with path.open("rb") as file:
            size = file.seek(0, io.SEEK_END)
            left = size - length
            if left < BLOCK:
                raise Refused(f"{path.name} is not an archive of `manage.py backup`, or most of it is missing.")
            file.seek(0)
            digest = hashlib.sha256()
            first = file.read(BLOCK)
            digest.update(first)
            left -= len(first)
            while left and (piece := file.read(min(PIECE, left))):
                digest.update(piece)
                left -= len(piece)
            last = file.read()
    except OSError as problem:
        raise Refused(f"{path.name} cannot be read: {problem.strerror or problem}.") from problem
    if last != _seal(digest.hexdigest()):
        if not first.startswith(README.encode() + b"\0"):
            raise Refused(f"{path.name} is not an archive of `manage.py backup`.")
        raise Refused(f"{path.name} was damaged, cut off or changed: its seal does not fit.")


class Member(NamedTuple):
    """A plain file in an archive: its name, its bytes, and these to read."""

    name: str
    size: int
    content: IO[bytes]


@contextmanager
def members(path: Path) -> Iterator[Iterator[Member]]:
    """The members of a sealed archive in order, to be read in passing; the seal is left out.

    Raises:
        Refused: when it is no tar, or holds anything but plain files.
    """
    try:
        with tarfile.open(path, "r:") as archive:
            yield _each(archive)
    except tarfile.TarError as problem:
        raise Refused(f"{path.name} is not an archive of `manage.py backup`: {problem}.") from problem


def _each(archive: tarfile.TarFile) -> Iterator[Member]:
    while member := archive.next():
        vars(archive)["members"].clear()  # else this list of all members would grow with the archive
        content = archive.extractfile(member) if member.isreg() and not member.issparse() else None
        if content is None:
            raise Refused(f"The archive holds {member.name!r}, which is no plain file.")
        if member.name != SEAL:
            yield Member(member.name, member.size, content)
