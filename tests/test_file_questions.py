"""Questions that ask for files: the answer holds public ids, the form takes files and lets go of them."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from crispy_forms.utils import render_crispy_form
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from access_requests import actions
from access_requests.comparison import read
from access_requests.forms import StepForm
from access_requests.kinds import Kind, is_empty, tidy, words
from access_requests.models import AccessRequest
from access_requests.questions import Question, check, clean_answers, parse
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import license_of, set_policy
from tests.support.asking import step
from tests.support.builder import FORMS, Builder
from tests.support.papers import upload

ONE, TWO, THREE = (str(UUID(int=number)) for number in (1, 2, 3))
NAMES = {ONE: "Ethical approval.pdf", TWO: "<b>Plan</b>.docx"}


def asked(**fields: Any) -> list[Question]:
    """A question that asks for files."""
    question = {"key": "papers", "kind": "file", "step": "project", "label": {"en": "Attach the approval"}}
    return parse([{**question, **fields}])


def post(text: str = "") -> QueryDict:
    """What was posted."""
    return QueryDict(text)


def files(*names: str) -> MultiValueDict[str, UploadedFile[Any]]:
    """Files that were posted with the question."""
    return MultiValueDict({"papers": [SimpleUploadedFile(name, b"%PDF-1.7") for name in names]})


# The answer


@pytest.mark.parametrize(
    ("given", "kept"),
    [([ONE, TWO], [ONE, TWO]), ([ONE, ONE, ""], [ONE]), ([f" {ONE} "], [ONE]), ("x", []), (None, []), ({"a": 1}, []),
     ((ONE,), [ONE]), ([None, True, [ONE]], [])],
)  # fmt: skip
def test_an_answer_is_a_list_of_ids(given: Any, kept: list[str]) -> None:
    assert tidy(Kind.FILE, given) == kept
    assert is_empty(tidy(Kind.FILE, given)) is not bool(kept)


@pytest.mark.parametrize(
    ("fields", "answer", "sentence"),
    [
        ({}, [ONE], ""),
        ({}, [ONE] * 9, ""),
        ({}, [], "Please attach a file."),
        ({"required": False}, [], ""),
        ({"min": 2}, [ONE], "Please attach at least 2 files."),
        ({"max": 1}, [ONE, TWO], "Please attach at most 1 file."),
        ({}, [str(UUID(int=number)) for number in range(6)], "Please attach at most 5 files."),
        ({"max": 6}, [str(UUID(int=number)) for number in range(6)], ""),
        ({}, ["../../etc/passwd"], "One of these files is not here any more. Please attach it again."),
        ({}, [ONE.upper().replace("0", "A")], "One of these files is not here any more. Please attach it again."),
    ],
)
def test_what_is_wrong_with_it_is_said(fields: dict[str, Any], answer: list[str], sentence: str) -> None:
    assert str(check(asked(**fields)[0], answer)) == sentence


def test_people_read_how_many_there_are() -> None:
    assert [words(Kind.FILE, answer, {}) for answer in ([], [ONE], [ONE, TWO])] == ["", "1 file", "2 files"]
    assert [line.answer for line in read(asked(), {"papers": [ONE, TWO]})] == ["2 files"]
    assert clean_answers(asked(), {"papers": [ONE, ONE]}) == {"papers": [ONE]}


# The form


def test_the_form_shows_what_is_attached_and_takes_more() -> None:
    form = StepForm(asked(), "project", {"papers": [ONE, TWO, THREE]}, attached=NAMES)
    html = render_crispy_form(form)
    assert form.is_multipart()
    assert re.search(r'<input type="file" name="papers"\s+multiple', html)
    assert "Ethical approval.pdf" in html
    assert "&lt;b&gt;Plan&lt;/b&gt;.docx" in html
    assert "Attached file" in html, "one whose name is not known"
    assert re.findall(r'name="papers-remove" value="([^"]+)"', html) == [ONE, TWO, THREE]
    assert 'for="id_papers"' in html
    assert "multiple" not in render_crispy_form(StepForm(asked(max=1), "project", {}))


def test_a_form_without_files_is_sent_as_before() -> None:
    assert not StepForm(asked(kind="url"), "project", {}).is_multipart()


def test_files_that_stay_are_the_answer_and_those_that_are_ticked_go() -> None:
    saved = {"papers": [ONE, TWO]}
    assert StepForm(asked(), "project", saved, data=post()).posted() == saved
    form = StepForm(asked(), "project", saved, data=post(f"papers-remove={ONE}"), attached=NAMES)
    assert form.posted() == {"papers": [TWO]}
    assert "Ethical approval.pdf" not in render_crispy_form(form)


def test_nobody_attaches_a_file_by_its_id() -> None:
    form = StepForm(asked(), "project", {"papers": [ONE]}, data=post(f"papers={THREE}&papers-remove={TWO}"))
    assert form.posted() == {"papers": [ONE]}


def test_posted_files_are_handed_over_and_count_as_attached() -> None:
    form = StepForm(asked(max=2), "project", {"papers": [ONE]}, data=post(), files=files("a.pdf"))
    assert [file.name for file in form.uploads()["papers"]] == ["a.pdf"]
    assert form.is_valid()
    assert form.posted() == {"papers": [ONE]}, "whoever stores the files adds their ids"
    form = StepForm(asked(max=2), "project", {"papers": [ONE]}, data=post(), files=files("a.pdf", "b.pdf"))
    assert form.errors["papers"] == ["Please attach at most 2 files."]
    form = StepForm(
        asked(max=2), "project", {"papers": [ONE]}, data=post(f"papers-remove={ONE}"), files=files("a", "b")
    )
    assert form.is_valid()
    form = StepForm(asked(), "project", {}, data=post())
    assert form.errors["papers"] == ["Please attach a file."]
    assert form.uploads() == {}


def test_files_of_other_questions_are_not_taken() -> None:
    form = StepForm(asked(kind="url", required=False), "project", {}, data=post(), files=files("a.pdf"))
    assert form.uploads() == {}


# Through the pages


@pytest.mark.django_db
@pytest.mark.usefixtures("files_folder")
def test_a_form_that_asks_for_files_is_built_seen_and_sent(
    client: Client, hedda: User, ada: User, brgandi: Dataset
) -> None:
    client.force_login(hedda)
    builder = Builder(client)
    builder.new("papers")
    builder.add("papers", "short-text", "you", key="applicant_name", label_en="Name", max="200", required="on")
    builder.add("papers", "file", key="papers", max="2", required="on")
    builder.publish("papers")
    page = client.post(
        f"{FORMS}papers/preview/project/", {"papers": SimpleUploadedFile("a.pdf", b"%PDF"), "go": "next"}
    )
    assert page.context["step"] == "terms", "the file counts, and is not kept"
    set_policy(license_of(brgandi), form="papers")
    draft = actions.start(license=license_of(brgandi), by=ada)
    draft = actions.save_answers(request=draft, by=ada, answers={"applicant_name": "Ada Berg", "papers": [ONE, TWO]})
    assert "papers" not in draft.draft, "an id alone attaches nothing"
    client.force_login(ada)
    client.post(step(draft, "project"), {"papers": [upload("a.pdf"), upload("b.pdf")], "go": "next"})
    text = license_of(brgandi).text_in_force
    assert text
    draft = actions.accept_license(request=AccessRequest.objects.get(), by=ada, text=text)
    request = actions.submit(request=draft, by=ada)
    assert request.status == Status.IN_REVIEW
    assert request.last_submission
    assert request.last_submission.answers["papers"] == [str(row.public_id) for row in request.attachments.all()]
    client.force_login(hedda)
    page = client.get(f"/admin/access_requests/accessrequest/{request.reference}/change/")
    assert ">a.pdf</a>" in page.content.decode()


@pytest.mark.parametrize("number", ["+46 13 28 10 00", "013-281000", "(013) 28.10/00"])
def test_phone_numbers_hold_digits(number: str) -> None:
    assert check(asked(kind="phone")[0], number) == ""
    assert "This is not a phone number" in str(check(asked(kind="phone")[0], re.sub("[0-9]", "-", number)))


def test_an_answer_that_is_ticked_twice_counts_once() -> None:
    options = [{"value": value, "label": {"en": value}} for value in ("a", "b")]
    question = asked(kind="some-of", options=options, min=2)[0]
    assert check(question, ["a", "a"]) == "Please choose at least 2 of the answers."
    assert check(question, ["a", "b"]) == ""
