"""What a file is, told by its content; what is refused, and with which sentence."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from access_requests.attachments import TYPES, inspect
from tests.support.files import (
    EACH,
    a_file,
    chunk,
    docx,
    jpeg,
    odf,
    pdf,
    png,
    refusal,
    segment,
    tiff,
    xlsx,
    zipped,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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


@pytest.mark.parametrize("extension", sorted(set(EACH) - {"csv"}))
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
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "web page, a script"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "web page, a script"),
        (b"<?php system('id');", "web page, a script"),
        (b"#!/bin/sh\nrm -r /\n", "script"),
        ("Håkan".encode("latin-1"), "not in UTF-8. Save it as “UTF-8”"),
        ("name;born".encode("utf-16"), "not in UTF-8|not taken"),
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
        (b"<html>" + pdf(), "web page"),
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


def test_larger_than_one_file_may_be(settings: Any) -> None:
    settings.FILE_MAX_MB = 2
    assert "it has 3.0" in refusal(b"a" * 3 * 1024 * 1024)
    assert inspect(a_file(b"a" * 2**21), "a").size == 2**21
