"""From questions to a form and back: lenient when saving, clear about what is wrong."""

from __future__ import annotations

import re
from typing import Any

from crispy_forms.utils import render_crispy_form
from django.http import QueryDict
from django.utils import translation

from access_requests.forms import KEPT_LENGTH, StepForm, TermsForm
from access_requests.questions import Question, builtin, parse

RESEARCH = parse(builtin("research")["questions"])
EDUCATION = parse(builtin("research-or-education")["questions"])
ONE = {"ada.berg@uu.example"}
TWO = {"ada.berg@uu.example", "ada@kth.example"}


def posted(**answers: Any) -> QueryDict:
    """What a browser posts."""
    data = QueryDict(mutable=True)
    for key, value in answers.items():
        data.setlist(key, value if isinstance(value, list) else [value])
    return data


def html_of(form: StepForm) -> str:
    """The form as the page shows it."""
    return str(render_crispy_form(form))


def one(kind: str, **fields: Any) -> list[Question]:
    """A form with one question."""
    return parse([{"key": "q", "kind": kind, "step": "project", "label": {"en": "The question"}, **fields}])


OPTIONS = [{"value": "red", "label": {"en": "Red"}}, {"value": "blue", "label": {"en": "Blue"}}]


# Showing


def test_a_step_holds_its_questions_with_the_saved_answers() -> None:
    form = StepForm(RESEARCH, "project", {"project_title": "Less <data>"})
    assert list(form.fields) == ["project_title", "planned_use", "list_publicly"]
    assert 'value="Less &lt;data&gt;"' in html_of(form)


def test_every_input_has_a_label_or_stands_in_a_fieldset_with_a_legend() -> None:
    for step in ("you", "project", "people"):
        html = html_of(StepForm(RESEARCH, step, {"recipient_same": "no"}, emails=TWO))
        ids = re.findall(r'<(?:input|select|textarea)[^>]*\bid="([^"]+)"', html)
        assert ids
        assert [id_ for id_ in ids if f'for="{id_}"' not in html] == []
        assert html.count("<fieldset") == html.count("<legend") == html.count("</fieldset>")


def test_help_is_tied_to_its_input() -> None:
    html = html_of(StepForm(RESEARCH, "project", {}))
    assert re.search(r'id="id_planned_use"[^>]*aria-describedby="id_planned_use_helptext"', html) or re.search(
        r'aria-describedby="id_planned_use_helptext"[^>]*id="id_planned_use"', html
    )
    assert 'id="id_planned_use_helptext"' in html


def test_browsers_are_told_which_of_one_s_own_details_a_field_asks_for() -> None:
    html = html_of(StepForm(RESEARCH, "you", {}, emails=ONE))
    assert re.findall(r'autocomplete="([^"]+)"', html) == ["name", "email", "organization", "street-address", "country"]


def test_nothing_of_a_form_is_taken_for_markup() -> None:
    evil = {"en": "<script>alert(1)</script>"}
    asked = parse([
        {"key": "a", "kind": "one-of", "step": "project", "label": evil, "help": evil,
         "options": [{"value": "<x>", "label": evil}]},
        {"key": "b", "kind": "short-text", "step": "project", "label": evil, "show_if": {"a": ["<x>"]}},
    ])  # fmt: skip
    html = html_of(StepForm(asked, "project", {"a": "<x>", "b": '"><script>'}))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_one_verified_address_is_shown_and_not_asked_for() -> None:
    html = html_of(StepForm(RESEARCH, "you", {}, emails=ONE, data=posted(applicant_email="eve@evil.example")))
    assert "readonly" in html
    form = StepForm(RESEARCH, "you", {}, emails=ONE, data=posted(applicant_email="eve@evil.example"))
    assert form.posted()["applicant_email"] == "ada.berg@uu.example"


def test_of_several_verified_addresses_one_is_chosen() -> None:
    form = StepForm(RESEARCH, "you", {}, emails=TWO, data=posted(applicant_email="ada@kth.example"))
    assert html_of(form).count('type="radio"') == 2
    assert form.posted()["applicant_email"] == "ada@kth.example"
    other = StepForm(RESEARCH, "you", {}, emails=TWO, data=posted(applicant_email="eve@evil.example"))
    assert "verified" in str(other.errors["applicant_email"])


def test_questions_that_depend_on_an_answer_of_the_step_stand_in_a_group_that_says_so() -> None:
    html = html_of(StepForm(EDUCATION, "project", {}))
    group = re.search(r'<fieldset[^>]*data-show-if="([^"]*)"[^>]*>(.*?)</fieldset>', html, re.DOTALL)
    assert group
    assert "purpose" in group[1]
    assert "education" in group[1]
    assert "Only if your answer to “Is it for research or for education?” is “Education”" in group[2]
    for key in ("course", "students", "last_day", "deletion"):
        assert f'name="{key}"' in group[2]


def test_questions_that_depend_on_another_step_are_there_only_when_its_answer_says_so() -> None:
    asked = parse([
        {"key": "a", "kind": "one-of", "step": "you", "label": {"en": "A"}, "options": OPTIONS},
        {"key": "b", "kind": "short-text", "step": "project", "label": {"en": "B"}, "show_if": {"a": ["red"]}},
        {"key": "c", "kind": "short-text", "step": "project", "label": {"en": "C"}},
    ])  # fmt: skip
    assert list(StepForm(asked, "project", {"a": "red"}).fields) == ["b", "c"]
    assert list(StepForm(asked, "project", {"a": "blue"}).fields) == ["c"]


