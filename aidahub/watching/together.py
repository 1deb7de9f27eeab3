"""Counting over all web processes of this machine: the folder in which their numbers lie.

Every process writes files of its own, named by its id. When one ends, gunicorn's master adds its files to those of the
dead (`counter_gone.db`), so that no number ever falls and no file stays behind however often processes are replaced.
A lock keeps those who read from seeing a number twice or not at all meanwhile. A folder belongs to one machine (or
container: process ids repeat there); those that nobody uses any more are emptied by whoever starts next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import structlog

from aidahub.faults import told

log = structlog.stdlib.get_logger("aidahub.watching")
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client, when it is imported
GONE = "gone"
IN_USE = "in-use"
LOCK = "lock"
held: list[IO[bytes]] = []  # open files whose locks say that this folder is in use, by this process and its children


def begin_counting(var: Path) -> None:
    """Choose the folder for this machine's web processes, and empty what earlier ones left. For gunicorn's master.

    Args:
        var: VAR_DIR.
    """
    if held:  # gunicorn reads its configuration again
        return
    mine = var / "counted" / (socket.gethostname() or "here")
    try:
        mine.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in mine.parent.iterdir():
            if folder.is_dir():
                empty_unless_used(folder, keep=folder == mine)
        in_use = (mine / IN_USE).open("ab")
        fcntl.flock(in_use, fcntl.LOCK_SH)
    except OSError as error:  # to answer people is more than to count them
        log.warning("each process counts for itself", why=told(error))
        return
    held.append(in_use)
    os.environ[VARIABLE] = str(mine)


def empty_unless_used(folder: Path, *, keep: bool) -> None:
    """Remove what lies in a folder that no running web server counts in, and, unless `keep`, the folder itself."""
    with (folder / IN_USE).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if keep:
            for path in folder.glob("*.db"):
                path.unlink(missing_ok=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def folder() -> Path | None:
    """Where this process and its siblings count; None where each counts for itself."""
    name = os.environ.get(VARIABLE)
    return Path(name) if name and Path(name).is_dir() else None


@contextmanager
def locked(where: Path, *, alone: bool) -> Iterator[None]:
    """Hold the folder's lock: with others who read, or alone to change which files there are."""
    with (where / LOCK).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


def count_on_without(pid: int) -> None:
    """Add what the dead process `pid` counted to the numbers of the dead, and remove its files."""
    from prometheus_client.mmap_dict import MmapedDict

    files: Any = MmapedDict  # it has no types
    where = folder()
    if where is None:
        return
    with locked(where, alone=True):
        for left in sorted(where.glob(f"*_{pid}.db")):
            kind = left.name.removesuffix(f"_{pid}.db")
            gone = files(str(where / f"{kind}_{GONE}.db"))
            # A process that was killed while it wrote may leave half an entry, found at the end.
            with closing(gone), suppress(RuntimeError, ValueError, struct.error):
                for key, value, _time, _place in files.read_all_values_from_file(str(left)):
                    before, _time = gone.read_value(key)
                    gone.write_value(key, before + value, 0.0)
            left.unlink()
