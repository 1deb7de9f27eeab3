"""A request's files on its pages: attaching, seeing, downloading, taking back, redacting."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from access_requests import actions
from access_requests.attachments import remove_orphans
from access_requests.events import verify
from access_requests.filing import attach_upload, known_keys
from access_requests.models import AccessRequest, Attachment
from access_requests.rules import Denied
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, fill, provider_of
from tests.support.files import a_file, docx, pdf, png

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_folder")]


def files_url(request: AccessRequest, *rest: object) -> str:
    """The address of a request's files, or of something there."""
    return f"{request.get_absolute_url()}files/" + "".join(f"{part}/" for part in rest)


def send(client: Client, by: User, request: AccessRequest, *files: SimpleUploadedFile, **fields: Any) -> str:
    """The page that follows after this person has sent files."""
    client.force_login(by)
    return client.post(files_url(request), {"files": list(files), **fields}, follow=True).text


def upload(data: bytes = b"", name: str = "approval.pdf") -> SimpleUploadedFile:
    """A file as a browser sends it; it says that it is a web page, which nobody believes."""
    return SimpleUploadedFile(name, data or pdf(), "text/html")


def attached(request: AccessRequest, by: User, name: str = "approval.pdf", **fields: Any) -> Attachment:
    """A PDF that is attached."""
    return attach_upload(request=request, by=by, file=a_file(pdf(), name), **fields)


