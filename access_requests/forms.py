"""From the questions of one step to a Django form, and back to answers.

Lenient on purpose: a step keeps whatever was written, right or wrong, so that nothing is lost; what is wrong or
missing is said at the field and in the summary above. Whether the whole can be sent is `questions.check_complete`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.datastructures import MultiValueDict
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django_countries import countries

from . import kinds, questions
from .attachments import ACCEPT as ACCEPTED_FILES
from .attachments import most_bytes
from .comment_notes import put_comments
from .kinds import PERSON_PARTS, Kind
from .questions import Answers, Question, text_in

# A text this long was not written into the form by a person; the page shows it again, the draft does not keep it.
KEPT_LENGTH = 50_000
ACCEPT = "accept_license"


class AnswerField(forms.Field):
    """A field that takes every value as it is: what is wrong with one is the question's to say."""

    def clean(self, value: Any) -> Any:
        """The value."""
        return value


class Explanation:
    """A part of the layout that only says something."""

    def __init__(self, question: Question) -> None:
        self.question = question

    def render(self, form: forms.Form, context: Any, *args: Any, **kwargs: Any) -> str:
        """The title, and the words under it."""
        words = text_in(None, self.question.help)
        return format_html('<div class="mb-3"><p class="form-label">{}</p><p>{}</p></div>', self.title, words)

    @property
    def title(self) -> str:
        """The question's label."""
        return text_in(None, self.question.label)


class PersonInput(forms.MultiWidget):
    """Name, title and e-mail of one person, each with its label."""

    template_name = "access_requests/person_input.html"
    use_fieldset = True

    def __init__(self) -> None:
        inputs: dict[str, forms.Widget | type[forms.Widget]] = {
            part: forms.EmailInput() if part == "email" else forms.TextInput() for part in PERSON_PARTS
        }
        super().__init__(inputs)

    def decompress(self, value: Any) -> list[str]:
        """The parts of a person."""
        given = value if isinstance(value, Mapping) else {}
        return [given.get(part, "") for part in PERSON_PARTS]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """A person from the posted parts."""
        return dict(zip(PERSON_PARTS, super().value_from_datadict(data, files, name), strict=True))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Also the words for each part."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        words = (_("Name"), _("Title or position"), _("E-mail address"))
        context["parts"] = list(zip(words, context["widget"]["subwidgets"], strict=True))
        return context


class FilesInput(forms.Widget):
    """Files to attach, and those that are attached already, each with a tick that takes it away.

    Its value are the public ids of the attached files that stay: nobody can attach a file by posting an id.

    Args:
        attached: the ids in the draft.
        names: what the files are called, by id.
        most: how many there may be.
        ticks: show also the files that were ticked to be taken away, with their ticks, since nothing was saved.
    """

    template_name = "access_requests/files_input.html"
    needs_multipart_form = True

    def __init__(self, attached: Sequence[str], names: Mapping[str, str], most: int, *, ticks: bool = False) -> None:
        super().__init__({"accept": ACCEPTED_FILES})
        self.attached, self.names, self.most, self.ticks = list(attached), names, most, ticks

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        """The attached files that were not ticked to be taken away."""
        gone = set(data.getlist(f"{name}-remove") if isinstance(data, MultiValueDict) else ())
        return [each for each in self.attached if each not in gone]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Also the files that are attached, and how many there may be."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        staying = kinds.tidy(Kind.FILE, value)
        shown = self.attached if self.ticks else staying
        context["attached"] = [
            (each, self.names.get(each) or _("Attached file"), each not in staying) for each in shown
        ]
        context["most"] = self.most
        return context


