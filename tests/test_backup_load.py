"""Backups of a busy site and of a large one: each is of one moment, and takes no more memory than a small one."""

from __future__ import annotations

import hashlib
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from access_requests import actions
from access_requests.attachments.keeping import new_key
from access_requests.models import AccessRequest, Attachment
from aidahub.accounts.models import User
from aidahub.backup.checking import check
from aidahub.backup.making import make_file
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests import cast
from tests.cast import make_user
from tests.support.elsewhere import Elsewhere
from tests.support.processes import database_url

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MOST = 150 * 1024  # kilobytes
MAILS, FILE = 30_000, 100_000_000


def test_while_people_write_each_archive_is_of_one_moment(brgandi: Dataset, ada: User, tmp_path: Path) -> None:
    people = [ada, *(make_user(f"{number}@uu.example", f"Person {number}") for number in range(2))]
    requests = [cast.sent(person, brgandi) for person in people]
    done = threading.Event()
    counts, errors = [0] * len(people), list[Exception]()

    def write(place: int) -> None:
        try:
            while not done.is_set():
                request = AccessRequest.objects.get(pk=requests[place].pk)
                actions.write(request=request, by=people[place], text=f"Message {counts[place]}")
                counts[place] += 1
        except Exception as problem:
            errors.append(problem)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(place,)) for place in range(len(people))]
    for writer in writers:
        writer.start()
    manifests = [make_file(tmp_path / f"{number}.tar") for number in range(4)]
    done.set()
    for writer in writers:
        writer.join()
    assert errors == []
    assert min(counts) > 0, "somebody was kept waiting"
    events = [manifest.tables["access_requests_event"].rows for manifest in manifests]
    assert events[0] < events[-1], "they wrote meanwhile"
    for manifest in manifests:
        messages = manifest.tables["access_requests_message"].rows
        assert manifest.tables["access_requests_sealedtext"].rows == messages
        assert manifest.tables["access_requests_event"].rows == messages + len(people)
    site = Elsewhere(tmp_path / "site")
    site.does("restore", tmp_path / "2.tar")
    assert f"The record is whole: {events[2]} events" in site.does("verify_events")


def peak(command: list[str], env: dict[str, str]) -> int:
    """Run a command that must succeed; the most kilobytes of memory that it was seen to have had."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        told = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        most = int(told[1]) if told else most  # a process that has ended has none
        time.sleep(0.02)
    assert process.returncode == 0
    return most


@pytest.fixture
def large(brgandi: Dataset, ada: User) -> Iterator[Callable[[], None]]:
    """Fills the site with mails and a file, which does not stay."""
    key = new_key()
    path = Path(settings.FILES_DIR) / key

    def fill() -> None:
        text = "".join(f"Line {number} of a mail that says a lot.\n" for number in range(60))
        for first in range(0, MAILS, 1000):
            Mail.objects.bulk_create(
                Mail(
                    about=f"x/{number}",
                    kind="x",
                    recipient=ada.email,
                    subject="Hi",
                    text=text,
                    message_id=f"<{number}>",
                )
                for number in range(first, first + 1000)
            )
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            file.truncate(FILE)
        request = cast.draft_of(ada, brgandi)
        digest = hashlib.sha256()
        for _piece in range(FILE // 1_000_000):
            digest.update(bytes(1_000_000))
        Attachment.objects.create(
            request=request,
            name="large.pdf",
            content_type="application/pdf",
            size=FILE,
            sha256=digest.hexdigest(),
            key=key,
            by=ada,
        )

    yield fill
    path.unlink(missing_ok=True)


def test_memory_does_not_grow_with_the_site(large: Callable[[], None], tmp_path: Path) -> None:
    here = Elsewhere(Path(settings.VAR_DIR), database_url())
    small = peak(*here.command("backup", tmp_path / "small.tar"))
    large()
    after = peak(*here.command("backup", tmp_path / "large.tar"))
    manifest = check(tmp_path / "large.tar")
    assert manifest.files.size == FILE
    assert manifest.tables["outbox_mail"].size > 60_000_000
    back = Elsewhere(tmp_path / "back")
    restored = peak(*back.command("restore", tmp_path / "large.tar"))
    checked = peak(*back.command("backup", "--check", tmp_path / "large.tar"))
    print(f"backup {small} kB, of much more {after} kB, restore {restored} kB, check {checked} kB")
    assert max(after, restored, checked) < MOST
    assert after - small < 20 * 1024
