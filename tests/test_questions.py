"""Questions and answers: the built-in forms, what is shown, what is refused and in which words."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from access_requests import kinds, questions
from access_requests.events import canonical
from access_requests.kinds import Kind
from access_requests.questions import Question, builtin, check, check_complete, clean_answers, parse, shown
from tests.cast import MEMBER_ANSWERS, RESEARCH_ANSWERS

RESEARCH = parse(builtin("research")["questions"])
EDUCATION = parse(builtin("research-or-education")["questions"])
MEMBER = parse(builtin("aida-member")["questions"])
EDUCATION_ANSWERS: dict[str, Any] = {
    "applicant_name": "Ada Berg",
    "applicant_email": "ada.berg@uu.example",
    "applicant_institution": "Uppsala University",
    "applicant_department": "Department of Surgical Sciences",
    "applicant_country": "SE",
    "purpose": "education",
    "planned_use": "The students train a network.",
    "course": "Medical image analysis",
    "students": "24",
    "last_day": (kinds.today() + timedelta(days=90)).isoformat(),
    "deletion": "The course's server is wiped.",
    "coauthorship": True,
}


def a(kind: Kind, **fields: Any) -> Question:
    """A question of some kind."""
    return Question.model_validate({"key": "q", "kind": kind, "step": "project", "label": {"en": "Q"}, **fields})


OPTIONS = [{"value": "red", "label": {"en": "Red", "sv": "Röd"}}, {"value": "blue", "label": {"en": "Blue"}}]


# The built-in forms


def test_the_research_form_asks_what_it_should() -> None:
    assert [question.key for question in RESEARCH] == [
        "applicant_name", "applicant_email", "applicant_institution", "applicant_department", "applicant_address",
        "applicant_country", "project_title", "planned_use", "list_publicly", "recipient_same", "recipient_name",
        "recipient_title", "recipient_email", "recipient_institution", "recipient_department", "recipient_address",
        "recipient_country", "recipient_profile", "recipient_phd", "signatory_same", "signatory_name",
        "signatory_title", "signatory_email", "signatory_may_sign", "coauthorship",
    ]  # fmt: skip


def test_the_research_or_education_form_asks_what_it_should() -> None:
    assert [question.key for question in EDUCATION] == [
        "applicant_name", "applicant_email", "applicant_institution", "applicant_department", "applicant_country",
        "purpose", "planned_use", "course", "students", "last_day", "deletion", "coauthorship",
    ]  # fmt: skip


def test_the_member_form_asks_what_it_should() -> None:
    assert [question.key for question in MEMBER] == [
        "applicant_name", "applicant_email", "applicant_institution", "aida_partner", "planned_use", "attribution",
    ]  # fmt: skip


@pytest.mark.parametrize("slug", questions.BUILTIN)
def test_every_text_of_a_form_is_there_in_english_and_in_swedish(slug: str) -> None:
    form = builtin(slug)
    texts = [form["name"]]
    for question in form["questions"]:
        texts += [question[field] for field in ("label", "help", "name") if field in question]
        texts += [
            option[field] for option in question.get("options", ()) for field in ("label", "name") if field in option
        ]
    assert all(set(text) == {"en", "sv"} for text in texts)
    assert all(
        text["en"].strip() and text["sv"].strip() and text["en"] != text["sv"] for text in texts if len(text["en"]) > 12
    )


@pytest.mark.parametrize("slug", questions.BUILTIN)
def test_questions_everybody_gets_say_why_they_are_asked(slug: str) -> None:
    assert [q.key for q in parse(builtin(slug)["questions"]) if not q.show_if and not q.help] == []


def test_an_unknown_form_is_not_looked_for_in_the_file_system() -> None:
    with pytest.raises(KeyError):
        builtin("../../etc/passwd")


def test_a_builtin_form_cannot_be_changed_by_who_reads_it() -> None:
    builtin("research")["questions"].clear()
    assert builtin("research")["questions"]


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        (RESEARCH, {**RESEARCH_ANSWERS, "applicant_email": "ada.berg@uu.example", "coauthorship": True}),
        (EDUCATION, EDUCATION_ANSWERS),
        (MEMBER, {**MEMBER_ANSWERS, "applicant_email": "ada.berg@uu.example"}),
    ],
)
def test_complete_answers_can_be_sent_and_recorded(asked: list[Question], answers: dict[str, Any]) -> None:
    assert check_complete(asked, answers, emails={"ada.berg@uu.example"}) == {}
    clean = clean_answers(asked, answers)
    assert json.loads(canonical(clean)) == clean
    assert check_complete(asked, clean) == {}


@pytest.mark.parametrize("missing", [question.key for question in RESEARCH if question.required])
def test_each_required_answer_is_missed(missing: str) -> None:
    answers = {**RESEARCH_ANSWERS, "applicant_email": "a@uu.example", "coauthorship": True}
    assert list(check_complete(RESEARCH, {**answers, missing: ""})) == [missing]


# Which questions are shown


def test_a_recipient_scientist_is_asked_for_only_when_it_is_another_person() -> None:
    same = {question.key for question in shown(RESEARCH, {"recipient_same": "yes"})}
    other = {question.key for question in shown(RESEARCH, {"recipient_same": "no"})}
    assert other - same == {
        "recipient_name", "recipient_title", "recipient_email", "recipient_institution", "recipient_department",
        "recipient_address", "recipient_country",
    }  # fmt: skip


def test_answers_to_questions_that_are_not_shown_are_dropped() -> None:
    clean = clean_answers(EDUCATION, {**EDUCATION_ANSWERS, "purpose": "research"})
    assert not {"course", "students", "last_day", "deletion"} & set(clean)
    assert clean["planned_use"] == "The students train a network."


def test_unknown_keys_and_empty_answers_are_dropped() -> None:
    assert clean_answers(MEMBER, {"evil": "x", "aida_partner": "  ", "attribution": False}) == {}


def test_what_depends_on_a_hidden_question_is_hidden_too() -> None:
    asked = parse([
        {"key": "a", "kind": "one-of", "step": "you", "label": {"en": "A"}, "options": OPTIONS},
        {"key": "b", "kind": "one-of", "step": "you", "label": {}, "options": OPTIONS, "show_if": {"a": ["red"]}},
        {"key": "c", "kind": "short-text", "step": "you", "label": {"en": "C"}, "show_if": {"b": ["blue"]}},
    ])  # fmt: skip
    assert [q.key for q in shown(asked, {"a": "red", "b": "blue"})] == ["a", "b", "c"]
    assert [q.key for q in shown(asked, {"a": "blue", "b": "blue"})] == ["a"]


def test_a_tick_and_a_choice_of_several_can_decide_what_is_shown() -> None:
    asked = parse([
        {"key": "a", "kind": "confirm", "step": "you", "label": {"en": "A"}},
        {"key": "b", "kind": "some-of", "step": "you", "label": {"en": "B"}, "options": OPTIONS},
        {"key": "c", "kind": "number", "step": "you", "label": {"en": "C"}, "show_if": {"a": ["yes"], "b": ["blue"]}},
    ])  # fmt: skip
    assert [q.key for q in shown(asked, {"a": True, "b": ["red", "blue"]})] == ["a", "b", "c"]
    assert [q.key for q in shown(asked, {"a": False, "b": ["red", "blue"]})] == ["a", "b"]
    assert [q.key for q in shown(asked, {"a": True, "b": ["red"]})] == ["a", "b"]


# Forms that are not well formed


@pytest.mark.parametrize(
    "broken",
    [
        [{"key": "a", "kind": "short-text", "step": "you", "label": {}}] * 2,
        [{"key": "a", "kind": "short-text", "step": "you", "label": {}, "show_if": {"later": ["x"]}}],
        [{"key": "a", "kind": "short-text", "step": "you", "label": {}, "copy_from": "a"}],
        [{"key": "a", "kind": "one-of", "step": "you", "label": {}}],
        [{"key": "a", "kind": "short-text", "step": "you", "label": {}, "options": OPTIONS}],
        [{"key": "A b", "kind": "short-text", "step": "you", "label": {}}],
        [{"key": "a", "kind": "riddle", "step": "you", "label": {}}],
        [{"key": "a", "kind": "short-text", "step": "elsewhere", "label": {}}],
        [{"key": "a", "kind": "short-text", "step": "you", "label": {}, "surprise": 1}],
    ],
)
def test_a_broken_form_is_refused(broken: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(broken)


# One answer


GOOD: list[tuple[Question, Any]] = [
    (a(Kind.SHORT_TEXT), "Ö"),
    (a(Kind.SHORT_TEXT, max=3), "abc"),
    (a(Kind.LONG_TEXT), "x" * 5000),
    (a(Kind.EMAIL), "Ada.Berg@UU.example"),
    (a(Kind.PHONE), "+46 (0)13-28 10 00"),
    (a(Kind.NUMBER, min=1, max=5), " 5 "),
    (a(Kind.NUMBER), 0),
    (a(Kind.NUMBER), "-3"),
    (a(Kind.DATE), "2027-02-28"),
    (a(Kind.DATE, min="today"), kinds.today().isoformat()),
    (a(Kind.URL), "https://www.uu.example/~ada?x=1"),
    (a(Kind.URL), "0000-0002-1825-0097"),
    (a(Kind.COUNTRY), "SE"),
    (a(Kind.ONE_OF, options=OPTIONS), "red"),
    (a(Kind.SOME_OF, options=OPTIONS, min=1), ["red", "blue"]),
    (a(Kind.CONFIRM), True),
    (a(Kind.ORCID), "https://orcid.org/0000-0002-1694-233x"),
    (a(Kind.ORCID), "0000000218250097"),
    (a(Kind.PERSON), {"name": "Rut Ek", "email": "rut@uu.example"}),
    (a(Kind.EXPLANATION), ""),
    (a(Kind.SHORT_TEXT, required=False), ""),
]
BAD: list[tuple[Question, Any, str]] = [
    (a(Kind.SHORT_TEXT), " \u200b\x00 ".replace("\u200b", ""), "answer this question"),
    (a(Kind.SHORT_TEXT, max=3), "abcd", "4 characters long"),
    (a(Kind.SHORT_TEXT, min=10), "short", "at least 10 characters"),
    (a(Kind.LONG_TEXT), "x" * 1_000_000, "at most 5\u202f000"),
    (a(Kind.EMAIL), "ada at uu", "not an e-mail"),
    (a(Kind.EMAIL), "ada@uu.example\r\nBcc: eve@evil.example", "not an e-mail"),
    (a(Kind.PHONE), "call me", "not a phone number"),
    (a(Kind.NUMBER), "many", "whole number"),
    (a(Kind.NUMBER), "1.5", "whole number"),
    (a(Kind.NUMBER), "٣", "whole number"),
    (a(Kind.NUMBER), "9" * 16, "whole number"),
    (a(Kind.NUMBER, min=1), "0", "1 or more"),
    (a(Kind.NUMBER, max=5), "6", "5 or less"),
    (a(Kind.DATE), "2027-02-30", "not a date"),
    (a(Kind.DATE), "30/6 2027", "not a date"),
    (a(Kind.DATE), "0001-01-01", "not a date"),
    (a(Kind.DATE, min="today"), (kinds.today() - timedelta(days=1)).isoformat(), "has passed"),
    (a(Kind.URL), "javascript:alert(1)", "not a web address"),
    (a(Kind.URL), "ftp://uu.example/ada", "not a web address"),
    (a(Kind.URL), "data:text/html,x", "not a web address"),
    (a(Kind.URL), "www.uu.example", "not a web address"),
    (a(Kind.URL), "https://orcid.org/0000-0002-1825-0098", "mistake"),
    (a(Kind.COUNTRY), "XX", "country"),
    (a(Kind.ONE_OF, options=OPTIONS), "green", "choose one"),
    (a(Kind.ONE_OF, options=OPTIONS), "", "choose an answer"),
    (a(Kind.SOME_OF, options=OPTIONS), ["green"], "choose among"),
    (a(Kind.SOME_OF, options=OPTIONS, min=2), ["red"], "at least 2"),
    (a(Kind.SOME_OF, options=OPTIONS, max=1), ["red", "blue"], "at most 1"),
    (a(Kind.CONFIRM), False, "tick this box"),
    (a(Kind.ORCID), "0000-0002-1825-0098", "mistake"),
    (a(Kind.ORCID), "12", "sixteen characters"),
    (a(Kind.PERSON), {"title": "Professor"}, "name and e-mail"),
    (a(Kind.PERSON), {"name": "Rut Ek"}, "e-mail address"),
    (a(Kind.PERSON), {"email": "rut@uu.example"}, "name"),
    (a(Kind.PERSON), {"name": "Rut Ek", "email": "rut"}, "not an e-mail"),
    (a(Kind.PERSON), {"name": "R" * 300, "email": "rut@uu.example"}, "shorten"),
]


@pytest.mark.parametrize(("question", "answer"), GOOD)
def test_a_good_answer_is_taken(question: Question, answer: Any) -> None:
    assert check(question, answer) == ""


@pytest.mark.parametrize(("question", "answer", "words"), BAD)
def test_a_bad_answer_is_refused_with_a_sentence(question: Question, answer: Any, words: str) -> None:
    sentence = str(check(question, answer))
    assert words in sentence
    assert sentence.endswith((".", "it."))
    assert len(sentence) < 150, "a sentence never repeats a long answer"


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "text", [], ["x", 3], {}, {"name": 3}, [[["x"]]]])
@pytest.mark.parametrize("kind", list(Kind))
def test_no_kind_stumbles_over_an_answer_of_another_type(kind: Kind, value: Any) -> None:
    options = OPTIONS if kind in {Kind.ONE_OF, Kind.SOME_OF} else []
    question = a(kind, options=options)
    check(question, value)
    questions.words(question, value)


def test_an_institutional_address_must_be_a_verified_one() -> None:
    question = next(question for question in RESEARCH if question.own)
    assert check(question, "Ada@uu.example", emails={"ada@uu.example"}) == ""
    assert "verified" in str(check(question, "ada@else.example", emails={"ada@uu.example"}))
    assert "verified" in str(check(question, "ada@uu.example", emails=set()))


# Tidying


def test_characters_nobody_is_meant_to_read_are_taken_out() -> None:
    assert kinds.tidy(Kind.SHORT_TEXT, "a\x00b\u202egro.evil\u2066\x1b[31m\ud800") == "abgro.evil[31m"
    assert kinds.tidy(Kind.LONG_TEXT, "one \r\ntwo\rthree\x07\n") == "one\ntwo\nthree"
    assert kinds.tidy(Kind.SHORT_TEXT, "one\ntwo\t three") == "one two three"


def test_letters_of_every_script_and_joined_emoji_stay() -> None:
    for text in ("Åsa Öberg", "محمد", "中文", "👩\u200d⚕️"):
        assert kinds.tidy(Kind.SHORT_TEXT, text) == text


def test_an_orcid_is_kept_in_one_form() -> None:
    assert kinds.tidy(Kind.ORCID, "http://orcid.org/000000021825009X") == "0000-0002-1825-009X"
    assert kinds.tidy(Kind.URL, "0000-0002-1825-0097") == "https://orcid.org/0000-0002-1825-0097"
    assert kinds.tidy(Kind.URL, "https://uu.example/ada") == "https://uu.example/ada"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from(list(Kind)), JSON)
def test_tidying_twice_is_tidying_once_and_the_record_can_hold_it(kind: Kind, value: Any) -> None:
    once = kinds.tidy(kind, value)
    assert kinds.tidy(kind, once) == once
    text = canonical(once).decode()
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1b\x7f")


# What the account knows


def test_a_new_draft_knows_what_the_account_knows() -> None:
    known = {
        "applicant_name": "Ada Berg",
        "applicant_country": "SE",
        "recipient_profile": "https://orcid.org/x",
        "no": "x",
    }
    assert questions.prefilled(RESEARCH, known) == {"applicant_name": "Ada Berg", "applicant_country": "SE"}


def test_the_account_s_orcid_is_taken_only_for_oneself() -> None:
    known = {"recipient_profile": "https://orcid.org/0000-0002-1825-0097"}
    full = questions.completed(RESEARCH, {"recipient_same": "yes", "recipient_profile": " "}, known)
    assert full["recipient_profile"] == known["recipient_profile"]
    assert "recipient_profile" not in questions.completed(RESEARCH, {"recipient_same": "no"}, known)
    own = {"recipient_same": "yes", "recipient_profile": "https://uu.example/ada"}
    assert questions.completed(RESEARCH, own, known) == own


# Words


@pytest.mark.parametrize(
    ("question", "answer", "english", "swedish"),
    [
        (a(Kind.CONFIRM), True, "Yes, confirmed.", None),
        (a(Kind.CONFIRM), False, "", ""),
        (a(Kind.ONE_OF, options=OPTIONS), "red", "Red", "Röd"),
        (a(Kind.ONE_OF, options=OPTIONS), "green", "green", "green"),
        (a(Kind.SOME_OF, options=OPTIONS), ["red", "blue"], "Red, Blue", "Röd, Blue"),
        (a(Kind.COUNTRY), "SE", "Sweden", "Sverige"),
        (a(Kind.DATE), "2027-06-30", "30 June 2027", "30 juni 2027"),
        (a(Kind.PERSON), {"name": "Rut", "title": "Prof.", "email": "r@uu.example"}, "Rut, Prof., r@uu.example", None),
        (a(Kind.NUMBER), 24, "24", "24"),
    ],
)
def test_answers_are_read_in_the_reader_s_language(
    question: Question, answer: Any, english: str, swedish: str | None
) -> None:
    assert questions.words(question, answer) == english
    with translation.override("sv"):
        assert swedish is None or questions.words(question, answer) == swedish


def test_a_text_missing_in_a_language_is_shown_in_english_and_else_in_any() -> None:
    assert questions.text_in("sv-SE", {"en": "a", "sv": "b"}) == "b"
    assert questions.text_in("fi", {"en": "a", "sv": "b"}) == "a"
    assert questions.text_in("fi", {"sv": "b"}) == "b"
    assert questions.text_in("fi", {}) == ""
