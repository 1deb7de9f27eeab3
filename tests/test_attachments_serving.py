"""Files on their way in and out: what a page takes, what a download says of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.test import Client
from django.urls import path

from access_requests.attachments import download, dropped, files_in, inspect, store, takes_files
from access_requests.attachments.uploads import ForPagesThatTakeFiles
from access_requests.views.shared import for_people
from aidahub import urls as site
from aidahub.accounts.models import User
from tests.support.files import EACH, a_file, pdf
from tests.test_attachments_storage import mounted, unmount


@dataclass(frozen=True)
class Row:
    """What a model's row says of a kept file."""

    key: str
    name: str
    content_type: str
    size: int
    sha256: str


def kept_row(data: bytes, name: str) -> Row:
    """A file as it is after it was attached."""
    found = inspect(a_file(data), name)
    return Row(store(a_file(data)), found.name, found.content_type, found.size, found.sha256)


def body(response: HttpResponseBase) -> bytes:
    """All of a streamed answer."""
    assert response.streaming
    return b"".join(response)


ROWS: list[Row] = []


@for_people
@takes_files
def take(request: HttpRequest) -> HttpResponse:
    """A page that takes files and tells what it got."""
    refused = dropped(request)
    return JsonResponse(
        {
            "files": [[file.name, file.size, len(file.read())] for file in files_in(request, "files")],
            "dropped": refused,
            "words": request.POST.get("words"),
        }
    )


@for_people
def take_none(request: HttpRequest) -> HttpResponse:
    """A page whose form has no files."""
    return JsonResponse({"files": list(request.FILES), "words": request.POST.get("words")})


@for_people
def give(_request: HttpRequest) -> HttpResponseBase:
    """The last kept file."""
    return download(ROWS[-1])


urlpatterns = [path("take/", take), path("take-none/", take_none), path("give/", give), *site.urlpatterns]
handler400 = site.handler400


@pytest.fixture
def sent(client: Client, ada: User, settings: Any, tmp_path: Path) -> Client:
    """A browser in which Ada has signed in, and a folder for what is coming in."""
    settings.ROOT_URLCONF = __name__
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(incoming)
    client.force_login(ada)
    return client


def a_form(*sizes: int, name: str = "a.pdf") -> dict[str, Any]:
    """A form with words and files of these sizes."""
    return {"words": "kept", "files": [SimpleUploadedFile(name, b"x" * size) for size in sizes]}


pytestmark = pytest.mark.django_db


# In


