"""Every environment variable that AIDA Hub reads, in one table.

`settings.py` reads through it, `docs/settings.md` is written from it, and a wrong or missing value stops the start
with one sentence that says which variable and what it should hold.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class WrongSetting(ImproperlyConfigured):
    """An environment variable is missing or holds something that cannot be used; its text is for the operator."""


def say_plainly() -> None:
    """Have any program of the site that ends by a wrong variable say that sentence only, without a traceback."""
    usual = sys.excepthook

    def hook(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        if isinstance(problem, WrongSetting):
            print(problem, file=sys.stderr)
        else:
            usual(kind, problem, trace)

    sys.excepthook = hook


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what it holds when it is not set, and what it is for."""

    name: str
    default: str
    meaning: str
    shown_default: str = ""


VARIABLES = (
    Variable(
        "SECRET_KEY",
        "",
        "Signs sessions and links; 50 or more random characters. Must be set unless the site is on loopback.",
        "made up once and kept in `VAR_DIR`",
    ),
    Variable("BASE_URL", "http://127.0.0.1:8000", "The address people use; every link in a mail starts with it."),
    Variable("DEMO", "no", "`yes` on a trial site with made-up people; refused unless `BASE_URL` is on loopback."),
    Variable(
        "VAR_DIR", "var", "The folder for what the site writes: database, files, static files, checkpoints, socket."
    ),
    Variable(
        "DATABASE_URL",
        "",
        "`postgres://user:password@host/name`, or `sqlite:////absolute/path`.",
        "SQLite, `aidahub.sqlite3` in `VAR_DIR`",
    ),
    Variable(
        "BROKER_URL",
        "",
        "Redis or Valkey for background work: `redis://host:6379/0` or `redis+socket:///path`.",
        "the socket `valkey.sock` in `VAR_DIR`",
    ),
    Variable(
        "EMAIL_URL",
        "",
        "The mail server: `smtp+tls://user:password@host:587`, `smtp+ssl://...` or `smtp://host:25`.",
        "unset: no mail leaves the machine, all stay in the outbox",
    ),
    Variable("EMAIL_FROM", "AIDA Data Hub <no-reply@localhost>", "The sender of every mail."),
    Variable("HUB_NAME", "AIDA Data Hub", "What the hub is called in pages and mails."),
    Variable("HUB_EMAIL", "aida-data@nbis.se", "The hub's own address: shown on pages, and Reply-To of every mail."),
    Variable("DOI_PREFIX", "10.23698", "The prefix of the DOIs whose landing pages are served here."),
    Variable(
        "REGISTER_URL",
        "https://datahub.aida.scilifelab.se",
        "What relative addresses in dataset pages are relative to.",
    ),
    Variable("REFERENCE_PREFIX", "AIDA", "The first part of a request's reference, as in AIDA-2026-00042."),
    Variable("REMIND_AFTER", "5", "Working days after which whoever has the turn in a request is reminded."),
    Variable("ESCALATE_AFTER", "10", "Working days after which hub staff hear that a turn lasts too long."),
    Variable("CLOSE_AFTER", "60", "Silent days in *sent back* or *approved* after which hub staff are asked to close."),
    Variable("DRAFT_DAYS", "90", "Days after which an unchanged draft is deleted; a mail warns 7 days before."),
    Variable("REOPEN_DAYS", "30", "Days within which hub staff can reopen a request that has ended."),
    Variable("PROMISED_DAYS", "6", "Working days within which applicants are told to expect an answer."),
    Variable("FILE_MAX_MB", "10", "The most megabytes of one file that people attach to a request."),
    Variable("REQUEST_FILES_MAX", "20", "The most files of one request."),
    Variable("REQUEST_FILES_MAX_MB", "50", "The most megabytes of all files of one request together."),
    Variable("OUTBOX_TICK", "5", "Seconds between two looks into the outbox for mails to send."),
    Variable(
        "ORCID_CLIENT_ID", "", "Turns on sign-in with ORCID, together with the secret.", "unset: no ORCID sign-in"
    ),
    Variable("ORCID_CLIENT_SECRET", "", "The secret that belongs to `ORCID_CLIENT_ID`.", "unset"),
    Variable("ORCID_URL", "https://orcid.org", "Where ORCID is; only a trial site may name another than the real one."),
    Variable(
        "OIDC_PROVIDERS",
        "[]",
        "OpenID Connect providers such as Life Science Login, as a JSON list of objects with `id`, `name`, "
        "`client_id`, `secret` and `server_url`.",
    ),
    Variable(
        "HSTS_SUBDOMAINS",
        "no",
        "`yes` when every name below that of `BASE_URL` is https, too: browsers then refuse http there for a year.",
    ),
    Variable(
        "TRUSTED_PROXY_COUNT", "0", "How many reverse proxies of yours stand before the site (limits count by address)."
    ),
    Variable(
        "FILES_DIR",
        "",
        "The folder for attached files; never one from which the web server serves anything.",
        "`files` in `VAR_DIR`",
    ),
    Variable(
        "INVITATION_DAYS", "30", "Days for which an invitation works: to act for a provider, or to a part in a request."
    ),
    Variable("LOG_LEVEL", "INFO", "The least important log entries that are written: DEBUG, INFO, WARNING or ERROR."),
    Variable("LANGUAGE", "en", "The language of people who have not chosen one: en or sv."),
    Variable("TIME_ZONE", "Europe/Stockholm", "The zone in which times are shown; they are stored in UTC."),
    Variable("WEB_WORKERS", "1", "Web processes of gunicorn."),
    Variable("WEB_THREADS", "8", "Threads of each web process."),
    Variable("BIND", "127.0.0.1:8000", "The address and port, or `unix:/path`, on which gunicorn listens."),
)
BY_NAME = {variable.name: variable for variable in VARIABLES}


