"""A paper together with the files it names, as a ZIP in a temporary file."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePath
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests.attachments import NotReadable, clean_name, open_whole
from access_requests.models import Attachment

from .shape import Made

IN_MEMORY = 5_000_000  # bytes; larger ones are written to the disk at once


def bundle(made: Made, files: Iterable[tuple[int, Attachment, bool]], at: datetime) -> IO[bytes]:
    """The ZIP, open at its beginning. It is gone when it is closed.

    A file that is missing or altered in the storage is left out; a text in the ZIP says so.

    Args:
        made: the PDF.
        files: those that lie beside it: the number that the paper gives each, and whether its name may be read.
        at: the time that entries bear.
    """
    stamp = timezone.localtime(at).timetuple()[:6]
    out: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the response closes it
    missing = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(made.name, stamp), made.content, zipfile.ZIP_DEFLATED)
        for number, file, named in files:
            name = f"files/{number:02}-{_name(file)}" if named else f"files/{number:02}{_ending(file)}"
            try:
                _add(archive, zipfile.ZipInfo(name, stamp), file)
            except NotReadable as problem:
                missing.append(f"{name}: {problem.sentence}")
        if missing:
            archive.writestr(zipfile.ZipInfo(_("not-readable.txt"), stamp), "\n".join(missing) + "\n")
    out.seek(0)
    return out


def _add(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: Attachment) -> None:
    """Copy a file piece by piece, after its bytes were compared with the hash on record."""
    source: Any = open_whole(file.key, file.sha256)
    with source, archive.open(entry, "w") as target:
        for chunk in source.chunks():
            target.write(chunk)


def _ending(file: Attachment) -> str:
    return PurePath(file.name).suffix


def _name(file: Attachment) -> str:
    return clean_name(file.name, _ending(file).lstrip(".") or "bin")
