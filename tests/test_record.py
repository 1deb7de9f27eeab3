"""The record: nothing in it can be altered, removed, added or cut off without being found."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from access_requests import actions
from access_requests.checkpoints import folder, verify_checkpoints, write_checkpoint
from access_requests.events import append, canonical, erase, hash_of, stamp, text_of, verify
from access_requests.models import AccessRequest, Event, FormVersion, Grant, LicenseAcceptance, SealedText, Submission
from access_requests.workflow import Answer, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset, ImmutableError, LicenseText
from tests.cast import RequestAt, sent

SQLITE = connection.vendor == "sqlite"


def faults() -> list[str]:
    return [str(fault) for fault in [*verify(), *verify_checkpoints()]]


def in_the_database(sql: str, *values: Any) -> None:
    """Change something behind the models' back, and behind the trigger's where the database has it."""
    with connection.cursor() as cursor:
        if not SQLITE:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the table may not be altered while checks are pending
            cursor.execute("ALTER TABLE access_requests_event DISABLE TRIGGER events_stay")
        cursor.execute(sql, values)


@pytest.fixture(autouse=True)
def _own_checkpoints(settings: Settings, tmp_path: Path) -> None:
    """Each test has checkpoints of its own."""
    settings.VAR_DIR = tmp_path


@pytest.fixture
def rejected(request_at: RequestAt) -> AccessRequest:
    """A request with a reason in its record; sent, rejected."""
    return request_at(Status.REJECTED)


def test_each_verb_adds_its_event(rejected: AccessRequest) -> None:
    assert list(rejected.events.values_list("number", "verb")) == [(1, "submit"), (2, "decide")]
    assert faults() == []


def test_an_altered_event_is_found(rejected: AccessRequest) -> None:
    event = rejected.events.get(number=2)
    payload = {**event.payload, "answer": "approve"}
    in_the_database("UPDATE access_requests_event SET payload = %s WHERE id = %s", json.dumps(payload), event.pk)
    assert faults() == [f"{rejected}: event 2 was altered."]


@pytest.mark.parametrize("column", ["verb", "at", "by_id", "before"])
def test_each_column_counts(column: str, rejected: AccessRequest, alva: User) -> None:
    value = {"verb": "withdraw", "at": "2020-01-01 00:00:00+00:00", "by_id": alva.pk, "before": "f" * 64}[column]
    event = rejected.events.get(number=1)
    in_the_database(f"UPDATE access_requests_event SET {column} = %s WHERE id = %s", value, event.pk)
    assert f"{rejected}: event 1 was altered." in faults()


def test_a_removed_event_is_found(rejected: AccessRequest) -> None:
    in_the_database("DELETE FROM access_requests_event WHERE request_id = %s AND number = 1", rejected.pk)
    assert f"{rejected}: event 1 is missing." in faults()


def test_an_event_cut_off_at_the_end_is_found(rejected: AccessRequest) -> None:
    in_the_database("DELETE FROM access_requests_event WHERE request_id = %s AND number = 2", rejected.pk)
    assert f"{rejected}: its last event is not the one that the request holds." in faults()


def test_a_chain_that_is_gone_is_found(rejected: AccessRequest) -> None:
    in_the_database("DELETE FROM access_requests_event WHERE request_id = %s", rejected.pk)
    assert faults() == [f"{rejected}: all its events are gone."]


def test_an_added_event_is_found(rejected: AccessRequest, ada: User) -> None:
    """Even one whose own hash is right: the request does not hold it as its head."""
    copy = AccessRequest.objects.get(pk=rejected.pk)
    with transaction.atomic():
        append(copy, Verb.WITHDRAW, by=ada, payload={})
    assert f"{rejected}: its last event is not the one that the request holds." in faults()


def test_a_status_written_past_the_verbs_is_found(rejected: AccessRequest) -> None:
    AccessRequest.objects.filter(pk=rejected.pk).update(status=Status.GRANTED, outcome="approve", ended_at=None)
    assert faults() == [f"{rejected}: its status is not the one of its last event."]


def test_a_chain_cut_off_and_mended_is_found_by_the_checkpoint(rejected: AccessRequest) -> None:
    write_checkpoint()
    first = rejected.events.get(number=1)
    in_the_database("DELETE FROM access_requests_event WHERE request_id = %s AND number = 2", rejected.pk)
    AccessRequest.objects.filter(pk=rejected.pk).update(
        event_count=1, event_head=first.hash, status=Status.IN_REVIEW, outcome="", ended_at=None
    )
    assert list(verify()) == []  # the chain alone cannot know
    assert [fault.sentence.split(" of ")[0] for fault in verify_checkpoints()] == ["event 2"]


def test_a_chain_written_anew_is_found_by_the_checkpoint(rejected: AccessRequest) -> None:
    write_checkpoint()
    event = rejected.events.get(number=2)
    event.payload = {**event.payload, "answer": "approve"}
    event.hash = hash_of(event)
    in_the_database(
        "UPDATE access_requests_event SET payload = %s, hash = %s WHERE id = %s",
        json.dumps(event.payload), event.hash, event.pk,
    )  # fmt: skip
    AccessRequest.objects.filter(pk=rejected.pk).update(event_head=event.hash)
    assert list(verify()) == []
    assert len(list(verify_checkpoints())) == 1


def test_a_whole_request_that_is_gone_is_found_by_the_checkpoint(ada: User, brgandi: Dataset) -> None:
    request = sent(ada, brgandi)
    target = write_checkpoint()
    content = json.loads(target.read_text("utf-8"))
    target.write_text(json.dumps({**content, "AIDA-2026-99999": [1, "f" * 64]}), "utf-8")
    assert faults() == [f"AIDA-2026-99999: event 1 of {target.name} is gone."]
    assert str(request) in content


def test_a_checkpoint_is_json_that_other_programs_read_however_many_heads_it_holds(
    ada: User, alva: User, brgandi: Dataset
) -> None:
    heads: dict[str, list[object]] = {}
    assert json.loads(write_checkpoint().read_text("utf-8")) == heads
    for person in (ada, alva):
        request = sent(person, brgandi)
        heads[str(request)] = [request.event_count, request.event_head]
        assert json.loads(write_checkpoint().read_text("utf-8")) == heads


def test_what_a_killed_writer_left_of_a_checkpoint_is_removed(ada: User, brgandi: Dataset) -> None:
    sent(ada, brgandi)
    old, fresh = folder() / "tmpold.part", folder() / "tmpfresh.part"
    for path in (old, fresh):
        path.write_text("{")
    os.utime(old, (0, 0))
    target = write_checkpoint()
    assert (target.exists(), old.exists(), fresh.exists()) == (True, False, True), "somebody may still write the other"
    fresh.unlink()


def test_verify_events_says_it_and_exits_with_1(rejected: AccessRequest) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("verify_events", "--checkpoint", stdout=out)
    assert "The record is whole: 2 events." in out.getvalue()
    in_the_database("UPDATE access_requests_event SET verb = 'save' WHERE request_id = %s", rejected.pk)
    with pytest.raises(CommandError, match="not whole"):
        call_command("verify_events", stderr=err)
    assert f"{rejected}: event 1 was altered." in err.getvalue()


def test_erasing_a_free_text_keeps_the_chain_whole(rejected: AccessRequest) -> None:
    event = rejected.events.get(number=2)
    assert text_of(event) == "Too vague."
    erase(rejected.texts.get())
    event = Event.objects.get(pk=event.pk)
    assert text_of(event) == ""
    assert not SealedText.objects.filter(text__contains="vague").exists()
    assert faults() == []


def test_an_altered_free_text_is_found(rejected: AccessRequest) -> None:
    SealedText.objects.filter(request=rejected).update(text="You are wonderful.")
    assert faults() == [f"{rejected}: a free text was altered."]


def test_an_altered_submission_is_found(rejected: AccessRequest) -> None:
    in_the_database("UPDATE access_requests_submission SET answers = %s", json.dumps({"planned_use": "War."}))
    assert faults() == [f"{rejected}: submission 1 was altered."]


def test_no_names_and_no_free_text_in_any_event(request_at: RequestAt) -> None:
    request_at(Status.REJECTED)
    for event in Event.objects.all():
        text = canonical(event.payload).decode()
        for word in ("Ada", "Berg", "Rut", "Uppsala", "vague", "tumour", "@"):
            assert word not in text


def test_what_is_written_once_refuses_to_change(request_at: RequestAt) -> None:
    request_at(Status.GRANTED)
    models: tuple[Any, ...] = (Event, Submission, LicenseAcceptance, FormVersion)
    for model in models:
        row, rows = model.objects.first(), model.objects
        for change in (row.save, row.delete, rows.all().delete):
            with pytest.raises(ImmutableError):
                change()
        for bulk in (rows.bulk_create, lambda written, rows=rows: rows.bulk_update(written, ["pk"])):
            with pytest.raises(ImmutableError):
                bulk([row])
        with pytest.raises(ImmutableError):
            rows.update(pk=1)
    text = LicenseText.objects.first()
    assert text is not None
    for refuse in (text.save, text.delete):
        with pytest.raises(ImmutableError):
            refuse()


@pytest.mark.postgres
def test_postgresql_refuses_too(rejected: AccessRequest) -> None:
    for sql in ("UPDATE access_requests_event SET verb = 'save'", "DELETE FROM access_requests_event"):
        with pytest.raises(Error, match="never altered"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_an_event_and_its_status_stand_or_fall_together(
    ada: User, per: User, brgandi: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = sent(ada, brgandi)

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("access_requests.notifications.announce", fail)
    with pytest.raises(RuntimeError):
        actions.decide(request=request, by=per, answer=Answer.APPROVE)
    after = AccessRequest.objects.get(pk=request.pk)
    assert (after.status, after.event_count, Grant.objects.count()) == (Status.IN_REVIEW, 1, 0)
    assert faults() == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES))
def test_canonical_json_says_the_same_in_any_order(value: dict[str, Any]) -> None:
    turned = dict(reversed(list(value.items())))
    try:
        assert canonical(value) == canonical(turned)
    except UnicodeEncodeError:
        return  # a lone surrogate has no UTF-8; plain() takes them out before anything is recorded
    assert json.loads(canonical(value)) == value


def test_the_record_refuses_what_has_no_settled_text() -> None:
    with pytest.raises(TypeError):
        canonical({"share": 0.1})
    with pytest.raises(TypeError):
        canonical({1: "a"})


def test_moments_are_written_in_utc_with_microseconds(rejected: AccessRequest) -> None:
    event = rejected.events.get(number=1)
    assert stamp(event.at).endswith("Z")
    assert len(stamp(event.at)) == len("2026-11-03T09:00:00.000000Z")
