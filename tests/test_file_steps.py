"""Files in the steps of the request form: kept whatever else is wrong, taken away by a tick, lost to nobody."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access_requests import actions
from access_requests.models import AccessRequest, Attachment
from access_requests.rules import Denied
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import PASSWORD, RequestAt
from tests.support.asking import step
from tests.support.files import pdf
from tests.support.papers import NO_REVIEW, papers_draft, upload
from tests.test_attachments_pages import stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_folder")]


@pytest.fixture
def draft(brgandi: Dataset, ada: User) -> AccessRequest:
    """Ada's draft, which asks for papers."""
    return papers_draft(ada, brgandi)


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    """Ada's browser."""
    client.force_login(ada)
    return client


def post(browser: Client, request: AccessRequest, *files: Any, **fields: Any) -> Any:
    """Post the step in which files are asked for."""
    return browser.post(step(request, "project"), {**NO_REVIEW, "papers": list(files), **fields})


def names(request: AccessRequest, question: str = "papers") -> list[str]:
    """What the files are called that answer a question in the draft."""
    request.refresh_from_db()
    rows = {str(row.public_id): row for row in request.attachments.all() if row.is_there}
    return [rows[each].name for each in request.draft.get(question, [])]


def ids(request: AccessRequest) -> dict[str, str]:
    """The public ids of a request's files, by name."""
    return {row.name: str(row.public_id) for row in request.attachments.all()}


# It works


def test_the_form_takes_files_on_a_phone_too(as_ada: Client, draft: AccessRequest) -> None:
    html = as_ada.get(step(draft, "project")).text
    assert 'enctype="multipart/form-data"' in html
    field = re.search(r'<input type="file" name="papers"[^>]*>', html)
    assert field
    assert "multiple" in field[0]
    assert ".pdf," in field[0], "phones offer what is taken"
    assert 'aria-describedby="id_papers_helptext"' in field[0]
    assert "At most 3 files, of at most 10.0\xa0MB each" in html
    assert "multipart" not in as_ada.get(step(draft, "you")).text


def test_answers_and_files_are_kept_together(as_ada: Client, draft: AccessRequest, files_folder: Path) -> None:
    answer = post(as_ada, draft, upload("a.pdf"), upload("b.pdf"), go="next")
    assert answer["Location"] == step(draft, "terms")
    assert names(draft) == ["a.pdf", "b.pdf"]
    assert draft.draft["plan"] == "Networks."
    assert stored(files_folder) == sorted(row.key for row in draft.attachments.all())
    html = as_ada.get(step(draft, "project")).text
    assert "a.pdf" in html
    assert "b.pdf" in html
    post(as_ada, draft, upload("c.pdf"))
    assert names(draft) == ["a.pdf", "b.pdf", "c.pdf"], "one more joins them"


@pytest.mark.parametrize(("go", "leads_to"), [("later", ""), ("back", "edit/you/"), ("you", "edit/you/"),
                                              ("review", "edit/review/")])  # fmt: skip
def test_every_way_out_keeps_what_came(as_ada: Client, draft: AccessRequest, go: str, leads_to: str) -> None:
    answer = post(as_ada, draft, upload("a.pdf"), upload("page.pdf", b"<html>"), reviewed="", go=go)
    assert answer["Location"] == f"/requests/{draft.reference}/{leads_to}"
    assert names(draft) == ["a.pdf"]
    assert "“page.pdf”: This is a web page" in as_ada.get(answer["Location"]).text


def test_wrong_answers_lose_no_file(as_ada: Client, draft: AccessRequest) -> None:
    html = post(as_ada, draft, upload("a.pdf"), reviewed="perhaps").text
    assert "Please choose one of the answers." in html
    assert "a.pdf" in html
    assert "Please attach" not in html
    assert names(draft) == ["a.pdf"]


def test_too_many_files_are_kept_and_said(as_ada: Client, draft: AccessRequest) -> None:
    html = post(as_ada, draft, *(upload(f"{number}.pdf") for number in range(4))).text
    assert "Please attach at most 3 files." in html
    assert len(names(draft)) == 4
    post(as_ada, draft, **{"papers-remove": ids(draft)["0.pdf"]})
    assert names(draft) == ["1.pdf", "2.pdf", "3.pdf"]


def test_a_tick_takes_a_file_away(as_ada: Client, draft: AccessRequest) -> None:
    post(as_ada, draft, upload("a.pdf"), upload("b.pdf"))
    html = as_ada.get(step(draft, "project")).text
    assert f'name="papers-remove" value="{ids(draft)["a.pdf"]}"' in html
    post(as_ada, draft, upload("c.pdf"), **{"papers-remove": ids(draft)["a.pdf"]})
    assert names(draft) == ["b.pdf", "c.pdf"]
    assert not draft.attachments.get(name="a.pdf").is_there
    html = post(as_ada, draft, reviewed="", **{"papers-remove": [ids(draft)["b.pdf"], "x", ids(draft)["a.pdf"]]}).text
    assert names(draft) == ["c.pdf"]
    assert "b.pdf" not in html