def test_files_come_in_and_leave_no_trace_of_their_own(sent: Client, tmp_path: Path) -> None:
    answer = sent.post("/take/", a_form(10, 3_000_000, name="Åsa's letter.pdf")).json()
    assert answer["files"] == [["Åsa's letter.pdf", 10, 10], ["Åsa's letter.pdf", 3_000_000, 3_000_000]]
    assert (answer["dropped"], answer["words"]) == ([], "kept")
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_file_that_is_too_large_is_dropped_and_the_others_are_not(
    sent: Client, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_MAX_MB = 1
    answer = sent.post("/take/", a_form(5, 2**20, 2**20 + 1, 6)).json()
    assert [size for _name, size, _read in answer["files"]] == [5, 2**20, 6]
    assert answer["dropped"] == ["“a.pdf” was not taken: it has more than 1.0\xa0MB."]
    assert answer["words"] == "kept"
    assert list((tmp_path / "incoming").iterdir()) == []


def test_more_than_a_request_may_have_is_dropped(sent: Client, settings: Any) -> None:
    settings.REQUEST_FILES_MAX_MB = 1
    answer = sent.post("/take/", a_form(700_000, 700_000, 100)).json()
    assert [size for _name, size, _read in answer["files"]] == [700_000, 100]
    assert answer["dropped"] == ["“a.pdf” was not taken: all files together have more than 1.0\xa0MB."]


def test_more_files_than_a_request_may_have_are_dropped(sent: Client, settings: Any) -> None:
    settings.REQUEST_FILES_MAX = 2
    answer = sent.post("/take/", a_form(1, 2, 3)).json()
    assert [size for _name, size, _read in answer["files"]] == [1, 2]
    assert answer["dropped"] == ["“a.pdf” was not taken: no more than 2 files are taken at once."]


def test_very_many_files_are_a_page_that_says_too_much(sent: Client) -> None:
    answer = sent.post("/take/", a_form(*[1] * 101))
    assert answer.status_code == 413
    assert "too much" in answer.content.decode()


def test_a_page_that_takes_none_gets_none(sent: Client, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "not-there")
    assert sent.post("/take-none/", a_form(10, 6_000_000)).json() == {"files": [], "words": "kept"}


def test_nobody_who_has_not_signed_in_fills_the_disk(sent: Client, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "not-there")  # whoever writes a file there gets an error
    sent.handler.enforce_csrf_checks = True
    sent.logout()
    assert sent.post("/take/", a_form(6_000_000)).status_code == 403
    sent.handler.enforce_csrf_checks = False
    assert sent.post("/take/", a_form(6_000_000))["Location"].startswith("/accounts/login/")


def test_a_disk_that_cannot_be_written_loses_the_file_and_not_the_words(
    sent: Client, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "not-there")
    answer = sent.post("/take/", a_form(10)).json()
    assert answer["files"] == []
    assert answer["words"] == "kept"
    assert answer["dropped"] == ["“a.pdf” was not taken: it could not be written down just now, try again later."]


def test_a_full_disk_loses_one_file(sent: Client, tmp_path: Path) -> None:
    incoming = tmp_path / "incoming"
    if not mounted(incoming, "size=64k"):
        pytest.skip("needs the right to mount")
    try:
        answer = sent.post("/take/", a_form(1_000_000, 9_000)).json()
        assert [size for _name, size, _read in answer["files"]] == [9_000]
        assert "could not be written down" in answer["dropped"][0]
        assert list(incoming.iterdir()) == []
    finally:
        unmount(incoming)


def test_a_name_that_no_file_system_takes(sent: Client) -> None:
    answer = sent.post("/take/", a_form(3, name="a." + "å" * 250)).json()
    assert answer["files"][0][1:] == [3, 3]


def test_an_upload_that_breaks_off_leaves_nothing_even_if_its_process_is_killed(tmp_path: Path, settings: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    handler = ForPagesThatTakeFiles(HttpRequest())
    handler.wanted = True
    handler.new_file("files", "a.pdf", "application/pdf", None)
    handler.receive_data_chunk(b"half", 0)
    assert handler.written == 4
    assert list(tmp_path.iterdir()) == [], "what a kill in this moment would leave"
    handler.upload_interrupted()
    assert handler.part is None


# Out


@pytest.fixture
def served(sent: Client, files_folder: Path) -> Iterator[Client]:
    """A browser in which Ada has signed in, and a storage."""
    yield sent
    ROWS.clear()


@pytest.mark.parametrize("extension", EACH)
def test_each_type_leaves_as_a_download_that_no_browser_shows(served: Client, extension: str) -> None:
    ROWS.append(kept_row(EACH[extension], f"my file.{extension}"))
    answer = served.get("/give/")
    assert answer.status_code == 200
    assert body(answer) == EACH[extension]
    assert answer["Content-Disposition"] == f'attachment; filename="my file.{extension}"'
    assert answer["Content-Type"].split(";")[0] == ROWS[-1].content_type
    assert answer["Content-Length"] == str(len(EACH[extension]))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert {"private", "no-store"} <= {part.strip() for part in answer["Cache-Control"].split(",")}


def test_text_leaves_with_its_encoding(served: Client) -> None:
    ROWS.append(kept_row("Hej på dig".encode(), "a.txt"))
    assert served.get("/give/")["Content-Type"] == "text/plain; charset=utf-8"


def test_a_name_in_other_letters_is_in_the_header_as_rfc_8187_says(served: Client) -> None:
    ROWS.append(kept_row(pdf(), "Etikprövning 承認.pdf"))
    expected = "attachment; filename*=utf-8''Etikpr%C3%B6vning%20%E6%89%BF%E8%AA%8D.pdf"
    assert served.get("/give/")["Content-Disposition"] == expected


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "", "text/html\r\nX-Evil: 1"])
def test_a_row_with_another_media_type_is_no_page(served: Client, content_type: str) -> None:
    ROWS.append(replace(kept_row(pdf(), "a.pdf"), content_type=content_type, name='a.html"\r\nX-Evil: 1'))
    answer = served.get("/give/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="a.html_ X-Evil_ 1.bin"'
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "ab/cd/abcd" + "0" * 28])
def test_a_file_that_is_not_there_is_a_page_that_says_so(served: Client, key: str) -> None:
    ROWS.append(replace(kept_row(pdf(), "My <letter>.pdf"), key=key))
    answer = served.get("/give/")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "This file cannot be read from the storage." in page
    assert "My _letter_.pdf" in page
    assert "passwd" not in page


def test_an_altered_file_does_not_leave(served: Client, files_folder: Path) -> None:
    ROWS.append(kept_row(pdf(b"I agree"), "a.pdf"))
    (files_folder / ROWS[-1].key).write_bytes(pdf(b"I never"))
    answer = served.get("/give/")
    assert answer.status_code == 503
    assert "its content has changed in the storage" in answer.content.decode()
    assert b"I never" not in answer.content


def test_no_kept_file_has_an_address_of_its_own(client: Client, files_folder: Path) -> None:
    row = kept_row(pdf(), "a.pdf")
    for place in ("", "files/", "static/", "static/../files/", "media/"):
        assert client.get(f"/{place}{row.key}").status_code == 404


def test_what_comes_in_goes_out_unchanged(served: Client) -> None:
    data = pdf(b"round trip")
    ROWS.append(kept_row(data, "a.pdf"))
    assert hashlib.sha256(body(served.get("/give/"))).hexdigest() == ROWS[-1].sha256
