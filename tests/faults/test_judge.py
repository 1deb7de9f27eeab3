"""A judge that cannot find anything is worth nothing: each rule is shown what it must find, and only that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from access_requests import actions
from access_requests.filing import attach_upload
from access_requests.models import AccessRequest, Attachment, Grant, Message, Round
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.faults import judging_mail, judging_rows
from tests.faults.browser import Exchange, Traffic, what_is_wrong
from tests.faults.effects import effects
from tests.faults.judge import Evidence, broken_record, judge, lost, twice, unasked
from tests.faults.ledger import DONE, LOST, REFUSED, Change, Ledger
from tests.test_record import in_the_database

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

WORD, FILE_WORD = "zq0123456789ab", "zqba9876543210"


@pytest.fixture
def uploads(settings: Any, tmp_path: Path) -> Path:
    """Where uploads that come in are written down in this test."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = folder
    return folder


@pytest.fixture
def sent(ada: User, brgandi: Dataset, per: User, files_folder: Path, uploads: Path) -> AccessRequest:
    """Ada's request with a message and a file; all its mails have arrived."""
    draft = cast.fill(actions.start(license=cast.license_of(brgandi), by=ada), planned_use=f"Networks, {WORD}.")
    request = actions.submit(request=draft, by=ada)
    actions.write(request=request, by=ada, text=f"When? {WORD}")
    attach_upload(request=request, by=ada, file=ContentFile(b"The plan.", f"plan {FILE_WORD}.txt"))
    Mail.objects.update(status=Mail.Status.SENT, sent_at=timezone.now())
    return AccessRequest.objects.get(pk=request.pk)


def changes_of(request: AccessRequest) -> list[Change]:
    """What Ada did, each once and each answered."""
    who, reference = request.applicant.email, request.reference
    done = [("start", ""), ("save", WORD), ("submit", WORD), ("message", WORD), ("attach", FILE_WORD)]
    return [Change(who, verb, reference, word, [DONE]) for verb, word in done]


def received() -> list[tuple[str, str]]:
    """Every mail of the outbox, as the mail server would have taken it."""
    return list(Mail.objects.values_list("message_id", "recipient"))


def verdict(request: AccessRequest, **seen: Any) -> list[str]:
    """What the judge says."""
    values: dict[str, Any] = {"changes": changes_of(request), "received": received(), "allowance": 0, **seen}
    return judge(Evidence(**values))


def test_a_site_without_faults_is_not_blamed(sent: AccessRequest) -> None:
    assert verdict(sent) == []


def test_the_ledger_is_read_as_it_was_written(sent: AccessRequest, tmp_path: Path) -> None:
    Ledger(changes_of(sent)).write(tmp_path / "ledger")
    assert Ledger.read(tmp_path / "ledger").changes == changes_of(sent)


def test_an_acknowledged_change_that_is_not_there_is_lost(sent: AccessRequest) -> None:
    there = effects()
    for place in range(5):
        changes = changes_of(sent)
        changes[place].reference = "AIDA-1999-00001"
        assert len(list(lost(changes, there))) == 1
        changes = changes_of(sent)
        changes[place].token = "zqffffffffffff"
        assert len(list(lost(changes, there))) == 1


def test_what_was_answered_by_nobody_and_is_not_there_is_not_lost(sent: AccessRequest) -> None:
    change = Change(sent.applicant.email, "message", sent.reference, "zqffffffffffff", [LOST])
    assert not list(lost([change], effects()))
    change.seen = True
    assert len(list(lost([change], effects()))) == 1


def test_what_was_sent_twice_is_found(sent: AccessRequest) -> None:
    Message.objects.filter(request=sent).update(at=timezone.now() - timedelta(days=1))
    actions.write(request=sent, by=sent.applicant, text=f"When is it? {WORD}")
    assert len(list(twice(changes_of(sent), effects()))) == 1


def test_what_was_refused_and_is_there_is_found(sent: AccessRequest) -> None:
    changes = changes_of(sent)
    changes[3].tries = [REFUSED, REFUSED]
    assert len(list(unasked(changes, effects()))) == 1
    changes[3].tries = [LOST, REFUSED]
    assert not list(unasked(changes, effects()))


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (lambda mail: mail.delete(), "No mail was written"),
        (lambda mail: Mail.objects.filter(pk=mail.pk).update(status="waiting", sent_at=None), "Mail still waiting"),
        (lambda mail: Mail.objects.filter(pk=mail.pk).update(status="sending", sent_at=None), "Mail still sending"),
        (lambda mail: Mail.objects.filter(pk=mail.pk).update(status="failed", sent_at=None), "failed in silence"),
    ],
)
def test_a_mail_that_is_missing_is_found(sent: AccessRequest, plant: Callable[[Mail], object], words: str) -> None:
    arrived = received()
    mail = Mail.objects.get(about=f"{sent.reference}/1", recipient=sent.applicant.email)
    plant(mail)
    found = verdict(sent, received=arrived)
    assert any(words in sentence for sentence in found), found


def test_a_mail_that_counts_as_sent_and_never_arrived_is_lost(sent: AccessRequest) -> None:
    assert [sentence[:9] for sentence in judging_mail.undelivered(received()[1:])] == ["Mail lost"]


