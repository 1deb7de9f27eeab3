"""What people were told: each change that somebody asked for over HTTP, and what the site answered to each try.

A change is found again in the database by its verb, its request, who did it, and a word that was in its text.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

# What became of one try.
DONE, REFUSED, LOST = "done", "refused", "lost"
TOKEN = re.compile(r"\bzq[0-9a-f]{12}\b")

Key = tuple[str, str, str, str]


def token(random: Random) -> str:
    """A word that stands in no other text."""
    return f"zq{random.getrandbits(48):012x}"


@dataclass
class Change:
    """One change that one person wanted.

    `verb` is that of the workflow, or `start` and `save`. `tries` are what was answered each time: done (2xx or 3xx and
    the page says so), refused (the page says why not), lost (5xx, or no answer). `seen`: after a lost answer the
    person found it done.
    """

    who: str
    verb: str
    reference: str
    token: str = ""
    tries: list[str] = field(default_factory=list)
    seen: bool = False

    @property
    def key(self) -> Key:
        """By what it is found in the database."""
        return (self.reference, self.verb, self.who, self.token)

    @property
    def acknowledged(self) -> bool:
        """Whether the person was told that it is done."""
        return DONE in self.tries

    @property
    def possible(self) -> bool:
        """Whether it may be there: no clear refusal each time."""
        return DONE in self.tries or LOST in self.tries


class Ledger:
    """The changes of all people, who write at the same time."""

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        """Begin with `changes`."""
        self.changes = list(changes)
        self.lock = threading.Lock()

    def begin(self, who: str, verb: str, reference: str, word: str = "") -> Change:
        """Note that somebody is about to ask for a change."""
        change = Change(who, verb, reference, word)
        with self.lock:
            self.changes.append(change)
        return change

    def write(self, path: Path) -> None:
        """Keep it as JSON."""
        path.write_text(json.dumps([asdict(change) for change in self.changes]))

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """As it was written."""
        return cls(Change(**row) for row in json.loads(path.read_text()))
