"""Is this a PDF, a table or plain text?"""

from __future__ import annotations

import csv
import io
import re
from typing import BinaryIO

from django.utils.translation import gettext as _

from .filetypes import CSV, TEXT, FileType
from .problems import Refused

PDF_SIGNATURE = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n \t%]")
_TAIL = 2048
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# What programs take for something else than text: markup (HTML, SVG, XML, PHP), a script for Unix, PostScript, RTF.
# Looked for where a program would: at the first character that is no space.
_MARKUP = re.compile(r"<[a-z!?/%]|#!|%!PS|\{\\rtf", re.IGNORECASE)
# A cell that a spreadsheet would compute instead of showing it; signed numbers and telephone numbers are none.
_FORMULA = re.compile(r"""[\s"']*(?:[=@]|[+-](?![\d\s.,()/:%eE-]*$))""")


def check_pdf(file: BinaryIO, size: int) -> None:
    """A PDF begins with its header at the first byte (ISO 32000-2, 7.5.2) and ends with its end mark.

    Viewers also open files with anything before the header; those are refused, since what comes first decides what
    other programs take them for. After the last end mark only empty space may follow (a changed PDF has several).
    Encrypted PDFs are taken: many systems encrypt with an empty password to forbid changes, such a file opens for
    everybody, and whether a password is needed cannot be told without decrypting. What a PDF does when it is opened
    (scripts, links) is not judged: that may stand compressed inside, and a search would promise what it cannot keep.

    Raises:
        Refused: when the end is missing, or something else follows it.
    """
    file.seek(max(0, size - _TAIL))
    tail = file.read().rstrip(b"\0\t\n\f\r \x1a")
    if b"%%EOF" not in tail:
        raise Refused(_("This PDF is damaged or not complete. Open it, save it anew and attach that."))
    if not tail.endswith(b"%%EOF"):
        raise Refused(_("Something else follows the end of this PDF. Print it to a new PDF and attach that."))


def check_no_markup(data: bytes) -> None:
    """A text does not begin as one that browsers and programs run.

    Raises:
        Refused: when it does.
    """
    if _MARKUP.match(data[:_TAIL].decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n\f")):
        raise Refused(
            _("This is a web page, a script or another text for programs. Print it to a PDF and attach that.")
        )


def text_type(data: bytes, name: str) -> FileType:
    """Plain text, or a table when it is one and is called one.

    A table is text, too, and which of the two is meant cannot be seen in it: there the name may choose. Spreadsheet
    programs run formulas in a table that they open, so one with a cell that looks like a formula is kept as plain text.

    Args:
        data: the whole file.
        name: as the browser sent it.

    Raises:
        Refused: when it is not UTF-8 or holds control characters.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(_("This looks like text, but not in UTF-8. Save it as “UTF-8” and attach that.")) from None
    if _CONTROL.search(text):
        raise Refused(_("This looks like text, but holds control characters. Save it as a PDF and attach that."))
    return CSV if name.casefold().endswith(".csv") and _is_harmless_table(text) else TEXT


def _is_harmless_table(text: str) -> bool:
    """Whether each line has the same number of cells, two or more, and no cell is a formula in any usual reading."""
    for delimiter in (",", ";", "\t"):
        try:
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
        except csv.Error:
            return False
        if rows and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1:
            return not any(_FORMULA.match(part) for row in rows for cell in row for part in re.split(r"[,;\t|]", cell))
    return False
