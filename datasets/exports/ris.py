"""A dataset as a record of RIS, which most reference managers read.

The tags are those of https://web.archive.org/web/20120526103719/http://refman.com/support/risformat_intro.asp; the
type DATA came later.
"""

from __future__ import annotations

from collections.abc import Iterator

from datasets.exports.record import Record


def ris(record: Record) -> str:
    """One record. Values stand on one line, so none can begin a tag of its own."""
    return "".join(f"{tag}  - {value}\r\n" for tag, value in _lines(record) if value or tag == "ER")


def _lines(record: Record) -> Iterator[tuple[str, str]]:
    yield "TY", "DATA"
    yield from (("AU", agent.parts.sorted) for agent in record.creators)
    yield "TI", record.title
    yield "ST", record.short_name
    yield "PY", record.year
    yield "DA", "/".join([*record.published.split("-"), "", "", ""][:3]) + "/" if record.published else ""
    yield "AB", record.summary
    yield from (("KW", word) for word in record.keywords)
    yield "ET", record.version
    yield "PB", record.publisher
    yield "LA", "en"
    yield "DO", record.doi
    yield "UR", record.doi_address
    yield "ER", ""
