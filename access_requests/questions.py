"""A form's questions, and answers to them: which are shown, what is missing or wrong, how people read them.

Pure: questions come as JSON (a `FormVersion`'s, or a built-in form's file in fixtures/forms/), answers are a plain
mapping from a question's key. Texts carry their languages: `{"en": "...", "sv": "..."}`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from . import kinds
from .kinds import Bounds, Kind, Sentence

FORMS = Path(__file__).resolve().parent.parent / "fixtures" / "forms"
BUILTIN = ("research", "research-or-education", "aida-member")
STEPS = ("you", "project", "people", "terms")
FALLBACK = "en"

Texts = dict[str, str]
Answers = dict[str, Any]


class Option(BaseModel):
    """One of the answers to choose from; `name` is what it is called where others read it, if otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str
    label: Texts
    name: Texts = {}


class Question(BaseModel):
    """One question of a form; `name` is what the answer is called where others read it, if otherwise than `label`.

    `min` and `max` are characters for text, the value for numbers, ticks for some of, how many files; a date's `min`
    may be "today". `show_if` maps the key of an earlier question to the values with which this one is shown.
    `only_if` names a fact about the licence without which it is not asked. What the account knows under the same key
    is filled in, with `prefill_if` only where those answers stand. `copy_from` is an earlier question whose answer
    is proposed. `own`: an e-mail that must be a verified one of the account. `autocomplete` is the browser's word for
    the field (WCAG 2.2, success criterion 1.3.5).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    kind: Kind
    step: Literal["you", "project", "people", "terms"]
    label: Texts
    name: Texts = {}
    help: Texts = {}
    required: bool = True
    min: int | Literal["today"] | None = None
    max: int | None = None
    options: tuple[Option, ...] = ()
    show_if: dict[str, tuple[str, ...]] = {}
    only_if: Literal["coauthorship"] | None = None
    prefill_if: dict[str, tuple[str, ...]] = {}
    copy_from: str = ""
    own: bool = False
    autocomplete: str = ""

    @model_validator(mode="after")
    def _options_fit_the_kind(self) -> Question:
        if (self.kind in {Kind.ONE_OF, Kind.SOME_OF}) != bool(self.options):
            message = f"{self.key}: one of and some of need options, other kinds have none"
            raise ValueError(message)
        return self

    @property
    def bounds(self) -> Bounds:
        """What an answer may be, today and in the reader's language."""
        return Bounds(
            least=self.min if isinstance(self.min, int) else None,
            most=self.max,
            options={option.value: text_in(None, option.label) for option in self.options},
            not_before=kinds.today() if self.min == "today" else None,
        )


_LIST = TypeAdapter(list[Question])


def parse(questions: Sequence[Mapping[str, Any]]) -> list[Question]:
    """The questions of a form, as objects, from the JSON of a form version.

    Raises:
        ValueError: when a question is not well formed, two have one key, or one depends on a later or unknown one.
    """
    parsed = _LIST.validate_python(list(questions))
    known: set[str] = set()
    for question in parsed:
        if question.key in known:
            raise ValueError(f"Two questions have the key {question.key}.")
        needs = {*question.show_if, *question.prefill_if, *filter(None, [question.copy_from])}
        if unknown := needs - known:
            raise ValueError(f"{question.key} depends on {min(unknown)}, which is not asked before it.")
        known.add(question.key)
    return parsed


@lru_cache
def _builtin(slug: str) -> str:
    if slug not in BUILTIN:
        raise KeyError(slug)
    return (FORMS / f"{slug}.json").read_text("utf-8")


def builtin(slug: str) -> dict[str, Any]:
    """A built-in form: its slug, name by language, and questions as JSON.

    Raises:
        KeyError: when there is none with this slug.
    """
    form: dict[str, Any] = json.loads(_builtin(slug))
    return form


def text_in(language: str | None, texts: Mapping[str, str]) -> str:
    """The text in a language (None: the reader's), else in English, else in any."""
    wanted = (language or get_language() or FALLBACK).partition("-")[0]
    return texts.get(wanted) or texts.get(FALLBACK) or next(iter(texts.values()), "")


def of_step(questions: Iterable[Question], step: str) -> list[Question]:
    """Those that stand in one step of the form."""
    return [question for question in questions if question.step == step]


