"""What somebody does again because the first answer was lost counts once: words and files, by form and by action."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from access_requests import actions
from access_requests.filing import attach_upload
from access_requests.models import AccessRequest, Attachment
from access_requests.repeats import MOMENT
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from tests.cast import RequestAt

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(request_at: RequestAt) -> AccessRequest:
    """Ada's request, in review."""
    return request_at(Status.IN_REVIEW)


def facts(request: AccessRequest) -> tuple[int, int, int, int]:
    """How many messages, files, events and mails there are."""
    messages, files, events = request.messages.count(), request.attachments.count(), request.events.count()
    return messages, files, events, Mail.objects.count()


def plan(content: bytes = b"The plan.", name: str = "plan.txt") -> ContentFile[bytes]:
    """A file as it comes in."""
    return ContentFile(content, name)


def test_the_same_words_again_are_one_message(asked: AccessRequest, ada: User) -> None:
    first = actions.write(request=asked, by=ada, text="When may I expect an answer?")
    before = facts(asked)
    assert actions.write(request=asked, by=ada, text="When may I expect an answer?\r\n") == first
    assert facts(asked) == before


def test_what_is_new_is_said(asked: AccessRequest, ada: User, per: User, hedda: User) -> None:
    said = [
        actions.write(request=asked, by=ada, text="Yes."),
        actions.write(request=asked, by=ada, text="Yes!"),
        actions.write(request=asked, by=per, text="Yes!"),
        actions.note(request=asked, by=per, text="Yes!"),
        actions.comment(request=asked, by=per, question="project_title", text="Yes!"),
        actions.comment(request=asked, by=per, question="planned_use", text="Yes!"),
        actions.write(request=asked, by=ada, text="Yes!"),
        actions.note(request=asked, by=hedda, text="Yes!"),
    ]
    assert [message.number for message in said] == list(range(1, 9))


def test_the_same_words_another_day_are_said_again(asked: AccessRequest, ada: User) -> None:
    actions.write(request=asked, by=ada, text="Is there any news?")
    with time_machine.travel(timezone.now() + MOMENT + timedelta(seconds=1), tick=False):
        assert actions.write(request=asked, by=ada, text="Is there any news?").number == 2


def test_the_same_file_again_is_one_file(asked: AccessRequest, ada: User, files_folder: Path) -> None:
    first = attach_upload(request=asked, by=ada, file=plan())
    before = facts(asked)
    assert attach_upload(request=asked, by=ada, file=plan()) == first
    assert facts(asked) == before
    assert [path.name for path in files_folder.rglob("*") if path.is_file()] == [first.key[6:]], "the copy is removed"


def test_another_file_is_attached(asked: AccessRequest, ada: User, per: User, files_folder: Path) -> None:
    for by, file, internal in (
        (ada, plan(), False),
        (ada, plan(b"Another."), False),
        (ada, plan(name="other.txt"), False),
        (per, plan(), False),
        (per, plan(), True),
    ):
        attach_upload(request=asked, by=by, file=file, internal=internal)
    assert Attachment.objects.filter(request=asked).count() == 5
    with time_machine.travel(timezone.now() + MOMENT + timedelta(seconds=1), tick=False):
        attach_upload(request=asked, by=ada, file=plan())
    assert Attachment.objects.filter(request=asked).count() == 6


def test_a_file_that_was_taken_back_can_be_attached_again(request_at: RequestAt, ada: User, files_folder: Path) -> None:
    draft = request_at(Status.DRAFT)
    first = attach_upload(request=draft, by=ada, file=plan())
    actions.detach(request=draft, by=ada, file=first)
    assert attach_upload(request=draft, by=ada, file=plan()) != first
