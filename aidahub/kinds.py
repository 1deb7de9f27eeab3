"""What an environment variable can hold: each kind reads its text, and says in one sentence what is wrong with it.

The table in `variables.py` names the kind of each variable; reading and the documents' column both come from it.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

T_co = TypeVar("T_co", covariant=True)
UNSEEN = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class WrongSetting(ImproperlyConfigured):
    """An environment variable is missing or holds something that cannot be used; its text is for the operator."""


class Kind(ABC, Generic[T_co]):
    """One kind of value."""

    @property
    @abstractmethod
    def shown(self) -> str:
        """What the documents call it."""

    @abstractmethod
    def read(self, name: str, text: str) -> T_co:
        """The value that `text` is, which is not empty.

        Raises:
            WrongSetting: with one sentence about the variable `name`.
        """


@dataclass(frozen=True)
class Text(Kind[str]):
    """One line of text; of the shape `pattern`, such as `example`, where there is one."""

    pattern: str = ""
    example: str = ""

    @property
    def shown(self) -> str:
        """What the documents call it."""
        return f"text such as {self.example}" if self.example else "text"

    def read(self, name: str, text: str) -> str:
        """The text itself."""
        if UNSEEN.search(text):
            raise WrongSetting(f"{name} holds a line break or a control character; set it to one line of text.")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise WrongSetting(f"{name} is {text!r}; set it to something like {self.example}.")
        return text


@dataclass(frozen=True)
class Secret(Text):
    """Characters that nobody can guess, `least` of them or more; never repeated in a sentence."""

    least: int = 1

    @property
    def shown(self) -> str:
        """What the documents call it."""
        return "text" if self.least == 1 else f"{self.least} characters or more"

    def read(self, name: str, text: str) -> str:
        """The secret itself."""
        super().read(name, text)
        if len(text) < self.least or any(mark.isspace() for mark in text):
            raise WrongSetting(
                f"{name} is too short or holds spaces; set it to {self.least} or more random characters."
            )
        return text


@dataclass(frozen=True)
class Address(Text):
    """An address in a form that `good` knows; the sentence names one. Never repeated, since it may hold a password."""

    form: str = ""
    good: Callable[[str], bool] = bool

    @property
    def shown(self) -> str:
        """What the documents call it."""
        return "address"

    def read(self, name: str, text: str) -> str:
        """The address as it was written."""
        try:
            if not UNSEEN.search(text) and self.good(text):
                return text
        except ValueError:  # a port that is no number, for example
            pass
        raise WrongSetting(f"{name} cannot be read; set it to {self.form}.")


@dataclass(frozen=True)
class Mailbox(Text):
    """An e-mail address, with a name before it where `named`."""

    named: bool = False

    @property
    def shown(self) -> str:
        """What the documents call it."""
        return "e-mail address, with a name or without" if self.named else "e-mail address"

    def read(self, name: str, text: str) -> str:
        """The address as it was written."""
        super().read(name, text)
        address = parseaddr(text)[1] if self.named else text
        try:
            if not address.endswith("@localhost"):  # a trial's; mail servers take it, Django's check does not
                validate_email(address)
        except ValidationError:
            form = "a name and an address, as in AIDA Data Hub <hub@example.org>" if self.named else "hub@example.org"
            raise WrongSetting(f"{name} is {text!r}; set it to {form}.") from None
        return text


class YesNo(Kind[bool]):
    """Yes or no."""

    shown = "yes or no"

    def read(self, name: str, text: str) -> bool:
        """Whether it is yes."""
        if text.casefold() in {"1", "yes", "true", "on"}:
            return True
        if text.casefold() in {"0", "no", "false", "off"}:
            return False
        raise WrongSetting(f"{name} is {text!r}; set it to yes or no.")


@dataclass(frozen=True)
class Number(Kind[float]):
    """A number from `least` to `most`, a whole one unless `whole` is false."""

    least: float
    most: float
    whole: bool = True

    @property
    def shown(self) -> str:
        """What the documents call it."""
        return f"{'whole number' if self.whole else 'number'}, {self.least:.10g} to {self.most:.10g}"

    def read(self, name: str, text: str) -> float:
        """The number."""
        try:
            number = float(text)
        except ValueError:
            raise WrongSetting(f"{name} is {text!r}; set it to a number.") from None
        if not number >= self.least:
            raise WrongSetting(f"{name} is {text}; set it to {self.least:.10g} or more.")
        if number > self.most:
            raise WrongSetting(f"{name} is {text}; set it to {self.most:.10g} or less.")
        if self.whole and not number.is_integer():
            raise WrongSetting(f"{name} is {text}; set it to a whole number.")
        return number


class Day(Kind[date]):
    """A day."""

    shown = "day as YYYY-MM-DD"

    def read(self, name: str, text: str) -> date:
        """The day."""
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise WrongSetting(f"{name} is {text!r}; set it to a day such as 2026-11-29.") from None


@dataclass(frozen=True)
class OneOf(Kind[str]):
    """One of some words."""

    choices: tuple[str, ...]

    @property
    def shown(self) -> str:
        """What the documents call it."""
        return f"one of {', '.join(self.choices)}"

    def read(self, name: str, text: str) -> str:
        """The word."""
        if text not in self.choices:
            raise WrongSetting(f"{name} is {text!r}; set it to one of {', '.join(self.choices)}.")
        return text


class TimeZone(Kind[str]):
    """The name of a time zone."""

    shown = "time zone"

    def read(self, name: str, text: str) -> str:
        """The name."""
        if text not in available_timezones():
            raise WrongSetting(f"{name} is {text!r}; set it to a name such as Europe/Stockholm.")
        return text


class WebAddress(Kind[str]):
    """A web address; one without a slash at its end comes of it."""

    shown = "web address"

    def read(self, name: str, text: str) -> str:
        """The address without a slash at its end."""
        if UNSEEN.search(text) or not has_host(text, {"http", "https"}):
            raise WrongSetting(f"{name} is {text!r}; set it to an address such as https://hub.example.org.")
        return text.rstrip("/")


class Folder(Kind[Path]):
    """A folder, which need not be there yet; a relative one starts at the project's own folder."""

    shown = "folder"

    def read(self, name: str, text: str) -> Path:
        """The folder as a path without links."""
        root = Path(__file__).resolve().parent.parent
        try:
            folder = (root / text).resolve()
            above = next(path for path in (folder, *folder.parents) if path.exists())
            fine = not UNSEEN.search(text) and above.is_dir()
        except (OSError, ValueError, RuntimeError):
            fine = False
        if not fine:
            raise WrongSetting(f"{name} is {text!r}, which is no folder; set it to one.")
        return folder


