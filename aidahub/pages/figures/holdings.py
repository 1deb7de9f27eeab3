"""What the listed datasets hold together: tables by field, and how many there are of each modality and organ.

Hidden and retired datasets are not counted. An unknown number counts as nothing, and how many are unknown is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from datasets import facts
from datasets.models import Dataset
from datasets.register.values import fold

CLINICAL, SYNTHETIC, SCAPIS = "clinical", "synthetic", "scapis"
TOTAL, ANNOTATED = "total", "annotated"
ALWAYS = ("Pathology", "Radiology")  # the rows that clinical and synthetic data have even when there is none
BETWEEN_FIELDS = re.compile(r"[/,;&]|\band\b")  # pages write "Radiology/Radiotherapy"
COLUMNS = (
    *("pk", "field", "synthetic", "scapis", "modality", "organ", "countries"),
    *("number_of_scans", "number_of_annotations", "bytes"),
)


@dataclass(slots=True)
class Sum:
    """What some datasets hold together, and how many of them do not say it."""

    datasets: int = 0
    scans: int = 0
    annotations: int = 0
    bytes: int = 0
    without_scans: int = 0
    without_annotations: int = 0
    without_bytes: int = 0

    def add(self, dataset: Dataset) -> None:
        """Count one more dataset."""
        self.datasets += 1
        self.scans += dataset.number_of_scans or 0
        self.annotations += dataset.number_of_annotations or 0
        self.bytes += dataset.bytes or 0
        self.without_scans += dataset.number_of_scans is None
        self.without_annotations += dataset.number_of_annotations is None
        self.without_bytes += dataset.bytes is None


class Names:
    """How often each name occurs, whatever its capitals and accents; the name as it was written first."""

    def __init__(self) -> None:
        """None yet."""
        self.written: dict[str, str] = {}
        self.number: Counter[str] = Counter()

    def add(self, names: Iterable[str]) -> None:
        """Count each of one dataset's names once."""
        for key, name in {fold(name): name for name in names}.items():
            self.written.setdefault(key, name)
            self.number[key] += 1

    def most_first(self) -> list[tuple[str, int]]:
        """Each name and its number, the most frequent first, else by the alphabet."""
        found = [(self.written[key], number) for key, number in self.number.items()]
        return sorted(found, key=lambda pair: (-pair[1], fold(pair[0])))


@dataclass(slots=True)
class Holdings:
    """The sums by kind of data and row, the names, and which datasets each country's page entries name."""

    sums: dict[str, dict[str, Sum]] = field(default_factory=dict)
    modalities: list[tuple[str, int]] = field(default_factory=list)
    organs: list[tuple[str, int]] = field(default_factory=list)
    countries: dict[str, set[int]] = field(default_factory=dict)


def kind_of(dataset: Dataset) -> str:
    """Clinical, synthetic, or of the SCAPIS study, which has a list and totals of its own."""
    return SYNTHETIC if dataset.synthetic else SCAPIS if dataset.scapis else CLINICAL


def fields_of(text: str) -> list[str]:
    """The fields that a page names, `Radiology/Radiotherapy`, each with one capital."""
    names = (" ".join(part.split()) for part in BETWEEN_FIELDS.split(text))
    return list(dict.fromkeys(name[0].upper() + name[1:].lower() for name in names if name))


def holdings() -> Holdings:
    """Count all listed datasets, in one query."""
    found = Holdings()
    modalities, organs = Names(), Names()
    for dataset in Dataset.objects.listed().order_by("pk").only(*COLUMNS):
        rows = found.sums.setdefault(kind_of(dataset), {})
        for row in _rows_of(dataset):
            rows.setdefault(row, Sum()).add(dataset)
        modalities.add(facts.words(dataset.modality))
        organs.add(facts.words(dataset.organ))
        for code in set(dataset.countries):
            found.countries.setdefault(code, set()).add(dataset.pk)
    kinds = [kind for kind in (CLINICAL, SYNTHETIC, SCAPIS) if kind in found.sums]
    found.sums = {kind: _in_order(found.sums[kind], kind) for kind in kinds}
    found.modalities, found.organs = modalities.most_first(), organs.most_first()
    return found


def _rows_of(dataset: Dataset) -> list[str]:
    annotated = [ANNOTATED] if dataset.number_of_annotations else []
    return [TOTAL, *annotated, *fields_of(dataset.field)]


def _in_order(rows: dict[str, Sum], kind: str) -> dict[str, Sum]:
    always = (TOTAL, ANNOTATED) if kind == SCAPIS else (TOTAL, ANNOTATED, *ALWAYS)
    others = sorted(rows.keys() - {*always, *ALWAYS})
    known = always if kind != SCAPIS else (*always, *(name for name in ALWAYS if name in rows))
    return {name: rows.get(name, Sum()) for name in (*known, *others)}
