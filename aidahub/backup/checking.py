"""Whether an archive is whole and is one of ours; asked without any database, and before anything is put back.

After the seal fits, what is wrong was made so by somebody who sealed it again. Nothing here trusts a name, a size or a
number of the archive, and nothing is kept in memory that grows with it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from access_requests.attachments import is_key

from .container import FILE_LIST, MANIFEST, PIECE, README, Member, check_seal, members
from .manifest import MOST_BYTES, Files, Manifest, Part, file_entry, read
from .problems import Refused

TABLE = re.compile(r"tables/([a-z0-9_]+)\.jsonl\.gz")
CHECKPOINT = re.compile(r"checkpoints/(heads-\d{4}-\d\d-\d\d\.json)")
PICTURE = re.compile(r"pictures/([^\\\0]+)")
FILE = re.compile(r"files/(.+)")
# Rows of people's texts never pack better than to a hundredth; what does, and is large, only fills disks.
BOMB_BYTES, BOMB_RATIO = 1024**3, 250


class Hashed(io.RawIOBase):
    """A file that is read through, with the SHA-256 of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        """Args: file: at its beginning."""
        super().__init__()
        self._file, self._digest, self.size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """As a file's."""
        data = self._file.read(size)
        self._digest.update(data)
        self.size += len(data)
        return data

    def finish(self) -> Part:
        """Read what is left; what the whole file was."""
        while self.read(PIECE):
            pass
        return Part(size=self.size, sha256=self._digest.hexdigest())


class Seen:
    """What is in an archive, whatever its manifest says."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.parts: dict[str, Part] = {}
        self.tables: dict[str, tuple[int, int, str]] = {}
        self.files = Files(number=0, size=0)
        self.manifest: Manifest | None = None
        self._list = hashlib.sha256()

    def take(self, member: Member) -> None:
        """Read one member.

        Raises:
            Refused: when it has no place in an archive.
        """
        name = member.name
        if self.manifest or name in self.parts or not is_name(name):
            raise Refused(f"The archive holds {name!r}, which has no place in it.")
        content = Hashed(member.content)
        if name == MANIFEST:
            self.manifest = read(content.read(MOST_BYTES))
        elif table := TABLE.fullmatch(name):
            self.tables[table[1]] = count(lines_in(content), member.size, table[1])
            self.parts[name] = content.finish()
        elif file := FILE.fullmatch(name):
            found = content.finish()
            self._list.update(file_entry(file[1], found.size, found.sha256))
            self.files.number += 1
            self.files.size += found.size
        else:
            self.parts[name] = content.finish()

    def compared(self) -> Manifest:
        """The manifest, which says of everything what was seen.

        Raises:
            Refused: when it does not.
        """
        if not (manifest := self.manifest):
            raise Refused("The archive has no manifest.")
        for name in sorted({*manifest.parts, *self.parts}):
            if name not in self.parts:
                raise Refused(f"{name} is missing from the archive.")
            if manifest.parts.get(name) != self.parts[name]:
                raise Refused(f"{name} is not what the archive's manifest says.")
        told = {name: (table.rows, table.size, table.sha256) for name, table in manifest.tables.items()}
        if told != self.tables:
            raise Refused("The rows in the archive are not what its manifest says.")
        if FILE_LIST not in self.parts or self.parts[FILE_LIST].sha256 != self._list.hexdigest():
            raise Refused("The attached files in the archive are not those of its list.")
        if manifest.files != self.files:
            raise Refused("The number of attached files in the archive is not what its manifest says.")
        return manifest


def check(path: Path) -> Manifest:
    """Read all of an archive; its manifest.

    Raises:
        Refused: when it is not whole, not ours or of a newer format.
    """
    check_seal(path)
    seen = Seen()
    with members(path) as each:
        for member in each:
            seen.take(member)
    return seen.compared()


def is_name(name: str) -> bool:
    """Whether an archive may hold a member of this name; none leads out of its folder."""
    if file := FILE.fullmatch(name):
        return is_key(file[1])
    if PICTURE.fullmatch(name):
        path = PurePosixPath(name)
        return not path.is_absolute() and ".." not in path.parts and str(path) == name
    return name in {README, FILE_LIST, MANIFEST} or bool(TABLE.fullmatch(name) or CHECKPOINT.fullmatch(name))


def lines_in(packed: IO[bytes] | io.RawIOBase) -> Iterator[bytes]:
    """The lines of a packed table.

    Raises:
        Refused: when it cannot be unpacked, or a line has no end.
    """
    try:
        with gzip.GzipFile(fileobj=packed, mode="rb") as lines:
            while line := lines.readline(MOST_BYTES):
                if not line.endswith(b"\n"):
                    raise Refused("A row in the archive has no end.")
                yield line
    except (OSError, EOFError, zlib.error) as problem:
        raise Refused("Rows in the archive cannot be unpacked.") from problem


def count(lines: Iterator[bytes], packed: int, table: str) -> tuple[int, int, str]:
    """Number, bytes and SHA-256 of lines that were packed into so many bytes.

    Raises:
        Refused: when they unpack to more than any real table does.
    """
    rows, size, digest = 0, 0, hashlib.sha256()
    for line in lines:
        rows, size = rows + 1, size + len(line)
        digest.update(line)
        if size > BOMB_BYTES and size > packed * BOMB_RATIO:
            raise Refused(f"The rows of {table} in the archive unpack to more than a real table would.")
    return rows, size, digest.hexdigest()