def test_another_person_s_institution_is_proposed_from_one_s_own_and_can_be_emptied() -> None:
    answers = {"recipient_same": "no", "applicant_institution": "Uppsala University"}
    assert 'value="Uppsala University"' in html_of(StepForm(RESEARCH, "people", answers))
    emptied = {**answers, "recipient_institution": ""}
    assert 'value="Uppsala University"' not in html_of(StepForm(RESEARCH, "people", emptied))


def test_the_form_speaks_swedish() -> None:
    with translation.override("sv"):
        html = html_of(StepForm(RESEARCH, "you", {"applicant_country": "SE"}))
    assert "Ditt namn" in html
    assert "Sverige" in html


# Saving


def test_whatever_was_posted_is_kept_right_or_wrong() -> None:
    form = StepForm(
        EDUCATION, "project", {}, data=posted(purpose="education", students="many", last_day="soon", course=" Imaging ")
    )
    assert not form.is_valid()
    assert form.posted() == {
        "purpose": "education", "planned_use": "", "course": "Imaging", "students": "many", "last_day": "soon",
        "deletion": "",
    }  # fmt: skip
    again = html_of(StepForm(EDUCATION, "project", form.posted()))
    assert 'value="many"' in again
    assert 'value="soon"' in again, "a date input would hide what is not a date"


def test_errors_stand_at_the_field_and_in_a_summary_that_leads_to_it() -> None:
    form = StepForm(
        RESEARCH, "people", {}, data=posted(recipient_same="no", recipient_email="rut", signatory_same="yes")
    )
    assert not form.is_valid()
    html = html_of(form)
    summary = {id_: sentence for id_, _label, sentence in form.summary}
    assert "not an e-mail address" in summary["id_recipient_email"]
    assert [id_ for id_ in summary if f'id="{id_}"' not in html] == []
    assert 'aria-invalid="true"' in html
    assert 'id="id_recipient_email_error"' in html


def test_a_link_to_a_choice_leads_to_its_first_answer() -> None:
    form = StepForm(RESEARCH, "people", {}, data=posted())
    assert form.summary[0][0] == "id_recipient_same_0"
    assert 'id="id_recipient_same_0"' in html_of(form)


def test_what_is_not_asked_with_these_answers_is_not_missed() -> None:
    form = StepForm(EDUCATION, "project", {}, data=posted(purpose="research", planned_use="We try.", students="many"))
    assert form.is_valid(), form.errors
    assert form.posted()["students"] == "many", "kept, in case the purpose changes again"


def test_a_text_of_a_million_characters_is_refused_shown_again_and_not_kept() -> None:
    text = "x" * 1_000_000
    form = StepForm(RESEARCH, "project", {"planned_use": "Before."}, data=posted(planned_use=text, project_title="T"))
    assert "at most 5\u202f000" in str(form.errors["planned_use"])
    assert "planned_use" not in form.posted()
    assert form.posted()["project_title"] == "T"
    assert text in html_of(form)
    assert len(text) > KEPT_LENGTH


def test_nul_and_marks_that_turn_text_around_do_not_get_in() -> None:
    form = StepForm(RESEARCH, "project", {}, data=posted(project_title="a\x00b\u202egpj.exe"))
    assert form.posted()["project_title"] == "abgpj.exe"


def test_a_tick_that_is_gone_is_gone() -> None:
    asked = one("confirm")
    assert StepForm(asked, "project", {"q": True}, data=posted()).posted() == {"q": False}
    assert StepForm(asked, "project", {}, data=posted(q="on")).posted() == {"q": True}


def test_several_answers_are_kept_in_their_order() -> None:
    form = StepForm(one("some-of", options=OPTIONS), "project", {}, data=posted(q=["red", "blue"]))
    assert form.is_valid()
    assert form.posted() == {"q": ["red", "blue"]}


def test_a_person_is_asked_for_in_three_labelled_inputs() -> None:
    asked = one("person")
    form = StepForm(asked, "project", {}, data=posted(q_name="Rut Ek", q_title="", q_email="rut@uu.example"))
    assert form.is_valid(), form.errors
    assert form.posted() == {"q": {"name": "Rut Ek", "email": "rut@uu.example"}}
    html = html_of(StepForm(asked, "project", form.posted()))
    assert 'value="Rut Ek"' in html
    assert html.count("<label") == 3
    wrong = StepForm(asked, "project", {}, data=posted(q_name="Rut Ek"))
    assert wrong.summary[0][0] in re.findall(r'id="([^"]+)"', html_of(wrong))


def test_an_explanation_has_no_input() -> None:
    asked = one("explanation", help={"en": "Read this."})
    html = html_of(StepForm(asked, "project", {}))
    assert "Read this." in html
    assert "<input" not in html
    assert StepForm(asked, "project", {}, data=posted(q="x")).posted() == {}


# Terms


def test_the_licence_is_accepted_by_a_tick_of_its_own() -> None:
    assert "tick this box" in str(TermsForm(RESEARCH, "terms", {}, accepted=False, data=posted()).errors)
    form = TermsForm(RESEARCH, "terms", {}, accepted=False, data=posted(accept_license="on", coauthorship="on"))
    assert form.is_valid()
    assert form.accepts
    assert "accept_license" not in form.posted()


def test_who_has_accepted_is_not_asked_again() -> None:
    form = TermsForm(RESEARCH, "terms", {}, accepted=True, data=posted(coauthorship="on"))
    assert form.is_valid()
    assert "accept_license" not in html_of(form)
