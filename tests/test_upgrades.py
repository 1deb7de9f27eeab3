"""Databases and archives of earlier versions come to today's tables with their record whole, and people find their way.

`tests/upgrades/` holds them. `*.sql.gz`: SQLite databases as text, from before there were archives, named after the
last migration of `access_requests` in them. `*.tar`: archives, which each release adds (CONTRIBUTING.md).
"""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from aidahub.environment import ROOT
from tests.cast import BRGANDI_DOI
from tests.support.elsewhere import Elsewhere, Reader, fresh_postgres
from tests.support.processes import Server

FOLDER = ROOT / "tests" / "upgrades"
DATABASES, ARCHIVES = sorted(FOLDER.glob("*.sql.gz")), sorted(FOLDER.glob("*.tar"))
MOST_BYTES = 300_000


@pytest.fixture
def postgres(db: None) -> Iterator[str]:
    """The address of an empty database on the server of the tests."""
    yield from fresh_postgres(f"upgraded_{uuid4().hex}")


def test_there_are_some_and_they_are_small() -> None:
    assert len(DATABASES) >= 2
    assert ARCHIVES
    assert [path.name for path in FOLDER.iterdir() if path.stat().st_size > MOST_BYTES] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", DATABASES, ids=lambda path: path.name)
def test_a_database_of_an_earlier_version_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    site = Elsewhere(tmp_path)
    database = sqlite3.connect(tmp_path / "aidahub.sqlite3")
    database.executescript(gzip.decompress(path.read_bytes()).decode())
    database.close()
    for command in (["migrate", "-v0"], ["createcachetable"], ["load_forms"], ["rebuild_search"]):
        site.does(*command)
    is_whole(site)


@pytest.mark.slow
@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.name)
def test_an_archive_of_an_earlier_version_is_restored_and_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    site = Elsewhere(tmp_path)
    site.does("restore", path)
    is_whole(site)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.name)
def test_on_postgresql_too(path: Path, tmp_path: Path, postgres: str) -> None:
    site = Elsewhere(tmp_path / "site", postgres)
    site.does("restore", path)
    is_whole(site)


def is_whole(site: Elsewhere) -> None:
    """Check the record, make a backup, and open the main pages as those who are there."""
    site.does("migrate", "--check")
    said = site.does("verify_events")
    assert "The record is whole" in said
    events = site.backed_up().tables["access_requests_event"].rows
    assert f": {events} events" in said
    assert events > 10
    server = site.serve()
    try:
        _pages_answer(server)
    finally:
        server.stop()


def _pages_answer(server: Server) -> None:
    stranger = Reader(server)
    for path in ("/", f"/{BRGANDI_DOI}", "/metrics/", "/readyz?for=web"):
        assert stranger.ask(path)[0] == 200, path
    assert "BRGANDI" in stranger.ask("/?q=brgandi")[2]
    ada = Reader(server)
    ada.sign_in("ada.berg@uu.example")
    status, path, text = ada.ask("/requests/")
    assert (status, path) == (200, "/requests/")
    references = {part.split("/")[0] for part in text.split("/requests/")[1:] if part.startswith("AIDA-")}
    assert references
    for reference in references:
        assert ada.ask(f"/requests/{reference}/")[0] == 200, reference
    for email in ("per@provider.example", "hedda@hub.example"):
        reader = Reader(server)
        reader.sign_in(email)
        for path in ("/admin/", f"/admin/access_requests/accessrequest/{max(references)}/change/"):
            assert reader.ask(path)[0] == 200, (email, path)