class Environment:
    """Reads the variables of the table from `values`, and says plainly what is wrong with one."""

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        """Args: values: the environment, by default the process's own."""
        self.values = values

    def text(self, name: str) -> str:
        """The variable as written, or its default. An empty value counts as unset."""
        return self.values.get(name, "").strip() or BY_NAME[name].default

    def flag(self, name: str) -> bool:
        """The variable as yes or no."""
        value = self.text(name).casefold()
        if value in {"1", "yes", "true", "on"}:
            return True
        if value in {"0", "no", "false", "off"}:
            return False
        raise WrongSetting(f"{name} is {value!r}; set it to yes or no.")

    def number(self, name: str, *, least: float = 0) -> float:
        """The variable as a number that is at least `least`."""
        value = self.text(name)
        try:
            number = float(value)
        except ValueError:
            raise WrongSetting(f"{name} is {value!r}; set it to a number.") from None
        if not least <= number < float("inf"):
            raise WrongSetting(f"{name} is {value}; set it to {least:g} or more.")
        return number

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        """The variable, when it is one of `choices`."""
        value = self.text(name)
        if value not in choices:
            raise WrongSetting(f"{name} is {value!r}; set it to one of {', '.join(choices)}.")
        return value

    def zone(self, name: str) -> str:
        """The variable as the name of a time zone."""
        value = self.text(name)
        if value not in available_timezones():
            raise WrongSetting(f"{name} is {value!r}; set it to a name such as Europe/Stockholm.")
        return value

    def address(self, name: str) -> str:
        """The variable as a web address without a slash at its end."""
        value = self.text(name)
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise WrongSetting(f"{name} is {value!r}; set it to an address such as https://hub.example.org.")
        return value.rstrip("/")

    def folder(self, name: str) -> Path:
        """The variable as a folder; a relative one starts at the project's own folder."""
        return (ROOT / self.text(name)).resolve()

    def files_folder(self, var: Path, served: Iterable[Path]) -> Path:
        """Where attached files are kept, by default the folder `files` in the folder `var`.

        Args:
            served: the folders from which this site serves what anybody asks for.

        Raises:
            WrongSetting: when one of these and that folder are the same, or one lies in the other.
        """
        name = self.text("FILES_DIR")
        folder = (ROOT / name if name else var / "files").resolve()
        for other in (path.resolve() for path in served):
            if folder.is_relative_to(other) or other.is_relative_to(folder):
                raise WrongSetting(
                    f"FILES_DIR is {str(folder)!r}, but {str(other)!r} is served to anybody; set it to a folder apart."
                )
        return folder

    def records(self, name: str, keys: tuple[str, ...]) -> list[dict[str, str]]:
        """The variable as a JSON list of objects that hold at least `keys`."""
        shape = f"a JSON list of objects with {', '.join(keys)}"
        try:
            records = json.loads(self.text(name))
        except ValueError as problem:
            raise WrongSetting(f"{name} is not JSON ({problem}); set it to {shape}.") from None
        if not isinstance(records, list) or not all(isinstance(r, dict) and set(keys) <= set(r) for r in records):
            raise WrongSetting(f"{name} has another shape; set it to {shape}.")
        return records

    def database(self, var: Path) -> dict[str, Any]:
        """Django's settings of the database that `DATABASE_URL` names, by default a file in the folder `var`."""
        url = self.text("DATABASE_URL") or f"sqlite:///{var / 'aidahub.sqlite3'}"
        try:
            config = dict(environ.Env.db_url_config(url))
        except (ValueError, ImproperlyConfigured):
            config = {}
        if not config.get("NAME") or not config.get("ENGINE", "").endswith(("sqlite3", "postgresql")):
            raise WrongSetting("DATABASE_URL cannot be read; set it to postgres://user:password@host/name.")
        return config

    def mail_server(self) -> dict[str, Any]:
        """Django's settings of the mail server that `EMAIL_URL` names; empty when it is not set."""
        url = self.text("EMAIL_URL")
        if not url:
            return {}
        if urlsplit(url).scheme not in {"smtp", "smtps", "smtp+tls", "smtp+ssl"} or not urlsplit(url).hostname:
            raise WrongSetting("EMAIL_URL cannot be read; set it to smtp+tls://user:password@host:587.")
        return dict(environ.Env.email_url_config(url))

    def demo(self) -> bool:
        """Whether this is a trial site, which only loopback may be.

        Raises:
            WrongSetting: when `DEMO` is on and `BASE_URL` is an address that others could reach.
        """
        if self.flag("DEMO") and not self.on_loopback():
            raise WrongSetting(
                "DEMO=1 is refused because BASE_URL is not on this machine; unset DEMO, or unset BASE_URL."
            )
        return self.flag("DEMO")

    def on_loopback(self) -> bool:
        """Whether `BASE_URL` leads to this very machine only."""
        return urlsplit(self.address("BASE_URL")).hostname in LOOPBACK

    def secret_key(self, var: Path) -> str:
        """`SECRET_KEY`; on loopback one that is made up once and kept in the folder `var` for its owner's eyes only."""
        if key := self.text("SECRET_KEY"):
            return key
        if not self.on_loopback():
            raise WrongSetting("SECRET_KEY is not set; set it to 50 or more random characters and keep it secret.")
        return kept_secret(var / "secret-key", secrets.token_urlsafe(50))


def kept_secret(path: Path, fresh: str) -> str:
    """The text of the file `path`, which is made with `fresh` and mode 0600 if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(fresh)
        try:
            os.link(draft, path)  # unlike a rename, never replaces what another process made meanwhile
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
