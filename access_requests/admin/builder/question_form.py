"""The form of one question: the fields that fit its kind, and the way between them and the question's JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.forms import BoundField
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access_requests import steps
from access_requests.form_checks import (
    AUTOCOMPLETE,
    HELP_LENGTH,
    LABEL_LENGTH,
    LIMITS,
    MOST_OPTIONS,
    Fault,
    possible,
    title,
)  # fmt: skip
from access_requests.form_edits import Json
from access_requests.kinds import Kind, plain
from access_requests.questions import STEPS, Question, text_in
from access_requests.sending import FILLED_IN

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words: TypeAlias = "str | _StrPromise"

LANGUAGES = ("en", "sv")
EMPTY_ROWS = 4
CHOICES = (Kind.ONE_OF, Kind.SOME_OF)
TEXTS: dict[str, tuple[tuple[Words, Words], Words]] = {
    "label": ((gettext_lazy("Question in English"), gettext_lazy("Question in Swedish")), ""),
    "help": (
        (gettext_lazy("Help in English"), gettext_lazy("Help in Swedish")),
        gettext_lazy("Why it is asked, or how to answer; it stands beside the question."),
    ),
    "name": (
        (gettext_lazy("Name of the answer in English"), gettext_lazy("Name of the answer in Swedish")),
        gettext_lazy("What it is called where others read it, if otherwise than the question: Planned use."),
    ),
}
LIMIT_WORDS: dict[Kind, tuple[Words, Words]] = {
    Kind.SHORT_TEXT: (gettext_lazy("Least number of characters"), gettext_lazy("Most characters")),
    Kind.LONG_TEXT: (gettext_lazy("Least number of characters"), gettext_lazy("Most characters")),
    Kind.NUMBER: (gettext_lazy("Smallest number"), gettext_lazy("Greatest number")),
    Kind.SOME_OF: (gettext_lazy("Least number of ticks"), gettext_lazy("Most ticks")),
    Kind.FILE: (gettext_lazy("Least number of files"), gettext_lazy("Most files (5 if you write nothing)")),
}
OF_A_PERSON = (Kind.SHORT_TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.COUNTRY, Kind.ORCID)


class OptionRow(forms.Form):
    """One answer to choose from."""

    en = forms.CharField(label=gettext_lazy("In English"), max_length=LABEL_LENGTH, required=False)
    sv = forms.CharField(label=gettext_lazy("In Swedish"), max_length=LABEL_LENGTH, required=False)
    value = forms.CharField(label=gettext_lazy("Value"), max_length=60, required=False)
    name_en = forms.CharField(label=gettext_lazy("Read by others, English"), max_length=LABEL_LENGTH, required=False)
    name_sv = forms.CharField(label=gettext_lazy("Read by others, Swedish"), max_length=LABEL_LENGTH, required=False)

    @property
    def named(self) -> bool:
        """Whether it is called otherwise where others read it."""
        return bool(self["name_en"].value() or self["name_sv"].value())

    def as_json(self) -> Json | None:
        """The option; None when the row is empty. Without a value it gets one from its English words."""
        given = self.cleaned_data
        if not any(given.values()):
            return None
        option: Json = {"value": given["value"] or slugify(given["en"])[:60].strip("-"), "label": _texts(given, "")}
        if name := _texts(given, "name_"):
            option["name"] = name
        return option


def _texts(given: dict[str, Any], prefix: str) -> dict[str, str]:
    """What was written in each language, without marks that turn text around and the like."""
    texts = {language: plain(given.get(f"{prefix}{language}"), lines=True) for language in LANGUAGES}
    return {language: text for language, text in texts.items() if text}


class QuestionForm(forms.Form):
    """The fields of a question of one kind.

    Args:
        kind: the question's kind, which stays as it is.
        earlier: the questions before it, on which it can depend.
        question: the stored question; None for a new one.
        step: the step of a new question.
        data: what was posted.
    """

    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=60,
        help_text=gettext_lazy("Names the answer in lists and exports, like project_title. Answers the account knows "
                               "are filled in: applicant_name, applicant_institution and so on."),
    )  # fmt: skip

    def __init__(
        self, kind: Kind, earlier: Sequence[Question], *, question: Json | None = None, step: str = "you",
        data: Any = None,
    ) -> None:  # fmt: skip
        self.kind, self.question = kind, question or {"step": step}
        self.earlier = list(earlier)
        self.choices = [each for each in earlier if possible(each)]
        super().__init__(data, label_suffix="")
        self.fields = {**dict(self._texts_of("label")), **dict(self._texts_of("help")), **self.fields}
        self.fields.update(self._rest())
        self.rows = self._rows() if kind in CHOICES else []
        self.options_faults: list[str] = []
        for name, value in self._initial():
            if name in self.fields:
                self.fields[name].initial = value

    def _texts_of(self, part: str) -> Iterator[tuple[str, forms.Field]]:
        """The fields of one text, in each language."""
        words, help_text = TEXTS[part]
        for language, label in zip(LANGUAGES, words, strict=True):
            area = forms.Textarea(attrs={"rows": 2}) if part != "name" else None
            yield (
                f"{part}_{language}",
                forms.CharField(
                    label=label,
                    help_text=help_text if language == "en" else "",
                    required=(part, language) == ("label", "en"),
                    max_length=HELP_LENGTH if part == "help" else LABEL_LENGTH,
                    widget=area,
                ),
            )

    def _rest(self) -> dict[str, forms.Field]:
        """The fields that some kinds have."""
        fields: dict[str, forms.Field] = {
            "step": forms.ChoiceField(label=_("Step"), choices=[(slug, steps.NAMES[slug]) for slug in STEPS])
        }
        if self.kind is not Kind.EXPLANATION:
            fields["required"] = forms.BooleanField(label=_("Must be answered"), required=False, initial=True)
            fields.update(self._texts_of("name"))
        if self.kind in LIMITS:
            low, high = LIMITS[self.kind]
            for field, label in zip(("min", "max"), LIMIT_WORDS[self.kind], strict=True):
                fields[field] = forms.IntegerField(label=label, required=False, min_value=low, max_value=high)
        if self.kind is Kind.DATE:
            fields["from_today"] = forms.BooleanField(label=_("From the day it is answered on"), required=False)
        if self.kind is Kind.EMAIL:
            fields["own"] = forms.BooleanField(label=_("Must be a verified address of the applicant"), required=False)
        return {**fields, **dict(self._conditions("show_if")), **self._filled_in()}

    def _filled_in(self) -> dict[str, forms.Field]:
        """The fields that say what is filled in, and for which licences it is asked."""
        fields: dict[str, forms.Field] = {
            "only_if": forms.BooleanField(label=_("Only under licences that ask for co-authorship"), required=False)
        }
        if self.kind in OF_A_PERSON:
            words = [("", _("nothing")), *((word, word) for word in AUTOCOMPLETE)]
            fields["autocomplete"] = forms.ChoiceField(
                label=_("What the browser may fill in"), choices=words, required=False
            )
        if same := [
            each for each in self.earlier if each.kind is self.kind and self.kind not in {Kind.EXPLANATION, Kind.FILE}
        ]:
            words = [("", _("none")), *((each.key, title(each)) for each in same)]
            fields["copy_from"] = forms.ChoiceField(label=_("Propose the answer to"), choices=words, required=False)
        if self.question.get("key") in FILLED_IN or self.question.get("prefill_if"):
            fields.update(self._conditions("prefill_if"))
        return fields

    def _conditions(self, name: str) -> Iterator[tuple[str, forms.Field]]:
        """For each earlier choice its answers to tick."""
        for other in self.choices:
            field = f"{name}-{other.key}"
            if other.kind is Kind.COUNTRY:
                help_text = _("Two-letter codes with spaces between them: SE NO DK.")
                yield field, forms.CharField(label=title(other), help_text=help_text, required=False, max_length=800)
                continue
            answers = [(option.value, text_in(None, option.label)) for option in other.options]
            yield (
                field,
                forms.MultipleChoiceField(
                    label=title(other),
                    choices=answers or [("yes", _("Ticked"))],
                    widget=forms.CheckboxSelectMultiple,
                    required=False,
                ),
            )

    def _rows(self) -> list[OptionRow]:
        """The answers to choose from, and a few empty rows."""
        options = self.question.get("options", [])
        if self.is_bound:
            posted = [int(name.split("-")[1]) for name in self.data if re.fullmatch(r"option-[0-9]{1,4}-\w+", name)]
            number = min(max(posted, default=-1) + 1, MOST_OPTIONS + EMPTY_ROWS)
            return [OptionRow(self.data, prefix=f"option-{place}", label_suffix="") for place in range(number)]
        rows = [
            {
                "value": each["value"],
                **each["label"],
                **{f"name_{language}": text for language, text in each.get("name", {}).items()},
            }
            for each in options
        ]
        rows += [{} for _row in range(min(EMPTY_ROWS, max(MOST_OPTIONS - len(rows), 0)))]
        return [OptionRow(initial=row, prefix=f"option-{place}", label_suffix="") for place, row in enumerate(rows)]

    def _initial(self) -> Iterator[tuple[str, Any]]:
        """What the stored question says, by field."""
        question = self.question
        for name in ("key", "step", "max", "own", "autocomplete", "copy_from"):
            yield name, question.get(name, "")
        for part in TEXTS:
            yield from ((f"{part}_{language}", text) for language, text in question.get(part, {}).items())
        yield "required", question.get("required", True)
        yield "min", question.get("min")
        yield "from_today", question.get("min") == "today"
        yield "only_if", bool(question.get("only_if"))
        countries = {each.key for each in self.choices if each.kind is Kind.COUNTRY}
        for part in ("show_if", "prefill_if"):
            for key, values in question.get(part, {}).items():
                yield f"{part}-{key}", " ".join(values) if key in countries else list(values)

    def clean(self) -> dict[str, Any]:
        """Also the answers to choose from, which have rows of their own."""
        if any([row.errors for row in self.rows]):  # noqa: C419  each says what is wrong with it
            self.add_error(None, _("Look at the answers to choose from again."))
        return self.cleaned_data

    def as_json(self) -> Json:
        """The question as JSON, without what is as it is anyway."""
        given = self.cleaned_data
        question: Json = {"key": given["key"], "kind": self.kind.value, "step": given["step"]}
        parts = {
            **{part: _texts(given, f"{part}_") for part in TEXTS},
            **{name: given.get(name) for name in ("own", "autocomplete", "copy_from")},
            **{part: self._condition(part) for part in ("show_if", "prefill_if")},
            "options": [option for row in self.rows if (option := row.as_json())],
            "only_if": "coauthorship" if given["only_if"] else None,
        }
        question.update({name: value for name, value in parts.items() if value})
        limits = {"min": "today" if given.get("from_today") else given.get("min"), "max": given.get("max")}
        question.update({name: value for name, value in limits.items() if value is not None})
        if "required" in given and not given["required"]:
            question["required"] = False
        return question

    def _condition(self, part: str) -> dict[str, list[str]]:
        """The ticked answers by the key of their question; of countries the codes."""
        given = {each.key: self.cleaned_data.get(f"{part}-{each.key}") or [] for each in self.choices}
        listed = {key: value.upper().split() if isinstance(value, str) else value for key, value in given.items()}
        return {key: values for key, values in listed.items() if values}

    def say(self, faults: Iterable[Fault], key: str) -> None:
        """Put sentences at the fields that are to be mended; those about other questions stand above all."""
        for fault in faults:
            name = {"label": "label_en", "help": "help_en", "name": "name_en"}.get(fault.field, fault.field)
            if fault.key == key and name == "options":
                self.options_faults.append(fault.sentence)
            elif fault.key == key and name in self.fields:
                self.add_error(name, fault.sentence)
            else:
                self.add_error(None, fault.sentence)

    def _of(self, *names: str) -> list[BoundField]:
        return [self[field] for field in self.fields if field in names or field.partition("-")[0] in names]

    @property
    def words(self) -> list[BoundField]:
        """The question's words, its key and step, and what its answer may be."""
        return self._of(
            "label_en", "label_sv", "help_en", "help_sv", "key", "step", "required", "min", "max", "from_today"
        )

    @property
    def conditions(self) -> list[BoundField]:
        """When it is asked."""
        return self._of("show_if")

    @property
    def more(self) -> list[BoundField]:
        """What is seldom needed."""
        return self._of("name_en", "name_sv", "own", "only_if", "autocomplete", "copy_from")

    @property
    def prefills(self) -> list[BoundField]:
        """With which answers it is filled in."""
        return self._of("prefill_if")

    def is_open(self, fields: Iterable[BoundField]) -> bool:
        """Whether one of these fields says something, so that the part of the page with them is open."""
        return any(field.errors or field.value() for field in fields)

    @property
    def conditions_open(self) -> bool:
        """Whether the part about conditions is open."""
        return self.is_open(self.conditions)

    @property
    def more_open(self) -> bool:
        """Whether the part with what is seldom needed is open."""
        return self.is_open([*self.more, *self.prefills])
