"""Putting an archive back: into SQLite, into PostgreSQL, across the two, interrupted, forged, and without mails."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from aidahub.backup.checking import check
from aidahub.backup.problems import Refused
from aidahub.backup.restoring import put_folders_back, refuse_without_room
from aidahub.backup.rows import Encoder
from aidahub.backup.sequences import go_on_after, last_key
from aidahub.outbox.holding import HELD, hold_all
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue
from tests.cast import BRGANDI_DOI
from tests.support.elsewhere import Elsewhere, Reader, fresh_postgres, same_content
from tests.support.processes import wait_until
from tests.support.world import TOTP_SECRET
from tests.test_backup_damage import Content, content_of, sealed, with_manifest

USERS = "tables/accounts_user.jsonl.gz"
EVENTS = "tables/access_requests_event.jsonl.gz"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    """An empty site on SQLite."""
    return Elsewhere(tmp_path)


@pytest.fixture
def postgres(db: None) -> Iterator[str]:
    """The address of an empty database on the server of the tests."""
    yield from fresh_postgres(f"restored_{uuid4().hex}")


def rewritten(content: Content, table: str, change: Callable[[bytes], bytes]) -> Content:
    """The members with other rows, and a manifest that says so, as a forger would who knows the format."""
    name = f"tables/{table}.jsonl.gz"
    lines = change(gzip.decompress(content[name]))
    packed = gzip.compress(lines, mtime=0)

    def told(manifest: Any) -> None:
        manifest["parts"][name].update(size=len(packed), sha256=hashlib.sha256(packed).hexdigest())
        rows = {"rows": lines.count(b"\n"), "size": len(lines), "sha256": hashlib.sha256(lines).hexdigest()}
        manifest["tables"][table].update(rows)

    return with_manifest({**content, name: packed}, told)


@pytest.mark.slow
def test_a_copy_on_sqlite_is_the_same_site(archive: Path, elsewhere: Elsewhere) -> None:
    said = elsewhere.does("restore", archive)
    assert said.startswith("Restored: ")
    same_content(check(archive), elsewhere.backed_up())
    assert "The record is whole" in elsewhere.does("verify_events")
    assert elsewhere.does("migrate", "--check") == ""
    assert elsewhere.manage("restore", archive).stderr.strip() == (
        "CommandError: The database aidahub.sqlite3 is not empty: name an empty one, without tables, in DATABASE_URL."
    )
    server = elsewhere.serve()
    try:
        _people_find_their_site(server)
    finally:
        server.stop()


def _people_find_their_site(server: Any) -> None:
    stranger = Reader(server)
    assert "BRGANDI" in stranger.ask(f"/{BRGANDI_DOI}")[2]
    assert "BRGANDI" in stranger.ask("/?q=brgandi")[2], "the search was made again"
    ada = Reader(server)
    assert ada.ask("/requests/")[1] == "/accounts/login/", "nobody is signed in"
    assert ada.sign_in("ada.berg@uu.example") == "/"
    page = ada.ask("/requests/")[2]
    assert "AIDA-" in page
    reference = page[page.index("/requests/AIDA-") :].split("/")[2]
    assert "messageword" in ada.ask(f"/requests/{reference}/")[2]
    hedda = Reader(server)
    assert hedda.sign_in("hedda@hub.example") == "/accounts/2fa/authenticate/"
    code = str(format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30)))
    assert hedda.ask("/accounts/2fa/authenticate/", code=code)[1] == "/"
    assert hedda.ask(f"/admin/access_requests/accessrequest/{reference}/change/")[0] == 200
    assert Reader(server).ask(f"/requests/{reference}/")[1] == "/accounts/login/"


def start(site: Elsewhere, archive: Path) -> subprocess.Popen[bytes]:
    """A restore that runs."""
    command, env = site.command("restore", archive)
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_after(process: subprocess.Popen[bytes], work: float) -> None:
    """Kill a process, as a power cut would, when it has worked so many seconds more of its processor."""
    end = worked(process) + work
    wait_until(lambda: worked(process) >= end, seconds=120, what="some work")
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL, "it was done before it was killed"


def worked(process: subprocess.Popen[bytes]) -> float:
    """The seconds of a processor that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_locked(path: Path) -> bool:
    """Whether somebody writes to a database of SQLite."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


@pytest.mark.slow
def test_a_killed_restore_leaves_an_empty_database_and_can_be_run_again(archive: Path, elsewhere: Elsewhere) -> None:
    database = elsewhere.folder / "aidahub.sqlite3"
    for work in (0.0, 0.8):
        process = start(elsewhere, archive)
        wait_until(lambda: database.exists() and is_locked(database), seconds=120, what="some writing")
        kill_after(process, work)
        assert not elsewhere.has_tables()
    elsewhere.does("restore", archive)
    same_content(check(archive), elsewhere.backed_up())


@pytest.mark.slow
def test_a_forged_event_is_refused_and_nothing_stays(archive: Path, elsewhere: Elsewhere) -> None:
    content = rewritten(
        content_of(archive), "access_requests_event", lambda rows: rows.replace(b'"submit"', b'"decide"', 1)
    )
    forged = sealed(elsewhere.folder / "forged.tar", content)
    check(forged)
    done = elsewhere.manage("restore", forged)
    assert done.returncode == 1
    assert "The record in the archive is not whole, so nothing was restored" in done.stderr
    assert "was altered" in done.stderr
    assert not elsewhere.has_tables()
    done = elsewhere.manage("restore", "--with-faults", forged)
    assert done.returncode == 1
    assert "was altered" in done.stderr
    assert "Restored" in done.stdout
    assert elsewhere.manage("verify_events").returncode == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda rows: rows.replace(b'"email"', b'"mail"'), "has other columns than the table"),
        (lambda rows: rows + rows, "does not go into this database: UNIQUE"),
        (lambda rows: rows.partition(b"\n")[2], "has an invalid foreign key"),
    ],
    ids=["columns", "twice", "one that others name is not there"],
)
def test_rows_that_do_not_fit_are_refused(
    change: Callable[[bytes], bytes], sentence: str, archive: Path, elsewhere: Elsewhere
) -> None:
    forged = sealed(elsewhere.folder / "forged.tar", rewritten(content_of(archive), "accounts_user", change))
    done = elsewhere.manage("restore", forged)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "@" not in done.stderr, "no address of a person is said"
    assert not elsewhere.has_tables()


@pytest.mark.slow
def test_archives_of_another_program_are_refused_and_nothing_is_written(archive: Path, elsewhere: Elsewhere) -> None:
    content, forged = content_of(archive), elsewhere.folder / "forged.tar"
    sealed(forged, with_manifest(content, lambda manifest: manifest["migrations"].append(["outbox", "0999_later"])))
    said = elsewhere.manage("restore", forged).stderr
    assert "of another version of the program, which has outbox.0999_later" in said
    sealed(forged, with_manifest(content, lambda manifest: manifest["tables"]["outbox_mail"]["columns"].append("more")))
    assert "table outbox_mail has other columns" in elsewhere.manage("restore", forged).stderr
    assert not (elsewhere.folder / "files").exists()


@pytest.mark.slow
def test_files_that_were_missing_are_told_and_all_else_is_there(archive: Path, elsewhere: Elsewhere) -> None:
    content = content_of(archive)
    key = next(name for name in content if name.startswith("files/"))
    rows = content["files.jsonl"].splitlines(keepends=True)[1:]
    gone = content.pop(key)
    content["files.jsonl"] = b"".join(rows)

    def told(manifest: Any) -> None:
        data = content["files.jsonl"]
        manifest["parts"]["files.jsonl"].update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
        manifest["files"].update(number=len(rows), size=manifest["files"]["size"] - len(gone))

    content = with_manifest(content, told)
    done = elsewhere.manage("restore", sealed(elsewhere.folder / "part.tar", content))
    assert done.returncode == 1
    assert "is not in the storage; it was not in the archive either" in done.stderr
    assert "1 things are not whole" in done.stderr
    elsewhere.does("verify_events")


@pytest.mark.slow
def test_a_newer_checkpoint_that_is_there_shows_what_the_archive_lacks(archive: Path, elsewhere: Elsewhere) -> None:
    folder = elsewhere.folder / "checkpoints"
    folder.mkdir()
    newer = folder / "heads-2099-01-01.json"
    newer.write_text(json.dumps({"AIDA-2026-00001": [900, "f" * 64]}))
    done = elsewhere.manage("restore", archive)
    assert done.returncode == 1
    assert "event 900 of heads-2099-01-01.json is gone" in done.stderr
    assert newer.exists()
    assert len(list(folder.iterdir())) == 2


def test_a_checkpoint_of_the_same_day_stays_as_it_is(archive: Path, tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path
    assert list(put_folders_back(archive)) == []
    (checkpoint,) = (tmp_path / "checkpoints").iterdir()
    for content in (checkpoint.read_text(), "{}"):
        checkpoint.write_text(content)
        assert list(put_folders_back(archive)) == []
        assert checkpoint.read_text() == content


def test_what_would_fill_the_disk_is_refused(archive: Path) -> None:
    manifest = check(archive)
    refuse_without_room(manifest)
    manifest.files.size = 10**18
    with pytest.raises(Refused, match="There is not enough room in "):
        refuse_without_room(manifest)


@pytest.mark.django_db
def test_no_new_row_gets_the_key_of_one_that_was_deleted() -> None:
    mail: Any = {"kind": "x", "recipient": "ada.berg@uu.example", "subject": "Hi", "text": "Hello"}
    first = queue(about="x0", **mail)
    assert first
    given = first.pk + 1000
    go_on_after(Mail, given)
    later = queue(about="x1", **mail)
    assert later
    assert later.pk == last_key(Mail) == given + 1


@pytest.mark.django_db
def test_held_mails_go_out_only_when_somebody_says_so() -> None:
    for number, secret in enumerate((False, True)):
        queue(about=f"x{number}", kind="x", recipient="ada.berg@uu.example", subject="Hi", text="Hello", secret=secret)
    Mail.objects.filter(about="x1").update(status="sending", claim="somebody")
    assert hold_all() == 2
    assert not Mail.objects.due().exists()
    assert Mail.objects.in_trouble().count() == 2
    assert set(Mail.objects.values_list("status", "last_error", "claim")) == {("failed", HELD, "")}
    assert dict(Mail.objects.values_list("about", "text")) == {"x0": "Hello", "x1": ""}
    assert hold_all() == 0


@pytest.mark.slow
def test_a_copy_that_holds_mails_has_none_that_waits(archive: Path, elsewhere: Elsewhere) -> None:
    said = elsewhere.does("restore", "--hold-mail", archive)
    number = check(archive).tables["outbox_mail"].rows
    assert f"Mails held back: {number}." in said
    count = "from aidahub.outbox.models import Mail; print(Mail.objects.filter(status='failed').count())"
    assert elsewhere.does("shell", "-v0", "-c", count).strip() == str(number)


@pytest.mark.postgres
@pytest.mark.slow
def test_from_postgresql_to_sqlite_and_back_every_row_is_the_same(
    archive: Path, elsewhere: Elsewhere, postgres: str, tmp_path: Path
) -> None:
    first = check(archive)
    assert first.database == "postgresql"
    elsewhere.does("restore", archive)
    on_sqlite = elsewhere.backed_up("sqlite.tar")
    same_content(first, on_sqlite)
    back = Elsewhere(tmp_path / "back", postgres)
    back.does("restore", elsewhere.folder / "sqlite.tar")
    on_postgres = back.backed_up("postgres.tar")
    assert (on_sqlite.database, on_postgres.database) == ("sqlite", "postgresql")
    same_content(first, on_postgres)
    again = Elsewhere(tmp_path / "again")
    again.does("restore", back.folder / "postgres.tar")
    same_content(first, again.backed_up())
    assert "The record is whole" in back.does("verify_events")
    _the_record_is_guarded(postgres)
    _new_keys_follow_the_last(back, first.tables["accounts_user"].last_key)


def _the_record_is_guarded(address: str) -> None:
    database = psycopg.connect(address.replace("postgres://", "postgresql://"))
    with database, pytest.raises(psycopg.errors.RaiseException, match="never altered"):
        database.execute("UPDATE access_requests_event SET verb = 'x'")


def _new_keys_follow_the_last(site: Elsewhere, last: int | None) -> None:
    make = "from aidahub.accounts.models import User; print(User.objects.create_user('new@uu.example').pk)"
    assert int(site.does("shell", "-v0", "-c", make)) == (last or 0) + 1


@pytest.mark.postgres
@pytest.mark.slow
def test_a_killed_restore_leaves_postgresql_empty(archive: Path, tmp_path: Path, postgres: str) -> None:
    site = Elsewhere(tmp_path / "site", postgres)
    process = start(site, archive)
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND xact_start IS NOT NULL"
    name = urlsplit(postgres).path[1:]
    with psycopg.connect(os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"), autocommit=True) as watch:
        wait_until(lambda: watch.execute(busy, [name]).fetchone() != (0,), seconds=120, what="some writing")
    kill_after(process, 0.8)
    done = site.manage("backup", tmp_path / "none.tar")
    assert done.stderr.strip() == "CommandError: The database is empty: there is nothing to back up."
    assert not (tmp_path / "none.tar").exists()
    site.does("restore", archive)
    same_content(check(archive), site.backed_up())


def test_moments_keep_their_microseconds_and_bytes_are_base64() -> None:
    written = json.dumps([datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=UTC), b"\0\xff"], cls=Encoder)
    assert written == '["2026-01-02T03:04:05.000600Z", "AP8="]'
