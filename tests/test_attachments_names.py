"""Names of files: harmless in a header, in an archive, on any file system, and to the reader's eye."""

from __future__ import annotations

import unicodedata
import zipfile
from email.message import Message
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from django.utils.http import content_disposition_header
from hypothesis import example, given, settings

from access_requests.attachments import clean_name
from access_requests.attachments.names import LONGEST, LONGEST_BYTES


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Ethics approval.pdf", "Ethics approval.pdf"),
        ("Etikprövning Åsa.PDF", "Etikprövning Åsa.pdf"),
        ("承認.pdf", "承認.pdf"),
        ("C:\\Users\\ada\\letter.pdf", "letter.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("../../../x.pdf", "x.pdf"),
        ("..", "file.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("~$letter.pdf", "$letter.pdf"),
        ("-rf.pdf", "rf.pdf"),
        ("a.pdf. . ", "a.pdf"),
        ("   ", "file.pdf"),
        ("letter.exe", "letter.pdf"),
        ("letter.pdf.exe", "letter.pdf.pdf"),
        ("letter.final", "letter.final.pdf"),
        ("version 1.2", "version 1.2.pdf"),
        ("Dr. Smith", "Dr. Smith.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie_ x=1.pdf"),
        ('a"; filename="b.html', "a_; filename=_b.pdf"),
        ("a%0d%0ab.pdf", "a_0d_0ab.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("a<b>c|d?e*f:g.pdf", "a_b_c_d_e_f_g.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.pdf"),
        ("in\u200bvis\u00adible\ufeff.pdf", "invisible.pdf"),
        ("a\u00a0b\u3000c\u2028d.pdf", "a b c d.pdf"),
        ("\u3164.pdf", "pdf.pdf"),
        ("a\u2215b\uff0fc.pdf", "a-b-c.pdf"),
        ("A\u030asa.pdf", "Åsa.pdf"),
        ("lone \ud800 half.pdf", "lone half.pdf"),
        ("CON", "_CON.pdf"),
        ("aux.pdf", "_aux.pdf"),
        ("com1.tar.pdf", "_com1.tar.pdf"),
        ("LPT²", "_LPT².pdf"),
        ("console.pdf", "console.pdf"),
        ("x" * 300 + ".pdf", "x" * (LONGEST - 4) + ".pdf"),
    ],
)
def test_clean(name: str, clean: str) -> None:
    assert clean_name(name, "pdf") == clean


def test_a_long_name_is_cut_between_characters_and_keeps_its_extension() -> None:
    name = clean_name("承" * 300, "docx")
    assert name.endswith("承.docx")
    assert LONGEST_BYTES - 3 < len(name.encode()) <= LONGEST_BYTES


ANY_NAME = st.one_of(
    st.text(max_size=400),
    st.text(alphabet=' .-~/\\:"%;\r\n\0\u202e\u3000aApdfPDFoncxe\u0301å', max_size=40),
    st.text(alphabet=st.characters(categories=("Cs", "Cf", "Cc", "Zs", "Mn"))),
)


@given(name=ANY_NAME, extension=st.sampled_from(["pdf", "jpg", "docx"]))
@example(name="a.pdf" * 100, extension="pdf")
@example(name="x" * 115 + ".pdf ", extension="pdf")
def test_a_clean_name_keeps_every_promise(name: str, extension: str) -> None:
    clean = clean_name(name, extension)
    stem, dot, end = clean.rpartition(".")
    assert (dot, end) == (".", extension)
    assert stem
    assert stem == stem.strip(" .")
    assert len(clean) <= LONGEST
    assert len(clean.encode()) <= LONGEST_BYTES
    assert clean == unicodedata.normalize("NFC", clean)
    assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for each in clean)
    assert not set(clean) & set('/\\<>:"|?*%\u00a0\u3000')
    assert clean_name(clean, extension) == clean


@given(name=ANY_NAME)
def test_a_browser_reads_the_same_name_in_the_header(name: str) -> None:
    clean = clean_name(name, "pdf")
    header = content_disposition_header(as_attachment=True, filename=clean)
    assert header is not None
    assert header.isascii()
    assert header.isprintable()
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    assert message.get_filename() == clean


@settings(max_examples=30)
@given(names=st.lists(ANY_NAME, max_size=4))
def test_archive_and_file_system_take_the_names(names: list[str]) -> None:
    cleaned = {clean_name(name, "pdf") for name in names}
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in cleaned:
            archive.writestr(name, name)
    with TemporaryDirectory() as folder:
        zipfile.ZipFile(out).extractall(folder)
        assert {path.name for path in Path(folder).iterdir()} == cleaned
