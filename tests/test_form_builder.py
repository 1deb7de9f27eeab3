"""Forms in the admin: hub staff build, look at and publish them; nobody else can tell that there is a builder."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from access_requests.builtin import version_in_use
from access_requests.models import Form, FormDraft
from access_requests.questions import BUILTIN, builtin, parse
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import license_of, sent, set_policy
from tests.support.builder import EVERY_KIND, FORMS, Builder, key_of, question

pytestmark = pytest.mark.django_db


@pytest.fixture
def builder(client: Client, hedda: User) -> Builder:
    """Hedda's browser on the pages of the builder."""
    client.force_login(hedda)
    return Builder(client)


def keys(slug: str) -> list[str]:
    """The keys of a form's draft in order."""
    return [each["key"] for each in FormDraft.objects.get(form__slug=slug).questions]


# Who


@pytest.mark.parametrize("page", ["", "new/", "research/change/", "research/publish/", "research/preview/you/"])
def test_it_is_for_hub_staff(page: str, client: Client, hedda: User, sigrid: User, per: User, ada: User) -> None:
    assert client.get(FORMS + page)["Location"].startswith("/admin/login/")
    for person, status in ((hedda, 200), (sigrid, 200), (per, 404), (ada, 404)):
        client.force_login(person)
        assert client.get(FORMS + page).status_code == status
        assert client.put(FORMS + page).status_code == (405 if status == 200 else 404)


def test_a_provider_s_post_changes_nothing(client: Client, per: User) -> None:
    client.force_login(per)
    for page in ("new/", "research/publish/", "research/discard/", "research/questions/planned_use/move/"):
        assert client.post(FORMS + page, {"slug": "x", "name_en": "X", "way": "up"}).status_code == 404
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize(
    "page", ["no-such/change/", "no-such/publish/", "no-such/discard/", "no-such/preview/you/", "research/preview/x/",
             "no-such/questions/new/", "research/questions/no_such/change/", "research/questions/no_such/remove/"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(page: str, builder: Builder) -> None:
    assert builder.client.get(FORMS + page).status_code == 404
    assert builder.client.post(FORMS + page).status_code == (405 if page == "no-such/change/" else 404)


def test_looking_changes_nothing(builder: Builder) -> None:
    for page in ("", "new/", "research/change/", "research/publish/", "research/discard/", "research/preview/people/",
                 "research/questions/new/", "research/questions/planned_use/change/"):  # fmt: skip
        builder.get(page)
    assert not Form.objects.exists()


# The list


def test_the_list_says_version_draft_and_licences(builder: Builder, brgandi: Dataset, ada: User) -> None:
    sent(ada, brgandi)
    set_policy(license_of(brgandi), form="research")
    builder.new("thesis")
    page = builder.get("")
    assert "Version 1, published on" in page
    assert "BRGANDI: Controlled access; licences without a policy" in page
    assert "Never published." in page
    assert "Hedda Hub changed it last" in page
    assert all(f"{FORMS}{slug}/change/" in page for slug in (*BUILTIN, "thesis"))


# New forms


def test_a_form_is_begun_empty(builder: Builder) -> None:
    answer = builder.new("thesis", name_sv="Examensarbete")
    assert "The form is begun." in answer.content.decode()
    assert "The form has no questions yet." in answer.content.decode()
    form = Form.objects.get()
    assert form.name == {"en": "The form thesis", "sv": "Examensarbete"}
    assert (form.draft.questions, form.versions.count()) == ([], 0)


def test_a_form_is_begun_as_a_copy(builder: Builder) -> None:
    builder.new("thesis", copy_of="research")
    assert FormDraft.objects.get().questions == builtin("research")["questions"]
    builder.publish("thesis")
    assert version_in_use("thesis").questions == builtin("research")["questions"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"slug": "Thesis!"}, "Write small letters a to z, digits and hyphens"),
        ({"slug": "research"}, "There is a form with this short name already."),
        ({"slug": ""}, "This field is required."),
        ({"name_en": ""}, "This field is required."),
        ({"copy_of": "nothing"}, "Select a valid choice."),
        ({"slug": "x" * 51}, "at most 50 characters"),
    ],
)
def test_what_a_new_form_lacks_is_said(fields: dict[str, str], sentence: str, builder: Builder) -> None:
    answer = builder.new(**{"slug": "thesis", **fields})
    assert sentence in answer.content.decode()
    assert not Form.objects.exists()


