"""What a form may be: whatever the checks let through can be read, shown in every language, answered and described."""

from __future__ import annotations

from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from access_requests import questions
from access_requests.drafts import Stale, Unfit, begin, change, discard, publish, sheet
from access_requests.form_checks import AUTOCOMPLETE, MOST_OPTIONS, MOST_QUESTIONS, RESERVED, faults, missing
from access_requests.form_edits import Json, What, changes, digest, in_order, moved, put, without
from access_requests.forms import StepForm
from access_requests.kinds import Kind
from access_requests.models import FormDraft
from access_requests.questions import BUILTIN, STEPS, builtin, parse
from access_requests.rules import Denied
from aidahub.accounts.models import User
from tests.support.builder import FORMS, Builder

RESEARCH: list[Json] = builtin("research")["questions"]
TEXT: Json = {"key": "a", "kind": "short-text", "step": "you", "label": {"en": "A?"}}
CHOICE: Json = {"key": "b", "kind": "one-of", "step": "you", "label": {"en": "B?"},
                "options": [{"value": "x", "label": {"en": "X"}}, {"value": "y", "label": {"en": "Y"}}]}  # fmt: skip


def said(*asked: Json) -> list[tuple[str, str]]:
    """What is wrong with these questions: which, and at which field."""
    return [(fault.key, fault.field) for fault in faults(asked)]


# Checks


@pytest.mark.parametrize("slug", BUILTIN)
def test_the_builtin_forms_pass(slug: str) -> None:
    asked = builtin(slug)["questions"]
    assert faults(asked) == []
    assert missing(asked) == []
    assert in_order(asked) == asked


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"key": "A"}, "key"),
        ({"key": "1a"}, "key"),
        ({"key": "a" * 61}, "key"),
        ({"key": ""}, "key"),
        ({"kind": "secret"}, "kind"),
        ({"step": "review"}, "step"),
        ({"label": {}}, "label"),
        ({"label": {"en": " ", "sv": "Ja"}}, "label"),
        ({"label": {"en": "x" * 501}}, "label"),
        ({"help": {"sv": "x" * 2001}}, "help"),
        ({"name": {"en": "x" * 501}}, "name"),
        ({"label": "A?"}, "label"),
        ({"min": 0}, "min"),
        ({"max": 301}, "max"),
        ({"min": 5, "max": 4}, "min"),
        ({"min": "today"}, "min"),
        ({"min": "soon"}, "min"),
        ({"kind": "email", "max": 5}, "min"),
        ({"kind": "file", "max": 21}, "max"),
        ({"kind": "number", "max": 10**16}, "max"),
        ({"kind": "one-of"}, "options"),
        ({"options": CHOICE["options"]}, "options"),
        ({**CHOICE, "options": CHOICE["options"] * 2}, "options"),
        ({**CHOICE, "options": [{"value": "<x>", "label": {"en": "X"}}]}, "options"),
        ({**CHOICE, "options": [{"value": "x", "label": {"sv": "X"}}]}, "options"),
        ({**CHOICE, "options": [{"value": "x", "label": {"en": "X" * 501}}]}, "options"),
        ({"own": True}, "own"),
        ({"autocomplete": "cc-number"}, "autocomplete"),
        ({"only_if": "anything"}, "only_if"),
        ({"extra": 1}, "extra"),
        ({"key": "applicant_name"}, "max"),
        ({"key": "applicant_country"}, "key"),
        ({"copy_from": "a"}, "copy_from"),
        ({"show_if": {"zz": ["x"]}}, "show_if"),
    ],
)
def test_one_thing_wrong_is_said_once_at_its_field(fields: Json, field: str) -> None:
    found = faults([{**TEXT, **fields}])
    assert [fault.field for fault in found][:1] == [field]
    assert all(fault.sentence.endswith(".") for fault in found)
    assert found[0].key == fields.get("key", "a")


@pytest.mark.parametrize("key", sorted(RESERVED))
def test_words_of_the_page_are_no_keys(key: str) -> None:
    assert said({**TEXT, "key": key}) == [(key, "key")]


