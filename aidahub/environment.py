"""Reads the environment variables of the table in `variables.py`.

`settings.py` reads through it, and a wrong or missing value stops the start of any program with one sentence that
says which variable and what it should hold.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ

from aidahub.kinds import (
    Day,
    Folder,
    Kind,
    Number,
    OneOf,
    Records,
    Text,
    TimeZone,
    WebAddress,
    WrongSetting,
    YesNo,
)
from aidahub.variables import BY_NAME, NAMES, VARIABLES

__all__ = ["NAMES", "ROOT", "VARIABLES", "Environment", "WrongSetting", "kept_secret", "say_plainly", "without_ours"]
T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def say_plainly() -> None:
    """Have any program of the site that ends by a wrong variable say that sentence only, without a traceback."""
    usual = sys.excepthook

    def hook(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        if isinstance(problem, WrongSetting):
            print(problem, file=sys.stderr)
        else:
            usual(kind, problem, trace)

    sys.excepthook = hook


class Environment:
    """Reads the variables of the table from `values`, and says plainly what is wrong with one."""

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        """Args: values: the environment, by default the process's own."""
        self.values = values

    def check(self) -> Environment:
        """This environment, once every variable of the table was found to hold what it may.

        Raises:
            WrongSetting: for the first one that does not.
        """
        for variable in VARIABLES:
            if written := self.written(variable.name):
                variable.kind.read(variable.name, written)
        return self

    def written(self, name: str) -> str:
        """The variable as written, or what its file holds, or its default. An empty value counts as unset.

        Raises:
            WrongSetting: when it is written twice, or its file cannot be used.
        """
        value = self.values.get(name, "").strip()
        if BY_NAME[name].secret and (path := self.values.get(f"{name}_FILE", "").strip()):
            if value:
                raise WrongSetting(f"{name} and {name}_FILE are both set; unset one of them.")
            return from_file(f"{name}_FILE", Path(path))
        return value or BY_NAME[name].default

    def _read(self, name: str, *kinds: type[Kind[T]]) -> T:
        kind = BY_NAME[name].kind
        if not isinstance(kind, kinds):
            raise TypeError(f"{name} is read as {kinds[0].__name__}, but the table says {type(kind).__name__}.")
        return kind.read(name, self.written(name))

    def text(self, name: str) -> str:
        """The variable as text; empty when it is unset and has no default."""
        return self._read(name, Text) if self.written(name) else ""

    def flag(self, name: str) -> bool:
        """The variable as yes or no."""
        return self._read(name, YesNo)

    def number(self, name: str) -> float:
        """The variable as a number within its bounds."""
        return self._read(name, Number)

    def day(self, name: str) -> date:
        """The variable as a day."""
        return self._read(name, Day)

    def one_of(self, name: str) -> str:
        """The variable as one of its words, or as the name of a time zone."""
        return self._read(name, OneOf, TimeZone)

    def address(self, name: str) -> str:
        """The variable as a web address without a slash at its end."""
        return self._read(name, WebAddress)

    def folder(self, name: str) -> Path:
        """The variable as a folder; a relative one starts at the project's own folder."""
        return self._read(name, Folder)

    def records(self, name: str) -> list[dict[str, str]]:
        """The variable as a JSON list of objects."""
        return self._read(name, Records)

    def files_folder(self, var: Path, served: Iterable[Path]) -> Path:
        """Where attached files are kept, by default the folder `files` in the folder `var`.

        Args:
            served: the folders from which this site serves what anybody asks for.

        Raises:
            WrongSetting: when one of these and that folder are the same, or one lies in the other.
        """
        folder = self.folder("FILES_DIR") if self.written("FILES_DIR") else (var / "files").resolve()
        for other in (path.resolve() for path in served):
            if folder.is_relative_to(other) or other.is_relative_to(folder):
                raise WrongSetting(
                    f"FILES_DIR is {str(folder)!r}, but {str(other)!r} is served to anybody; set it to a folder apart."
                )
        return folder

    def database(self, var: Path) -> dict[str, Any]:
        """Django's settings of the database that `DATABASE_URL` names, by default a file in the folder `var`."""
        url = self.text("DATABASE_URL") or f"sqlite:///{var / 'aidahub.sqlite3'}"
        return dict(environ.Env.db_url_config(url))

    def mail_server(self) -> dict[str, Any]:
        """Django's settings of the mail server that `EMAIL_URL` names; empty when it is not set."""
        url = self.text("EMAIL_URL")
        return dict(environ.Env.email_url_config(url)) if url else {}

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


def without_ours(values: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`values` without any variable of the site: for a program that is to start from nothing but what it is told."""
    return {name: value for name, value in values.items() if name not in NAMES}


def from_file(name: str, path: Path) -> str:
    """What the file `path` holds, which the variable `name` names, without space around it.

    Raises:
        WrongSetting: when it cannot be read, is empty, or others can read it.
    """
    try:
        text = path.read_text().strip()
        everybody = path.stat().st_mode & stat.S_IROTH
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) and problem.strerror else "it is not text"
        raise WrongSetting(f"{name} is {str(path)!r}, which cannot be read ({why}); name another.") from None
    if everybody:
        raise WrongSetting(f"{name} is {str(path)!r}, which everybody can read; let only its owner: chmod 600.")
    if not text:
        raise WrongSetting(f"{name} is {str(path)!r}, which is empty; put the value into it.")
    return text


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
