"""The one rule by which numbers about requests are shown, so that none points at a person (docs/adr/0009).

A number of requests is shown when it is 0 or at least `FEWEST`; a smaller one is added to its neighbour, and only the
sum is shown. Nothing is left blank, so no hidden number follows from a total. Outcomes and times both divide the same
requests, all that were sent, and both either tell those with a decision from those without, or neither does: so no
difference between two tables gives a small number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from access_requests.measuring import FEWEST as FEWEST


@dataclass(frozen=True, slots=True)
class Run:
    """Some of a row of numbers that stand side by side, from place `first` to `last`, and their sum."""

    first: int
    last: int
    number: int

    @property
    def length(self) -> int:
        """How many numbers it holds."""
        return self.last - self.first + 1


def is_shown(number: int) -> bool:
    """Whether a number of requests points at nobody: there is none, or there are enough."""
    return number == 0 or number >= FEWEST


def in_runs(numbers: Sequence[int]) -> list[Run]:
    """Numbers in an order that means something, merged from the first on until each run holds enough.

    What is left at the end joins the run before it. So a run never changes once the next one is there, and pages read
    at different times add nothing. Empty when all of them together are too few.

    Args: numbers: none negative.
    """
    runs: list[Run] = []
    first = total = 0
    for place, number in enumerate(numbers):
        total += number
        if total >= FEWEST:
            runs.append(Run(first, place, total))
            first, total = place + 1, 0
    if runs and first < len(numbers):
        runs[-1] = Run(runs[-1].first, len(numbers) - 1, runs[-1].number + total)
    return runs


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of all requests that were sent; each of them is in one of the four."""

    approved: int = 0
    rejected: int = 0
    ended: int = 0  # withdrawn or closed before a decision
    open: int = 0

    @property
    def decided(self) -> int:
        """Those with a decision."""
        return self.approved + self.rejected

    @property
    def undecided(self) -> int:
        """Those without one."""
        return self.ended + self.open

    @property
    def sent(self) -> int:
        """All of them."""
        return self.decided + self.undecided

    @property
    def tells_decided(self) -> bool:
        """Whether those with and those without a decision may be told apart."""
        return is_shown(self.decided) and is_shown(self.undecided)


def outcome_groups(outcomes: Outcomes) -> dict[str, int]:
    """The outcomes that may be told apart, each with its number; empty when none may.

    The groups are fixed pairs, never chosen by size: a pair that is shown as one could hide any division of its sum.
    Rejections stand alone only beside approvals, else everybody who is known to have asked would be known as rejected.
    """
    approved, rejected, ended, still_open = outcomes.approved, outcomes.rejected, outcomes.ended, outcomes.open
    if not outcomes.tells_decided:
        rest = rejected + outcomes.undecided
        if min(approved, rest) < FEWEST:
            return {}
        return {"approved": approved, "not-approved": rest}
    told = is_shown(approved) and is_shown(rejected) and (approved or not rejected)
    decided = {"approved": approved, "rejected": rejected} if told else {"decided": outcomes.decided}
    if is_shown(ended) and is_shown(still_open):
        undecided = {"ended": ended, "open": still_open}
    else:
        undecided = {"undecided": outcomes.undecided}
    return {**decided, **undecided} if outcomes.sent else {}


def time_groups(times: Sequence[int], outcomes: Outcomes) -> tuple[list[Run], bool]:
    """How long decisions took, in runs of neighbouring spans, and whether the last one holds those without a decision.

    Args:
        times: how many decisions took each span, the shortest first; together `outcomes.decided`.
    """
    if outcomes.tells_decided:
        return in_runs(times), False
    return in_runs([*times, outcomes.undecided]), True
