"""What a file is, told by its content; what is refused, and with which sentence."""

from __future__ import annotations

import hashlib
import io
import re
import stat
import struct
import zipfile

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pytest_django.fixtures import SettingsWrapper

from access_requests.attachments import TYPES, Refused, inspect
from access_requests.attachments.archives import MOST_BYTES, MOST_ENTRIES
from tests.support.files import (
    a_file,
    chunk,
    docx,
    jpeg,
    odf,
    ooxml,
    pdf,
    png,
    pptx,
    segment,
    tiff,
    xlsx,
    zipped,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
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


# What is taken


@pytest.mark.parametrize("extension", EACH)
def test_each_type_is_known_by_its_content(extension: str) -> None:
    data = EACH[extension]
    found = inspect(a_file(data), f"my file.{extension}")
    assert (found.name, found.extension) == (f"my file.{extension}", extension)
    assert found.content_type == next(kind.content_type for kind in TYPES if kind.extension == extension)
    assert (found.size, found.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_there_is_a_file_of_each_type() -> None:
    assert set(EACH) == {kind.extension for kind in TYPES}


@pytest.mark.parametrize("extension", set(EACH) - {"csv"})
@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.pdf", "a.docm", "a"])
def test_the_extension_shown_is_that_of_the_content(extension: str, name: str) -> None:
    assert inspect(a_file(EACH[extension]), name).name == f"a.{extension}"


def test_other_extensions_of_a_type_become_one() -> None:
    assert inspect(a_file(jpeg()), "Scan.JPEG").name == "Scan.jpg"
    assert inspect(a_file(tiff()), "Scan.TIFF").name == "Scan.tif"


def test_the_file_is_left_at_its_beginning() -> None:
    file = a_file(pdf())
    file.read(5)
    inspect(file, "a.pdf")
    assert file.read() == pdf()


@pytest.mark.parametrize("version", [b"1.3", b"1.7", b"2.0"])
@pytest.mark.parametrize("end", [b"", b"\r\n", b"\n\n  \n", b"\0\0"])
def test_pdf_of_each_version_and_end(version: bytes, end: bytes) -> None:
    assert inspect(a_file(pdf(version=version).rstrip() + end), "a").extension == "pdf"


def test_an_encrypted_pdf_is_taken() -> None:
    """Most of them open without a password, and forbid changes only."""
    data = pdf().replace(b"trailer<<", b"trailer<</Encrypt 9 0 R")
    assert inspect(a_file(data), "a.pdf").extension == "pdf"


def test_tiff_in_both_orders() -> None:
    assert inspect(a_file(tiff(order=">")), "a").extension == "tif"


def test_a_telephone_s_jpeg_with_a_second_picture_behind_the_first() -> None:
    assert inspect(a_file(jpeg() + jpeg()), "IMG_1.JPG").name == "IMG_1.jpg"
    assert inspect(a_file(jpeg() + jpeg() + b"\0" * 40), "IMG_1.JPG").name == "IMG_1.jpg"


def test_a_document_with_the_workbook_behind_its_chart() -> None:
    data = docx({"word/embeddings/sheet1.xlsx": xlsx(), "word/embeddings/oleObject1.bin": OLE + b"Equation" * 90})
    assert inspect(a_file(data), "a").extension == "docx"


def test_an_open_document_with_empty_lists_of_macros() -> None:
    """LibreOffice writes them into documents without a macro."""
    data = odf("text", {"Basic/script-lc.xml": b"<l/>", "Basic/Standard/script-lb.xml": b"<l/>"})
    assert inspect(a_file(data), "a").extension == "odt"


def test_utf_8_with_and_without_its_mark() -> None:
    assert inspect(a_file("\ufeffHej".encode()), "a.txt").extension == "txt"
    assert inspect(a_file("日本語\tمرحبا\r\n".encode()), "a.md").name == "a.md.txt"


def test_a_mail_kept_as_text() -> None:
    assert inspect(a_file(b"From: per@x.se\r\nSubject: Yes\r\n\r\nI approve.\r\n"), "mail.eml").name == "mail.eml.txt"


@pytest.mark.parametrize("cell", ["-5", "+46 18 471 00 00", "-1,5e-3", "a=b", "x@y.se", "2026-01-02"])
def test_a_table_with_numbers_and_addresses_stays_one(cell: str) -> None:
    assert inspect(a_file(f"a;b\nc;{cell}\n".encode()), "a.csv").extension == "csv"


@pytest.mark.parametrize(
    "text",
    [
        "a;b\nc;=1+1\n",
        "a,b\nc,@SUM(A1)\n",
        'a,b\nc,"=HYPERLINK(""http://x"")"\n',
        "a,b\nc,-cmd|' /C calc'!A0\n",
        "a,b\nc, =1\n",
        "a,b\nc,x;=1\n",
        'a,b\nc,"x;""=1"""\n',
        "a\tb\nc\t+A1\n",
        "one column\nonly\n",
        "a,b\nc\n",
        "",
    ],
)
def test_a_table_with_formulas_or_none_at_all_is_plain_text(text: str) -> None:
    assert inspect(a_file(text.encode() or b"x"), "a.csv").name == "a.txt"


# What is refused, each with a sentence that says what to do


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty."),
        (b"<!DOCTYPE html><p>Hi", "This is a web page, a script"),
        (b"\n <HTML>", "This is a web page, a script"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG|web page, a script"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "XML|Extensible|web page, a script"),
        (b"<?php system('id');", "web page, a script"),
        (b"#!/bin/sh\nrm -r /\n", "script"),
        ("Håkan".encode("latin-1"), "not in UTF-8. Save it as “UTF-8”"),
        ("name;born".encode("utf-16"), "UTF-16|not in UTF-8|not taken"),
        (b"a\x1b[2Jb", "control characters"),
        (b"GIF89a" + b"\0" * 40, r"not taken \(Graphics interchange"),
        (b"MZ" + b"\0" * 60, "is not taken"),
        (b"\x7fELF" + b"\0" * 60, "is not taken"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, r"not taken \(HEI"),
        (OLE + b"\0" * 600, "old format .* Save it as .docx"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (pdf()[:-20], "damaged or not complete"),
        (pdf() + b"<script>alert(1)</script>", "Something else follows the end"),
        (b"\n" + pdf(), "not in UTF-8|not taken"),
        (b"<html>" + pdf(), "not taken|web page"),
        (pdf()[:-7] + zipped({"a.exe": b"MZ"}, comment=b"\n%%EOF"), "archive as well"),
    ],
)
def test_refused(data: bytes, sentence: str) -> None:
    assert re.search(sentence, refusal(data))


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", zipped({"a": b"b"}), b"MZ", pdf()])
@pytest.mark.parametrize("picture", [png(), jpeg()])
def test_a_picture_with_something_behind_it(picture: bytes, tail: bytes) -> None:
    assert "Something else follows the picture" in refusal(picture + tail)


@pytest.mark.parametrize("picture", [png(), jpeg(), tiff()])
def test_a_picture_cut_short(picture: bytes) -> None:
    for length in range(16, len(picture) - 1):
        assert "damaged or not complete" in refusal(picture[:length])


@pytest.mark.parametrize("picture", [png(60_000, 60_000), jpeg(60_000, 60_000), tiff(4_000_000_000, 60_000)])
def test_a_picture_that_would_fill_the_memory(picture: bytes) -> None:
    assert "more dots than can be shown" in refusal(picture)


@pytest.mark.parametrize("picture", [png(0, 5), jpeg(0, 5), tiff(0, 5), tiff(following=10), tiff(following=9_999)])
def test_a_picture_that_cannot_be(picture: bytes) -> None:
    assert "damaged" in refusal(picture)


def test_a_png_whose_checksum_is_wrong() -> None:
    assert "damaged" in refusal(png().replace(b"IHDR\0", b"IHDR\1"))


def test_words_in_a_picture_s_comment_stay_a_picture() -> None:
    """They are harmless: no browser is ever given the file as anything but a download of a picture."""
    assert inspect(a_file(png(2, 2, chunk(b"tEXt", b"Comment\0<script>alert(1)</script>"))), "a").extension == "png"
    assert inspect(a_file(jpeg(8, 8, segment(0xFE, b"<?php system('id'); ?>"))), "a").extension == "jpg"


def test_a_tiff_that_archive_programs_open() -> None:
    assert "archive as well" in refusal(tiff() + zipped({"a": b"b"}))


def test_larger_than_one_file_may_be(settings: SettingsWrapper) -> None:
    settings.FILE_MAX = 2 * 1024 * 1024
    assert "it has 3.0" in refusal(b"a" * 3 * 1024 * 1024)
    assert inspect(a_file(b"a" * settings.FILE_MAX), "a").size == settings.FILE_MAX


# Office documents


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
    assert 5 * 70 * 800_000 > MOST_BYTES
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
    import zlib

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


# Whatever comes


ANYTHING = st.one_of(
    st.binary(max_size=300),
    st.builds(bytes.__add__, st.sampled_from([data[:40] for data in EACH.values()]), st.binary(max_size=300)),
)


@settings(max_examples=300)
@given(data=ANYTHING, name=st.text(max_size=30))
def test_any_bytes_are_taken_as_an_allowed_type_or_refused_with_a_sentence(data: bytes, name: str) -> None:
    allowed_or_refused(data, name)


@settings(max_examples=600)
@given(
    extension=st.sampled_from(sorted(EACH)),
    changes=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 3),
)
def test_a_file_with_some_bytes_changed(extension: str, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(EACH[extension])
    for place, value in changes:
        data[place % len(data)] = value
    allowed_or_refused(bytes(data[: len(data) - cut]), f"a.{extension}")


@settings(max_examples=300)
@given(first=st.sampled_from(sorted(EACH)), second=st.sampled_from(sorted(set(EACH) - {"csv", "txt"})))
def test_no_file_is_two_things(first: str, second: str) -> None:
    """Only a second picture of a telephone, and bytes in a TIFF that no reader looks at, may follow."""
    if (first, second) != ("jpg", "jpg") and (first, second[:3]) not in {
        ("tif", "pdf"),
        ("tif", "png"),
        ("tif", "jpg"),
        ("tif", "tif"),
    }:
        assert refusal(EACH[first] + EACH[second])


def allowed_or_refused(data: bytes, name: str) -> None:
    try:
        found = inspect(a_file(data), name)
    except Refused as refused:
        assert refused.sentence.endswith(".")
    else:
        assert (found.content_type, found.extension) in {(kind.content_type, kind.extension) for kind in TYPES}
        assert found.name.endswith(f".{found.extension}")
        assert found.sha256 == hashlib.sha256(data).hexdigest()