def stored(folder: Path) -> list[str]:
    """The keys of all files in the storage."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def status(client: Client, by: User, address: str, method: str = "GET") -> int:
    """The number that this person is answered with."""
    client.force_login(by)
    return client.generic(method, address).status_code


# Attaching


@pytest.mark.parametrize("at", [Status.DRAFT, Status.IN_REVIEW, Status.RETURNED, Status.GRANTED])
def test_the_applicant_attaches_files(
    client: Client, request_at: RequestAt, ada: User, files_folder: Path, at: Status
) -> None:
    request = request_at(at)
    page = send(client, ada, request, upload(), upload(png(), "../Scan.jpeg"))
    assert "“approval.pdf” is attached." in page
    rows = list(request.attachments.all())
    assert [(row.name, row.content_type) for row in rows] == [
        ("approval.pdf", "application/pdf"),
        ("Scan.png", "image/png"),
    ]
    assert stored(files_folder) == sorted(row.key for row in rows)
    assert rows[0].sha256 in page
    assert "from you" in page
    assert not list(verify())


def test_one_bad_file_among_good_ones_says_why(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.DRAFT)
    page = send(client, ada, request, upload(), upload(b"<html>", "page.html"), upload(b"MZ\0", "a.exe"))
    assert "“page.html”: This is a web page, a script" in page
    assert "“a.exe”: This type of file is not taken." in page
    assert "“approval.pdf” is attached." in page
    assert [row.name for row in request.attachments.all()] == ["approval.pdf"]


def test_no_file_at_all_says_so(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.DRAFT)
    assert "Choose one or more files first" in send(client, ada, request)
    assert not request.attachments.exists()


def test_too_large_a_file_says_so(client: Client, request_at: RequestAt, ada: User, settings: Any) -> None:
    settings.FILE_MAX_MB = 1
    request = request_at(Status.DRAFT)
    page = send(client, ada, request, upload(b"x" * (2**20 + 1), "big.txt"), upload())
    assert "“big.txt” was not taken: it has more than 1.0" in page
    assert [row.name for row in request.attachments.all()] == ["approval.pdf"]


def test_too_many_leave_nothing_in_the_storage(
    client: Client, request_at: RequestAt, ada: User, settings: Any, files_folder: Path
) -> None:
    settings.REQUEST_FILES_MAX = 1
    request = request_at(Status.DRAFT)
    send(client, ada, request, upload())
    page = send(client, ada, request, upload(name="second.pdf"))
    assert "“second.pdf”: A request has at most 1 files." in page
    assert stored(files_folder) == [request.attachments.get().key]


def test_a_storage_that_does_not_work_says_so_and_changes_nothing(
    client: Client, request_at: RequestAt, ada: User, files_folder: Path
) -> None:
    files_folder.write_text("in the way")
    request = request_at(Status.IN_REVIEW)
    events = request.event_count
    assert "could not be kept because the storage does not work" in send(client, ada, request, upload())
    request.refresh_from_db()
    assert (request.event_count, request.attachments.count()) == (events, 0)


def test_a_request_that_is_over_takes_no_file(
    client: Client, request_at: RequestAt, ada: User, files_folder: Path
) -> None:
    request = request_at(Status.REJECTED)
    client.force_login(ada)
    assert client.post(files_url(request), {"files": upload()}).status_code == 403
    assert stored(files_folder) == []
    assert 'type="file"' not in client.get(files_url(request)).text


# Who sees which


def test_everybody_concerned_sees_what_the_applicant_attached(
    client: Client, request_at: RequestAt, ada: User, rut: User, per: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, ada)
    for person in (ada, rut, per, hedda):
        client.force_login(person)
        answer = client.get(files_url(request, row.public_id))
        assert b"".join(answer) == pdf()
        assert answer["Content-Disposition"] == 'attachment; filename="approval.pdf"'
        assert row.name in client.get(request.get_absolute_url()).text


def test_nobody_else_can_tell_that_there_is_one(
    client: Client, request_at: RequestAt, ada: User, alva: User, otto: User, opal: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, ada)
    for person in (alva, otto, opal):
        for address in (
            files_url(request),
            files_url(request, row.public_id),
            files_url(request, row.public_id, "remove"),
        ):
            assert status(client, person, address) == 404
            assert status(client, person, address, "POST") in {404, 405}


def test_anonymous_people_sign_in_first_whether_it_exists_or_not(
    client: Client, request_at: RequestAt, ada: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, ada)
    for address in (files_url(request), files_url(request, row.public_id), files_url(request, uuid.uuid4())):
        assert client.get(address)["Location"] == f"/accounts/login/?next={address}"


def test_an_internal_file_is_for_providers_and_the_hub(
    client: Client, request_at: RequestAt, ada: User, rut: User, per: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    page = send(client, per, request, upload(name="doubts.pdf"), internal="yes")
    assert "for hub staff and providers only" in page
    row = request.attachments.get()
    assert row.internal
    for person in (per, hedda):
        assert status(client, person, files_url(request, row.public_id)) == 200
    for person in (ada, rut):
        assert status(client, person, files_url(request, row.public_id)) == 404
        for address in (request.get_absolute_url(), files_url(request)):
            assert "doubts" not in client.get(address).text


def test_a_decider_who_was_excused_knows_of_no_internal_file(
    client: Client, request_at: RequestAt, ada: User, per: User, hedda: User, brgandi: Dataset
) -> None:
    request = request_at(Status.IN_REVIEW)
    row = attached(request, hedda, "doubts.pdf", internal=True)
    page = reverse("admin:access_requests_accessrequest_change", args=(request.reference,))
    places = (page, request.get_absolute_url(), files_url(request))
    client.force_login(per)
    assert all("doubts" in client.get(address).text for address in places)
    actions.excuse(request=request, by=per, provider=provider_of(brgandi, 1), reason="We write papers together.")
    assert not any("doubts" in client.get(address).text for address in places)
    assert status(client, per, files_url(request, row.public_id)) == 404
    with pytest.raises(Denied):
        attached(request, per, internal=True)


def test_the_applicant_cannot_hide_a_file(client: Client, request_at: RequestAt, ada: User, files_folder: Path) -> None:
    request = request_at(Status.IN_REVIEW)
    assert 'name="internal"' not in send(client, ada, request)
    assert "for everybody concerned only" in send(client, ada, request, upload(), internal="yes")
    assert stored(files_folder) == []


def test_a_reviewer_s_file_bears_no_name_for_the_applicant(
    client: Client, request_at: RequestAt, ada: User, per: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    attached(request, per, "guidance.pdf")
    attached(request, hedda, "letter.pdf")
    client.force_login(ada)
    page = client.get(files_url(request)).text
    assert "from the dataset&#x27;s providers" in page
    assert "from AIDA Data Hub" in page
    assert per.get_full_name() not in page
    assert hedda.get_full_name() not in page
    client.force_login(hedda)
    assert per.get_full_name() in client.get(files_url(request)).text


def test_a_file_of_another_request_is_not_found_in_this_one(
    client: Client, request_at: RequestAt, ada: User, hedda: User
) -> None:
    row = attached(request_at(Status.IN_REVIEW), ada)
    row.request.refresh_from_db()
    actions.withdraw(request=row.request, by=ada)
    second = request_at(Status.DRAFT)
    assert status(client, ada, files_url(second, row.public_id)) == 404


# Taking back


def test_a_file_that_was_not_sent_is_taken_back(
    client: Client, request_at: RequestAt, ada: User, files_folder: Path
) -> None:
    request = request_at(Status.DRAFT)
    row = attached(request, ada)
    address = files_url(request, row.public_id, "remove")
    client.force_login(ada)
    assert address in client.get(files_url(request)).text
    assert "Remove “approval.pdf”?" in client.get(address).text
    assert Attachment.objects.get().is_there
    assert "“approval.pdf” is removed." in client.post(address, follow=True).text
    for gone in (address, files_url(request, row.public_id)):
        assert client.get(gone).status_code == 404
    assert "No file is attached." in client.get(files_url(request)).text
    assert remove_orphans(known_keys(), timedelta(0)).removed == 1
    assert stored(files_folder) == []


def test_what_was_sent_stays(client: Client, request_at: RequestAt, ada: User, hedda: User) -> None:
    request = request_at(Status.DRAFT)
    row = attached(request, ada)
    request = actions.submit(request=fill(request), by=ada)
    address = files_url(request, row.public_id, "remove")
    assert status(client, ada, address, "POST") == 403
    request = actions.send_back(request=request, by=hedda, reason="Explain.")
    client.force_login(ada)
    assert address not in client.get(files_url(request)).text
    answer = client.post(address)
    assert answer.status_code == 403
    assert "was sent with the request, so it stays" in answer.text
    assert Attachment.objects.get().is_there


def test_a_discarded_draft_leaves_no_file(request_at: RequestAt, ada: User, files_folder: Path) -> None:
    request = request_at(Status.DRAFT)
    attached(request, ada)
    actions.discard(request=request, by=ada)
    assert remove_orphans(known_keys(), timedelta(0)).removed == 1
    assert stored(files_folder) == []


def test_hostile_names_stay_text(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.DRAFT)
    page = send(client, ada, request, upload(docx(), '"><script>alert(1)<\u202e/b>.docx'))
    assert "<script>alert" not in page
    name = request.attachments.get().name
    assert name.endswith(".docx")
    assert "\u202e" not in name