# Questions


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_each_kind_is_built_and_stays_as_it_is_when_its_page_is_saved_unchanged(kind: str, builder: Builder) -> None:
    builder.new("kinds")
    builder.add("kinds", kind, **{**EVERY_KIND[kind], "label_sv": "På svenska", "name_en": "Name"})
    built = question("kinds", key_of(kind))
    assert built["kind"] == kind
    assert built["label"] == {"en": f"Asks for {kind}?", "sv": "På svenska"}
    assert len(parse([built])) == 1
    builder.edit("kinds", key_of(kind))
    assert question("kinds", key_of(kind)) == built


@pytest.mark.parametrize("slug", BUILTIN)
def test_saving_each_question_of_a_builtin_form_unchanged_changes_nothing(slug: str, builder: Builder) -> None:
    for each in builtin(slug)["questions"]:
        answer = builder.edit(slug, each["key"])
        assert "The question is saved in the draft." in answer.content.decode(), each["key"]
    assert FormDraft.objects.get(form__slug=slug).questions == builtin(slug)["questions"]
    assert "The questions are those of version 1." in builder.get(f"{slug}/publish/")


def test_limits_options_and_what_is_seldom_needed_are_kept(builder: Builder) -> None:
    builder.new("kinds")
    builder.add("kinds", "some-of", **EVERY_KIND["some-of"])
    built = question("kinds", "q_some_of")
    assert (built["min"], built["max"]) == (1, 2)
    assert [option["value"] for option in built["options"]] == ["ct", "mr", "pet"]
    builder.add("kinds", "email", own="on", autocomplete="email", only_if="on")
    assert question("kinds", "q_email") == {
        "key": "q_email", "kind": "email", "step": "project", "label": {"en": "Asks for email?"}, "own": True,
        "autocomplete": "email", "only_if": "coauthorship", "required": False,
    }  # fmt: skip


def test_more_answers_than_there_are_rows(builder: Builder) -> None:
    builder.new("kinds")
    answer = builder.add("kinds", "one-of", go="more", **EVERY_KIND["one-of"])
    assert answer.redirect_chain[-1][0] == f"{FORMS}kinds/questions/q_one_of/change/#options"
    assert answer.content.decode().count('name="option-') == 5 * 6, "two answers and four empty rows"
    builder.edit("kinds", "q_one_of", **{"option-5-en": "The sixth", "option-0-en": "", "option-0-sv": "",
                                         "option-0-value": ""})  # fmt: skip
    assert [option["value"] for option in question("kinds", "q_one_of")["options"]] == ["not-at-all", "the-sixth"]


def test_a_question_is_asked_after_certain_answers(builder: Builder) -> None:
    builder.new("kinds")
    for kind in ("one-of", "some-of", "confirm", "country"):
        builder.add("kinds", kind, **EVERY_KIND[kind])
    condition: dict[str, Any] = {
        "show_if-q_one_of": ["yes"], "show_if-q_some_of": ["ct", "mr"], "show_if-q_confirm": ["yes"],
        "show_if-q_country": "se no",
    }  # fmt: skip
    builder.add("kinds", "number", **condition)
    assert question("kinds", "q_number")["show_if"] == {
        "q_one_of": ["yes"], "q_some_of": ["ct", "mr"], "q_confirm": ["yes"], "q_country": ["SE", "NO"],
    }  # fmt: skip
    assert "Only if “Asks for one-of?” is “Yes”" in builder.get("kinds/change/")
    builder.edit("kinds", "q_number")
    assert question("kinds", "q_number")["show_if"]["q_country"] == ["SE", "NO"]


