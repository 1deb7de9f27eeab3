"""Making an archive."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.db import connection
from django.db.migrations.state import StateApps
from django.db.models import Model
from django.utils import timezone

from access_requests.attachments import is_key
from access_requests.attachments.keeping import private
from access_requests.checkpoints import folder as checkpoints
from access_requests.models import Attachment
from aidahub.version import own_version
from datasets.addresses import LOCAL_IMAGES

from .container import FILE_LIST, MANIFEST, PIECE, README, Writer
from .contents import LEFT_OUT, archived
from .manifest import Files, Manifest, Part, Table, file_entry, settings_changed
from .migrations import Migration, applied, models_at
from .problems import Refused
from .rows import columns_of, in_pages, lines_of
from .sequences import last_key
from .snapshot import snapshot

PACKED = 6  # of gzip: slower levels win little
EXPLANATION = Path(__file__).parent / "README.txt"
NAMED = ("key", "sha256", "size", "public_id", "request__reference")


@dataclass
class Made:
    """What has gone into an archive so far."""

    tables: dict[str, Table] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    files: Files = field(default_factory=lambda: Files(number=0, size=0))
    faults: list[str] = field(default_factory=list)


class Making:
    """One archive in the making; what is not yet known to its last byte waits in files without a name."""

    def __init__(self, out: IO[bytes], beside: Path | None) -> None:
        """Args: out: where the archive goes; beside: a folder with room for those files, the system's when None."""
        self.began = timezone.now()
        self.writer, self.beside = Writer(out, int(self.began.timestamp())), beside
        self.made = Made()

    def run(self) -> Manifest:
        """Write the whole archive.

        Raises:
            Refused: when the database is none that this program can read.
            OSError: when the archive cannot be written.
        """
        with EXPLANATION.open("rb") as text:
            self.add(README, text)
        with self.waiting() as named:
            with snapshot():
                migrations = applied()
                apps = models_at(migrations)
                for table, model in archived(apps).items():
                    self.add_table(table, model)
                remember_files(apps, named)
            self.add_folders()
            self.add_files(named)
        return self.finish(migrations)

    def add(self, name: str, file: BinaryIO) -> None:
        """Add a member from a file, of which the whole is taken."""
        sha256 = self.writer.add(name, file)
        self.made.parts[name] = Part(size=file.tell(), sha256=sha256)

    @contextmanager
    def waiting(self) -> Iterator[BinaryIO]:
        """A file without a name, gone when it is closed or when this process ends."""
        with tempfile.TemporaryFile(dir=self.beside) as file:
            yield cast("BinaryIO", file)

    def add_table(self, table: str, model: type[Model]) -> None:
        """Add the rows of a model."""
        digest, rows, size = hashlib.sha256(), 0, 0
        with self.waiting() as packed:
            with gzip.GzipFile("", "wb", PACKED, packed, mtime=0) as lines:
                for line in lines_of(model):
                    digest.update(line)
                    rows, size = rows + 1, size + len(line)
                    lines.write(line)
            self.add(f"tables/{table}.jsonl.gz", packed)
        self.made.tables[table] = Table(
            rows=rows, size=size, sha256=digest.hexdigest(), columns=columns_of(model), last_key=last_key(model)
        )

    def add_folders(self) -> None:
        """Add the checkpoints, and the copies of the register's pictures."""
        for path in sorted(checkpoints().glob("heads-*.json")):
            self.add_path(f"checkpoints/{path.name}", path)
        for static in settings.STATICFILES_DIRS:
            pictures = Path(static) / LOCAL_IMAGES
            for path in sorted(pictures.rglob("*")):
                if path.is_file():
                    self.add_path(f"pictures/{path.relative_to(pictures).as_posix()}", path)

    def add_path(self, name: str, path: Path) -> None:
        """Add a file of the disk; one that two folders have is taken from the first, as the web server does."""
        if name not in self.made.parts:
            with path.open("rb") as file:
                self.add(name, file)

    def add_files(self, named: IO[bytes]) -> None:
        """Add the attached files that the lines of `named` tell of, and the list of those that were there."""
        named.seek(0)
        with self.waiting() as there:
            for line in named:
                key, sha256, size, public_id, reference = json.loads(line)
                with self.waiting() as content:
                    fault, found = copied(key, content)
                    if found:
                        self.writer.add(f"files/{key}", content)
                        there.write(file_entry(key, content.tell(), found))
                        self.made.files.number += 1
                        self.made.files.size += content.tell()
                    if found and found != sha256:
                        fault = f"is not the one that was attached ({content.tell()} bytes, of {size})"
                if fault and is_still_named(key):
                    self.made.faults.append(f"{reference}: file {public_id} {fault}.")
            self.add(FILE_LIST, there)

    def finish(self, migrations: list[Migration]) -> Manifest:
        """Add the manifest and the seal."""
        manifest = Manifest(
            made_at=self.began,
            program=own_version(),
            database=connection.vendor,
            settings=settings_changed(),
            migrations=migrations,
            left_out=LEFT_OUT,
            **vars(self.made),
        )
        with self.waiting() as text:
            text.write(manifest.model_dump_json(indent=1).encode())
            self.writer.add(MANIFEST, text)
        self.writer.seal()
        return manifest


def remember_files(apps: StateApps, named: IO[bytes]) -> None:
    """Write a line for each file that must be in the storage. An old database may know of none."""
    try:
        attachments = apps.get_model("access_requests", "Attachment")
    except LookupError:
        return
    for row in in_pages(attachments._base_manager.filter(removed_at=None, redacted_at=None), NAMED):
        named.write(f"{json.dumps(row, default=str)}\n".encode())


def copied(key: str, to: IO[Any]) -> tuple[str, str]:
    """Copy a file out of the storage; what is wrong, if anything is, and its SHA-256, if it could be read."""
    try:
        if not is_key(key):
            return "has no proper key", ""
        digest = hashlib.sha256()
        with private().open(key, "rb") as file:
            for piece in file.chunks(PIECE):
                digest.update(piece)
                to.write(piece)
    except FileNotFoundError:
        return "is missing from the storage", ""
    except (OSError, SuspiciousFileOperation) as problem:
        return f"cannot be read from the storage ({type(problem).__name__})", ""
    return "", digest.hexdigest()


def is_still_named(key: str) -> bool:
    """Whether the file should be there: one that was taken away while the backup ran is no fault."""
    return Attachment.objects.filter(key=key, removed_at=None, redacted_at=None).exists()


def make_file(target: Path, *, force: bool = False) -> Manifest:
    """Write an archive, for its owner's eyes only, that has its name only when it is whole.

    Args:
        force: whether to replace a file that is there.

    Raises:
        Refused: when there is a file already, or the archive cannot be made.
    """
    if target.exists() and not force:
        raise Refused(f"{target} is there already: name another file, or add --force.")
    try:
        handle, name = tempfile.mkstemp(".part", f".{target.name}.", target.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                manifest = Making(out, target.parent).run()
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise Refused(f"{target} cannot be written: {problem.strerror or problem}.") from problem
    return manifest
