"""Another site of ours on this machine: a database and a folder of its own, commands and a web server."""

from __future__ import annotations

import http.cookiejar
import os
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError

import psycopg
from django.conf import settings
from psycopg import sql

from aidahub.backup.checking import check
from aidahub.backup.manifest import Manifest
from aidahub.environment import ROOT
from tests.cast import PASSWORD
from tests.support.processes import Server, site_environment

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Elsewhere:
    """A site below `folder`, on SQLite there unless `database` is the address of another."""

    folder: Path
    database: str = ""

    @property
    def variables(self) -> dict[str, str]:
        """What its programs have in their environment."""
        here = f"sqlite:///{self.folder / 'aidahub.sqlite3'}"
        return {"VAR_DIR": str(self.folder), "DATABASE_URL": self.database or here}

    def command(self, *words: str | Path) -> tuple[list[str], dict[str, str]]:
        """A command of `manage.py` on it, and its environment."""
        return [sys.executable, str(ROOT / "manage.py"), *map(str, words)], site_environment(**self.variables)

    def manage(self, *words: str | Path) -> Done:
        """Run a command of `manage.py` on it, whatever comes of it."""
        command, env = self.command(*words)
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)

    def does(self, *words: str | Path) -> str:
        """Run a command that must succeed; what it said."""
        done = self.manage(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def backed_up(self, name: str = "again.tar") -> Manifest:
        """The manifest of a fresh backup of it."""
        self.does("backup", "--force", self.folder / name)
        return check(self.folder / name)

    def has_tables(self) -> bool:
        """Whether its SQLite database has any."""
        database = sqlite3.connect(self.folder / "aidahub.sqlite3")
        with closing(database):
            return bool(database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])

    def serve(self) -> Server:
        """Start its web server; the caller stops it."""
        return Server(log=self.folder / "server.log", **self.variables)


def fresh_postgres(name: str) -> Iterator[str]:
    """The address of an empty database of this name on the PostgreSQL of the tests; afterwards it is dropped."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server.replace("postgres://", "postgresql://"), autocommit=True) as control:
        control.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urllib.parse.urlsplit(server)._replace(path=f"/{name}").geturl()
        control.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def same_content(one: Manifest, other: Manifest) -> None:
    """Compare what two archives hold: each row of each table, the files, the other members."""
    assert one.tables == other.tables
    assert one.files == other.files
    names = {name for name in {*one.parts, *other.parts} if not name.startswith("tables/")}
    assert {name: one.parts.get(name) for name in names} == {name: other.parts.get(name) for name in names}
    assert one.migrations == other.migrations


@dataclass
class Reader:
    """Somebody with cookies, at a web server of a site."""

    server: Server
    cookies: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def ask(self, path: str, **fields: str) -> tuple[int, str, str]:
        """Get a page, or post a form; the status, the address it led to and the text."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        data = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(self.server.url + path, data)
        token = next((cookie.value for cookie in self.cookies if cookie.name == settings.CSRF_COOKIE_NAME), "") or ""
        request.add_header("X-CSRFToken", token)
        request.add_header("Referer", self.server.url)
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, urllib.parse.urlsplit(answer.url).path, answer.read().decode(errors="replace")
        except HTTPError as answer:
            return answer.code, path, answer.read().decode(errors="replace")

    def sign_in(self, email: str) -> str:
        """Sign in with the tests' password through the page; the path that it leads to."""
        self.ask("/accounts/login/")
        return self.ask("/accounts/login/", login=email, password=PASSWORD)[1]