# What is wrong with a file is said at its field


def test_a_refused_file_is_said_at_its_field_and_above(as_ada: Client, draft: AccessRequest) -> None:
    html = post(as_ada, draft, upload("a.pdf"), upload("page.pdf", b"<html>"), go="next").text
    assert html.count("“page.pdf”: This is a web page") == 2
    assert 'href="#id_papers"' in html
    assert names(draft) == ["a.pdf"]
    html = post(as_ada, draft, go="next")
    assert html["Location"] == step(draft, "terms"), "nothing is left of it"


def test_only_a_refused_file_says_why_and_not_that_one_is_missing(as_ada: Client, draft: AccessRequest) -> None:
    html = post(as_ada, draft, upload("empty.pdf", b"\x01"), go="next").text
    assert "empty.pdf" in html
    assert "Please attach a file." not in html
    assert names(draft) == []
    assert "Please attach a file." in post(as_ada, draft, go="next").text


def test_a_file_that_is_too_large_is_dropped_as_it_comes_and_said(
    as_ada: Client, draft: AccessRequest, settings: Any
) -> None:
    settings.FILE_MAX_MB = 0.01
    html = post(as_ada, draft, upload("large.pdf", b"x" * 20_000), upload("a.pdf")).text
    assert html.count("“large.pdf” was not taken: it has more than") == 2
    assert names(draft) == ["a.pdf"]


def test_a_request_has_so_many_files(as_ada: Client, draft: AccessRequest, settings: Any) -> None:
    settings.REQUEST_FILES_MAX = 2
    html = post(as_ada, draft, upload("a.pdf"), upload("b.pdf"), upload("c.pdf")).text
    assert "“c.pdf” was not taken: no more than 2 files are taken at once." in html
    html = post(as_ada, draft, upload("d.pdf")).text
    assert "“d.pdf”: A request has at most 2 files." in html
    assert names(draft) == ["a.pdf", "b.pdf"]
    post(as_ada, draft, upload("d.pdf"), **{"papers-remove": ids(draft)["a.pdf"]})
    assert names(draft) == ["b.pdf", "d.pdf"], "what is taken away makes room first"


def test_all_files_together_have_so_many_bytes(as_ada: Client, draft: AccessRequest, settings: Any) -> None:
    settings.REQUEST_FILES_MAX_MB = 1.5 * len(pdf(b"a.pdf")) / 1024 / 1024
    post(as_ada, draft, upload("a.pdf"))
    assert "The files of a request may have" in post(as_ada, draft, upload("b.pdf")).text
    assert names(draft) == ["a.pdf"]


def test_a_zip_bomb_in_a_document_is_refused(as_ada: Client, draft: AccessRequest) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * 5_000_000)
    html = post(as_ada, draft, upload("bomb.docx", out.getvalue())).text
    assert "bomb.docx" in html
    assert names(draft) == []


