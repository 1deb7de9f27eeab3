"""How a rule says no: it raises its reason, a sentence the person can act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


class Denied(Exception):
    """What was asked for may not happen; the text says why and, where there is something, what to do."""

    def __init__(self, sentence: str | Promise) -> None:
        self.sentence = sentence
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class AlreadySent(Denied):
    """A second sending of the same request: the first one counts."""


class Incomplete(Denied):
    """Answers are missing or wrong; `problems` says what, by the key of the question."""

    def __init__(self, sentence: str | Promise, problems: Mapping[str, str | Promise]) -> None:
        self.problems = problems
        super().__init__(sentence)


@dataclass(frozen=True)
class Allowed:
    """Yes, or no and why."""

    ok: bool
    why: str = ""

    def __bool__(self) -> bool:
        return self.ok


def allowed(check: Callable[..., object], *args: Any, **kwargs: Any) -> Allowed:
    """Ask a rule without being stopped by it."""
    try:
        check(*args, **kwargs)
    except Denied as denied:
        return Allowed(False, str(denied))
    return Allowed(True)
