"""The archive: JSON files, answers as text and the person's files, written piece by piece into a temporary file."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import comparison
from access_requests.attachments import NotReadable, open_whole
from access_requests.models import Submission
from aidahub.accounts.models import User
from aidahub.pages.controller import data_protection_officer

from .requests import own_files, path_of, submissions_of
from .shape import CHUNK, Row, moment
from .table import LEFT_OUT, SECTIONS

FORMAT = 1
IN_MEMORY = 5_000_000  # bytes; larger archives are written to the disk at once


def archive_of(user: User) -> IO[bytes]:
    """Everything about a person as a ZIP, open at its beginning; it is gone when it is closed.

    Memory does not grow with what there is: rows are fetched a few hundred at a time, files copied piece by piece.
    """
    out: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the response closes it
    at = timezone.localtime()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, pieces: Iterable[bytes]) -> None:
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as target:
                for piece in pieces:
                    target.write(piece)

        add("README.txt", [_read_me().encode()])
        add("about.json", as_json([{"format": FORMAT, "made": moment(at), "site": settings.BASE_URL}]))
        for section in SECTIONS:
            add(section.file, as_json(section.rows(user)))
        for sent in submissions_of(user).iterator(CHUNK):
            add(f"answers/{sent.request.reference}-{sent.number}.txt", [as_text(sent).encode()])
        missing = list(_add_files(add, user))
        if missing:
            add("not-readable.txt", ["\n".join([*missing, ""]).encode()])
    out.seek(0)
    return out


def _add_files(add: Any, user: User) -> Iterator[str]:
    """Copy the files; what is missing or altered in the storage is left out and named."""
    for file in own_files(user).iterator(CHUNK):
        try:
            source: Any = open_whole(file.key, file.sha256)
        except NotReadable as problem:
            yield f"{path_of(file)}: {problem.sentence}"
            continue
        with source:
            add(path_of(file), source.chunks())


def as_json(rows: Iterable[Row]) -> Iterator[bytes]:
    """Rows as a JSON list, one after the other."""
    first = True
    for row in rows:
        lead = "[\n" if first else ",\n"
        yield (lead + json.dumps(row, ensure_ascii=False, indent=1)).encode()
        first = False
    yield b"[]\n" if first else b"\n]\n"


def as_text(sent: Submission) -> str:
    """The answers of one sending as one reads them."""
    title = _("%(reference)s, sending %(number)s") % {"reference": sent.request.reference, "number": sent.number}
    blocks = [f"{line.label}\n{line.answer}" for line in comparison.lines(sent)]
    return "\n\n".join([title, *blocks]) + "\n"


def _read_me() -> str:
    lines = [
        _("Everything that %(hub)s keeps about you, as far as a machine can give it out.") % {"hub": settings.HUB_NAME},
        "",
        *(f"{section.file}: {section.what}" for section in SECTIONS),
        "",
        _("Not in it:"),
        *(f"- {reason}" for reason in dict.fromkeys(str(reason) for reason in LEFT_OUT.values())),
        "",
        _("Questions, and what is not in it: %(address)s") % {"address": data_protection_officer()},
    ]
    return "\n".join(map(str, lines)) + "\n"
