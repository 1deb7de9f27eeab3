"""A ZIP archive as far as office documents need it, read so that no archive can do harm.

The reading follows the central directory, as office programs do, and refuses an archive about which two programs
could disagree: with data before, between its end and the file's, with two entries of one name, with overlapping
entries, or with an entry that holds more than it says.
"""

from __future__ import annotations

import copy
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from .problems import Refused

SIGNATURE = b"PK\x03\x04"
MOST_ENTRIES = 5_000
MOST_BYTES = 200_000_000  # of all entries, unpacked; also those of documents within the document
MOST_RATIO = 200  # unpacked to packed; sheets with many equal cells come to 50
RATIO_FROM = 1_000_000  # bytes below which the ratio says nothing
_END = struct.Struct("<4sHHHHIIH")
_CHUNK = 1 << 16
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass
class Budget:
    """How much may still be unpacked, for a document together with those in it."""

    left: int = MOST_BYTES
    entries: int = MOST_ENTRIES


@dataclass
class Archive:
    """A checked archive: the names of its entries in their order, and the first bytes of each."""

    zip: zipfile.ZipFile
    budget: Budget
    heads: dict[str, bytes] = field(default_factory=dict)

    def read(self, name: str, limit: int = 1_000_000) -> bytes:
        """The first `limit` bytes of the entry with this name; empty when there is none."""
        if name not in self.heads:
            return b""
        with self.zip.open(name) as entry:
            return entry.read(limit)


def open_archive(file: BinaryIO, size: int, budget: Budget) -> Archive:
    """Read an archive's directory and unpack all of it once, keeping nothing but the first bytes of each entry.

    Args:
        size: of the file, in bytes.
        budget: is lessened by what the archive holds.

    Raises:
        Refused: when it is damaged, encrypted, too large, or one that two programs could read in two ways.
    """
    try:
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
        _check_whole(file, size, len(entries))
        _check_entries(entries, budget)
        return Archive(archive, budget, {entry.filename: _unpacked_head(archive, entry) for entry in entries})
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as wrong:
        raise damaged() from wrong


def _check_whole(file: BinaryIO, size: int, entries: int) -> None:
    """The archive fills the file: its end record, without a comment, is the file's last 22 bytes (APPNOTE 4.3.16)."""
    if size < _END.size:
        raise damaged()
    file.seek(size - _END.size)
    signature, disk, first_disk, here, total, length, offset, comment = _END.unpack(file.read(_END.size))
    alone = signature == b"PK\x05\x06" and disk == first_disk == comment == 0 and here == total == entries
    if not alone or offset + length + _END.size != size:
        raise Refused(_("Something else precedes or follows this document in its file. Save it anew and attach that."))


def _check_entries(entries: list[zipfile.ZipInfo], budget: Budget) -> None:
    """What the directory says of the entries: how many, how large, under which names."""
    budget.entries -= len(entries)
    budget.left -= sum(entry.file_size for entry in entries)
    if budget.entries < 0 or budget.left < 0 or any(map(_swells, entries)):
        raise Refused(_("This document unpacks to more than can be opened safely. Make it smaller, or send a PDF."))
    if any(entry.flag_bits & 0x41 for entry in entries):
        raise Refused(_("This document is protected by a password. Remove the password and attach it again."))
    if not entries or any(entry.compress_type not in _PACKED or not _is_plain(entry) for entry in entries):
        raise damaged()
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise damaged()
    _check_places(entries)


def _swells(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1)


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a file or folder within the archive: no link, no device, no path that leads out of it."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    parts = entry.orig_filename.split("/")
    safe = not {"..", "."} & set(parts) and parts[0] and not any(each in entry.orig_filename for each in "\\\0:")
    return kind in {0, stat.S_IFREG, stat.S_IFDIR} and bool(safe)


def _check_places(entries: Iterable[zipfile.ZipInfo]) -> None:
    """The first entry begins the file, and none lies over another."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    end = 0
    for number, entry in enumerate(ordered):
        if entry.header_offset < end or (number == 0 and entry.header_offset):
            raise damaged()
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size


def _unpacked_head(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The first bytes of an entry, after all of it was unpacked and compared with its checksum.

    It is asked for one byte more than the directory says it has, since a false size would hide what follows.
    """
    asked = copy.copy(entry)
    asked.file_size += 1
    with archive.open(asked) as stream:
        head = stream.read(_CHUNK)
        length = len(head)
        while chunk := stream.read(_CHUNK):
            length += len(chunk)
    if length != entry.file_size:
        raise damaged()
    return head


def damaged() -> Refused:
    """The refusal of an archive that is damaged, or made so that programs disagree about it."""
    return Refused(_("This document is damaged. Open it, save it anew and attach that, or send a PDF."))