class StepForm(forms.Form):
    """The questions of one step that can be shown with the answers saved so far.

    Args:
        asked: all questions of the form.
        step: which step.
        answers: the draft's.
        emails: the account's verified addresses, the choices of an institutional e-mail.
        data: what was posted, if anything.
        attached: what the draft's files are called, by their public ids.
        files: the files that were posted, if any; whoever calls keeps them (`uploads`).
        comments: what the reviewers say about single answers, by the key of the question; shown at its field.
        refused: why files that were posted are not kept: sentences by question, to stand at the field.
        unsaved: whether what was posted is only shown again, so that ticks must be posted once more.
    """

    use_required_attribute = False  # a draft is saved with whatever is there

    def __init__(
        self,
        asked: Sequence[Question],
        step: str,
        answers: Mapping[str, Any],
        *,
        emails: Collection[str] = (),
        data: MultiValueDict[str, Any] | None = None,
        attached: Mapping[str, str] | None = None,
        files: MultiValueDict[str, UploadedFile[Any]] | None = None,
        comments: Mapping[str, Sequence[str]] | None = None,
        refused: Mapping[str, Sequence[str]] | None = None,
        unsaved: bool = False,
    ) -> None:
        self.asked, self.step, self.saved, self.emails = asked, step, answers, sorted(emails)
        self.attached, self.refused, self.unsaved = attached or {}, refused or {}, unsaved
        self.questions = _of_step_with_dependents(asked, step, answers)
        super().__init__(data=data, files=files, initial=_initial(self.questions, answers))
        for question in self.questions:
            if question.kind is not Kind.EXPLANATION:
                self.fields[question.key] = self._field(question)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self._groups())
        put_comments(self, self.helper.layout, comments or {})

    def _field(self, question: Question) -> AnswerField:
        widget = self._widget(question)
        if question.autocomplete:
            widget.attrs["autocomplete"] = question.autocomplete
        words = [text_in(None, question.help), _what_files(question) if question.kind is Kind.FILE else ""]
        return AnswerField(
            label=text_in(None, question.label),
            help_text=escape(" ".join(filter(None, words))),
            required=question.required,
            widget=widget,
        )

    def _widget(self, question: Question) -> forms.Widget:
        if question.kind is Kind.FILE:
            saved = kinds.tidy(Kind.FILE, self.saved.get(question.key))
            return FilesInput(saved, self.attached, _most_files(question), ticks=self.unsaved)
        if question.own and self.emails:
            return self._own_address()
        return widget_of(question, self._given(question))

    def _own_address(self) -> forms.Widget:
        """One verified address is a fact, several are a choice."""
        if len(self.emails) == 1:
            return forms.EmailInput(attrs={"readonly": True})
        return forms.RadioSelect(choices=[(email, email) for email in self.emails])

    def _given(self, question: Question) -> Any:
        return self.data.get(question.key) if self.is_bound else self.saved.get(question.key)

    def _groups(self) -> Iterable[str | Explanation | Fieldset]:
        """Field names; those that depend on one answer of this step together, under words that say when they count."""
        here = {question.key: question for question in self.questions}
        for condition, group in groupby(self.questions, key=lambda question: question.show_if):
            keys = [q.key if q.kind is not Kind.EXPLANATION else Explanation(q) for q in group]
            if not condition or not set(condition) & set(here):
                yield from keys
            else:
                legend = escape(_when(condition, here))
                yield Fieldset(legend, *keys, css_class="dependent", data_show_if=json.dumps(condition))

    @property
    def _raw(self) -> Answers:
        return {
            q.key: self.emails[0] if q.own and len(self.emails) == 1 else self[q.key].data
            for q in self.questions
            if q.key in self.fields
        }

    def posted(self) -> Answers:
        """What was posted in this step, tidied; wrong answers too, but none so long that nobody wrote it."""
        answers = questions.tidied(self.questions, self._raw)
        return {key: value for key, value in answers.items() if len(str(value)) <= KEPT_LENGTH}

    def uploads(self) -> dict[str, list[UploadedFile[Any]]]:
        """The files that were posted in this step, by question."""
        keys = [q.key for q in self.questions if q.kind is Kind.FILE and q.key in self.fields]
        return {key: found for key in keys if self.files and (found := self.files.getlist(key))}

    def taken_away(self) -> dict[str, list[str]]:
        """The attached files that were ticked to be taken away, by question: the public ids."""
        posted = self.posted()
        inputs = {key: field.widget for key, field in self.fields.items() if isinstance(field.widget, FilesInput)}
        gone = {key: [each for each in file.attached if each not in posted[key]] for key, file in inputs.items()}
        return {key: ids for key, ids in gone.items() if ids}

    def clean(self) -> dict[str, Any]:
        """Say at each field that is shown with these answers what is wrong or missing, and which file is refused."""
        answers = {**self.saved, **questions.tidied(self.questions, self._raw)}
        for key, files in self.uploads().items():  # they count as attached, though they get their ids later
            answers[key] = [*answers.get(key, []), *(str(uuid4()) for _file in files)]
        for question in questions.of_step(questions.shown(self.asked, answers), self.step):
            if question.key in self.refused:
                continue
            if sentence := questions.check(question, answers.get(question.key), emails=self.emails or None):
                self.add_error(question.key, str(sentence))
        for key in self.refused.keys() & self.fields.keys():
            self.add_error(key, list(self.refused[key]))
        return self.cleaned_data

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """What stands at the fields, for above them: id to link to, the question, the sentence."""
        return [
            (focus_id(self[key]), str(self.fields[key].label), str(sentence))
            for key, sentences in self.errors.items()
            for sentence in sentences
        ]


