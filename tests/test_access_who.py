"""Who has access, on any day, as a page and as CSV; and writing to all of them."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access_requests import actions
from access_requests.csv_export import cell, write_rows
from access_requests.models import AccessRequest, Grant
from access_requests.rules import Denied
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, License
from tests.cast import RequestAt, change_license, fill, license_of, set_policy
from tests.mails import ADA, RUT
from tests.support.access import again, page, set_end

pytestmark = pytest.mark.django_db
WHO = reverse("admin:access_requests_accessrequest_who")
CSV = reverse("admin:access_requests_accessrequest_who_csv")
WRITE = reverse("admin:access_requests_accessrequest_write")
DAY = timedelta(days=1)


@pytest.fixture
def granted(request_at: RequestAt) -> AccessRequest:
    """Ada and Rut have access to BRGANDI, without an end."""
    return request_at(Status.GRANTED)


@pytest.fixture
def elsewhere(other: Dataset, opal: User, alva: User) -> AccessRequest:
    """Alva has access to Opal's dataset."""
    set_policy(license_of(other), needed="applicant")
    draft = fill(actions.start(license=license_of(other), by=alva), applicant_name="Alva Dahl")
    return actions.decide(request=actions.submit(request=draft, by=alva), by=opal, answer=Answer.APPROVE)


def people(answer: Any) -> list[str]:
    """Who is listed."""
    return [grant.participant.name for grant, _url in answer.context["rows"]]


def table(answer: Any) -> list[list[str]]:
    """A CSV file as a spreadsheet program reads it."""
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


# Who sees what


def test_hub_staff_see_all_and_providers_their_own_datasets(
    granted: AccessRequest, elsewhere: AccessRequest, hedda: User, per: User, opal: User
) -> None:
    assert sorted(people(page(hedda, WHO))) == ["Ada Berg", "Alva Dahl", "Rut Ek"]
    assert sorted(people(page(per, WHO))) == ["Ada Berg", "Rut Ek"]
    assert people(page(opal, WHO)) == ["Alva Dahl"]
    assert [row[0] for row in table(page(opal, CSV))[1:]] == ["Alva Dahl"]
    assert granted.dataset.doi not in page(opal, WHO).content.decode()
    assert page(opal, f"{WHO}?dataset={granted.dataset.doi}").context["form"].errors, "as for a dataset that is none"


@pytest.mark.parametrize("path", [WHO, CSV, WRITE])
def test_others_find_no_such_page(granted: AccessRequest, path: str, ada: User, otto: User, client: Client) -> None:
    for person in (ada, otto):
        assert page(person, path).status_code == 404
    assert "/login/" in client.get(path)["Location"]


def test_writing_is_for_hub_staff(granted: AccessRequest, per: User, brgandi: Dataset) -> None:
    assert page(per, WRITE).status_code == 404
    assert WRITE not in page(per, WHO).content.decode()
    with pytest.raises(Denied, match="Only hub staff"):
        actions.write_to_holders(dataset=brgandi, by=per, subject="Hi", text="You", key=uuid.uuid4())


# The question


def test_filters(granted: AccessRequest, elsewhere: AccessRequest, hedda: User) -> None:
    assert people(page(hedda, f"{WHO}?dataset={elsewhere.dataset.doi}")) == ["Alva Dahl"]
    assert people(page(hedda, f"{WHO}?person=rut")) == ["Rut Ek"]
    assert people(page(hedda, f"{WHO}?person=ada.berg%40uu")) == ["Ada Berg"]
    assert people(page(hedda, f"{WHO}?person=ada+uppsala")) == ["Ada Berg"]
    assert people(page(hedda, f"{WHO}?person=nobody")) == []
    assert "Nobody whom you may see" in page(hedda, f"{WHO}?person=nobody").content.decode()


def test_any_past_day(granted: AccessRequest, hedda: User, rut: User) -> None:
    today = timezone.localdate()
    Grant.objects.update(starts=today - 10 * DAY)
    actions.leave(request=granted, by=rut)
    Grant.objects.exclude(ended_at=None).update(closed_on=today - 5 * DAY)

    def on(day: date) -> list[str]:
        return people(page(hedda, f"{WHO}?day={day.isoformat()}"))

    assert on(today) == ["Ada Berg"]
    assert on(today - 5 * DAY) == ["Ada Berg", "Rut Ek"]
    assert on(today - 11 * DAY) == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("day=2999-01-01", "Choose today or a day before"),
        ("day=yesterday", "Enter a valid date"),
        ("day=%00", "Enter a valid date"),
        ("person=%00", "Null characters"),
        ("dataset=10.1/none", "Select a valid choice"),
        (f"person={'x' * 201}", "at most 200 characters"),
    ],
)
def test_bad_questions_say_what(granted: AccessRequest, hedda: User, query: str, sentence: str) -> None:
    for path in (WHO, CSV):
        answer = page(hedda, f"{path}?{query}")
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
        assert answer.context["rows"] == []


def test_odd_pages_do_no_harm(granted: AccessRequest, hedda: User) -> None:
    for number in ("0", "-1", "x", "99999999999999999999"):
        assert people(page(hedda, f"{WHO}?page={number}")) == ["Ada Berg", "Rut Ek"]


# The answer


