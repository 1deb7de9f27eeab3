"""Forms in the admin: hub staff build, look at and publish them; nobody else can tell that there is a builder."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from access_requests import actions
from access_requests.builtin import version_in_use
from access_requests.models import AccessRequest, Form, FormDraft, FormVersion
from access_requests.questions import BUILTIN, builtin, parse
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import license_of, sent, set_policy
from tests.support.asking import START
from tests.support.builder import ANSWERS, EVERY_KIND, FORMS, Builder, key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def builder(client: Client, hedda: User) -> Builder:
    """Hedda's browser on the pages of the builder."""
    client.force_login(hedda)
    return Builder(client)


def keys(slug: str) -> list[str]:
    """The keys of a form's draft in order."""
    return [question["key"] for question in FormDraft.objects.get(form__slug=slug).questions]


def question(slug: str, key: str) -> dict[str, Any]:
    """A question of a form's draft."""
    return next(each for each in FormDraft.objects.get(form__slug=slug).questions if each["key"] == key)


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


# Two at once


def test_a_stale_page_is_refused_and_shows_what_was_written(builder: Builder, sigrid: User) -> None:
    seen = builder.seen("research")
    builder.edit("research", "project_title", label_en="The title, says Hedda")
    builder.client.force_login(sigrid)
    page = f"{FORMS}research/questions/project_title/change/"
    data = {"seen": seen, "kind": "short-text", "key": "project_title", "step": "project", "required": "on",
            "label_en": "The title, says Sigrid", "max": "300"}  # fmt: skip
    answer = builder.client.post(page, data)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else has changed this form since you opened the page." in html
    assert "The title, says Sigrid" in html
    assert question("research", "project_title")["label"]["en"] == "The title, says Hedda"
    answer = builder.client.post(page, {**data, "seen": builder.seen("research")})
    assert answer.status_code == 302
    assert question("research", "project_title")["label"]["en"] == "The title, says Sigrid"


def test_a_question_that_somebody_deleted_meanwhile_can_be_added_again(builder: Builder) -> None:
    seen = builder.seen("research")
    builder.remove("research", "planned_use")
    data = {"seen": seen, "kind": "long-text", "key": "planned_use", "step": "project", "label_en": "What for?"}
    page = f"{FORMS}research/questions/planned_use/change/"
    answer = builder.client.post(page, data)
    assert answer.status_code == 409
    assert "This question has been deleted." in answer.content.decode()
    builder.client.post(page, {**data, "seen": builder.seen("research")})
    assert question("research", "planned_use")["label"] == {"en": "What for?"}


@pytest.mark.parametrize(
    "page", ["publish/", "discard/", "questions/planned_use/move/", "questions/planned_use/remove/"]
)
def test_a_stale_click_does_nothing(page: str, builder: Builder) -> None:
    seen = builder.seen("research")
    builder.edit("research", "project_title", label_en="Another title")
    draft = FormDraft.objects.get()
    for old in (seen, "", "x"):
        answer = builder.post(f"research/{page}", {"seen": old, "way": "up"})
        assert "Somebody else has changed this form" in answer.content.decode()
    assert FormDraft.objects.get().questions == draft.questions
    assert FormVersion.objects.count() == 1


# Publishing


def test_publishing_says_what_changed_and_makes_the_next_version(builder: Builder) -> None:
    builder.edit("research", "planned_use", label_en="What for?", max="2000")
    builder.add("research", "number", "project", key="cases", label_en="How many cases?")
    builder.remove("research", "list_publicly")
    builder.move("research", "applicant_email", "up")
    page = " ".join(builder.get("research/publish/").split())
    assert "New questions" in page
    assert "How many cases?" in page
    assert "Other than before: question, most" in page
    assert "Questions that are not asked any more" in page
    assert "Questions that stand elsewhere" in page
    assert "Swedish readers get the English: cases." in page
    assert "Requests that are begun or sent keep the version they have" in page
    answer = builder.publish("research")
    assert "Version 2 of “Access for research” is in use from now on." in answer.content.decode()
    assert not FormDraft.objects.exists()
    assert version_in_use("research").number == 2