@pytest.mark.parametrize(("one", "two"), [("a", "a"), ("a", "a_0"), ("a_12", "a"), ("p", "p_email"), ("p_name", "p")])
def test_keys_that_a_page_would_mix_up(one: str, two: str) -> None:
    kinds = {"p": "person"}
    pair = [{**TEXT, "key": key, "kind": kinds.get(key, "short-text")} for key in (one, two)]
    assert said(*pair) == [(two, "key")]
    assert said({**TEXT, "key": "a"}, {**TEXT, "key": "a_b"}) == []


@pytest.mark.parametrize(
    ("other", "values", "right"),
    [
        (CHOICE, ["x"], True),
        (CHOICE, ["x", "z"], False),
        (CHOICE, [], False),
        ({**CHOICE, "kind": "some-of"}, ["y"], True),
        ({**TEXT, "key": "b"}, ["x"], False),
        ({**TEXT, "key": "b", "kind": "confirm"}, ["yes"], True),
        ({**TEXT, "key": "b", "kind": "confirm"}, ["no"], False),
        ({**TEXT, "key": "b", "kind": "country"}, ["SE"], True),
        ({**TEXT, "key": "b", "kind": "country"}, ["Sweden"], False),
    ],
)
def test_a_condition_names_answers_that_there_are(other: Json, values: list[str], *, right: bool) -> None:
    for field in ("show_if", "prefill_if"):
        assert said(other, {**TEXT, field: {"b": values}}) == ([] if right else [("a", field)])
        assert said({**TEXT, field: {"b": values}}, other) == [("a", field)], "it must stand before"


def test_there_is_an_end_to_it() -> None:
    many = [{"value": f"v{number}", "label": {"en": "V"}} for number in range(10_000)]
    assert said({**CHOICE, "options": many}) == [("b", "options")]
    assert said({**CHOICE, "options": many[:MOST_OPTIONS]}) == []
    asked = [{**TEXT, "key": f"k{number}"} for number in range(MOST_QUESTIONS + 1)]
    assert said(*asked) == [(f"k{MOST_QUESTIONS}", "")]
    assert said(*asked[1:]) == []


# Edits


def test_edits_leave_the_list_that_they_are_given() -> None:
    before = digest(RESEARCH)
    put(RESEARCH, {**TEXT, "step": "terms"}, instead_of="recipient_same")
    moved(RESEARCH, "applicant_name", up=False)
    without(RESEARCH, "applicant_name")
    assert digest(RESEARCH) == before


def test_a_question_of_another_step_comes_last_there() -> None:
    asked = put(RESEARCH, {**TEXT, "step": "project"}, instead_of="applicant_department")
    assert [each["key"] for each in asked if each["step"] == "project"][-1] == "a"
    assert "applicant_department" not in {each["key"] for each in asked}


def test_a_move_is_one_change() -> None:
    found = changes(RESEARCH, moved(RESEARCH, "project_title", up=False))
    assert [change.what for change in found] == [What.MOVED]
    assert changes(RESEARCH, RESEARCH) == []


@given(st.lists(st.tuples(st.sampled_from([each["key"] for each in RESEARCH]), st.booleans()), max_size=12))
def test_moves_lose_nothing_and_stay_in_the_step(steps: list[tuple[str, bool]]) -> None:
    asked = RESEARCH
    for key, up in steps:
        asked = moved(asked, key, up=up)
    assert sorted(each["key"] for each in asked) == sorted(each["key"] for each in RESEARCH)
    assert [each["step"] for each in asked] == [each["step"] for each in RESEARCH]


# Verbs


@pytest.mark.django_db
def test_only_hub_staff_change_forms(ada: User, per: User, hedda: User) -> None:
    begin(slug="thesis", name={"en": "Thesis"}, by=hedda)
    seen = sheet("thesis").seen
    for person in (ada, per):
        with pytest.raises(Denied):
            begin(slug="other", name={"en": "Other"}, by=person)
        with pytest.raises(Denied):
            change(slug="thesis", seen=seen, by=person, edit=lambda asked: [*asked, TEXT])
        with pytest.raises(Denied):
            publish(slug="thesis", seen=seen, by=person)
        with pytest.raises(Denied):
            discard(slug="thesis", seen=seen, by=person)
    assert FormDraft.objects.get().questions == []