class TermsForm(StepForm):
    """The last questions, and the tick by which the applicant accepts the licence unless they have."""

    def __init__(self, *args: Any, accepted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not accepted:
            label = _("I have read the licence and accept it.")
            self.fields[ACCEPT] = AnswerField(label=label, widget=forms.CheckboxInput())
            self.helper.layout.fields.append(ACCEPT)

    @property
    def accepts(self) -> bool:
        """Whether the tick is there now."""
        return ACCEPT in self.fields and bool(self[ACCEPT].data)

    def clean(self) -> dict[str, Any]:
        """Also ask for the tick."""
        super().clean()
        if ACCEPT in self.fields and not self.accepts:
            self.add_error(ACCEPT, _("Please read the licence and tick this box if you accept it."))
        return self.cleaned_data


INPUTS: dict[Kind, Callable[[list[tuple[str, str]]], forms.Widget]] = {
    Kind.EMAIL: lambda options: forms.EmailInput(),
    Kind.PHONE: lambda options: forms.TextInput(attrs={"type": "tel"}),
    Kind.NUMBER: lambda options: forms.TextInput(attrs={"inputmode": "numeric"}),
    Kind.COUNTRY: lambda options: forms.Select(choices=[("", _("Choose a country")), *countries]),
    Kind.ONE_OF: lambda options: forms.RadioSelect(choices=options),
    Kind.SOME_OF: lambda options: forms.CheckboxSelectMultiple(choices=options),
    Kind.CONFIRM: lambda options: forms.CheckboxInput(),
    Kind.PERSON: lambda options: PersonInput(),
}


def widget_of(question: Question, given: Any) -> forms.Widget:
    """The input for a question's kind. A date that is none is shown as text, since a date input would hide it."""
    if question.kind is Kind.LONG_TEXT:
        return forms.Textarea(attrs={"rows": 4 if (question.max or 5000) <= 2000 else 8})
    if question.kind is Kind.DATE:
        return forms.DateInput(attrs={} if given and not kinds.as_date(given) else {"type": "date"})
    options = [(option.value, text_in(None, option.label)) for option in question.options]
    make = INPUTS.get(question.kind)
    return make(options) if make else forms.TextInput()


def focus_id(field: forms.BoundField) -> str:
    """The id of the input that a link about this field should lead to: of several, the first."""
    several = isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple | PersonInput)
    return f"{field.auto_id}_0" if several else field.auto_id


def _of_step_with_dependents(asked: Sequence[Question], step: str, answers: Mapping[str, Any]) -> list[Question]:
    """A step's questions; those that depend on another of the same step stay, since its answer may change now."""
    here = {question.key for question in questions.of_step(asked, step)}
    shown = {question.key for question in questions.shown(asked, answers)}
    return [
        question for question in questions.of_step(asked, step) if question.key in shown or set(question.show_if) & here
    ]


def _most_files(question: Question) -> int:
    return question.max or kinds.MOST_FILES


def _what_files(question: Question) -> str:
    """Which files are taken for an answer."""
    most, size = _most_files(question), filesizeformat(most_bytes())
    if most == 1:
        return _("One PDF, image, office document without macros or plain text, of at most %(size)s.") % {"size": size}
    return _(
        "At most %(most)s files, of at most %(size)s each: PDF, images, office documents without macros or plain text."
    ) % {"most": most, "size": size}


def _initial(asked: Iterable[Question], answers: Mapping[str, Any]) -> Answers:
    """The saved answers, and where there is none the answer of the question that is proposed."""
    proposed = {q.key: answers.get(q.copy_from, "") for q in asked if q.copy_from and q.key not in answers}
    return {**answers, **proposed}


def _when(condition: Mapping[str, Collection[str]], here: Mapping[str, Question]) -> str:
    """In words when a group of questions counts."""
    key, values = next((key, values) for key, values in condition.items() if key in here)
    labels = [text_in(None, option.label) for option in here[key].options if option.value in values]
    return _("Only if your answer to “%(question)s” is “%(answer)s”") % {
        "question": text_in(None, here[key].label),
        "answer": ", ".join(labels) or _("Yes"),
    }
