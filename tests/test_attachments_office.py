"""What is in an office document: macros, programs and bombs are found, and two readings of one archive."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib

import pytest

from access_requests.attachments import inspect
from access_requests.attachments.archives import MOST_BYTES, MOST_ENTRIES
from tests.support.files import (
    a_file,
    docx,
    odf,
    ooxml,
    pptx,
    refusal,
    xlsx,
    zipped,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    "data",
    [
        docx({"word/vbaProject.bin": OLE}),
        xlsx({"xl/vbaProject.bin": OLE}),
        xlsx({"xl/macrosheets/sheet1.xml": b"<x/>"}),
        xlsx({"xl/activeX/activeX1.xml": b"<x/>"}),
        pptx({"ppt/VBAPROJECT.BIN": OLE}),
        ooxml("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        odf("text", {"Basic/Standard/Module1.xml": b"Sub Main"}),
        odf("spreadsheet", {"Scripts/python/evil.py": b"import os"}),
        docx({"word/embeddings/sheet.xlsx": xlsx({"xl/vbaProject.bin": OLE})}),
    ],
)
def test_macros(data: bytes) -> None:
    assert "has macros. Save it without macros" in refusal(data)


@pytest.mark.parametrize(
    "data",
    [
        docx({"word/media/image1.png": b"MZ\x90\0"}),
        docx({"word/media/image1.png": b"\x7fELF"}),
        docx({"word/run.js": b"new ActiveXObject('WScript.Shell')"}),
        odf("text", {"Pictures/a.lnk": b"L\0\0\0"}),
        docx({"word/media/more.png": zipped({"a": b"b"})}),
        docx({"word/embeddings/oleObject1.bin": OLE + "\x01Ole10Native".encode("utf-16-le")}),
        docx({"word/embeddings/1.docx": docx({"word/embeddings/2.docx": docx({"word/embeddings/3.docx": docx()})})}),
    ],
)
def test_programs_and_archives_inside(data: bytes) -> None:
    assert "holds a program or another file" in refusal(data)


@pytest.mark.parametrize(
    "data",
    [
        zipped({"a.txt": b"a"}),
        zipped({"mimetype": b"application/epub+zip", "content.xml": b""}, stored=("mimetype",)),
        zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}),
        ooxml("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"),
        odf("text").replace(b"opendocument.text", b"opendocument.evil"),
        docx({"word/embeddings/a.docx": zipped({"a": b"b"})}),
    ],
)
def test_other_archives(data: bytes) -> None:
    assert re.search("This is an archive|damaged", refusal(data))


def test_a_document_that_is_two_kinds_at_once() -> None:
    both = ooxml(
        "word/document.xml",
        "wordprocessingml.document.main+xml spreadsheetml.sheet.main+xml",
        {"xl/workbook.xml": b"<x/>"},
    )
    assert "archive" in refusal(both)


def test_a_password() -> None:
    data = bytearray(docx())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(signature), bytes(data)):
            data[match.start() + place] |= 1
    assert "Remove the password" in refusal(bytes(data))
    secret = odf("text").replace(b"<manifest:manifest/>", b"<manifest:manifest/>")
    entries = {name: zipfile.ZipFile(io.BytesIO(secret)).read(name) for name in ("mimetype", "content.xml")}
    entries["META-INF/manifest.xml"] = b"<manifest:encryption-data/>"
    assert "Remove the password" in refusal(zipped(entries, stored=("mimetype",)))


@pytest.mark.parametrize(
    "data",
    [b"<script>" + docx(), docx() + b"<script>", zipped({"a": b"b"}) + docx(), zipped({"a": b"b"}, comment=b"%%EOF")],
)
def test_something_before_or_behind_a_document(data: bytes) -> None:
    assert re.search("precedes or follows|not taken|web page|not in UTF-8|control", refusal(data))


def test_an_archive_that_unpacks_to_far_too_much() -> None:
    assert "unpacks to more" in refusal(docx({"word/media/a.xml": b"\0" * 30_000_000}))
    many = {f"word/{number}.xml": b"" for number in range(MOST_ENTRIES)}
    assert "unpacks to more" in refusal(docx(many))


def test_a_document_within_a_document_counts_for_both() -> None:
    half = {f"xl/{number}.xml": b"ab" * 400_000 for number in range(70)}
    inner = xlsx(half)
    assert inspect(a_file(inner), "a").extension == "xlsx"
    data = docx({f"word/embeddings/{number}.xlsx": inner for number in range(5)})
    assert MOST_BYTES < 5 * 70 * 800_000
    assert "unpacks to more" in refusal(data)


def lying(data: bytes, name: bytes, size: int) -> bytes:
    """The archive with another size for this entry in its directory, as a bomb that hides what it is."""
    at = data.rindex(name) - 46
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def test_an_entry_that_holds_more_than_the_directory_says() -> None:
    data = docx({"word/bomb.xml": b"x" * 500_000})
    assert "damaged" in refusal(lying(data, b"word/bomb.xml", 10))
    assert "damaged" in refusal(lying(data, b"word/bomb.xml", 600_000))


def test_an_entry_whose_false_size_fits_its_checksum() -> None:
    """Python stops where the directory says, and finds the checksum right; other programs unpack all."""
    data = bytearray(docx({"word/bomb.xml": b"x" * 500_000}))
    at = bytes(data).rindex(b"word/bomb.xml") - 46
    data[at + 16 : at + 20] = struct.pack("<I", zlib.crc32(b"x" * 10))
    assert "damaged" in refusal(lying(bytes(data), b"word/bomb.xml", 10))


def test_entries_that_lie_over_each_other() -> None:
    """The same packed bytes named a thousand times unpack to a thousand times as much."""
    data = bytearray(docx({"word/a.xml": b"a" * 90_000, "word/b.xml": b"a" * 90_000}))
    first, second = (bytes(data).rindex(name) - 46 for name in (b"word/a.xml", b"word/b.xml"))
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    assert "damaged" in refusal(bytes(data))


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "word/../../x", "C:/x", "word\\x", "./word/x"])
def test_an_entry_that_leads_out_of_the_archive(name: str) -> None:
    assert "damaged" in refusal(docx({name: b"x"}))


def test_a_link_in_an_archive() -> None:
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("word/link.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "damaged" in refusal(out.getvalue())


def test_two_entries_of_one_name() -> None:
    assert "damaged" in refusal(docx({"WORD/document.xml": b"<other/>"}))


def test_an_archive_packed_in_a_rare_way() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("[Content_Types].xml", "x")
    assert "damaged" in refusal(out.getvalue())
