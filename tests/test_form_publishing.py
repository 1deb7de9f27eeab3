"""A form's draft: two who edit it at once, publishing it, throwing it away; and what applicants get of it."""

from __future__ import annotations

import pytest
from django.test import Client

from access_requests import actions
from access_requests.builtin import version_in_use
from access_requests.models import AccessRequest, Form, FormDraft, FormVersion
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import license_of, sent, set_policy
from tests.support.asking import START
from tests.support.builder import ANSWERS, FORMS, Builder, question

pytestmark = pytest.mark.django_db


@pytest.fixture
def builder(client: Client, hedda: User) -> Builder:
    """Hedda's browser on the pages of the builder."""
    client.force_login(hedda)
    return Builder(client)


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
    assert str(version_in_use("research").published_by) == "Hedda Hub"


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