@pytest.mark.django_db
def test_the_verbs_say_what_is_wrong(hedda: User) -> None:
    begin(slug="thesis", name={"en": "Thesis"}, by=hedda)
    seen = sheet("thesis").seen
    with pytest.raises(Unfit) as unfit:
        change(slug="thesis", seen=seen, by=hedda, edit=lambda asked: [*asked, {**TEXT, "kind": "secret"}])
    assert [fault.field for fault in unfit.value.faults] == ["kind"]
    change(slug="thesis", seen=seen, by=hedda, edit=lambda asked: put(asked, TEXT))
    with pytest.raises(Stale):
        change(slug="thesis", seen=seen, by=hedda, edit=lambda asked: put(asked, CHOICE))
    for verb in (publish, discard):
        with pytest.raises(KeyError):
            verb(slug="no-such", seen=seen, by=hedda)
    assert FormDraft.objects.get().questions == [TEXT]


# Whatever is let through

KEYS = st.from_regex(r"[a-c](_[0-9a-z]{1,2})?", fullmatch=True) | st.sampled_from(
    ["applicant_name", "go", "recipient_email"]
)
WORDS = st.text(max_size=12) | st.sampled_from(
    ["<script>alert(1)</script>", "{{ x }}", '"><b>', "%(x)s", "{% now %}", "\u202eabc"]
)
TEXTS = st.dictionaries(st.sampled_from(["en", "sv", "de"]), WORDS, max_size=2) | WORDS.map(lambda text: {"en": text})
VALUES = st.sampled_from(["x", "y", "yes", "no", "SE", "<b>"])
OPTIONS = st.lists(st.fixed_dictionaries({"value": VALUES, "label": TEXTS}, optional={"name": TEXTS}), max_size=3)
CONDITIONS = st.dictionaries(KEYS, st.lists(VALUES, max_size=2), max_size=2)
QUESTIONS = st.fixed_dictionaries(
    {"key": KEYS, "kind": st.sampled_from([kind.value for kind in Kind]), "step": st.sampled_from(STEPS),
     "label": WORDS.map(lambda text: {"en": f"Q{text}"})},
    optional={
        "help": TEXTS, "name": TEXTS, "required": st.booleans(), "min": st.integers(-3, 400) | st.just("today"),
        "max": st.integers(-3, 400), "options": OPTIONS, "show_if": CONDITIONS, "prefill_if": CONDITIONS,
        "copy_from": KEYS, "own": st.booleans(), "autocomplete": st.sampled_from(["", *AUTOCOMPLETE, "off"]),
    },
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


NEEDED = {"key", "kind", "step", "label", "options"}


def what_fits(asked: list[Json]) -> list[Json]:
    """Those of some questions that a builder would let into a form, one after the other."""
    form: list[Json] = []
    for question in asked:
        fitting: Json = {**question}
        if fitting["kind"] in {"one-of", "some-of"}:
            fitting.setdefault("options", CHOICE["options"])
        plain: Json = {name: value for name, value in fitting.items() if name in NEEDED}
        for each in (fitting, plain):
            if not faults(put(form, each)):
                form = put(form, each)
                break
    return form


def is_shown(asked: list[Json], answers: dict[str, Any]) -> None:
    """Each step can be drawn with these answers, in both languages, and nothing in it is taken for markup."""
    form = parse(asked)
    for language in ("en", "sv"):
        with translation.override(language):
            for step in STEPS:
                html = render_crispy_form(StepForm(form, step, answers, emails={"ada@uu.example"}))
                assert "<script" not in html
            for question in form:
                questions.words(question, answers.get(question.key))
    questions.check_complete(form, answers)
    questions.clean_answers(form, answers)


@given(st.lists(QUESTIONS, max_size=8), st.dictionaries(KEYS, ANYTHING, max_size=5))
def test_what_is_let_through_can_be_shown_and_answered(asked: list[Json], answers: dict[str, Any]) -> None:
    form = what_fits(asked)
    assert all(not faults(form[:number]) for number in range(len(form) + 1))
    is_shown(form, answers)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["key", "kind", "step", "label", "options", "min", "show_if", "x"]), ANYTHING)
    )
)
def test_no_json_breaks_the_checks(asked: list[Json]) -> None:
    found = faults(asked)
    assert found or not asked
    assert all(isinstance(fault.sentence, str) and fault.sentence for fault in found)