@dataclass(frozen=True)
class Records(Kind[list[dict[str, str]]]):
    """A JSON list of objects that hold at least `keys`."""

    keys: tuple[str, ...]
    shown = "JSON list"

    def read(self, name: str, text: str) -> list[dict[str, str]]:
        """The objects."""
        shape = f"a JSON list of objects with {', '.join(self.keys)}"
        try:
            records = json.loads(text)
        except (ValueError, RecursionError) as problem:
            where = problem if isinstance(problem, json.JSONDecodeError) else "it is too deep"
            raise WrongSetting(f"{name} is not JSON ({where}); set it to {shape}.") from None
        if not isinstance(records, list) or not all(isinstance(r, dict) and set(self.keys) <= set(r) for r in records):
            raise WrongSetting(f"{name} has another shape; set it to {shape}.")
        return records


def has_host(text: str, schemes: set[str]) -> bool:
    """Whether `text` is an address with one of `schemes`, a host and, if any, a port that is one."""
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def is_database(text: str) -> bool:
    """Whether Django can use the database that `text` names."""
    if urlsplit(text).scheme not in {"postgres", "postgresql", "sqlite"}:
        return False  # django-environ would print the whole address, password included
    try:
        config: dict[str, Any] = dict(environ.Env.db_url_config(text))
    except (ValueError, KeyError, ImproperlyConfigured):
        return False
    return bool(config.get("NAME"))


def is_broker(text: str) -> bool:
    """Whether Celery can use the Redis or Valkey that `text` names."""
    if urlsplit(text).scheme == "redis+socket":
        return urlsplit(text).path.startswith("/") and len(urlsplit(text).path) > 1
    return has_host(text, {"redis", "rediss"})


def is_mail_server(text: str) -> bool:
    """Whether Django can use the mail server that `text` names."""
    return has_host(text, {"smtp", "smtps", "smtp+tls", "smtp+ssl"})


def is_place(text: str) -> bool:
    """Whether gunicorn can listen at `text`: host and port, the path of a socket, or an open file."""
    if text.startswith("unix:"):
        return len(text) > len("unix:")
    if text.startswith("fd://"):
        return text.removeprefix("fd://").isdecimal()
    return " " not in text and has_host(f"http://{text}", {"http"}) and bool(urlsplit(f"http://{text}").port)
