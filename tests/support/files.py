"""Small real files of each type, made by hand, to attach in tests."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pytest
from django.core.files.base import ContentFile

from access_requests.attachments import Refused, inspect

OOXML = "application/vnd.openxmlformats-officedocument"


def a_file(data: bytes, name: str = "file") -> ContentFile[bytes]:
    """These bytes as an open file."""
    return ContentFile(data, name)


def pdf(text: bytes = b"Hello", version: bytes = b"1.4") -> bytes:
    """A PDF of one page, with a cross-reference table that fits."""
    stream = b"BT 20 100 Td (" + text + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = b"%PDF-" + version + b"\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 2, height: int = 2, *extra: bytes) -> bytes:
    """A grey PNG; `extra` are chunks to put into it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * min(width, 100)) * min(height, 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    """One segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(width: int = 8, height: int = 8, *extra: bytes) -> bytes:
    """A grey JPEG of one block; `extra` are segments to put into it."""
    table = bytes([0, 0, 1, *[0] * 14, 0])
    return b"".join(
        [
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            *extra,
            segment(0xDB, b"\0" + b"\x10" * 64),
            segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0"),
            segment(0xC4, table),
            segment(0xC4, b"\x10" + table[1:]),
            segment(0xDA, b"\x01\x01\0\0\x3f\0"),
            b"\x2a\xff\x00\x3f\xff\xd0\x15",
            b"\xff\xd9",
        ]
    )


def tiff(width: int = 1, height: int = 1, order: str = "<", following: int = 0) -> bytes:
    """A TIFF of one page; `following` is where it says that its next page begins."""
    fields = [(256, 4, width), (257, 3, height), (262, 3, 1), (273, 4, 8), (278, 3, 1), (279, 4, 1)]
    packed = b"".join(
        struct.pack(order + ("HHIHxx" if form == 3 else "HHII"), tag, form, 1, value) for tag, form, value in fields
    )
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 10)
    return head + b"\x80\0" + struct.pack(order + "H", len(fields)) + packed + struct.pack(order + "I", following)


def zipped(entries: Mapping[str, bytes], *, stored: tuple[str, ...] = (), comment: bytes = b"") -> bytes:
    """A ZIP archive with these entries, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in entries.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _types(part: str, type_: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{type_}"/></Types>'
    ).encode()


def ooxml(part: str, type_: str, extra: Mapping[str, bytes] | None = None) -> bytes:
    """An Office Open XML file with this main part of this media type, and extra entries."""
    return zipped(
        {
            "[Content_Types].xml": _types(part, type_),
            "_rels/.rels": f'<Relationships><Relationship Id="r1" Target="{part}"/></Relationships>'.encode(),
            part: b'<?xml version="1.0"?><root>text</root>',
            **(extra or {}),
        }
    )


def docx(extra: Mapping[str, bytes] | None = None) -> bytes:
    """A Word document."""
    return ooxml("word/document.xml", f"{OOXML}.wordprocessingml.document.main+xml", extra)


def xlsx(extra: Mapping[str, bytes] | None = None) -> bytes:
    """An Excel workbook."""
    return ooxml("xl/workbook.xml", f"{OOXML}.spreadsheetml.sheet.main+xml", extra)


def pptx(extra: Mapping[str, bytes] | None = None) -> bytes:
    """A PowerPoint presentation."""
    return ooxml("ppt/presentation.xml", f"{OOXML}.presentationml.presentation.main+xml", extra)


def odf(kind: str, extra: Mapping[str, bytes] | None = None) -> bytes:
    """An OpenDocument file: text, spreadsheet or presentation."""
    entries = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
        "content.xml": b'<?xml version="1.0"?><office:document-content/>',
        "META-INF/manifest.xml": b'<?xml version="1.0"?><manifest:manifest/>',
    }
    return zipped({**entries, **(extra or {})}, stored=("mimetype",))


EACH = {
    "pdf": pdf(),
    "png": png(),
    "jpg": jpeg(),
    "tif": tiff(),
    "docx": docx(),
    "xlsx": xlsx(),
    "pptx": pptx(),
    "odt": odf("text"),
    "ods": odf("spreadsheet"),
    "odp": odf("presentation"),
    "csv": "name;born\nÅsa;1970\n".encode(),
    "txt": "Hej på dig\n".encode(),
}


def refusal(data: bytes, name: str = "file.pdf") -> str:
    """Why these bytes are refused."""
    with pytest.raises(Refused) as caught:
        inspect(a_file(data), name)
    return caught.value.sentence
