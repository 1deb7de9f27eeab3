"""The types of files that are taken. A file gets its extension and its media type from this table and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class FileType:
    """One type: its media type, the extension that is shown, others that mean the same, and what people call it."""

    content_type: str
    extension: str
    label: str | Promise
    same: tuple[str, ...] = ()


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

PDF = FileType("application/pdf", "pdf", _("PDF"))
PNG = FileType("image/png", "png", _("PNG image"))
JPEG = FileType("image/jpeg", "jpg", _("JPEG image"), ("jpeg", "jpe", "jfif"))
TIFF = FileType("image/tiff", "tif", _("TIFF image"), ("tiff",))
DOCX = FileType(f"{_OOXML}.wordprocessingml.document", "docx", _("Word document"))
XLSX = FileType(f"{_OOXML}.spreadsheetml.sheet", "xlsx", _("Excel workbook"))
PPTX = FileType(f"{_OOXML}.presentationml.presentation", "pptx", _("PowerPoint presentation"))
ODT = FileType(f"{_ODF}.text", "odt", _("OpenDocument text"))
ODS = FileType(f"{_ODF}.spreadsheet", "ods", _("OpenDocument spreadsheet"))
ODP = FileType(f"{_ODF}.presentation", "odp", _("OpenDocument presentation"))
CSV = FileType("text/csv", "csv", _("CSV table"))
TEXT = FileType("text/plain", "txt", _("plain text"), ("text",))

TYPES = (PDF, PNG, JPEG, TIFF, DOCX, XLSX, PPTX, ODT, ODS, ODP, CSV, TEXT)
# What a name may end with in place of the right extension; it is taken off, so that "scan.doc" becomes "scan.docx".
EXTENSIONS = frozenset(end for kind in TYPES for end in (kind.extension, *kind.same)) | {
    "doc", "docm", "dot", "dotx", "xls", "xlsm", "xlsb", "ppt", "pptm", "rtf", "gif", "webp", "heic", "bmp",
    "exe", "com", "bat", "cmd", "scr", "js", "vbs", "hta", "htm", "html", "xhtml", "svg", "xml", "php", "sh", "lnk",
}  # fmt: skip
# For `accept=` of a file field: a help for the person who chooses, never a check.
ACCEPT = ",".join(f".{end}" for kind in TYPES for end in (kind.extension, *kind.same))


def by_content_type(content_type: str) -> FileType | None:
    """The type with this media type; none for anything that is not in the table."""
    return next((kind for kind in TYPES if kind.content_type == content_type), None)
