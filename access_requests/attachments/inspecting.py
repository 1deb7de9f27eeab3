"""What is in a file? Told by its bytes, never by its name or by what a browser says of it."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from . import archives, office, pictures, texts
from .filetypes import JPEG, PDF, PNG, TIFF, FileType
from .names import clean_name
from .problems import Refused

_SURE = 0.6  # the confidence from which puremagic's word for a foreign type is worth telling


@dataclass(frozen=True)
class Inspected:
    """A file that is taken: its clean name, which ends with the extension of its type, and what it is."""

    name: str
    content_type: str
    extension: str
    size: int
    sha256: str


def most_bytes() -> int:
    """How many bytes one file may have."""
    return int(settings.FILE_MAX_MB * 1024 * 1024)


def inspect(file: File[Any], name: str) -> Inspected:
    """Look into a file and say what it is.

    Taken are PDF, PNG, JPEG, TIFF, the office documents of Microsoft and OpenDocument without macros, UTF-8 text and
    tables. What a browser could run as a page (HTML, SVG, XML) and all else is refused; so are files that are two
    things at once, as far as their formats let one see it. The rest is made harmless by how files are served.

    Args:
        file: open for reading; read from its beginning, and left there.
        name: as the browser sent it.

    Raises:
        Refused: with a sentence for the person who sent it.
    """
    size = file.size
    if not size:
        raise Refused(_("This file is empty."))
    if size > most_bytes():
        raise Refused(
            _("This file is too large: it has %(size)s, and %(most)s are taken. Attach a smaller version.")
            % {"size": filesizeformat(size), "most": filesizeformat(most_bytes())}
        )
    file.seek(0)
    kind = _type_of(cast("BinaryIO", file), size, name)
    digest = _digest(file)
    return Inspected(clean_name(name, kind.extension), kind.content_type, kind.extension, size, digest)


def _type_of(file: BinaryIO, size: int, name: str) -> FileType:
    """The type by the first bytes, once the rest of the file has been found to be that, too."""
    head = file.read(16)
    if head.startswith(archives.SIGNATURE):
        return office.office_type(file, size)
    if head.startswith(office.OLE):
        file.seek(0)
        raise office.old_office(file.read())
    if texts.PDF_SIGNATURE.match(head):
        texts.check_pdf(file, size)
        kind = PDF
    elif head.startswith(pictures.PNG_SIGNATURE):
        pictures.check_png(file, size)
        kind = PNG
    elif head.startswith(b"\xff\xd8\xff"):
        pictures.check_jpeg(file, size)
        kind = JPEG
    elif head.startswith(pictures.TIFF_SIGNATURES):
        pictures.check_tiff(file, size)
        kind = TIFF
    else:
        kind = _text_or_foreign(file, name)
    _check_no_archive(file)
    return kind


def _text_or_foreign(file: BinaryIO, name: str) -> FileType:
    """Text, or a refusal that names the type where it is known."""
    file.seek(0)
    data = file.read()
    texts.check_no_markup(data)
    if b"\0" not in data[:4096] or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        foreign = _foreign(data)
        try:
            return texts.text_type(data, name)
        except Refused:
            if foreign:
                raise _not_taken(foreign) from None
            raise
    raise _not_taken(_foreign(data))


def _foreign(data: bytes) -> str:
    """What puremagic calls this file by its signature; empty when it is not sure."""
    try:
        found = puremagic.magic_string(data[:8192])
    except puremagic.PureError:
        return ""
    best = max(found, key=lambda match: match.confidence, default=None)
    return best.name if best and best.confidence >= _SURE else ""


def _not_taken(found: str) -> Refused:
    if found:
        return Refused(
            _("This file is something that is not taken (%(type)s). Attach a PDF, an image or an office document.")
            % {"type": found}
        )
    return Refused(_("This type of file is not taken. Attach a PDF, an image, an office document or plain text."))


def _check_no_archive(file: BinaryIO) -> None:
    """No archive program would open the file: such a program looks for its directory from the end."""
    file.seek(0)
    if zipfile.is_zipfile(file):
        raise Refused(_("This file is an archive as well. Print it to a new PDF and attach that."))


def _digest(file: File[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
