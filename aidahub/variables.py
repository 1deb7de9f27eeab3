"""Every environment variable that AIDA Hub reads, in one table, each with the kind of value that it holds.

`environment.py` reads by it, and `docs/settings.md` is written from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aidahub import kinds
from aidahub.kinds import (
    Address,
    Folder,
    Kind,
    Mailbox,
    Number,
    OneOf,
    Records,
    Secret,
    Text,
    TimeZone,
    WebAddress,
    YesNo,
)


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what it holds when it is not set, what it is for, and of what kind it is.

    The value of a secret one may also stand in a file that NAME_FILE names.
    """

    name: str
    default: str
    meaning: str
    shown_default: str = ""
    kind: Kind[Any] = Text()  # noqa: RUF009  never changes
    secret: bool = False


SERVICE = ("id", "name", "client_id", "secret", "server_url")  # what is told of an OpenID Connect provider
VARIABLES = (
    Variable(
        "SECRET_KEY",
        "",
        "Signs sessions and links; 50 or more random characters. Must be set unless the site is on loopback.",
        "made up once and kept in `VAR_DIR`",
        kind=Secret(least=50),
        secret=True,
    ),
    Variable(
        "BASE_URL",
        "http://127.0.0.1:8000",
        "The address people use; every link in a mail starts with it.",
        kind=WebAddress(),
    ),
    Variable(
        "DEMO",
        "no",
        "`yes` on a trial site with made-up people; refused unless `BASE_URL` is on loopback.",
        kind=YesNo(),
    ),
    Variable(
        "VAR_DIR",
        "var",
        "The folder for what the site writes: database, files, static files, checkpoints, socket.",
        kind=Folder(),
    ),
    Variable(
        "DATABASE_URL",
        "",
        "`postgres://user:password@host/name`, or `sqlite:////absolute/path`.",
        "SQLite, `aidahub.sqlite3` in `VAR_DIR`",
        kind=Address(form="postgres://user:password@host/name", good=kinds.is_database),
        secret=True,
    ),
    Variable(
        "BROKER_URL",
        "",
        "Redis or Valkey for background work: `redis://host:6379/0` or `redis+socket:///path`.",
        "the socket `valkey.sock` in `VAR_DIR`",
        kind=Address(form="redis://host:6379/0", good=kinds.is_broker),
        secret=True,
    ),
    Variable(
        "EMAIL_URL",
        "",
        "The mail server: `smtp+tls://user:password@host:587`, `smtp+ssl://...` or `smtp://host:25`.",
        "unset: no mail leaves the machine, all stay in the outbox",
        kind=Address(form="smtp+tls://user:password@host:587", good=kinds.is_mail_server),
        secret=True,
    ),
    Variable("EMAIL_FROM", "AIDA Data Hub <no-reply@localhost>", "The sender of every mail.", kind=Mailbox(named=True)),
    Variable("HUB_NAME", "AIDA Data Hub", "What the hub is called in pages and mails."),
    Variable(
        "HUB_EMAIL",
        "aida-data@nbis.se",
        "The hub's own address: shown on pages, and Reply-To of every mail.",
        kind=Mailbox(),
    ),
    Variable(
        "DOI_PREFIX",
        "10.23698",
        "The prefix of the DOIs whose landing pages are served here.",
        kind=Text(r"10\.\d{4,9}(\.\d+)*", "10.23698"),
    ),
    Variable(
        "REGISTER_URL",
        "https://datahub.aida.scilifelab.se",
        "What relative addresses in dataset pages are relative to.",
        kind=WebAddress(),
    ),
    Variable(
        "REFERENCE_PREFIX",
        "AIDA",
        "The first part of a request's reference, as in AIDA-2026-00042.",
        kind=Text("[A-Za-z][A-Za-z0-9]{0,15}", "AIDA"),
    ),
    Variable(
        "REMIND_AFTER",
        "5",
        "Working days after which whoever has the turn in a request is reminded.",
        kind=Number(1, 365),
    ),
    Variable(
        "ESCALATE_AFTER",
        "10",
        "Working days after which hub staff hear that a turn lasts too long.",
        kind=Number(1, 365),
    ),
    Variable(
        "CLOSE_AFTER",
        "60",
        "Silent days in *sent back* or *approved* after which hub staff are asked to close.",
        kind=Number(1, 3650),
    ),
    Variable(
        "DRAFT_DAYS",
        "90",
        "Days after which an unchanged draft is deleted; a mail warns 7 days before.",
        kind=Number(8, 3650),
    ),
    Variable(
        "REOPEN_DAYS", "30", "Days within which hub staff can reopen a request that has ended.", kind=Number(0, 3650)
    ),
    Variable(
        "PROMISED_DAYS", "6", "Working days within which applicants are told to expect an answer.", kind=Number(1, 365)
    ),
    Variable(
        "FILE_MAX_MB", "10", "The most megabytes of one file that people attach to a request.", kind=Number(1, 10_000)
    ),
    Variable("REQUEST_FILES_MAX", "20", "The most files of one request.", kind=Number(1, 1000)),
    Variable(
        "REQUEST_FILES_MAX_MB",
        "50",
        "The most megabytes of all files of one request together.",
        kind=Number(1, 100_000),
    ),
    Variable(
        "OUTBOX_TICK",
        "5",
        "Seconds between two looks into the outbox for mails to send.",
        kind=Number(0.1, 3600, whole=False),
    ),
    Variable(
        "ORCID_CLIENT_ID", "", "Turns on sign-in with ORCID, together with the secret.", "unset: no ORCID sign-in"
    ),
    Variable(
        "ORCID_CLIENT_SECRET", "", "The secret that belongs to `ORCID_CLIENT_ID`.", "unset", kind=Secret(), secret=True
    ),
    Variable(
        "ORCID_URL",
        "https://orcid.org",
        "Where ORCID is; only a trial site may name another than the real one.",
        kind=WebAddress(),
    ),
    Variable(
        "OIDC_PROVIDERS",
        "[]",
        "OpenID Connect providers such as Life Science Login, as a JSON list of objects with `id`, `name`, "
        "`client_id`, `secret` and `server_url`.",
        kind=Records(SERVICE),
        secret=True,
    ),
    Variable(
        "TRUSTED_PROXY_COUNT",
        "0",
        "How many reverse proxies of yours stand before the site (limits count by address).",
        kind=Number(0, 10),
    ),
    Variable(
        "FILES_DIR",
        "",
        "The folder for attached files; never one from which the web server serves anything.",
        "`files` in `VAR_DIR`",
        kind=Folder(),
    ),
    Variable(
        "INVITATION_DAYS",
        "30",
        "Days for which an invitation works: to act for a provider, or to a part in a request.",
        kind=Number(1, 3650),
    ),
    Variable(
        "LOG_LEVEL",
        "INFO",
        "The least important log entries that are written: DEBUG, INFO, WARNING or ERROR.",
        kind=OneOf(("DEBUG", "INFO", "WARNING", "ERROR")),
    ),
    Variable("LANGUAGE", "en", "The language of people who have not chosen one: en or sv.", kind=OneOf(("en", "sv"))),
    Variable(
        "TIME_ZONE", "Europe/Stockholm", "The zone in which times are shown; they are stored in UTC.", kind=TimeZone()
    ),
    Variable("WEB_WORKERS", "1", "Web processes of gunicorn.", kind=Number(1, 1000)),
    Variable("WEB_THREADS", "8", "Threads of each web process.", kind=Number(1, 1000)),
    Variable(
        "BIND",
        "127.0.0.1:8000",
        "The address and port, or `unix:/path`, on which gunicorn listens.",
        kind=Address(form="127.0.0.1:8000 or unix:/path", good=kinds.is_place),
    ),
)
BY_NAME = {variable.name: variable for variable in VARIABLES}
# All names that are the site's: a secret may also come from a file that NAME_FILE names.
NAMES = frozenset(BY_NAME) | {f"{variable.name}_FILE" for variable in VARIABLES if variable.secret}