def test_a_mail_that_failed_and_says_why_is_not_lost(sent: AccessRequest) -> None:
    mail = Mail.objects.first()
    assert mail
    Mail.objects.filter(pk=mail.pk).update(status="failed", sent_at=None, last_error="550 No such person")
    arrived = [row for row in received() if row[0] != mail.message_id]
    assert verdict(sent, received=arrived) == []


def test_mails_that_come_again_are_counted(sent: AccessRequest) -> None:
    again = [*received(), received()[0]]
    assert len(list(judging_mail.repeated(again, 0))) == 1
    assert not list(judging_mail.repeated(again, 1))
    assert len(list(judging_mail.undelivered([*received(), ("<new@id>", "ada.berg@uu.example")]))) == 1
    assert len(list(judging_mail.repeated([*received(), (received()[0][0], "otto@elsewhere.example")], 1))) == 1


def test_an_altered_event_is_found(sent: AccessRequest) -> None:
    in_the_database("UPDATE access_requests_event SET verb = 'note' WHERE number = 2 AND request_id = %s", sent.pk)
    assert "not whole" in next(broken_record())


def test_a_request_that_nobody_goes_on_with_is_found(sent: AccessRequest) -> None:
    Round.objects.filter(request=sent).update(closed_at=timezone.now())
    assert "no round is open" in next(judging_rows.nobodys_turn())


def test_a_round_in_which_all_have_voted_is_found(sent: AccessRequest, per: User) -> None:
    actions.decide(request=sent, by=per, answer=Answer.APPROVE)
    assert not list(judging_rows.nobodys_turn())
    AccessRequest.objects.filter(pk=sent.pk).update(status=Status.IN_REVIEW, outcome="")
    Round.objects.filter(request=sent).update(closed_at=None)
    assert not list(judging_rows.nobodys_turn()), "Petra has not voted"
    round_ = Round.objects.get(request=sent)
    for decider in round_.deciders.all():
        round_.decisions.update_or_create(provider=decider.provider, defaults={"answer": "approve", "by": per})
    assert "every decider has voted" in next(judging_rows.nobodys_turn())


def test_access_that_should_be_open_is_found(sent: AccessRequest, per: User, rut: User) -> None:
    request = cast.confirm(actions.decide(request=sent, by=per, answer=Answer.APPROVE), rut)
    assert request.status == Status.GRANTED
    AccessRequest.objects.filter(pk=sent.pk).update(status=Status.APPROVED)
    assert "no condition is open" in next(judging_rows.nobodys_turn())


def test_half_of_what_belongs_together_is_found(sent: AccessRequest, per: User, rut: User) -> None:
    in_the_database("DELETE FROM access_requests_event WHERE number = 2 AND request_id = %s", sent.pk)
    assert "message 1" in next(judging_rows.half_written())
    request = cast.confirm(actions.decide(request=sent, by=per, answer=Answer.APPROVE), rut)
    Grant.objects.filter(request=request).delete()
    assert any("granted to nobody" in sentence for sentence in judging_rows.half_written())


def test_a_request_without_its_sending_is_found(draft: AccessRequest) -> None:
    assert not list(judging_rows.half_written())
    AccessRequest.objects.filter(pk=draft.pk).update(status=Status.IN_REVIEW, submitted_at=timezone.now())
    assert len(list(judging_rows.half_written())) == 3


@pytest.fixture
def draft(ada: User, brgandi: Dataset) -> AccessRequest:
    """A draft of Ada's."""
    return cast.draft_of(ada, brgandi)


def test_two_drafts_for_one_are_found(draft: AccessRequest) -> None:
    assert not list(judging_rows.begun_twice())
    draft.pk, draft.reference = None, "AIDA-1999-00001"
    draft.save()
    assert len(list(judging_rows.begun_twice())) == 1


def test_files_that_are_gone_altered_or_left_over_are_found(
    sent: AccessRequest, files_folder: Path, uploads: Path
) -> None:
    file = files_folder / Attachment.objects.get().key
    (uploads / "tmp1.upload.file").write_text("half")
    (file.parent / "half.part").write_text("half")
    assert [sentence[:11] for sentence in judging_rows.files_astray()] == ["Upload left"], "the sweep takes the other"
    (uploads / "tmp1.upload.file").unlink()
    file.write_text("Another plan.")
    assert "File altered" in next(judging_rows.files_astray())
    file.unlink()
    assert "File gone" in next(judging_rows.files_astray())
    (files_folder / "odd").write_text("odd")
    assert any("File left over: odd" in sentence for sentence in judging_rows.files_astray())


@pytest.mark.parametrize(
    ("status", "text", "wrong"),
    [
        (200, "<h1>Requests</h1>", ""),
        (503, "<h1>The site is resting for a moment</h1>", ""),
        (502, "<center>nginx</center>", "not the site's own page"),
        (500, "", "not the site's own page"),
        (500, "Something went wrong here: Traceback (most recent call last)", "Traceback"),
        (200, "psycopg.errors.SyntaxError", "psycopg"),
    ],
)
def test_pages_that_no_person_should_read_are_noticed(status: int, text: str, wrong: str) -> None:
    assert wrong in what_is_wrong(status, text)
    assert bool(what_is_wrong(status, text)) == bool(wrong)


def test_the_longest_silence_is_between_answers_that_helped() -> None:
    traffic = Traffic([Exchange(at, "GET", "/", status, 0.1) for at, status in ((1, 200), (2, 503), (9, 0), (11, 302))])
    assert traffic.longest_silence() == 10
