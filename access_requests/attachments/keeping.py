"""Files in the storage, and how storage and database stay together though no transaction spans both.

To keep a file: store it under a random key, then insert the row that names the key (`kept`). To remove one: take the
key out of the row, and after the commit remove the file (`remove`). Whatever happens between the two steps (a
kill, a full disk), the row never names a file that was not stored; what is left over is a file that no row names,
and `remove_orphans` removes it later. No file is read or written inside a transaction.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.utils import timezone
from django.utils.translation import gettext as _

from .problems import NotKept, NotReadable

log = structlog.stdlib.get_logger("access_requests.attachments")
_KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{28}")
FEW = 20  # files without a row, above which a sweep wants to see at least one with


def private() -> Storage:
    """The storage of attached files."""
    return storages["private"]


def new_key() -> str:
    """A key that nobody can guess, in one of 65,536 folders, and without an extension: `ab/cd/abcd...`."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name[2:4]}/{name}"


def is_key(key: str) -> bool:
    """Whether this is a key as made here. Nothing else is ever opened or removed, whatever a row may hold."""
    return bool(_KEY.fullmatch(key))


@contextmanager
def kept(file: File[Any]) -> Iterator[str]:
    """Store a file and give its key; when what is done with the key fails, remove the file again.

        with kept(file) as key, transaction.atomic(durable=True):
            Attachment.objects.create(key=key, ...)

    Raises:
        NotKept: when the storage cannot take it; nothing stays behind.
    """
    key = store(file)
    try:
        yield key
    except BaseException:
        remove(key)
        raise


def store(file: File[Any]) -> str:
    """Put a file into the storage and give its key.

    Raises:
        NotKept: when the storage cannot take it; nothing stays behind.
    """
    key = new_key()
    _save(key, file)
    return key


def put_back(key: str, file: File[Any], sha256: str) -> None:
    """Store a file under the key that it had, as from a backup. The same file, if it is there, stays.

    Raises:
        NotKept: when the storage cannot take it, or the key is none.
        NotReadable: when another file has this key.
    """
    if not is_key(key):
        raise NotKept(_("The file could not be kept. Nothing was changed. Try again."))
    if private().exists(key):
        open_whole(key, sha256).close()
    else:
        _save(key, file)


def _save(key: str, file: File[Any]) -> None:
    try:
        file.seek(0)
        saved = private().save(key, file)
    except (OSError, SuspiciousFileOperation) as problem:
        log.error("file_not_kept", reason=type(problem).__name__, errno=getattr(problem, "errno", None))
        raise NotKept(
            _("The file could not be kept because the storage does not work. Nothing was changed. Try again later.")
        ) from problem
    if saved != key:  # the storage found the key taken, which two random ones never are
        private().delete(saved)
        raise NotKept(_("The file could not be kept. Nothing was changed. Try again."))


def remove(key: str) -> bool:
    """Remove a file after the row that named it was committed; one that is not there is as good as removed.

    Returns:
        Whether it is gone. If not, that is logged, and the nightly sweep tries again.
    """
    if not is_key(key):
        return False
    try:
        private().delete(key)
    except (OSError, SuspiciousFileOperation) as problem:
        log.error("file_not_removed", reason=type(problem).__name__, errno=getattr(problem, "errno", None))
        return False
    return True


def open_whole(key: str, sha256: str) -> File[Any]:
    """The file with this key, open at its beginning, after its bytes were compared with the hash on record.

    Raises:
        NotReadable: when it is missing, cannot be read or is not what was kept.
    """
    try:
        if not is_key(key):
            raise FileNotFoundError
        file = private().open(key, "rb")
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
    except (OSError, SuspiciousFileOperation) as problem:
        log.error("file_not_readable", reason=type(problem).__name__, errno=getattr(problem, "errno", None))
        raise NotReadable(_("This file cannot be read from the storage.")) from problem
    if digest.hexdigest() != sha256:
        file.close()
        log.error("file_is_another", expected=sha256)
        raise NotReadable(_("This file is not the one that was attached: its content has changed in the storage."))
    file.seek(0)
    return file


@dataclass
class Sweep:
    """What a sweep did: how many files it removed, and which keys the database names that have no file."""

    removed: int = 0
    missing: list[str] = field(default_factory=list)


def remove_orphans(known: Iterable[str], older_than: timedelta = timedelta(days=1)) -> Sweep:
    """Remove files that no row names and that are older than any upload in progress.

    Args:
        known: all keys that the database names, such as `values_list("key", flat=True).iterator()`.
        older_than: how long a file may wait for its row.

    Returns:
        What was done. When not one named key is in the storage and more than a few others are, nothing is: then the
        two do not belong together (a database put back from elsewhere), and somebody must look.
    """
    names = set(known)
    found = set(_walk(private()))
    sweep = Sweep(missing=sorted(key for key in names - found if not private().exists(key)))
    orphans = found - names
    if len(orphans) > FEW and not found & names:
        log.error("storage_is_of_another_database", files=len(orphans), keys=len(names))
        return sweep
    before = timezone.now() - older_than
    for name in sorted(orphans):
        sweep.removed += _remove_old(name, before)
    if sweep.removed or sweep.missing:
        log.warning("files_swept", removed=sweep.removed, missing=len(sweep.missing))
    return sweep


def _remove_old(name: str, before: Any) -> bool:
    """Remove one file if it was last written before that moment; tells whether it was."""
    try:
        if private().get_modified_time(name) >= before:
            return False
        private().delete(name)
    except (OSError, SuspiciousFileOperation) as problem:
        log.error("file_not_removed", reason=type(problem).__name__, errno=getattr(problem, "errno", None))
        return False
    return True


def _walk(storage: Storage, folder: str = "", depth: int = 0) -> Iterator[str]:
    """The names of all files two folders deep, where keys are; unfinished ones (`.part`) among them."""
    try:
        folders, files = storage.listdir(folder)
    except (OSError, SuspiciousFileOperation):
        return
    if depth == 2:
        yield from (f"{folder}/{name}" for name in files)
    elif depth < 2:
        for name in folders:
            if re.fullmatch("[0-9a-f]{2}", name):
                yield from _walk(storage, f"{folder}/{name}" if folder else name, depth + 1)
