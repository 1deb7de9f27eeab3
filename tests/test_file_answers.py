"""Files that answer a question, once they are sent: what others read, what changed, what the record proves."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access_requests import actions, comparison
from access_requests.comparison import FileRead
from access_requests.events import verify
from access_requests.filing import answer_with_files, attach_upload, redact_stored
from access_requests.models import AccessRequest, Attachment
from access_requests.questions import parse, without_files
from access_requests.rules import Incomplete
from access_requests.workflow import Answer, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.support.asking import step
from tests.support.papers import NO_REVIEW, QUESTIONS, papers_draft, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_folder")]


@pytest.fixture
def draft(brgandi: Dataset, ada: User) -> AccessRequest:
    """Ada's draft, which asks for papers, with nothing but those missing."""
    return actions.save_answers(request=papers_draft(ada, brgandi), by=ada, answers=NO_REVIEW)


def answer(request: AccessRequest, *names: str, question: str = "papers") -> AccessRequest:
    """Attach files to an answer."""
    files = [upload(name) for name in names]
    assert answer_with_files(request=request, by=request.applicant, gone={}, uploads={question: files}) == {}
    request.refresh_from_db()
    return request


def send(request: AccessRequest) -> AccessRequest:
    """Send it."""
    return actions.submit(request=request, by=request.applicant)


def row(request: AccessRequest, name: str) -> Attachment:
    """A file by its name."""
    return request.attachments.get(name=name)


def decision_url(request: AccessRequest) -> str:
    """The page on which it is decided."""
    return f"/admin/access_requests/accessrequest/{request.reference}/change/"


def file_url(request: AccessRequest, name: str) -> str:
    """The address of a file."""
    return f"/requests/{request.reference}/files/{row(request, name).public_id}/"


def link(request: AccessRequest, name: str) -> str:
    """A file as an answer on a page shows it."""
    return f'<a href="{file_url(request, name)}">{name}</a>'


def got(client: Client, person: User, address: str) -> str:
    """A page as somebody sees it."""
    client.force_login(person)
    response = client.get(address)
    assert response.status_code == 200
    return str(response.text)


# Reading


def test_everybody_who_reads_the_answers_reads_names_and_sizes_and_downloads(
    client: Client, draft: AccessRequest, ada: User, per: User, hedda: User, otto: User
) -> None:
    answer(draft, "a.pdf", "b.pdf")
    review = got(client, ada, step(draft, "review"))
    assert link(draft, "a.pdf") in review
    assert re.search(r"b\.pdf</a>\s+\(\d+\xa0bytes\)", review)
    request = send(draft)
    for person, address in ((ada, request.get_absolute_url()), (per, decision_url(request)),
                            (hedda, decision_url(request))):  # fmt: skip
        html = got(client, person, address)
        assert link(request, "a.pdf") in html
        assert link(request, "b.pdf") in html
        assert "2 files" not in html
        client.force_login(person)
        assert client.get(file_url(request, "a.pdf"))["Content-Type"] == "application/pdf"
    client.force_login(otto)
    assert client.get(file_url(request, "a.pdf")).status_code == 404


def test_mails_name_files_and_link_none(draft: AccessRequest, ada: User) -> None:
    request = send(answer(draft, "plan of ours.pdf", "b.pdf"))
    receipt = Mail.objects.get(recipient=ada.email, about__startswith=request.reference)
    assert "plan of ours.pdf, b.pdf" in receipt.text
    assert "/files/" not in receipt.text


def test_a_hostile_name_stays_text(client: Client, draft: AccessRequest, ada: User, per: User) -> None:
    request = send(answer(draft, "<b>x<.pdf"))
    for person, address in ((ada, request.get_absolute_url()), (per, decision_url(request))):
        assert "<b>x" not in got(client, person, address)


def test_a_file_that_was_redacted_reads_so(
    client: Client, draft: AccessRequest, ada: User, per: User, hedda: User
) -> None:
    request = send(answer(draft, "a.pdf", "b.pdf"))
    redact_stored(request=request, by=hedda, file=row(request, "a.pdf"), reason="Names of patients.")
    for person, address in ((ada, request.get_absolute_url()), (per, decision_url(request))):
        html = got(client, person, address)
        assert "a.pdf (taken away by hub staff)" in html
        assert link(request, "a.pdf") not in html
        assert link(request, "b.pdf") in html
    assert not list(verify())


def test_a_file_that_nothing_is_known_of_reads_so() -> None:
    assert str(FileRead("x")) == "a file that is not here any more"
    line = comparison.read(parse(QUESTIONS), {"papers": ["0" * 36]}, comparison.Files(AccessRequest(pk=0)))[0]
    assert line.answer == "a file that is not here any more"


