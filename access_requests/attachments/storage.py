"""A folder for files that nobody is served from."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

PART = ".part"  # ends the name of a file that is being written


@deconstructible(path="access_requests.attachments.storage.PrivateStorage")
class PrivateStorage(FileSystemStorage):
    """Django's storage in a folder, with three differences.

    Files and folders are for the owner of the processes alone (0600, 0700). A file gets its name only when all of it
    is on the disk, and leaves nothing behind when it cannot be written. And there are no addresses.
    """

    def __init__(self, location: str | Path | None = None, **options: Any) -> None:
        """Args: location: the folder; it is made with the first file."""
        super().__init__(location, file_permissions_mode=0o600, directory_permissions_mode=0o700, **options)

    def url(self, name: str | None) -> NoReturn:
        """There is none.

        Raises:
            ValueError: always.
        """
        raise ValueError("Attached files have no address: a view gives them out by its rule.")

    def path(self, name: str) -> str:
        """The file's place.

        Raises:
            SuspiciousFileOperation: when it lies outside the folder, also by way of a link in it.
        """
        path = Path(super().path(name))
        if path.resolve() != Path(self.location).resolve() / name:
            raise SuspiciousFileOperation(f"A link leads away from {name!r}.")
        return str(path)

    def _save(self, name: str, content: File[Any]) -> str:
        """Write beside the file's place, then rename; called by `save` with a name that is free."""
        target = Path(self.path(name))
        self._make_folders(target.parent)
        part = target.with_name(f"{target.name}.{secrets.token_hex(4)}{PART}")
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
            _to_disk(target.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return name

    def _make_folders(self, folder: Path) -> None:
        """Make the folder and those above it, down from the storage's own, each for its owner alone."""
        root = Path(self.location)
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in reversed([folder, *folder.parents]):
            if part.is_relative_to(root) and part != root:
                part.mkdir(mode=0o700, exist_ok=True)


def _to_disk(folder: Path) -> None:
    """Have the folder's own list of names written, so that a power cut right now does not lose the newest."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
