"""How to cite a dataset, as its landing page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from datasets.exports import apa
from datasets.exports.format import Format
from datasets.exports.record import Record
from datasets.exports.table import BY_NAME

SHOWN = ("citation.bib", "citation.ris")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry for a reference manager: its format, where it can be downloaded, and its text."""

    format: Format
    address: str
    text: str

    @property
    def id(self) -> str:
        """The id of its element on the page, `cite-bib`."""
        return f"cite-{self.format.name.rpartition('.')[2]}"


@dataclass(frozen=True, slots=True)
class Citations:
    """How to cite a dataset: a sentence, and entries."""

    sentence: apa.Citation
    entries: list[Entry]


def citations(record: Record) -> Citations:
    """How to cite a dataset; in English, as whoever reads its record, whatever the page's language."""
    formats = [BY_NAME[name] for name in SHOWN]
    entries = [Entry(each, f"/{record.doi}/{each.name}", each.write(record)) for each in formats]
    return Citations(apa.citation(record), entries)