def test_what_changed_is_told_by_names(client: Client, draft: AccessRequest, ada: User, per: User) -> None:
    request = send(answer(draft, "a.pdf", "b.pdf"))
    request = actions.send_back(request=request, by=per, reason="Another plan, please.")
    answer_with_files(
        request=request, by=ada, gone={"papers": [str(row(request, "a.pdf").public_id)]},
        uploads={"papers": [upload("c.pdf")]},
    )  # fmt: skip
    request = send(AccessRequest.objects.get(pk=request.pk))
    sent = list(request.submissions.order_by("number"))
    (line,) = comparison.changes(sent[1], sent[0])
    assert (line.answer, line.before) == ("b.pdf, c.pdf", "a.pdf, b.pdf")
    html = got(client, per, decision_url(request))
    assert re.search(rf"Before:\s+<del>\s*<ul[^>]*>\s*<li[^>]*>\s*{re.escape(link(request, 'a.pdf'))}", html)
    html = got(client, ada, request.get_absolute_url())
    assert html.count(link(request, "a.pdf")) == 2, "in what it was before, and in the sending before"
    again = Mail.objects.filter(recipient__endswith="@liu.se", text__contains="c.pdf").first()
    assert again
    assert "b.pdf, c.pdf (before: a.pdf, b.pdf)" in again.text


def test_another_file_of_the_same_name_is_a_change(draft: AccessRequest, ada: User, per: User) -> None:
    request = actions.send_back(request=send(answer(draft, "a.pdf")), by=per, reason="Sign it.")
    old = str(row(request, "a.pdf").public_id)
    answer_with_files(request=request, by=ada, gone={"papers": [old]}, uploads={"papers": [upload("a.pdf")]})
    request = send(AccessRequest.objects.get(pk=request.pk))
    changed = comparison.changes(*request.submissions.order_by("-number"))
    assert [each.key for each in changed] == ["papers"]
    assert changed[0].files != changed[0].files_before


def test_an_answer_that_is_gone_shows_what_it_was(draft: AccessRequest, ada: User, per: User) -> None:
    draft = actions.save_answers(request=draft, by=ada, answers={"reviewed": "yes"})
    answer(draft, "a.pdf")
    request = actions.send_back(request=send(answer(draft, "ok.pdf", question="approval")), by=per, reason="Why?")
    request = actions.save_answers(request=request, by=ada, answers={"reviewed": "no"})
    request = send(request)
    line = next(each for each in comparison.changes(*request.submissions.order_by("-number")) if each.key == "approval")
    assert (line.answer, line.before, line.files) == ("", "ok.pdf", ())
    assert [str(file) for file in line.files_before] == ["ok.pdf"]
    assert row(request, "ok.pdf").is_there, "it belongs to what was sent"


def test_pages_look_files_up_once(client: Client, draft: AccessRequest, ada: User, per: User) -> None:
    request = actions.send_back(request=send(answer(draft, "a.pdf")), by=per, reason="More.")
    request = send(answer(request, "b.pdf"))
    for person, address in ((ada, request.get_absolute_url()), (per, decision_url(request))):
        client.force_login(person)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked = [query for query in queries if 'FROM "access_requests_attachment"' in query["sql"]]
        assert len(asked) == 1, "once for the list of files, all answers and the timeline"


# Sending


def test_a_required_file_must_be_there(client: Client, draft: AccessRequest, ada: User) -> None:
    with pytest.raises(Incomplete) as caught:
        send(draft)
    assert str(caught.value.problems["papers"]) == "Please attach a file."
    html = got(client, ada, step(draft, "review"))
    assert f"{step(draft, 'project')}#div_id_papers" in html


def test_a_file_that_went_between_is_missed(draft: AccessRequest, ada: User) -> None:
    answer(draft, "a.pdf")
    Attachment.objects.update(removed_at=draft.changed_at)
    with pytest.raises(Incomplete) as caught:
        send(draft)
    assert "is not here any more" in str(caught.value.problems["papers"])
    ids = draft.draft["papers"]
    draft = actions.take_from_answer(request=draft, by=ada, question="papers", files=ids)
    assert send(answer(draft, "b.pdf")).status == Status.IN_REVIEW


def test_a_file_redacted_while_the_request_was_back_must_be_replaced(
    draft: AccessRequest, per: User, hedda: User
) -> None:
    request = actions.send_back(request=send(answer(draft, "a.pdf")), by=per, reason="Names of patients!")
    redact_stored(request=request, by=hedda, file=row(request, "a.pdf"), reason="Names of patients.")
    request.refresh_from_db()
    with pytest.raises(Incomplete):
        send(request)
    request = send(answer(request, "b.pdf"))
    assert request.last_submission
    assert request.last_submission.answers["papers"] == [str(row(request, "b.pdf").public_id)]
    assert not list(verify())


