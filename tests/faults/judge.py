"""What must be so when everything works again, each rule a function that gives a sentence for each breach.

    python -m tests.faults.judge EVIDENCE

reads the evidence (JSON: `changes`, `received`, `allowance`) and prints a JSON list of sentences. It runs beside the
site, on its database and its files.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import django

from .ledger import Change, Key


@dataclass(frozen=True)
class Evidence:
    """What was seen from outside.

    `received`: Message-ID and recipient of each mail that the mail server took. `allowance`: how many of them may be
    repetitions, one for each sender that was killed or cut off in the middle.
    """

    changes: list[Change]
    received: list[tuple[str, str]]
    allowance: int


def judge(evidence: Evidence) -> list[str]:
    """Every rule."""
    from . import judging_mail, judging_rows
    from .effects import effects

    changes, there = evidence.changes, effects()
    return [
        *lost(changes, there),
        *twice(changes, there),
        *unasked(changes, there),
        *judging_mail.unannounced(),
        *judging_mail.undelivered(evidence.received),
        *judging_mail.repeated(evidence.received, evidence.allowance),
        *broken_record(),
        *judging_rows.nobodys_turn(),
        *judging_rows.half_written(),
        *judging_rows.begun_twice(),
        *judging_rows.files_astray(),
    ]


def lost(changes: Sequence[Change], there: Counter[Key]) -> Iterator[str]:
    """What somebody was told is done, or saw done, and is not there."""
    for change in changes:
        if (change.acknowledged or change.seen) and not there[change.key]:
            told = f"{change.who} was told that {change.verb} {change.reference} {change.token} was done"
            yield f"Lost: {told}, answered {change.tries}{', seen' * change.seen}."


def twice(changes: Sequence[Change], there: Counter[Key]) -> Iterator[str]:
    """What is there more often than somebody wanted it."""
    wanted = Counter(change.key for change in changes)
    for key, times in wanted.items():
        if there[key] > times:
            tries = [change.tries for change in changes if change.key == key]
            yield f"Done {there[key]} times and wanted {times} times: {key}, answered {tries}."


def unasked(changes: Sequence[Change], there: Counter[Key]) -> Iterator[str]:
    """What somebody was told is refused, each time they tried, and is there."""
    possible = {change.key for change in changes if change.possible}
    for change in changes:
        if change.tries and change.key not in possible and there[change.key]:
            yield f"Done although refused: {change.verb} {change.reference} by {change.who} {change.token}."


def broken_record() -> Iterator[str]:
    """What `manage.py verify_events` says when it does not exit with 0."""
    from django.core.management import CommandError, call_command

    said = StringIO()
    try:
        call_command("verify_events", stdout=said, stderr=said)
    except CommandError as problem:
        yield f"Record: {problem} {said.getvalue()}"


def read(path: Path) -> Evidence:
    """The evidence as the test wrote it."""
    found = json.loads(path.read_text())
    received = [(message_id, recipient) for message_id, recipient in found["received"]]
    return Evidence([Change(**row) for row in found["changes"]], received, found["allowance"])


if __name__ == "__main__":
    django.setup()
    print(json.dumps(judge(read(Path(sys.argv[1])))))
