"""A form's questions while they are edited: put in, moved, taken out; and what changed between two lists of them.

Pure: questions are JSON as in a `FormVersion`. Nothing is altered in place, and nothing is checked here
(`form_checks`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from .events import canonical
from .questions import STEPS, Question, name_of, parse

Json = dict[str, Any]
CONDITIONS = ("show_if", "prefill_if")


def digest(questions: Sequence[Json]) -> str:
    """What tells two lists of questions apart: SHA-256 of their canonical JSON."""
    return hashlib.sha256(canonical(list(questions))).hexdigest()


def in_order(questions: Sequence[Json]) -> list[Json]:
    """The questions as applicants meet them: by step, in a step as they are."""
    return sorted(questions, key=lambda question: STEPS.index(question["step"]))


def found(questions: Sequence[Json], key: str) -> Json | None:
    """The question with a key, if there is one."""
    return next((question for question in questions if question["key"] == key), None)


def put(questions: Sequence[Json], question: Json, *, instead_of: str = "") -> list[Json]:
    """The questions with one more at the end of its step, or with one in the place of another.

    Args:
        questions: as they are.
        question: the new one.
        instead_of: the key of the one that it replaces, whose dependents then depend on the new key. Where there
            is none with that key, it is added.
    """
    old = found(questions, instead_of) if instead_of else None
    if old is None:
        return in_order([*questions, question])
    followed = [_following(each, instead_of, question["key"]) for each in questions]
    if old["step"] != question["step"]:
        return in_order([*(each for each in followed if each["key"] != instead_of), question])
    return in_order([question if each["key"] == instead_of else each for each in followed])


def _following(question: Json, old: str, new: str) -> Json:
    """A question that depends on a key, depending on its new name."""
    if old == new:
        return question
    followed = dict(question)
    for field in CONDITIONS:
        if old in question.get(field, {}):
            followed[field] = {new if key == old else key: values for key, values in question[field].items()}
    if question.get("copy_from") == old:
        followed["copy_from"] = new
    return followed


def moved(questions: Sequence[Json], key: str, *, up: bool) -> list[Json]:
    """The questions with one before (or after) its neighbour in the same step; as they are at the step's end."""
    ordered = in_order(questions)
    here = next((place for place, question in enumerate(ordered) if question["key"] == key), None)
    there = -1 if here is None else here - 1 if up else here + 1
    if here is None or not 0 <= there < len(ordered) or ordered[here]["step"] != ordered[there]["step"]:
        return ordered
    ordered[here], ordered[there] = ordered[there], ordered[here]
    return ordered


def without(questions: Sequence[Json], key: str) -> list[Json]:
    """The questions but one."""
    return [question for question in questions if question["key"] != key]


class What(StrEnum):
    """What happened to a question between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Change:
    """One difference: the question, as it is called, what happened to it, and which of its parts are other ones."""

    what: What
    key: str
    name: str
    parts: tuple[str, ...] = ()


def changes(before: Sequence[Json], after: Sequence[Json]) -> list[Change]:
    """What differs between two lists of questions, in the order of the new one; removed ones last."""
    old, new = ({question.key: question for question in parse(each)} for each in (before, after))
    elsewhere = _moved_keys([key for key in old if key in new], [key for key in new if key in old])
    differences = []
    for key, question in new.items():
        if key not in old:
            differences.append(Change(What.ADDED, key, name_of(question)))
        elif parts := _parts(old[key], question):
            differences.append(Change(What.CHANGED, key, name_of(question), parts))
        elif key in elsewhere:
            differences.append(Change(What.MOVED, key, name_of(question)))
    removed = [Change(What.REMOVED, key, name_of(question)) for key, question in old.items() if key not in new]
    return differences + removed


def _parts(old: Question, new: Question) -> tuple[str, ...]:
    return tuple(name for name in Question.model_fields if getattr(old, name) != getattr(new, name))


def _moved_keys(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """The fewest keys, as good as can be told, that stand elsewhere among the others."""
    same = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return set(new) - {key for block in same for key in new[block.b : block.b + block.size]}
