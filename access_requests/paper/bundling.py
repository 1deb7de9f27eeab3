"""A paper together with the files it names, as a ZIP in a temporary file."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import IO, Any

from django.utils import timezone

from access_requests.attachments import NotReadable, clean_name, open_whole
from access_requests.models import Attachment

from .shape import Made, Paper

IN_MEMORY = 5_000_000  # bytes; larger ones are written to the disk at once


@dataclass(frozen=True)
class Beside:
    """A file that lies beside the paper: the number that it has there, and whether its name may be read."""

    number: int
    file: Attachment
    named: bool

    @property
    def path(self) -> str:
        """Where it lies in the ZIP."""
        ending = PurePath(self.file.name).suffix
        name = f"-{clean_name(self.file.name, ending.lstrip('.') or 'bin')}" if self.named else ending
        return f"files/{self.number:02}{name}"


def beside(paper: Paper, files: Iterable[Attachment]) -> list[Beside]:
    """The files that are there and of which the paper tells: what it withholds, or whose name, the ZIP does, too.

    Args:
        files: in the order in which the paper numbers them.
    """
    chapter = next((section for section in paper.sections if section.slug == "files"), None)
    told = enumerate(zip(chapter.items if chapter else (), files, strict=False), 1)
    return [
        Beside(number, file, item.rows[0].text == file.name)
        for number, (item, file) in told
        if item.rows and file.is_there
    ]


def bundle(made: Made, files: Iterable[Beside], at: datetime) -> IO[bytes]:
    """The ZIP, open at its beginning. It is gone when it is closed.

    A file that is missing or altered in the storage is left out; a text in the ZIP says so.

    Args:
        made: the PDF.
        files: those that lie beside it.
        at: the time that entries bear.
    """
    stamp = timezone.localtime(at).timetuple()[:6]
    out: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the response closes it
    missing = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(made.name, stamp), made.content, zipfile.ZIP_DEFLATED)
        for each in files:
            try:
                _add(archive, zipfile.ZipInfo(each.path, stamp), each.file)
            except NotReadable as problem:
                missing.append(f"{each.path}: {problem.sentence}")
        if missing:
            archive.writestr(zipfile.ZipInfo("not-readable.txt", stamp), "\n".join(missing) + "\n")
    out.seek(0)
    return out


def _add(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: Attachment) -> None:
    """Copy a file piece by piece, after its bytes were compared with the hash on record."""
    source: Any = open_whole(file.key, file.sha256)
    with source, archive.open(entry, "w") as target:
        for chunk in source.chunks():
            target.write(chunk)
