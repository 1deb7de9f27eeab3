"""A storage of files that fails while a file says so: it is full, or may only be read."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File

from access_requests.attachments.storage import PrivateStorage

FULL, READ_ONLY = "full", "read-only"


class FlakyStorage(PrivateStorage):
    """Looks before each writing into the file `<its folder>.fault`, which holds the kind of fault."""

    @property
    def fault(self) -> str:
        """What is wrong with it now."""
        flag = flag_of(Path(self.location))
        return flag.read_text() if flag.exists() else ""

    def _save(self, name: str, content: File[Any]) -> str:
        """As usual, up to where the fault hits: at once, or in the middle of the file."""
        if self.fault == READ_ONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return super()._save(name, TooLong(content) if self.fault == FULL else content)

    def delete(self, name: str) -> None:
        """As usual, where anything can be written."""
        if self.fault == READ_ONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        super().delete(name)


class TooLong(File[Any]):
    """A file of which only the beginning finds room."""

    def __init__(self, content: File[Any]) -> None:
        """Args: content: the whole."""
        super().__init__(content.file, content.name)

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Half of it."""
        self.seek(0)
        whole = self.read()
        yield whole[: len(whole) // 2]
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def flag_of(folder: Path) -> Path:
    """The file that says what is wrong with the storage in a folder."""
    return folder.with_name(f"{folder.name}.fault")
