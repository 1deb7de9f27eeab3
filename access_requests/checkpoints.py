"""Copies of all chains' heads, kept outside the database: they show a record that was cut off or written anew."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from .events import Fault
from .models import AccessRequest, Event

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
    heads = AccessRequest.objects.exclude(event_count=0).values_list("reference", "event_count", "event_head")
    content = {reference: [count, head] for reference, count, head in heads.iterator(2000)}
    target = folder() / f"heads-{timezone.localdate().isoformat()}.json"
    for left in target.parent.glob(f"*{PART}"):
        if time.time() - left.stat().st_mtime > LONGEST:
            left.unlink(missing_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, suffix=PART, delete=False, encoding="utf-8") as part:
        json.dump(content, part, indent=0, sort_keys=True)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(target)
    return target


def verify_checkpoints() -> Iterator[Fault]:
    """Compare the chains with every checkpoint in one pass: each head kept there must still be where it was."""
    kept = _heads_kept()
    for reference, number, hash_ in Event.objects.values_list("request__reference", "number", "hash").iterator(2000):
        for head, name in kept.pop((reference, number), ()):
            if head != hash_:
                yield Fault(reference, f"event {number} is not the one in {name}.")
    for (reference, number), copies in sorted(kept.items()):
        yield Fault(reference, f"event {number} of {copies[0][1]} is gone.")


def _heads_kept() -> dict[tuple[str, int], list[tuple[str, str]]]:
    """For each head (reference, number) the hashes that checkpoints hold for it, each with the file's name."""
    kept: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(folder().glob("heads-*.json")):
        for reference, (number, head) in json.loads(path.read_text(encoding="utf-8")).items():
            kept[reference, number].append((head, path.name))
    return kept