def shown(questions: Iterable[Question], answers: Mapping[str, Any]) -> list[Question]:
    """Those that are asked with these answers. What depends on a question that is not shown is not shown either."""
    seen: dict[str, Any] = {}
    found = []
    for question in questions:
        if _holds(question.show_if, seen):
            found.append(question)
            seen[question.key] = kinds.tidy(question.kind, answers.get(question.key))
    return found


def _holds(condition: Mapping[str, Collection[str]], answers: Mapping[str, Any]) -> bool:
    return all(_is_one_of(answers.get(key), values) for key, values in condition.items())


def _is_one_of(answer: Any, values: Collection[str]) -> bool:
    if isinstance(answer, list):
        return bool(set(answer) & set(values))
    return ("yes" if answer is True else str(answer)) in values


def tidied(questions: Iterable[Question], answers: Mapping[str, Any]) -> Answers:
    """The answers to these questions, tidied; wrong ones stay, so that nothing written is lost."""
    return {
        question.key: kinds.tidy(question.kind, answers[question.key])
        for question in questions
        if question.key in answers and question.kind is not Kind.EXPLANATION
    }


def without_files(questions: Iterable[Question], answers: Mapping[str, Any]) -> Answers:
    """Answers without those to questions that ask for files: a file belongs to one request and goes to no other."""
    files = {question.key for question in questions if question.kind is Kind.FILE}
    return {key: value for key, value in answers.items() if key not in files}


def clean_answers(questions: Sequence[Question], answers: Mapping[str, Any]) -> Answers:
    """The answers to what is shown, tidied and without empty ones: what a submission keeps."""
    clean = tidied(shown(questions, answers), answers)
    return {key: value for key, value in clean.items() if not kinds.is_empty(value)}


def check_complete(
    questions: Sequence[Question], answers: Mapping[str, Any], *, emails: Collection[str] | None = None
) -> dict[str, Sentence]:
    """What is missing or wrong, by question, as sentences people can act on; empty when the answers can be sent.

    Args:
        questions: the form's.
        answers: as they are in the draft.
        emails: the account's verified addresses in lower case, which an institutional e-mail must be one of;
            None where that is not to be checked.
    """
    found = {}
    for question in shown(questions, answers):
        if sentence := check(question, answers.get(question.key), emails=emails):
            found[question.key] = sentence
    return found


def check(question: Question, answer: Any, *, emails: Collection[str] | None = None) -> Sentence:
    """What is wrong with one answer, or that it is missing; "" when nothing is."""
    if question.kind is Kind.EXPLANATION:
        return ""
    value = kinds.tidy(question.kind, answer)
    if kinds.is_empty(value):
        return _missing(question) if question.required else ""
    if sentence := kinds.fault(question.kind, value, question.bounds):
        return sentence
    if question.own and emails is not None and value not in emails:
        return _(
            "Please use an address that you have verified in your account. Add others under your e-mail addresses."
        )
    return ""


def _missing(question: Question) -> str:
    if question.kind is Kind.CONFIRM:
        return _("Please tick this box to go on. If you cannot, write to the hub before you send the request.")
    if question.kind in {Kind.ONE_OF, Kind.SOME_OF, Kind.COUNTRY}:
        return _("Please choose an answer.")
    if question.kind is Kind.FILE:
        return _("Please attach a file.")
    return _("Please answer this question.")


def prefilled(questions: Iterable[Question], known: Mapping[str, str]) -> Answers:
    """The answers of a new draft: what the account knows, by the key of the question."""
    return {
        question.key: known[question.key]
        for question in questions
        if not question.prefill_if and known.get(question.key)
    }


def completed(questions: Iterable[Question], answers: Mapping[str, Any], known: Mapping[str, str]) -> Answers:
    """These answers, with empty ones taken from what the account knows where their `prefill_if` holds."""
    full = dict(answers)
    for question in questions:
        empty = kinds.is_empty(kinds.tidy(question.kind, full.get(question.key)))
        if empty and question.prefill_if and known.get(question.key) and _holds(question.prefill_if, full):
            full[question.key] = known[question.key]
    return full


def name_of(question: Question) -> str:
    """What the answer is called where it is read, in the reader's language."""
    return text_in(None, question.name or question.label)


def words(question: Question, answer: Any) -> str:
    """An answer as people read it, in the reader's language; "" for none."""
    options = {option.value: text_in(None, option.name or option.label) for option in question.options}
    return kinds.words(question.kind, kinds.tidy(question.kind, answer), options)
