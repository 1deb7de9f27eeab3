"""What becomes of a request's files: redacted, answers of the form, swept away when nothing names them."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from access_requests import actions
from access_requests.attachments import remove_orphans, store
from access_requests.events import verify
from access_requests.filing import answer_with_files, known_keys
from access_requests.models import AccessRequest, Attachment
from access_requests.tasks import sweep_files
from access_requests.workflow import Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt
from tests.support.files import a_file, pdf
from tests.support.papers import NO_REVIEW, papers_draft
from tests.test_attachments_pages import attached, files_url, stored, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_folder")]


def redact_url(request: AccessRequest, row: Attachment) -> str:
    """The page of the admin that takes a file away."""
    return f"/admin/access_requests/accessrequest/{request.reference}/files/{row.public_id}/redact/"


def test_hub_staff_redact_a_file_and_a_stub_stays(
    client: Client, request_at: RequestAt, ada: User, hedda: User, files_folder: Path
) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, ada, "patients.pdf")
    client.force_login(hedda)
    change = f"/admin/access_requests/accessrequest/{request.reference}/change/"
    assert redact_url(request, row) in client.get(change).text
    asked = client.get(redact_url(request, row)).text
    assert row.sha256 in asked
    assert "What stays" in asked
    assert stored(files_folder) == [row.key]
    answer = client.post(redact_url(request, row), {"reason": "Names of patients."}, follow=True)
    assert "“patients.pdf” is gone. Its name, size and hash stay." in answer.text
    assert stored(files_folder) == []
    for person in (ada, hedda):
        client.force_login(person)
        page = client.get(files_url(request)).text
        assert "taken away by hub staff" in page
        assert row.sha256 in page
        stub = client.get(files_url(request, row.public_id))
        assert stub.status_code == 410
        assert row.sha256 in stub.text
        assert "Names of patients" not in page + stub.text
    request.refresh_from_db()
    assert not list(verify())
    assert request.events.filter(verb=Verb.REDACT).get().payload["sha256"] == row.sha256


def test_a_redaction_without_a_reason_asks_for_it(
    client: Client, request_at: RequestAt, ada: User, hedda: User, files_folder: Path
) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, ada)
    client.force_login(hedda)
    assert "Something is missing" in client.post(redact_url(request, row), {"reason": " "}).text
    assert stored(files_folder) == [row.key]


def test_a_second_redaction_is_refused(client: Client, request_at: RequestAt, ada: User, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, ada)
    client.force_login(hedda)
    client.post(redact_url(request, row), {"reason": "Names."})
    again = client.post(redact_url(request, row), {"reason": "Names."})
    assert again.status_code == 403
    assert "redacted already" in again.text


def test_only_hub_staff_redact(
    client: Client, request_at: RequestAt, ada: User, per: User, opal: User, files_folder: Path
) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, ada)
    for person, answer in ((ada, 404), (opal, 404), (per, 403)):
        client.force_login(person)
        assert client.post(redact_url(request, row), {"reason": "x"}).status_code == answer
        assert client.get(redact_url(request, row)).status_code == answer
    assert stored(files_folder) == [row.key]
    client.force_login(per)
    assert "redact" not in client.get(f"/admin/access_requests/accessrequest/{request.reference}/change/").text


def test_a_file_that_the_storage_does_not_give_up_goes_with_the_sweep(
    client: Client, request_at: RequestAt, ada: User, hedda: User, files_folder: Path, tmp_path: Path
) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, ada)
    files_folder.rename(tmp_path / "unplugged")
    files_folder.write_text("nothing here")
    client.force_login(hedda)
    assert client.post(redact_url(request, row), {"reason": "Names."}).status_code == 302
    files_folder.unlink()
    (tmp_path / "unplugged").rename(files_folder)
    assert client.get(files_url(request, row.public_id)).status_code == 410, "though it is still there"
    assert remove_orphans(known_keys(), timedelta(0)).removed == 1
    assert stored(files_folder) == []


# Answers of the form


def answer_of(request: AccessRequest) -> list[str]:
    """The ids that answer the question for papers in the draft."""
    request.refresh_from_db()
    ids: list[str] = request.draft["papers"]
    return ids


def test_files_answer_a_question(brgandi: Dataset, ada: User) -> None:
    request = papers_draft(ada, brgandi)
    came = {"papers": [upload(), upload(b"<html>", "page.html")], "plan": [upload()]}
    problems = answer_with_files(request=request, by=ada, gone={}, uploads=came)
    row = request.attachments.get()
    assert (row.kind, row.question) == (Attachment.Kind.ANSWER, "papers")
    assert answer_of(request) == [str(row.public_id)]
    assert problems["papers"][0].startswith("“page.html”: This is a web page")
    assert problems["plan"] == ["“approval.pdf”: The form does not ask for this file."]
    invented = {"papers": [str(uuid.uuid4()), "x"], "approval": [str(row.public_id)]}
    assert answer_with_files(request=request, by=ada, gone=invented, uploads={}) == {}
    assert answer_of(request) == [str(row.public_id)]
    assert Attachment.objects.get().is_there
    assert answer_with_files(request=request, by=ada, gone={"papers": answer_of(request)}, uploads={}) == {}
    assert answer_of(request) == []
    assert not Attachment.objects.get().is_there


def test_an_answer_that_was_sent_is_left_out_and_stays(brgandi: Dataset, ada: User, hedda: User) -> None:
    request = papers_draft(ada, brgandi)
    request = actions.save_answers(request=request, by=ada, answers=NO_REVIEW)
    answer_with_files(request=request, by=ada, gone={}, uploads={"papers": [upload()]})
    request = actions.submit(request=request, by=ada)
    request = actions.send_back(request=request, by=hedda, reason="Another, please.")
    came = {"papers": [upload(name="new.pdf")]}
    problems = answer_with_files(request=request, by=ada, gone={"papers": answer_of(request)}, uploads=came)
    assert problems == {}
    assert [row.name for row in request.attachments.all() if row.is_there] == ["approval.pdf", "new.pdf"]
    assert answer_of(request) == [str(request.attachments.get(name="new.pdf").public_id)]
    assert not list(verify())


# The clock


def test_the_nightly_sweep_keeps_what_is_named(request_at: RequestAt, ada: User, files_folder: Path) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, ada)
    for key in (row.key, orphan := store(a_file(pdf()))):
        old = (files_folder / key).stat().st_mtime - 2 * 86_400
        os.utime(files_folder / key, (old, old))
    new = store(a_file(pdf()))
    assert orphan in stored(files_folder)
    sweep_files()
    assert stored(files_folder) == sorted([row.key, new])
