"""What may be told of an exception: its type, where it was raised, and known facts. Never its words: they quote values.

An error of a database says `Key (email)=(ada@example.org) already exists`, one of Python `invalid literal: 'Ada'`, and
nobody can tell such a word from a harmless one. So only what this module knows passes: numbers and names that the
program or the system gave (SQLSTATE, errno, constraints), and phrases that explain a fault to an operator.
"""

from __future__ import annotations

import errno
import re
import smtplib
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from aidahub.environment import ROOT

FRAMES = 40  # of each exception, those nearest to where it was raised
LONGEST_CHAIN = 6
# What a constraint is about are tables and columns that exist; SQLite has no other way to give them.
NAMES = re.compile(r"(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: [a-z0-9_.]+(?:, [a-z0-9_.]+)*)?$")
PHRASES = (
    "Connection refused",
    "Connection reset",
    "Connection closed",
    "Connection timed out",
    "Broken pipe",
    "No such file or directory",
    "Permission denied",
    "No space left on device",
    "Read-only file system",
    "Too many open files",
    "Name or service not known",
    "Temporary failure in name resolution",
    "timed out",
    "timeout expired",
    "certificate verify failed",
    "certificate has expired",
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "the database system is starting up",
    "the database system is shutting down",
    "terminating connection due to administrator command",
    "server closed the connection unexpectedly",
    "too many connections",
    "too many clients",
    "remaining connection slots are reserved",
    "deadlock detected",
    "could not serialize access",
    "canceling statement due to",
    "value too long for type",
    "duplicate key value violates unique constraint",
    "violates foreign key constraint",
    "violates check constraint",
    "violates not-null constraint",
    "no such table",
    "no such column",
    "database is locked",
    "database disk image is malformed",
    "unable to open database file",
    "attempt to write a readonly database",
    "disk I/O error",
    "invalid username-password pair",
    "Authentication required",
    "maximum number of clients reached",
    "OOM command not allowed",
)


def name_of(error: BaseException) -> str:
    """The exception's type with its module."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def told(error: BaseException) -> str:
    """One exception in a line: its type and the known facts."""
    facts = [f"{name} {value}" for name, value in facts_of(error).items()]
    return f"{name_of(error)} ({', '.join(facts)})" if facts else name_of(error)


def facts_of(error: BaseException) -> dict[str, str | int]:
    """What is known of an exception and quotes nothing: codes, names of constraints, a known phrase."""
    facts: dict[str, str | int] = {}
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        facts["errno"] = errno.errorcode[error.errno]
    if isinstance(error, smtplib.SMTPResponseException):
        facts["smtp"] = int(error.smtp_code)
    if code := getattr(error, "sqlite_errorname", None):
        facts["sqlite"] = str(code)
    facts |= facts_of_postgres(error)
    text = words_of(error)
    if names := NAMES.match(text):
        facts["says"] = names[0]
    elif phrase := next((phrase for phrase in PHRASES if phrase in text), ""):
        facts["says"] = phrase
    return facts


def facts_of_postgres(error: BaseException) -> dict[str, str]:
    """What PostgreSQL says of an error beside its words."""
    found = {"sqlstate": getattr(error, "sqlstate", None)}
    diag = getattr(error, "diag", None)
    for name in ("constraint_name", "table_name", "column_name"):
        found[name.removesuffix("_name")] = getattr(diag, name, None)
    return {name: value for name, value in found.items() if isinstance(value, str)}


def words_of(error: BaseException) -> str:
    """The exception's own text, to be searched and not to be shown; empty where it cannot be made."""
    try:
        return str(error)[:10_000]
    except Exception:
        return ""


def described(error: BaseException) -> list[dict[str, Any]]:
    """An exception and those that led to it, the last one first: type, facts, and the places it came through."""
    chain: list[dict[str, Any]] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen and len(chain) < LONGEST_CHAIN:
        seen.add(id(one))
        chain.append({"type": name_of(one), **facts_of(one), "at": places(one.__traceback__)})
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return chain


def places(trace: TracebackType | None) -> list[str]:
    """Where an exception came through, as `file:line function`; the place where it was raised comes last."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{short_path(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-FRAMES:]


def short_path(name: str) -> str:
    """A file of the program or of a library, without the folders in which this machine has it."""
    path = Path(name)
    for root in sorted({*sys.path, str(ROOT)}, key=len, reverse=True):
        if root and path.is_relative_to(root):
            return str(path.relative_to(root))
    return path.name