# Hostile input through the pages


@pytest.mark.django_db
def test_nothing_that_hub_staff_write_is_taken_for_markup(client: Client, hedda: User) -> None:
    client.force_login(hedda)
    builder, evil = Builder(client), "<script>alert(1)</script>{{ 7|add:7 }}"
    texts = dict.fromkeys(("label_en", "label_sv", "help_en", "help_sv", "name_en", "name_sv"), evil)
    builder.new("evil", name_en=evil, name_sv=evil)
    options = {"option-0-en": evil, "option-0-value": "x", "option-0-name_en": evil}
    builder.add("evil", "one-of", **texts, **options)
    condition: dict[str, Any] = {"show_if-q_one_of": ["x"]}
    builder.add("evil", "number", **texts, **condition)
    assert len(sheet("evil").questions) == 2
    for page in ("", "new/", "evil/change/", "evil/publish/", "evil/discard/", "evil/questions/q_number/change/",
                 "evil/questions/q_one_of/change/", "evil/questions/q_one_of/remove/", "evil/preview/project/",
                 "evil/preview/project/?language=sv"):  # fmt: skip
        html = builder.get(page)
        assert "<script>alert" not in html
        assert "14" not in html.partition("alert(1)")[2][:40]
        assert "&lt;script&gt;" in html
    assert "<script>alert" not in builder.move("evil", "q_one_of", "down").content.decode()


@pytest.mark.django_db
def test_ten_thousand_answers_and_odd_bytes_are_refused(client: Client, hedda: User) -> None:
    client.force_login(hedda)
    builder = Builder(client)
    builder.new("big")
    many = {f"option-{number}-en": f"Answer {number}" for number in range(10_000)}
    assert builder.add("big", "one-of", **many).status_code == 413
    some = {f"option-{number}-en": f"Answer {number}" for number in range(MOST_OPTIONS + 1)}
    assert "has at most 100 answers" in builder.add("big", "one-of", **some).content.decode()
    far = {"option-9999-en": "Far", "option-0-en": "Near"}
    builder.add("big", "one-of", **far)
    assert [option["value"] for option in sheet("big").questions[0]["options"]] == ["near"]
    answer = builder.add("big", "number", label_en="\0", key="a\0b")
    assert "Null characters are not allowed." in answer.content.decode()
    builder.add("big", "short-text", label_en="a\u202eb\u0007c")
    assert sheet("big").questions[-1]["label"] == {"en": "abc"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "carried", ["", "[]", "{", "null", '{"planned_use": {"a": 1}}', "[" * 5000, '{"applicant_name": 1}']
)
def test_the_preview_takes_any_answers_and_keeps_none(carried: str, client: Client, hedda: User) -> None:
    client.force_login(hedda)
    for go in ("next", "back", "later", "review", "terms", "nowhere", ""):
        answer = client.post(f"{FORMS}research/preview/project/", {"answers": carried, "go": go, "planned_use": "X"})
        assert answer.status_code == 200
    assert not FormDraft.objects.exists()


@pytest.mark.django_db
def test_the_preview_goes_from_step_to_step_with_what_was_answered(client: Client, hedda: User) -> None:
    client.force_login(hedda)
    page = client.post(f"{FORMS}research/preview/people/", {"answers": "{}", "go": "next", "recipient_same": "no"})
    assert "Please answer this question." in page.content.decode(), "another person is asked for"
    carried = page.context["answers"]
    page = client.post(f"{FORMS}research/preview/people/?language=sv", {"answers": carried, "go": "review"})
    html = page.content.decode()
    assert '<html lang="sv"' in html
    assert page.context["step"] == "review"
    assert "Nothing you write here is saved" in html or "sparas" in html
    page = client.get(f"{FORMS}research/preview/you/")
    assert 'value="hedda@hub.example"' in page.content.decode()
