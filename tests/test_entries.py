"""What an entry may say of libraries' words and of exceptions: what the program says itself, and no value."""

from __future__ import annotations

import io
import json
import logging
import smtplib
import sqlite3
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, connection

from aidahub import entries, faults, logs
from aidahub.accounts.models import User

library = logging.getLogger("library.of.somebody")
RULE = "UNIQUE constraint failed"
Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def read() -> Iterator[Read]:
    """Reads what was written to the log since the last time."""
    config = logs.logging_config("DEBUG")["formatters"]["json"]
    stream = io.StringIO()
    handler = logs.Handler(stream)
    handler.setFormatter(config["()"](**{name: value for name, value in config.items() if name != "()"}))
    root = logging.getLogger()
    root.addHandler(handler)

    def written() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in stream.getvalue().splitlines()]
        stream.seek(0)
        stream.truncate()
        return found

    yield written
    root.removeHandler(handler)


def test_words_that_were_filled_in_are_left_out(read: Read) -> None:
    library.error("%s asked %d times for %r", "Ada", 3, {"name": "Ada"})
    library.error("%(who)s asked %(times)d times", {"who": "Ada", "times": 3})
    library.error("half of %s and no more", 0.5)
    first, second, third = read()
    assert first["event"] == "… asked 3 times for '…'"
    assert second["event"] == "… asked 3 times"
    assert third["event"] == "half of 0.5 and no more"
    assert first["from"].startswith("tests/test_entries.py:")
    assert (first["level"], first["logger"]) == ("error", "library.of.somebody")


def test_sentence_without_words_to_fill_in_passes_when_it_stands_in_the_source(read: Read) -> None:
    name = "Ada"
    library.error("It is over")
    library.error(f"{name} is over")
    library.error("{} is over".format(name))  # noqa: UP032
    library.error(ValueError(name))
    library.error(
        "It is over, at last",
    )
    assert [entry["event"] for entry in read()] == [
        "It is over",
        *["(the words of this entry are withheld)"] * 3,
        "It is over, at last",
    ]


@pytest.mark.parametrize(
    ("sentence", "words"), [("%d people", ("Ada",)), ("%s people", ("Ada", "Rut")), ("%q", ("Ada",))]
)
def test_words_that_do_not_fit_their_sentence(sentence: str, words: tuple[str, ...]) -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, sentence, words, None)
    assert entries.sentence_of(record, words) == sentence


def test_our_own_entries_say_what_they_say(read: Read) -> None:
    structlog.stdlib.get_logger("aidahub.test").warning("mail put off", kind="x", to="ada@example.org", request="Ada")
    (entry,) = read()
    assert (entry["event"], entry["kind"], entry["to"]) == ("mail put off", "x", "[e-mail]")
    assert "request" not in entry


def raised(error: BaseException) -> BaseException:
    """The error after it went through a function of this module."""
    try:
        raise error
    except BaseException as caught:
        return caught


def test_exception_is_told_by_type_and_place(read: Read) -> None:
    try:
        try:
            raise ValueError("Ada")
        except ValueError as error:
            raise KeyError("Ada") from error
    except KeyError:
        library.exception("It broke")
        structlog.stdlib.get_logger("aidahub.test").exception("it broke")
    for entry in read():
        last, first = entry["exception"]
        assert (last["type"], first["type"]) == ("KeyError", "ValueError")
        assert last["at"][-1].startswith("tests/test_entries.py:")
        assert last["at"][-1].endswith(" test_exception_is_told_by_type_and_place")
        assert "Ada" not in json.dumps(entry)


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (ConnectionRefusedError(111, "Connection refused"), {"errno": "ECONNREFUSED", "says": "Connection refused"}),
        (FileNotFoundError(2, "No such file or directory", "/ada"), {"errno": "ENOENT", "says": faults.PHRASES[5]}),
        (smtplib.SMTPResponseException(550, b"Ada is unknown"), {"smtp": 550}),
        (RuntimeError("Ada said: connection timed out"), {"says": "timed out"}),
        (RuntimeError("Ada"), {}),
        (OSError("Ada"), {}),
        (sqlite3.OperationalError("no such table: ada"), {"says": "no such table"}),
        (
            sqlite3.IntegrityError("UNIQUE constraint failed: a_user.email"),
            {"says": "UNIQUE constraint failed: a_user.email"},
        ),
        (sqlite3.IntegrityError(f"{RULE}: Ada Berg"), {}),
    ],
)
def test_facts_of_an_exception(error: Exception, facts: dict[str, Any]) -> None:
    assert faults.facts_of(error) == facts
    assert "Ada" not in faults.told(error)
    assert faults.told(error).startswith(faults.name_of(error))


def test_exception_that_cannot_be_written_is_told_all_the_same() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert faults.facts_of(Broken()) == {}


@pytest.mark.django_db
def test_database_says_which_rule_and_not_which_value() -> None:
    User.objects.create(email="ada@example.org", name="Ada", password="!")
    with pytest.raises(IntegrityError) as caught:
        User.objects.create(email="ada@example.org", name="Ada", password="!")
    django, driver = faults.described(caught.value)
    assert "ada@" not in json.dumps([django, driver])
    if connection.vendor == "postgresql":
        assert driver["sqlstate"] == "23505"
        assert driver["constraint"]
        assert driver["table"] == User._meta.db_table
    else:
        assert driver["sqlite"] == "SQLITE_CONSTRAINT_UNIQUE"
        assert driver["says"] == f"UNIQUE constraint failed: {User._meta.db_table}.email"


def test_long_and_circular_chains_end() -> None:
    first = raised(ValueError())
    error = first
    for _number in range(20):
        following = raised(KeyError())
        following.__cause__ = error
        error = following
    assert len(faults.described(error)) == faults.LONGEST_CHAIN
    first.__cause__ = error
    assert len(faults.described(first)) == faults.LONGEST_CHAIN


def test_what_python_says_of_itself_is_an_entry(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr("threading.excepthook", None)
    with warnings.catch_warnings():
        logs.speak_json()
        warnings.simplefilter("always")
        warnings.warn("Ada", stacklevel=1)
    error = raised(RuntimeError("Ada"))
    sys.excepthook(type(error), error, error.__traceback__)
    warning, ended = read()
    assert (warning["event"], warning["kind"]) == ("warning", "UserWarning")
    assert warning["from"].startswith("tests/test_entries.py:")
    assert (ended["event"], ended["exception"][0]["type"]) == ("program ended", "RuntimeError")


def test_entry_that_cannot_be_written_is_named_by_its_place(read: Read) -> None:
    class Unwritable:
        def __bool__(self) -> bool:
            raise RuntimeError("Ada")

    structlog.stdlib.get_logger("aidahub.test").error("x", what=Unwritable())
    library.error(Unwritable())
    found = read()
    assert "Ada" not in json.dumps(found)
    assert found