def test_files_of_a_question_that_is_not_asked_are_taken_back(
    client: Client, draft: AccessRequest, ada: User, per: User
) -> None:
    draft = answer(actions.save_answers(request=draft, by=ada, answers={"reviewed": "yes"}), "a.pdf")
    draft = answer(draft, "ok.pdf", question="approval")
    draft = actions.save_answers(request=draft, by=ada, answers={"reviewed": "no"})
    assert row(draft, "ok.pdf").is_there, "until it is sent, the answer may change back"
    request = send(draft)
    assert not row(request, "ok.pdf").is_there
    assert row(request, "a.pdf").is_there
    assert "ok.pdf" not in got(client, per, decision_url(request))
    client.force_login(per)
    assert client.get(file_url(request, "ok.pdf")).status_code == 404
    sent = request.events.get(verb=Verb.SUBMIT)
    assert [each["file"] for each in sent.payload["files"]] == [str(row(request, "a.pdf").public_id)]
    assert not request.events.filter(verb=Verb.DETACH).exists(), "nobody had seen it"
    assert not list(verify())


def test_in_a_request_that_came_back_that_is_told(draft: AccessRequest, ada: User, per: User) -> None:
    request = actions.send_back(request=send(answer(draft, "a.pdf")), by=per, reason="An approval?")
    request = actions.save_answers(request=request, by=ada, answers={"reviewed": "yes"})
    request = answer(request, "ok.pdf", question="approval")
    request = send(actions.save_answers(request=request, by=ada, answers={"reviewed": "no"}))
    assert request.status == Status.IN_REVIEW
    gone = request.events.get(verb=Verb.DETACH)
    assert gone.payload["file"] == str(row(request, "ok.pdf").public_id)
    assert not row(request, "ok.pdf").is_there
    assert not list(verify())


def test_what_came_while_others_read_it_is_not_taken_back(
    client: Client, draft: AccessRequest, ada: User, per: User
) -> None:
    request = send(answer(draft, "a.pdf"))
    later = attach_upload(request=request, by=ada, file=upload("later.pdf"))
    request = actions.send_back(request=request, by=per, reason="Why?")
    address = f"{file_url(request, 'later.pdf')}remove/"
    assert address not in got(client, ada, f"/requests/{request.reference}/files/")
    assert client.post(address).status_code == 403
    later.refresh_from_db()
    assert later.is_there


# The record


def in_the_database(field: str, value: Any, name: str) -> None:
    """Alter a file's row behind the back of the site."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE access_requests_attachment SET {field} = %s WHERE name = %s", [value, name])


def test_the_chain_holds_what_was_sent(draft: AccessRequest, ada: User) -> None:
    attach_upload(request=draft, by=ada, file=upload("aside.pdf"))
    request = send(answer(draft, "a.pdf"))
    payload = request.events.get(verb=Verb.SUBMIT).payload
    files = {each["file"]: each for each in payload["files"]}
    assert set(files) == {str(each.public_id) for each in request.attachments.all()}, "also what is no answer"
    held = files[str(row(request, "a.pdf").public_id)]
    assert (held["sha256"], held["size"]) == (row(request, "a.pdf").sha256, row(request, "a.pdf").size)
    assert ".pdf" not in json.dumps(payload), "names are personal: the chain holds their digests"
    assert not list(verify())


@pytest.mark.parametrize(
    ("field", "value"), [("sha256", "0" * 64), ("size", 1), ("name", "other.pdf"), ("public_id", "f" * 32)]
)
def test_an_altered_file_is_noticed(draft: AccessRequest, field: str, value: Any) -> None:
    request = send(answer(draft, "a.pdf", "b.pdf"))
    told = str(row(request, "a.pdf").public_id)
    in_the_database(field, value, "a.pdf")
    assert [str(fault) for fault in verify()] == [
        f"{request.reference}: file {told} is not as it was when it was attached."
    ]


def test_an_altered_file_of_a_running_request_is_noticed(draft: AccessRequest, ada: User) -> None:
    request = send(answer(draft, "a.pdf"))
    attach_upload(request=request, by=ada, file=upload("later.pdf"))
    assert not list(verify())
    in_the_database("sha256", "1" * 64, "later.pdf")
    assert len(list(verify())) == 1


def test_lists_find_no_request_by_the_ids_of_its_files(draft: AccessRequest) -> None:
    request = send(answer(draft, "a.pdf"))
    assert str(row(request, "a.pdf").public_id) not in request.search_text
    assert "networks" in request.search_text


# Renewing


def test_files_go_to_no_other_request(draft: AccessRequest, ada: User, per: User) -> None:
    assert without_files(parse(QUESTIONS), {"papers": ["x"], "plan": "y", "unknown": 1}) == {"plan": "y", "unknown": 1}
    request = actions.decide(request=send(answer(draft, "a.pdf")), by=per, answer=Answer.APPROVE)
    assert request.status == Status.GRANTED
    renewed = actions.renew(request=request, by=ada)
    assert renewed.draft["plan"] == "Networks."
    assert "papers" not in renewed.draft
