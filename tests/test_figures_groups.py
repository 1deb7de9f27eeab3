"""The rule for small groups: whatever is shown, no combination of it gives a number of one to four requests."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidahub.pages.figures.groups import FEWEST, Outcomes, Run, in_runs, is_shown, outcome_groups, time_groups

SPANS = 4
small_and_large = st.one_of(st.integers(0, 7), st.integers(0, 60))
numbers = st.lists(small_and_large, min_size=0, max_size=30)
# How many requests were approved and how many rejected after each span; withdrawn or closed; open.
tables = st.tuples(
    st.lists(small_and_large, min_size=SPANS, max_size=SPANS),
    st.lists(small_and_large, min_size=SPANS, max_size=SPANS),
    small_and_large,
    small_and_large,
)
# Which outcomes a group of `outcome_groups` holds.
HOLDS = {
    "approved": {"approved"},
    "rejected": {"rejected"},
    "ended": {"ended"},
    "open": {"open"},
    "decided": {"approved", "rejected"},
    "undecided": {"ended", "open"},
    "not-approved": {"rejected", "ended", "open"},
}
ATOMS = [(name, span) for name in ("approved", "rejected") for span in range(SPANS)] + [("ended", -1), ("open", -1)]
Vector = list[Fraction]


@settings(max_examples=50)
@given(numbers)
def test_runs_divide_the_row_and_each_holds_enough(row: list[int]) -> None:
    runs = in_runs(row)
    assert all(run.number >= FEWEST for run in runs)
    assert [run.first for run in runs[1:]] == [run.last + 1 for run in runs[:-1]]
    assert sum(run.number for run in runs) == (sum(row) if sum(row) >= FEWEST else 0)
    for run in runs:
        assert run.number == sum(row[run.first : run.last + 1])
    if runs:
        assert (runs[0].first, runs[-1].last) == (0, len(row) - 1)


@settings(max_examples=50)
@given(numbers, numbers)
def test_a_run_never_changes_once_the_next_one_is_there(row: list[int], later: list[int]) -> None:
    final = in_runs(row)[:-1]
    assert in_runs([*row, *later])[: len(final)] == final


def test_runs_by_example() -> None:
    assert in_runs([9, 2, 0, 3, 8, 1]) == [Run(0, 0, 9), Run(1, 3, 5), Run(4, 5, 9)]
    assert in_runs([2, 2]) == []
    assert in_runs([]) == []


def vector(atoms: list[tuple[str, int]]) -> Vector:
    """One for each of these, nothing for the others."""
    return [Fraction(atom in atoms) for atom in ATOMS]


def rank(rows: list[Vector]) -> int:
    """How many of these rows do not follow from the others."""
    rows, found = [list(row) for row in rows], 0
    for column in range(len(ATOMS)):
        pivot = next((at for at in range(found, len(rows)) if rows[at][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for at in range(found + 1, len(rows)):
            factor = rows[at][column] / rows[found][column]
            rows[at] = [value - factor * above for value, above in zip(rows[at], rows[found], strict=True)]
        found += 1
    return found


def shown(approved: list[int], rejected: list[int], outcomes: Outcomes) -> list[Vector]:
    """What a reader is told, as sums over the smallest groups there are: the total, each outcome, each time."""
    rows = [vector(ATOMS)] if outcomes.sent >= FEWEST else []
    for key, number in outcome_groups(outcomes).items():
        held = [atom for atom in ATOMS if atom[0] in HOLDS[key]]
        rows += [vector(held)] if number else [vector([atom]) for atom in held]  # of nothing, every part is nothing
    times = [a + r for a, r in zip(approved, rejected, strict=True)]
    runs, _undecided = time_groups(times, outcomes)
    for run in runs:
        spans = set(range(run.first, run.last + 1))
        rows.append(vector([a for a in ATOMS if a[1] in spans or (a[1] < 0 and SPANS in spans)]))
    return rows


def tellable() -> list[list[tuple[str, int]]]:
    """All unions of outcomes, and all unions of times and of being without a decision."""
    outcomes = ("approved", "rejected", "ended", "open")
    found = [
        [atom for atom in ATOMS if atom[0] in some] for size in range(1, 5) for some in combinations(outcomes, size)
    ]
    times = range(-1, SPANS)
    return found + [
        [a for a in ATOMS if a[1] in some] for size in range(1, SPANS + 2) for some in combinations(times, size)
    ]


GROUPS = tellable()


@settings(max_examples=200)
@given(tables)
def test_no_sum_and_no_difference_of_what_is_shown_is_a_small_number(
    table: tuple[list[int], list[int], int, int],
) -> None:
    approved, rejected, ended, still_open = table
    outcomes = Outcomes(sum(approved), sum(rejected), ended, still_open)
    rows = shown(approved, rejected, outcomes)
    known = rank(rows)
    value = {("approved", n): number for n, number in enumerate(approved)}
    value |= {("rejected", n): number for n, number in enumerate(rejected)}
    value |= {("ended", -1): ended, ("open", -1): still_open}
    for group in GROUPS:
        number = sum(value[atom] for atom in group)
        if not is_shown(number):
            assert rank([*rows, vector(group)]) > known, (group, number, outcome_groups(outcomes))


@settings(max_examples=50)
@given(tables)
def test_every_number_that_is_shown_is_nothing_or_enough(table: tuple[list[int], list[int], int, int]) -> None:
    approved, rejected, ended, still_open = table
    outcomes = Outcomes(sum(approved), sum(rejected), ended, still_open)
    groups = outcome_groups(outcomes)
    assert all(is_shown(number) for number in groups.values())
    assert not groups or sum(groups.values()) == outcomes.sent
    runs, undecided = time_groups([a + r for a, r in zip(approved, rejected, strict=True)], outcomes)
    assert all(run.number >= FEWEST for run in runs)
    assert not runs or sum(run.number for run in runs) == outcomes.decided + undecided * outcomes.undecided


@pytest.mark.parametrize(
    ("outcomes", "groups"),
    [
        (Outcomes(20, 6, 0, 5), {"approved": 20, "rejected": 6, "ended": 0, "open": 5}),
        (Outcomes(20, 2, 5, 6), {"decided": 22, "ended": 5, "open": 6}),
        (Outcomes(20, 7, 2, 6), {"approved": 20, "rejected": 7, "undecided": 8}),
        (Outcomes(20, 7, 0, 3), {"approved": 20, "not-approved": 10}),  # three would follow from the number of times
        (Outcomes(20, 1, 0, 3), {}),
        (Outcomes(0, 9, 0, 0), {"decided": 9, "ended": 0, "open": 0}),  # else everybody would be known as rejected
        (Outcomes(0, 0, 0, 0), {}),
        (Outcomes(3, 0, 0, 0), {}),
        (Outcomes(6, 0, 0, 0), {"approved": 6, "rejected": 0, "ended": 0, "open": 0}),
    ],
)
def test_outcomes_by_example(outcomes: Outcomes, groups: dict[str, int]) -> None:
    assert outcome_groups(outcomes) == groups
