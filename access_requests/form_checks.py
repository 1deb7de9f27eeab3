"""What is wrong with a form's questions while they are edited, as sentences at the field that is to be mended.

Stricter than `questions.parse`, which must read every version there ever was. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries
from pydantic import ValidationError

from .form_edits import CONDITIONS, Json
from .kinds import LONGEST, PERSON_PARTS, Kind, Sentence
from .questions import BUILTIN, Option, Question, builtin, name_of

MOST_QUESTIONS, MOST_OPTIONS, MOST_IN_ANSWER = 150, 100, 20
LABEL_LENGTH, HELP_LENGTH, TEXT_LENGTH = 500, 2000, 20_000
OPTION_VALUE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")
# Names that the pages of the request form and their script use themselves.
RESERVED = frozenset({
    "accept_license", "action", "answers", "append", "csrfmiddlewaretoken", "elements", "go", "id", "license",
    "method", "name", "submit", "target", "text",
})  # fmt: skip
# What a browser can fill in of a person's own details (WCAG 2.2, success criterion 1.3.5).
AUTOCOMPLETE = (
    "name", "email", "organization", "organization-title", "street-address", "country", "tel", "url",
)  # fmt: skip
# How many characters, ticks or files an answer may have, by kind; for numbers the value itself.
LIMITS: dict[Kind, tuple[int, int]] = {
    Kind.SHORT_TEXT: (1, LONGEST[Kind.SHORT_TEXT]),
    Kind.LONG_TEXT: (1, TEXT_LENGTH),
    Kind.NUMBER: (-(10**15) + 1, 10**15 - 1),
    Kind.SOME_OF: (1, MOST_OPTIONS),
    Kind.FILE: (1, MOST_IN_ANSWER),
}
# Answers to these keys name the people of a request: the built-in forms say what they may be.
PEOPLE = re.compile(r"^(applicant|recipient|signatory)_")

Faults = Iterator[tuple[str, Sentence]]


@dataclass(frozen=True)
class Fault:
    """What is wrong: with which question, at which of its fields, and the sentence."""

    key: str
    field: str
    sentence: str


def faults(questions: Sequence[Json]) -> list[Fault]:
    """What is wrong with these questions; empty when they can be asked."""
    found: list[Fault] = []
    asked: list[Question] = []
    for question in questions:
        try:
            asked.append(Question.model_validate(question))
        except ValidationError as error:
            found += [Fault(str(question.get("key", "")), *fault) for fault in _malformed(error)]
    for place, each in enumerate(asked):
        rest = (*_own(each), *_beside(each, asked[:place]), *_dependence(each, asked[:place], asked[place + 1 :]))
        found += [Fault(each.key, field, str(sentence)) for field, sentence in rest]
    if len(questions) > MOST_QUESTIONS:
        sentence = _("A form has at most %(most)s questions.") % {"most": MOST_QUESTIONS}
        found.append(Fault(str(questions[-1].get("key", "")), "", sentence))
    return found


def _malformed(error: ValidationError) -> Iterator[tuple[str, str]]:
    sentences = {
        ("key", "string_pattern_mismatch"): _(
            "Write small letters a to z, digits and _, beginning with a letter, like project_title."
        ),
        ("key", "string_too_long"): _("Write at most 60 characters."),
        ("options", "value_error"): _("Give the answers to choose from."),
    }
    for each in error.errors():
        field = str(each["loc"][0]) if each["loc"] else "options"
        general = _("This is not as it should be. Look at it again.")
        yield field, sentences.get((field, each["type"]), general)


def title(question: Question) -> str:
    """What a question is called in sentences."""
    return Truncator(name_of(question)).chars(80)


def _own(question: Question) -> Faults:
    """What is wrong with a question by itself."""
    if question.key in RESERVED:
        yield "key", _("The pages of the form use this word themselves. Choose another key.")
    yield from _texts(question)
    yield from _limits(question)
    yield from _options(question)
    if question.own and question.kind is not Kind.EMAIL:
        yield "own", _("Only an e-mail address can be one of the applicant’s own.")
    if question.autocomplete and question.autocomplete not in AUTOCOMPLETE:
        yield "autocomplete", _("Choose one of those offered.")
    if PEOPLE.match(question.key):
        yield from _as_the_hub_reads_it(question)


def _texts(question: Question) -> Faults:
    for field, most in (("label", LABEL_LENGTH), ("help", HELP_LENGTH), ("name", LABEL_LENGTH)):
        texts: Mapping[str, str] = getattr(question, field)
        if any(len(text) > most for text in texts.values()):
            yield field, _("Write at most %(most)s characters.") % {"most": most}
    if not question.label.get("en", "").strip():
        yield "label", _("Write the question in English. It stands for languages in which it is not written.")


def _limits(question: Question) -> Faults:
    least, most = question.min, question.max
    if least == "today":
        if question.kind is not Kind.DATE:
            yield "min", _("Only a date can be from today on.")
        least = None
    if question.kind not in LIMITS:
        if least is not None or most is not None:
            yield "min", _("Answers of this kind have no least and no most.")
        return
    low, high = LIMITS[question.kind]
    for field, value in (("min", least), ("max", most)):
        if isinstance(value, int) and not low <= value <= high:
            words = {"low": low, "high": high}
            yield field, _("Write a number between %(low)s and %(high)s, or nothing.") % words
    if isinstance(least, int) and most is not None and least > most:
        yield "min", _("The least is more than the most: no answer would do.")
    if question.kind is Kind.SOME_OF and isinstance(least, int) and least > len(question.options):
        yield "min", _("There are fewer answers to choose from than this.")
    if question.kind is Kind.SHORT_TEXT and isinstance(least, int) and least > (most or high):
        yield "min", _("The least is more than the most: no answer would do.")


def _options(question: Question) -> Faults:
    values = [option.value for option in question.options]
    if len(values) > MOST_OPTIONS:
        yield "options", _("A question has at most %(most)s answers to choose from.") % {"most": MOST_OPTIONS}
        return
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield "options", _("Two answers have the value %(value)s. Give each its own.") % {"value": value}
    for option in question.options:
        yield from _option(option)


def _option(option: Option) -> Faults:
    if not OPTION_VALUE.match(option.value):
        sentence = _("The value “%(value)s” does not do. Write small letters a to z, digits, - and _, at most 60.")
        yield "options", sentence % {"value": Truncator(option.value).chars(60)}
    if not option.label.get("en", "").strip():
        yield "options", _("Write each answer in English. It stands for languages in which it is not written.")
    if any(len(text) > LABEL_LENGTH for text in (*option.label.values(), *option.name.values())):
        yield "options", _("Write at most %(most)s characters for an answer.") % {"most": LABEL_LENGTH}


@lru_cache
def _known() -> dict[str, tuple[Kind, int | None]]:
    """The kind and length that the built-in forms give to answers that name people."""
    all_of = [question for slug in BUILTIN for question in builtin(slug)["questions"]]
    return {q["key"]: (Kind(q["kind"]), q.get("max")) for q in all_of if PEOPLE.match(q["key"])}


def _as_the_hub_reads_it(question: Question) -> Faults:
    """The hub makes people of these answers, so they must be what it takes them for."""
    kind, most = _known().get(question.key, (question.kind, None))
    if question.kind is not kind:
        yield "key", _("The hub reads the answer to this key as another kind of answer. Choose another key.")
    elif most and (question.max or LONGEST.get(kind, 0)) > most:
        yield "max", _("The hub keeps at most %(most)s characters of this answer. Write that or less.") % {"most": most}


def _beside(question: Question, before: Sequence[Question]) -> Faults:
    """What is wrong beside the other questions."""
    for other in before:
        if other.key == question.key:
            yield "key", _("Another question of this form has this key. Choose another.")
        elif _names_an_input_of(question, other) or _names_an_input_of(other, question):
            yield "key", _("This key is too like %(other)s. Choose another.") % {"other": other.key}


def _names_an_input_of(question: Question, other: Question) -> bool:
    """Whether a key reads like one of the inputs, or their ids, that another question has on the page."""
    rest = question.key.removeprefix(f"{other.key}_")
    if rest == question.key:
        return False
    return rest.isdecimal() or (other.kind is Kind.PERSON and rest in PERSON_PARTS)


def possible(question: Question) -> frozenset[str]:
    """The answers to a question on which others can depend; none where it is no choice."""
    match question.kind:
        case Kind.ONE_OF | Kind.SOME_OF:
            return frozenset(option.value for option in question.options)
        case Kind.CONFIRM:
            return frozenset({"yes"})
        case Kind.COUNTRY:
            return frozenset(code for code, _name in countries)
        case _:
            return frozenset()


def _dependence(question: Question, before: Sequence[Question], after: Sequence[Question]) -> Faults:
    """What is wrong with the questions on which one depends."""
    earlier, later = {q.key: q for q in before}, {q.key: q for q in after}
    for field in (*CONDITIONS, "copy_from"):
        needed = getattr(question, field)
        for key in [needed] if isinstance(needed, str) else needed:
            words = {"question": title(question), "other": title(later[key]) if key in later else key}
            if not key or (key in earlier and field == "copy_from"):
                continue
            if key in earlier:
                yield from ((field, text) for text in _condition(question, earlier[key], needed[key]))
            elif key in later:
                yield field, _("“%(question)s” depends on “%(other)s”, which must stand before it.") % words
            else:
                sentence = _(
                    "“%(question)s” depends on the answer to %(other)s, which would not be asked. "
                    "Change “%(question)s” first."
                )
                yield field, sentence % words


def _condition(question: Question, other: Question, values: Sequence[str]) -> Iterator[str]:
    words = {"question": title(question), "other": title(other), "value": ""}
    if not (known := possible(other)):
        yield _("“%(question)s” cannot depend on “%(other)s”: that is no choice, tick or country.") % words
    elif not values:
        yield _("Say with which answers to “%(other)s” this is asked.") % words
    for value in sorted(set(values) - known) if known else ():
        sentence = _("“%(question)s” depends on “%(value)s”, which is no answer to “%(other)s”.")
        yield sentence % {**words, "value": Truncator(value).chars(60)}


def missing(questions: Sequence[Json]) -> list[str]:
    """What a form lacks without which the hub could not handle a request: sentences; empty when it can be used."""
    if not questions:
        return [_("The form has no questions yet.")]
    keys = {question["key"]: question for question in questions}
    found = []
    name: Mapping[str, Any] = keys.get("applicant_name", {})
    if not name or not name.get("required", True) or name.get("show_if"):
        found.append(_("Every applicant must be asked for their name: a short text with the key applicant_name."))
    for part in ("recipient", "signatory"):
        lacking = [key for key in (f"{part}_name", f"{part}_email") if key not in keys]
        if f"{part}_same" in keys and lacking:
            sentence = ngettext(
                "Who answers %(same)s with another person must be asked for them: %(keys)s is missing.",
                "Who answers %(same)s with another person must be asked for them: %(keys)s are missing.",
                len(lacking),
            )
            found.append(sentence % {"same": f"{part}_same", "keys": ", ".join(lacking)})
    return found
