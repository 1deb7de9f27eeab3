"""Making an archive: what is in it, what is left out and why, and what happens when something is missing."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import tarfile
import threading
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from access_requests.attachments.keeping import private
from access_requests.models import Attachment, Event
from aidahub.accounts.models import User
from aidahub.backup.checking import check
from aidahub.backup.contents import LEFT_OUT, archived
from aidahub.backup.making import Making, remember_files
from aidahub.backup.migrations import applied, models_at
from aidahub.backup.snapshot import snapshot
from datasets import fragments
from datasets.models import Dataset
from tests.cast import make_user
from tests.support.elsewhere import Elsewhere
from tests.support.processes import database_url
from tests.support.world import TOTP_SECRET, World

pytestmark = pytest.mark.django_db(transaction=True)


def rows_in(path: Path, table: str) -> list[dict[str, object]]:
    with tarfile.open(path) as tar:
        member = tar.extractfile(f"tables/{table}.jsonl.gz")
        assert member
        return [json.loads(line) for line in gzip.decompress(member.read()).splitlines()]


def test_every_table_is_in_it_or_left_out_for_a_reason() -> None:
    tables = {name for name in connection.introspection.table_names() if not name.startswith("kept_")}
    tables = {name for name in tables if not name.startswith("datasets_searchindex_")}  # parts of SQLite's own
    inside = set(archived(models_at(applied())))
    assert tables == inside | set(LEFT_OUT)
    assert not inside & set(LEFT_OUT)
    assert inside == {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - set(LEFT_OUT), (
        "the models of the migrations are those of the code"
    )


def test_everything_is_in_it(world: World, tmp_path: Path) -> None:
    target = tmp_path / "hub.tar"
    call_command("backup", str(target), stdout=io.StringIO())
    manifest = check(target)
    assert [name for name, table in manifest.tables.items() if not table.rows] == []
    assert manifest.tables["access_requests_event"].rows == Event.objects.count() > 10
    assert manifest.faults == []
    assert manifest.files.number == Attachment.objects.filter(removed_at=None, redacted_at=None).count() == 3
    assert [name for name in manifest.parts if name.startswith("checkpoints/heads-")]
    assert target.stat().st_mode & 0o777 == 0o600
    ada = next(row for row in rows_in(target, "accounts_user") if row["email"] == "ada.berg@uu.example")
    assert str(ada["password"]).startswith("md5$")
    assert str(ada["date_joined"]).endswith("Z")


def test_no_page_is_said_to_be_made_whose_parts_are_left_out(brgandi: Dataset, tmp_path: Path) -> None:
    """Else an import after the restore would leave them out for good, and every visitor would wait for the page."""
    fragments.render([brgandi.pk])
    assert Dataset.objects.exclude(page_hash="").exists()
    target = tmp_path / "hub.tar"
    call_command("backup", str(target), stdout=io.StringIO())
    assert [row["page_hash"] for row in rows_in(target, "datasets_dataset")] == [""]


def test_it_is_read_without_this_program_and_holds_no_secrets_of_services(archive: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "xf", archive, "-C", tmp_path], check=True)
    subprocess.run(["gzip", "-d", *(tmp_path / "tables").glob("*.gz")], check=True)
    seal, content = (tmp_path / "SEAL").read_text().strip(), archive.read_bytes()
    at = content.rindex(b"SEAL\0")
    hashed = subprocess.run(["sha256sum"], input=content[:at], capture_output=True, check=True).stdout
    assert hashed.decode().split()[0] == seal
    text = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert settings.SECRET_KEY.encode() not in text
    assert TOTP_SECRET.encode() in text, "second factors are in it, or nobody could sign in again"
    assert not list(tmp_path.glob("tables/*session*"))


def test_a_file_that_is_there_is_not_replaced_unless_it_is_said(db: None, tmp_path: Path) -> None:
    target = tmp_path / "hub.tar"
    target.write_text("something else")
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(target))
    assert target.read_text() == "something else"
    call_command("backup", str(target), force=True, stdout=io.StringIO())
    assert check(target)
    assert [path.name for path in tmp_path.iterdir()] == ["hub.tar"]


def test_nothing_is_left_of_one_that_could_not_get_its_name(db: None, tmp_path: Path) -> None:
    taken = tmp_path / "taken" / "by a folder"
    taken.mkdir(parents=True)
    with pytest.raises(CommandError, match="taken cannot be written: Is a directory"):
        call_command("backup", str(taken.parent), force=True)
    assert list(tmp_path.iterdir()) == [taken.parent]


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command("backup", str(tmp_path / "nowhere" / "hub.tar"))


@pytest.mark.slow
def test_it_goes_to_standard_output(tmp_path: Path) -> None:
    make_user("ada.berg@uu.example", "Ada Berg")
    target = tmp_path / "piped.tar"
    with target.open("wb") as out:
        command, env = Elsewhere(tmp_path, database_url()).command("backup", "-")
        done = subprocess.run(command, env=env, stdout=out, stderr=subprocess.PIPE, text=True, check=True)
    assert "Written" in done.stderr
    assert check(target).tables["accounts_user"].rows == 1


def test_missing_and_changed_files_are_told_and_the_archive_is_made(world: World, tmp_path: Path) -> None:
    gone, other, meanwhile = Attachment.objects.filter(removed_at=None, redacted_at=None).order_by("pk")
    private().delete(gone.key)
    private().delete(meanwhile.key)
    Path(private().path(other.key)).write_bytes(b"other")
    making = Making(io.BytesIO(), tmp_path)
    with making.waiting() as named:
        remember_files(models_at(applied()), named)
        Attachment.objects.filter(pk=meanwhile.pk).update(redacted_at=meanwhile.at)
        making.add_files(named)
    assert len(making.made.faults) == 2, "what was taken away while the backup ran is no fault"
    target, told = tmp_path / "hub.tar", io.StringIO()
    with pytest.raises(CommandError, match="The archive was made"):
        call_command("backup", str(target), stderr=told, stdout=io.StringIO())
    missing, changed = check(target).faults
    assert missing == f"{gone.request.reference}: file {gone.public_id} is missing from the storage."
    assert changed.startswith(f"{other.request.reference}: file {other.public_id} is not the one that was attached (5 ")
    assert gone.name not in told.getvalue(), "names stand in the archive only"
    assert str(gone.public_id) in told.getvalue()


def test_the_snapshot_stays_as_it_was_and_keeps_no_writer_waiting() -> None:
    make_user("ada.berg@uu.example", "Ada Berg")

    def write() -> None:
        make_user("late@uu.example", "Late")
        connection.close()

    with snapshot():
        assert User.objects.count() == 1
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(10)
        assert not writer.is_alive(), "it waited for the reader"
        assert User.objects.count() == 1
    assert User.objects.count() == 2


def test_nothing_can_be_written_inside_a_snapshot_and_everything_after() -> None:
    with pytest.raises(Exception, match=r"read-?only"), snapshot():
        User.objects.create(email="x@uu.example")
    make_user("ada.berg@uu.example", "Ada Berg")


def test_mails_wait_in_the_archive_as_they_did(archive: Path) -> None:
    states = {row["status"] for row in rows_in(archive, "outbox_mail")}
    assert states == {"waiting"}
