"""Brings the table of institutions to what a file of the register says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from access_requests.models import Institution, InstitutionDomain, InstitutionName

from .matching import fold_name
from .ror import Record, UnreadableFile, read, version_of

BATCH = 500
NEW, CHANGED, UNCHANGED, WITHDRAWN, PASSED_OVER = "new", "changed", "unchanged", "withdrawn", "passed over"
FIELDS = ("name", "other_names", "country", "domains", "source_version", "fingerprint", "retired_at")


def import_institutions(path: Path) -> Counter[str]:
    """Import a file: how many records were new, changed, unchanged, withdrawn, or withdrawn and never known here.

    The whole file is read once before anything is written, so that a broken one changes nothing. Then it is written
    in short transactions, so that nobody waits for the table; one that was stopped half way is simply run again.
    Institutions that the file does not name stay as they are: the register withdraws records and removes none.

    Raises:
        UnreadableFile: when the file is broken, or is not the register's.
    """
    _check(path)
    version = version_of(path)
    counts: Counter[str] = Counter()
    records = read(path)
    while batch := list(islice(records, BATCH)):
        counts += write(batch, version)
    return counts


def _check(path: Path) -> None:
    """Read all of it.

    Raises:
        UnreadableFile: also when two records have the same ID.
    """
    seen: set[str] = set()
    for record in read(path):
        if record.ror_id in seen:
            raise UnreadableFile(f"{path} holds {record.ror_id} twice.")
        seen.add(record.ror_id)


@transaction.atomic
def write(records: Sequence[Record], version: str) -> Counter[str]:
    """Write some records of one file; what became of each."""
    known = Institution.objects.in_bulk([record.ror_id for record in records], field_name="ror_id")
    counts: Counter[str] = Counter()
    new: list[Institution] = []
    changed: list[Institution] = []
    for record in records:
        row = known.get(record.ror_id)
        outcome = _outcome(row, record)
        counts[outcome] += 1
        if outcome == NEW:
            new.append(_filled(Institution(ror_id=record.ror_id), record, version))
        elif row and outcome in {CHANGED, WITHDRAWN}:
            changed.append(_filled(row, record, version))
    Institution.objects.bulk_create(new)
    if changed:
        Institution.objects.bulk_update(changed, FIELDS)
    _write_lookups(new, changed, {record.ror_id: record.own for record in records})
    return counts


def _outcome(row: Institution | None, record: Record) -> str:
    if row is None:
        return NEW if record.active else PASSED_OVER
    if row.fingerprint == record.fingerprint:
        return UNCHANGED
    return CHANGED if record.active or row.retired_at else WITHDRAWN


def _filled(row: Institution, record: Record, version: str) -> Institution:
    row.name, row.other_names, row.country = record.name, list(record.other_names), record.country
    row.domains, row.fingerprint, row.source_version = list(record.domains), record.fingerprint, version
    row.retired_at = None if record.active else row.retired_at or timezone.now()
    return row


def _write_lookups(new: list[Institution], changed: list[Institution], own: dict[str, bool]) -> None:
    """Write by which names and domains these institutions are found."""
    InstitutionName.objects.filter(institution__in=changed).delete()
    InstitutionDomain.objects.filter(institution__in=changed).delete()
    rows = [*new, *changed]
    names = (InstitutionName(institution=row, folded=folded) for row in rows for folded in _folded(row))
    InstitutionName.objects.bulk_create(names, batch_size=BATCH)
    domains = (
        InstitutionDomain(institution=row, domain=domain, own=own[row.ror_id]) for row in rows for domain in row.domains
    )
    InstitutionDomain.objects.bulk_create(domains, batch_size=BATCH)


def _folded(row: Institution) -> Iterator[str]:
    """Each name of an institution folded, once; a single letter names nobody."""
    folded = dict.fromkeys(fold_name(name) for name in (row.name, *row.other_names))
    yield from (name for name in folded if len(name) > 1)
