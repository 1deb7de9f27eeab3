"""Copies of all chains' heads, kept outside the database: they show a record that was cut off or written anew."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from .events import Fault
from .models import AccessRequest, Event

Head = tuple[str, int, str]  # reference, number of the last event, its hash
TOGETHER = 500
PART = ".part"  # ends the name of a file that is being written
LONGEST = 3600  # seconds after which nobody writes at one any more


def folder() -> Path:
    """Where checkpoints are kept. An operator copies them to another machine."""
    path = Path(settings.VAR_DIR) / "checkpoints"
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_checkpoint() -> Path:
    """Write the heads of all chains as they are now; a file of the same day is replaced as a whole.

    What a killed process left of an earlier one is removed.
    """
    heads = AccessRequest.objects.exclude(event_count=0).order_by("reference")
    target = folder() / f"heads-{timezone.localdate().isoformat()}.json"
    for left in target.parent.glob(f"*{PART}"):
        if time.time() - left.stat().st_mtime > LONGEST:
            left.unlink(missing_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, suffix=PART, delete=False, encoding="utf-8") as part:
        part.writelines(_lines(heads.values_list("reference", "event_count", "event_head").iterator(2000)))
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(target)
    return target


def _lines(heads: Iterable[Head]) -> Iterator[str]:
    """Heads as JSON, an object of pairs, written as they come."""
    between = "{\n"
    for reference, number, head in heads:
        yield f"{between}{json.dumps(reference)}: [\n{number},\n{json.dumps(head)}\n]"
        between = ",\n"
    yield "{}" if between == "{\n" else "\n}"


def verify_checkpoints() -> Iterator[Fault]:
    """Compare the chains with every checkpoint: each head kept there must still be where it was.

    Checkpoints are read line by line beside the one before, and what stands in both is asked of the database once: a
    year of them holds a hundred thousand heads for each of its days, most of which never change.
    """
    before: Path | None = None
    for path in sorted(folder().glob("heads-*.json")):
        new = _not_in(_heads(before) if before else iter(()), _heads(path))
        while some := list(islice(new, TOGETHER)):
            yield from _verify_heads(some, path.name)
        before = path


def _heads(path: Path) -> Iterator[Head]:
    """The heads that a checkpoint holds, by reference: read as `write_checkpoint` writes them, four lines each.

    A file that somebody put into another shape is read as a whole.
    """
    with path.open(encoding="utf-8") as lines:
        if (first := next(lines, "")) != "{\n":
            content: dict[str, tuple[int, str]] = json.loads(first + lines.read())
            yield from ((reference, number, head) for reference, (number, head) in sorted(content.items()))
            return
        for line in lines:
            if line.startswith('"'):
                reference, number, head = line.split('"')[1], next(lines), next(lines)
                yield reference, int(number.rstrip(",\n")), head.strip('"\n')


def _not_in(old: Iterator[Head], heads: Iterator[Head]) -> Iterator[Head]:
    """Those of `heads` that `old` does not hold; both are sorted."""
    known = next(old, None)
    for head in heads:
        while known is not None and known[0] < head[0]:
            known = next(old, None)
        if known != head:
            yield head


def _verify_heads(heads: list[Head], name: str) -> Iterator[Fault]:
    """Compare some heads with the events that stand there, by one query."""
    there = Event.objects.filter(request__reference__in={head[0] for head in heads})
    rows = there.filter(number__in={head[1] for head in heads}).values_list("request__reference", "number", "hash")
    found = {(reference, number): hash_ for reference, number, hash_ in rows}
    for reference, number, head in heads:
        hash_ = found.get((reference, number))
        if hash_ is None:
            yield Fault(reference, f"event {number} of {name} is gone.")
        elif hash_ != head:
            yield Fault(reference, f"event {number} is not the one in {name}.")