def test_a_row_says_everything(granted: AccessRequest, hedda: User) -> None:
    actions.register(request=granted, by=hedda, number="2026/4711")
    ends = timezone.localdate() + DAY
    set_end(granted, ends)
    html = page(hedda, WHO).content.decode()
    for word in ("Uppsala University", "BRGANDI", "Controlled access, 1", granted.reference, "2026/4711"):
        assert word in html
    header, ada, _rut = table(page(hedda, CSV))
    assert dict(zip(header, ada, strict=True)) == {
        "Person": "Ada Berg", "E-mail": ADA, "Institution": "Uppsala University", "Dataset": granted.dataset.name,
        "DOI": granted.dataset.doi, "Licence": "Controlled access", "Licence text": "1",
        "From": timezone.localdate().isoformat(), "To": ends.isoformat(), "Request": granted.reference,
        "Register number": "2026/4711",
    }  # fmt: skip


def test_a_grant_stands_on_the_text_that_was_accepted(granted: AccessRequest, brgandi: Dataset, hedda: User) -> None:
    change_license(brgandi)
    assert {row[6] for row in table(page(hedda, CSV))[1:]} == {"1"}


def test_the_file_is_safe_to_open_and_to_keep(granted: AccessRequest, hedda: User) -> None:
    granted.participants.filter(name="Ada Berg").update(name='=HYPERLINK("http://evil.example")')
    answer = page(hedda, CSV)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''access-")
    assert "no-store" in answer["Cache-Control"]
    raw = b"".join(answer.streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"'=HYPERLINK" in raw


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_looks_like_a_formula_gets_an_apostrophe(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"
    assert cell(f"a{start}") == f"a{start}"


def test_cells_and_names_of_any_kind() -> None:
    rows: list[list[object]] = [[None, 3], ["x,y", 'he said "hi"\nthere']]
    answer = write_rows('å"; x\r\n.csv', ["a", "b"], iter(rows))
    assert "\r" not in answer["Content-Disposition"]
    assert table(answer) == [["a", "b"], ["", "3"], ["x,y", 'he said "hi"\nthere']]


def test_it_takes_as_many_queries_for_many_as_for_few(granted: AccessRequest, hedda: User, per: User) -> None:
    pattern = granted.grants.earliest("pk")

    def queries(user: User) -> tuple[int, int]:
        client = Client()
        client.force_login(user)
        counts = []
        for path in (WHO, CSV):
            with CaptureQueriesContext(connection) as found:
                answer: Any = client.get(path)
                if answer.streaming:
                    b"".join(answer.streaming_content)
            counts.append(len(found))
        return counts[0], counts[1]

    few = queries(hedda), queries(per)
    Grant.objects.bulk_create(
        Grant(
            request=granted, participant=pattern.participant, acceptance=pattern.acceptance, institution="UU",
            starts=pattern.starts, closed_on=pattern.starts, ended_at=timezone.now(), end_reason="left",
        )
        for _number in range(3000)
    )  # fmt: skip
    assert (queries(hedda), queries(per)) == few
    assert max(few[0]) <= 10
    assert len(people(page(hedda, WHO))) == 50
    assert len(table(page(hedda, CSV))) == 3003


# Writing to all


def letter(dataset: Dataset, **more: Any) -> dict[str, Any]:
    """A filled-in mail."""
    words = {"subject": "New DOI", "text": "Please cite the new one.\nThank you."}
    return {"dataset": dataset.doi, "key": str(uuid.uuid4()), **words, **more}


def test_it_is_looked_at_once_more_and_then_sent_to_each(
    granted: AccessRequest, elsewhere: AccessRequest, hedda: User
) -> None:
    data = letter(granted.dataset)
    before = Mail.objects.count()
    html = page(hedda, WRITE, data).content.decode()
    assert "This goes to the 2 people who have access to BRGANDI now." in html
    assert Mail.objects.count() == before
    for _click in range(2):
        page(hedda, WRITE, {**data, "send": "1"})
    mails = Mail.objects.filter(kind="to-holders")
    assert sorted(mails.values_list("recipient", flat=True)) == [ADA, RUT], "once, and to nobody else"
    mail = mails.get(recipient=ADA)
    assert mail.subject == "BRGANDI: New DOI"
    assert "Please cite the new one." in mail.text
    assert RUT not in f"{mail.text}{mail.html}{mail.headers}"


def test_who_has_no_access_any_more_gets_none(granted: AccessRequest, rut: User, hedda: User) -> None:
    actions.leave(request=granted, by=rut)
    page(hedda, WRITE, {**letter(granted.dataset), "send": "1"})
    assert Mail.objects.get(kind="to-holders").recipient == ADA


def test_holders_of_a_retired_dataset_are_written_to(granted: AccessRequest, brgandi: Dataset, hedda: User) -> None:
    Dataset.objects.filter(pk=brgandi.pk).update(retired_at=timezone.now())
    License.objects.filter(dataset=brgandi).update(retired_at=timezone.now())
    page(hedda, WRITE, {**letter(brgandi), "send": "1"})
    assert Mail.objects.filter(kind="to-holders").count() == 2
    assert again(granted).status == Status.GRANTED


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"subject": " "}, "This field is required"),
        ({"text": ""}, "This field is required"),
        ({"dataset": "10.1/none"}, "Select a valid choice"),
        ({"subject": "x" * 151}, "at most 150 characters"),
        ({"key": "x"}, "Enter a valid UUID"),
    ],
)
def test_bad_letters_say_what(granted: AccessRequest, hedda: User, wrong: dict[str, str], sentence: str) -> None:
    answer = page(hedda, WRITE, {**letter(granted.dataset), **wrong, "send": "1"})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Mail.objects.filter(kind="to-holders").exists()


def test_nobody_to_write_to(request_at: RequestAt, hedda: User, brgandi: Dataset) -> None:
    request_at(Status.REVOKED)
    with pytest.raises(Denied, match="Nobody has access"):
        actions.write_to_holders(dataset=brgandi, by=hedda, subject="Hi", text="You", key=uuid.uuid4())
