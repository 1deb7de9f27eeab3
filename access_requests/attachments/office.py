"""Which office document is this, and does it hold anything that could run?"""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from django.utils.translation import gettext as _

from .archives import SIGNATURE, Archive, Budget, open_archive
from .filetypes import DOCX, ODP, ODS, ODT, PPTX, XLSX, FileType
from .problems import Refused

# The part that makes an Office Open XML file what it is (ECMA-376 part 1, 11.3.10, 12.3.23, 13.3.6), by type and place.
_MAIN_PARTS = {
    DOCX: ("word/document.xml", "wordprocessingml.document.main+xml"),
    XLSX: ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
    PPTX: ("ppt/presentation.xml", "presentationml.presentation.main+xml"),
}
_OPEN_DOCUMENTS = {kind.content_type.encode(): kind for kind in (ODT, ODS, ODP)}
# Macros of Microsoft: VBA, sheets of Excel 4, ActiveX. Of OpenDocument: scripts, modules; the lists of modules, which
# many programs write though there are none, are no macros.
_MACROS = re.compile(
    r"(?i)(^|/)(vbaproject\.bin|vbadata\.xml)$|/(macrosheets|activex)/|^scripts/.|^(basic|dialogs)/.*[^/]$"
)
_EMPTY_LISTS = re.compile(r"(?i)^(basic|dialogs)/([^/]+/)?(script|dialog)-l[bc]\.xml$")
_PROGRAM_NAME = re.compile(
    r"\.(exe|dll|com|scr|bat|cmd|ps1|psm1|vbs|vbe|js|jse|wsf|wsh|hta|lnk|jar|class|msi|cpl|sh|py|app|reg|scf|url)$",
    re.IGNORECASE,
)
_PROGRAM_STARTS = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"#!",
)
_EMBEDDED = re.compile(r"^(word|xl|ppt)/embeddings/[^/]+$", re.IGNORECASE)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_EMBEDDED = 25_000_000  # bytes of one document within another, which is read into memory
_DEEPEST = 2  # a workbook in a presentation in a document
_NATIVE = "Ole10Native".encode("utf-16-le")  # how an OLE object carries any file at all
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def office_type(file: BinaryIO, size: int, *, budget: Budget | None = None, depth: int = 0) -> FileType:
    """The type of a ZIP archive that is an office document without anything that could run.

    Macros are refused, with and without their own extension. So are programs, scripts and archives inside, and OLE
    packages, which may hold any file. Taken are documents within documents (the workbook behind a chart), looked
    through in the same way, and OLE objects of other kinds (old formulas). What a document asks a program to fetch from
    elsewhere (a template, a picture) is not judged: templates on a university's server are everywhere.

    Args:
        budget: what may still be unpacked, for a document within another.
        depth: how many documents this one is in.

    Raises:
        Refused: when it is none of them, encrypted, damaged, too large, or holds what could run.
    """
    archive = open_archive(file, size, budget or Budget())
    kind = _open_document(archive) or _office_open(archive)
    for name in archive.heads:
        if _MACROS.search(name) and not _EMPTY_LISTS.search(name):
            raise Refused(
                _("This document has macros. Save it without macros (as .docx, .xlsx or .pptx), or as a PDF.")
            )
    if kind is None:
        raise Refused(_("This is an archive. Attach the files in it one by one."))
    for name, head in archive.heads.items():
        _check_part(archive, name, head, depth)
    return kind


def _office_open(archive: Archive) -> FileType | None:
    types = archive.read("[Content_Types].xml").decode("utf-8", errors="replace")
    if "macroenabled" in types.casefold():
        raise Refused(_("This document has macros. Save it without macros (as .docx, .xlsx or .pptx), or as a PDF."))
    found = [kind for kind, (part, type_) in _MAIN_PARTS.items() if part in archive.heads and type_ in types]
    return found[0] if len(found) == 1 else None


def _open_document(archive: Archive) -> FileType | None:
    """An OpenDocument says what it is in its first entry, not compressed (ODF 1.3 part 2, 3.3)."""
    first = min(archive.zip.infolist(), key=lambda entry: entry.header_offset)
    if first.filename != "mimetype" or first.compress_type or "content.xml" not in archive.heads:
        return None
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise _protected()
    return _OPEN_DOCUMENTS.get(archive.read("mimetype", 200))


def _check_part(archive: Archive, name: str, head: bytes, depth: int) -> None:
    """One entry: no program, no other archive; a document within it is looked through as well."""
    if _PROGRAM_NAME.search(name) or head.startswith(_PROGRAM_STARTS):
        raise _holds_a_program()
    if not head.startswith((SIGNATURE, OLE)):
        return
    size = archive.zip.getinfo(name).file_size
    if size > MOST_EMBEDDED:
        raise _holds_a_program()
    data = archive.read(name, size)
    if head.startswith(OLE):
        if _NATIVE in data:
            raise _holds_a_program()
    elif depth == _DEEPEST or not _EMBEDDED.search(name):
        raise _holds_a_program()
    else:
        office_type(io.BytesIO(data), size, budget=archive.budget, depth=depth + 1)


def old_office(data: bytes) -> Refused:
    """Why a file in Microsoft's format of before 2007 (or encrypted, which looks the same outside) is refused.

    Such a file may hold macros and any other file, and telling these apart takes a program as large as the one that
    opens it. Saving it anew takes a person one minute.
    """
    return (
        _protected()
        if _ENCRYPTED in data
        else Refused(
            _("This is a document in an old format (.doc, .xls, .ppt, .msg). Save it as .docx, .xlsx, .pptx or PDF.")
        )
    )


def _protected() -> Refused:
    return Refused(_("This document is protected by a password. Remove the password and attach it again."))


def _holds_a_program() -> Refused:
    return Refused(_("This document holds a program or another file. Take it out, or save the document as a PDF."))
