"""Lists as CSV for spreadsheet programs: streamed, readable by them at once, and harmless there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from django.http import StreamingHttpResponse

# What a spreadsheet program takes for the beginning of a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


class _Echo:
    """Gives back what is written to it, line by line."""

    def write(self, line: str) -> str:
        return line


def harmless(value: object) -> str:
    """A cell that no spreadsheet program runs; empty for none."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def lines(header: Iterable[object], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The file line by line, beginning with the mark by which such programs know UTF-8."""
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([harmless(cell) for cell in header])
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def write_rows(filename: str, header: Iterable[object], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """A download of rows, sent while they are read.

    Args:
        filename: with its ending; only what is safe in a header of it is used.
        header: the heads of the columns.
        rows: the cells of each row, in the order of the header; read once.
    """
    response = StreamingHttpResponse(lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