def test_a_version_that_was_used_stays_as_it_was(builder: Builder, brgandi: Dataset, ada: User, alva: User) -> None:
    request, began = sent(ada, brgandi), actions.start(license=license_of(brgandi), by=alva)
    first = request.form_version
    before = (first.questions, first.sha256)
    builder.edit("research", "planned_use", label_en="What for?", name_en="Aim")
    builder.publish("research")
    first.refresh_from_db()
    assert (first.questions, first.sha256) == before
    assert AccessRequest.objects.get(pk=began.pk).form_version == first
    page = builder.client.get(f"/admin/access_requests/accessrequest/{request.reference}/change/").content.decode()
    assert "Planned use" in page
    assert ">Aim<" not in page
    builder.client.force_login(ada)
    assert "Planned use" in builder.client.get(request.get_absolute_url()).content.decode()
    assert "What for?" in builder.client.get(START).content.decode(), "new requests get the new words"


@pytest.mark.parametrize(
    ("key", "sentence"),
    [("applicant_name", "Every applicant must be asked for their name"),
     ("recipient_email", "Who answers recipient_same with another person must be asked for them: recipient_email is")],
)  # fmt: skip
def test_a_form_without_what_the_hub_needs_is_not_published(key: str, sentence: str, builder: Builder) -> None:
    builder.remove("research", key)
    assert sentence in builder.get("research/change/")
    assert sentence in builder.get("research/publish/")
    assert sentence in builder.publish("research").content.decode()
    assert version_in_use("research").number == 1


def test_nothing_to_publish(builder: Builder) -> None:
    assert "There is no draft to publish." in builder.publish("research").content.decode()
    builder.new("empty")
    assert "The form has no questions yet." in builder.publish("empty").content.decode()
    assert not FormVersion.objects.filter(form__slug="empty").exists()


def test_a_draft_is_thrown_away(builder: Builder) -> None:
    builder.remove("research", "planned_use")
    builder.post("research/discard/", {"seen": builder.seen("research")})
    assert "What was changed" not in builder.get("research/discard/")
    builder.new("never")
    assert "it goes with its draft" in builder.get("never/discard/")
    builder.post("never/discard/", {"seen": builder.seen("never")})
    assert not FormDraft.objects.exists()
    assert list(Form.objects.values_list("slug", flat=True)) == ["research"]


# A policy's form


def test_a_policy_can_name_any_published_form(builder: Builder, brgandi: Dataset) -> None:
    builder.new("thesis", copy_of="research")
    assert 'value="thesis"' not in builder.client.get("/admin/access_requests/policy/add/").content.decode()
    builder.publish("thesis")
    assert 'value="thesis"' in builder.client.get("/admin/access_requests/policy/add/").content.decode()
    set_policy(license_of(brgandi), form="thesis")
    assert "The form thesis" in builder.client.get("/admin/access_requests/policy/").content.decode()
    assert "BRGANDI: Controlled access" in builder.get("")


def test_an_applicant_answers_every_kind_and_sends(builder: Builder, brgandi: Dataset, ada: User, per: User) -> None:
    builder.build_every_kind("kinds")
    set_policy(license_of(brgandi), form="kinds")
    client = builder.client
    client.force_login(ada)
    assert "Asks for orcid?" in client.get(START).content.decode()
    client.post(START, {"license": "controlled-access"})
    request = AccessRequest.objects.get()
    edit = f"{request.get_absolute_url()}edit/"
    client.post(f"{edit}you/", {"applicant_name": "Ada Berg", "go": "next"})
    wrong = client.post(
        f"{edit}project/", {**ANSWERS, "q_number": "31", "q_orcid": "0000-0002-1825-0098", "go": "next"}
    )
    assert "31" in wrong.content.decode()
    assert "Please write a number that is 30 or less." in wrong.content.decode()
    assert "This ORCID iD has a mistake in it" in wrong.content.decode()
    right = client.post(f"{edit}project/", {**ANSWERS, "go": "next"})
    assert right["Location"] == f"{edit}terms/"
    text = license_of(brgandi).text_in_force
    assert text
    client.post(f"{edit}terms/", {"accept_license": "on", "text": text.sha256, "go": "next"})
    client.post(f"{edit}review/")
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW
    client.force_login(per)
    page = client.get(f"/admin/access_requests/accessrequest/{request.reference}/change/").content.decode()
    for words in ("Not at all", "CT, PET", "Rut Ek, Professor, rut@uu.example", "31 January 2099", "Sweden"):
        assert words in page