def test_a_new_key_is_followed_by_what_depends_on_it(builder: Builder) -> None:
    builder.edit("research", "recipient_same", key="scientist", step="project")
    assert question("research", "recipient_name")["show_if"] == {"scientist": ["no"]}
    assert question("research", "recipient_profile")["prefill_if"] == {"scientist": ["yes"]}
    builder.edit("research", "applicant_department", key="department")
    assert question("research", "recipient_department")["copy_from"] == "department"


def test_questions_move_within_their_step(builder: Builder) -> None:
    before = [each["key"] for each in builtin("research")["questions"]]
    builder.move("research", "applicant_email", "up")
    assert keys("research")[:2] == ["applicant_email", "applicant_name"]
    builder.move("research", "applicant_email", "up")
    builder.move("research", "applicant_email", "down")
    assert keys("research") == before
    builder.move("research", "applicant_country", "down")
    assert keys("research") == before, "the last of its step goes no further"


def test_what_others_depend_on_is_neither_moved_behind_them_nor_deleted(builder: Builder) -> None:
    answer = builder.move("research", "recipient_same", "down").content.decode()
    assert "depends on “Recipient scientist”, which must stand before it." in answer
    answer = builder.remove("research", "recipient_same").content.decode()
    assert "depends on the answer to recipient_same, which would not be asked." in answer
    assert "Change “" in answer
    assert not FormDraft.objects.exists()
    assert "“Planned use” is deleted." in builder.remove("research", "planned_use").content.decode()
    assert "planned_use" not in keys("research")


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("short-text", {"key": "Not A Key"}, "Write small letters a to z, digits and _"),
        ("short-text", {"key": "applicant_name"}, "Another question of this form has this key."),
        ("short-text", {"key": "submit"}, "The pages of the form use this word themselves."),
        ("short-text", {"key": "applicant_name_0"}, "This key is too like applicant_name."),
        ("short-text", {"label_en": ""}, "This field is required."),
        ("short-text", {"min": "20", "max": "10"}, "The least is more than the most"),
        ("short-text", {"max": "301"}, "less than or equal to 300"),
        ("number", {"min": "one"}, "Enter a whole number."),
        ("one-of", {}, "Give the answers to choose from."),
        ("one-of", {"option-0-en": "A", "option-1-en": "a"}, "Two answers have the value a."),
        ("one-of", {"option-0-en": "A", "option-0-value": "A b"}, "The value “A b” does not do."),
        ("one-of", {"option-0-sv": "Ja", "option-0-value": "ja"}, "Write each answer in English."),
        ("some-of", {"min": "3", "option-0-en": "A", "option-1-en": "B"}, "There are fewer answers to choose from"),
        ("number", {"show_if-applicant_country": "SE XX"}, "depends on “XX”, which is no answer to"),
        ("one-of", {"key": "recipient_name", "option-0-en": "A"}, "The hub reads the answer to this key as another"),
        ("email", {"autocomplete": "cc-number"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_stands_at_the_field_and_nothing_is_lost(
    kind: str, fields: dict[str, str], sentence: str, builder: Builder
) -> None:
    builder.new("copy", copy_of="aida-member")
    builder.add("copy", "country", "you", key="applicant_country")
    before = FormDraft.objects.get().questions
    page = builder.add("copy", kind, **{"help_sv": "Det jag skrev", **fields}).content.decode()
    assert sentence in page
    assert "Nothing has been saved." in page
    assert "Det jag skrev" in page
    assert FormDraft.objects.get().questions == before


def test_an_answer_that_others_depend_on_is_not_taken_away(builder: Builder) -> None:
    page = builder.edit("research", "recipient_same", **{"option-1-value": "other"}).content.decode()
    assert "depends on “no”, which is no answer to “Recipient scientist”." in page