def test_more_files_than_any_form_has_are_answered_with_a_page(
    as_ada: Client, draft: AccessRequest, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    answer = post(as_ada, draft, upload("a.pdf"), upload("b.pdf"), upload("c.pdf"))
    assert answer.status_code == 413
    assert "choose fewer and smaller files" in answer.text
    assert names(draft) == []


def test_only_answers_that_are_files_lose_files(draft: AccessRequest, ada: User, otto: User) -> None:
    actions.save_answers(request=draft, by=ada, answers=NO_REVIEW)
    with pytest.raises(Denied, match="does not ask for this file"):
        actions.take_from_answer(request=draft, by=ada, question="plan", files=["x"])
    with pytest.raises(Denied, match="There is no such request"):
        actions.take_from_answer(request=draft, by=otto, question="papers", files=["x"])
    draft.refresh_from_db()
    assert draft.draft["plan"] == "Networks."


# Who may


def test_nobody_else_attaches_anything(
    client: Client, draft: AccessRequest, otto: User, hedda: User, per: User, files_folder: Path
) -> None:
    for person in (otto, hedda, per):
        client.force_login(person)
        assert post(client, draft, upload()).status_code == 404
    assert stored(files_folder) == []
    assert not Attachment.objects.exists()


def test_a_sent_request_takes_no_more_answers(client: Client, request_at: RequestAt, ada: User, per: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(ada)
    assert client.post(step(request, "project"), {"papers": upload()}).status_code == 403
    client.force_login(per)
    assert client.post(step(request, "project"), {"papers": upload()}).status_code == 403
    assert client.put(step(request, "project")).status_code == 405
    assert not request.attachments.exists()


def test_a_file_for_a_question_of_another_step_or_none_is_not_kept(
    as_ada: Client, draft: AccessRequest, files_folder: Path
) -> None:
    as_ada.post(step(draft, "you"), {"applicant_name": "Ada", "papers": upload()})
    post(as_ada, draft, plan=upload(), unknown=upload())
    assert not draft.attachments.exists()
    assert stored(files_folder) == []


def test_nobody_answers_with_a_file_by_its_id(as_ada: Client, draft: AccessRequest, alva: User, other: Dataset) -> None:
    alien = papers_draft(alva, other)
    browser = Client()
    browser.force_login(alva)
    post(browser, alien, upload("secret.pdf"))
    as_ada.post(step(draft, "project"), {**NO_REVIEW, "papers": ids(alien)["secret.pdf"]})
    post(as_ada, draft, **{"papers-remove": ids(alien)["secret.pdf"]})
    assert names(draft) == []
    assert names(alien) == ["secret.pdf"]


# Signed out, too old, two windows


def test_files_of_somebody_whose_sign_in_ran_out_must_be_chosen_again(
    as_ada: Client, ada: User, draft: AccessRequest, files_folder: Path
) -> None:
    post(as_ada, draft, upload("old.pdf"), upload("older.pdf"))
    kept = stored(files_folder)
    as_ada.cookies.clear()
    gone = {"papers-remove": ids(draft)["older.pdf"]}
    answer = post(as_ada, draft, upload("a.pdf"), upload("b.pdf"), plan="Written for an hour", **gone)
    assert answer["Location"].startswith("/accounts/login/")
    assert stored(files_folder) == kept
    page = step(draft, "project")
    html = as_ada.post("/accounts/login/", {"login": ada.email, "password": PASSWORD, "next": page}, follow=True).text
    assert "Your answers were kept" in html
    assert "These files could not be kept; please choose them again: a.pdf and b.pdf." in html
    assert names(draft) == ["old.pdf"], "what was ticked is done, too"
    assert draft.draft["plan"] == "Written for an hour"
    assert "choose them again" not in as_ada.get(page).text


def test_a_page_that_is_too_old_says_that_files_must_be_chosen_again(
    ada: User, draft: AccessRequest, files_folder: Path
) -> None:
    browser = Client()
    browser.force_login(ada)
    post(browser, draft, upload("old.pdf"))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    gone = ids(draft)["old.pdf"]
    html = post(strict, draft, upload("a.pdf"), plan="Written for an hour", **{"papers-remove": gone}).text
    assert "too old to be saved" in html
    assert "This file could not be kept; please choose it again: a.pdf." in html
    assert re.search(rf'value="{gone}"\s+checked', html), "the tick is there to be sent once more"
    assert names(draft) == ["old.pdf"]
    assert len(stored(files_folder)) == 1


def test_two_windows_lose_nothing_of_each_other(draft: AccessRequest, ada: User, as_ada: Client) -> None:
    post(as_ada, draft, upload("a.pdf"), upload("b.pdf"))
    seen = AccessRequest.objects.get(pk=draft.pk)
    post(as_ada, draft, upload("c.pdf"))
    actions.save_answers(request=seen, by=ada, answers={"papers": seen.draft["papers"], "plan": "Old window."})
    actions.take_from_answer(request=seen, by=ada, question="papers", files=[ids(draft)["a.pdf"]])
    assert names(draft) == ["b.pdf", "c.pdf"]
    assert draft.draft["plan"] == "Old window."


def test_a_file_removed_from_the_list_of_files_leaves_the_answer(as_ada: Client, draft: AccessRequest) -> None:
    post(as_ada, draft, upload("a.pdf"), upload("b.pdf"))
    as_ada.post(f"{draft.get_absolute_url()}files/{ids(draft)['a.pdf']}/remove/")
    assert names(draft) == ["b.pdf"]
    assert "“a.pdf” is removed." in as_ada.get(step(draft, "project")).text
    assert "a.pdf" not in as_ada.get(step(draft, "project")).text


# What it costs


@pytest.mark.parametrize("slug", ["you", "terms"])
def test_steps_without_files_ask_the_database_nothing_about_files(
    as_ada: Client, draft: AccessRequest, slug: str
) -> None:
    post(as_ada, draft, upload())
    with CaptureQueriesContext(connection) as queries:
        as_ada.get(step(draft, slug))
        as_ada.post(step(draft, slug), {"applicant_name": "Ada"})
    assert not [query for query in queries if "_attachment" in query["sql"]]


def test_a_step_with_files_asks_once(as_ada: Client, draft: AccessRequest) -> None:
    post(as_ada, draft, upload("a.pdf"), upload("b.pdf"))
    with CaptureQueriesContext(connection) as queries:
        as_ada.get(step(draft, "project"))
    assert len([query for query in queries if "_attachment" in query["sql"]]) == 1


# A new request


def test_a_renewal_asks_for_the_files_again(as_ada: Client, draft: AccessRequest, ada: User, per: User) -> None:
    post(as_ada, draft, upload("a.pdf"))
    sent = actions.decide(request=actions.submit(request=draft, by=ada), by=per, answer=Answer.APPROVE)
    renewed = actions.renew(request=sent, by=ada)
    html = as_ada.get(step(renewed, "project")).text
    assert "Files are not copied from your earlier request." in html
    post(as_ada, renewed, upload("new.pdf"))
    assert "not copied" not in as_ada.get(step(renewed, "project")).text
