"""The manifest: the last member of an archive, which says what all the others are."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from aidahub.environment import VARIABLES

from .migrations import Migration
from .problems import Refused

FORMAT: Literal["aida-hub-backup"] = "aida-hub-backup"
VERSION = 1
MOST_BYTES = 64 * 1024 * 1024  # of the manifest, and of one row


class Part(BaseModel):
    """Bytes as they stand in the archive."""

    model_config = ConfigDict(extra="forbid")
    size: int
    sha256: str


class Table(BaseModel):
    """The rows of one table: how many, their lines' bytes and SHA-256 unpacked, and the last key that was given out."""

    model_config = ConfigDict(extra="forbid")
    rows: int
    size: int
    sha256: str
    columns: list[str]
    last_key: int | None


class Files(BaseModel):
    """The attached files: how many, and their bytes together."""

    model_config = ConfigDict(extra="forbid")
    number: int
    size: int


class Manifest(BaseModel):
    """What the archive says of itself. docs/backups.md says what each field means."""

    model_config = ConfigDict(extra="forbid")
    format: Literal["aida-hub-backup"] = FORMAT
    version: int = VERSION
    made_at: datetime
    program: str
    database: str
    settings: list[str]
    migrations: list[Migration]
    tables: dict[str, Table]
    left_out: dict[str, str]
    parts: dict[str, Part]
    files: Files
    faults: list[str]


class _Kind(BaseModel):
    """What every version of the manifest says first."""

    format: Literal["aida-hub-backup"]
    version: int


def read(text: bytes) -> Manifest:
    """The manifest that an archive holds.

    Raises:
        Refused: when it is none, or of a newer format.
    """
    try:
        kind = _Kind.model_validate_json(text)
        if kind.version > VERSION:
            raise Refused(f"The archive has format {kind.version}, which is newer than this program: use a newer one.")
        return Manifest.model_validate_json(text)
    except ValidationError as problem:
        raise Refused("The archive's manifest cannot be read: it was not made by `manage.py backup`.") from problem


def file_entry(key: str, size: int, sha256: str) -> bytes:
    """The line of one attached file in the list of all."""
    return f"{json.dumps({'key': key, 'sha256': sha256, 'size': size})}\n".encode()


def settings_changed() -> list[str]:
    """The names of the environment variables that hold something else than their default; never what they hold."""
    return [row.name for row in VARIABLES if os.environ.get(row.name, "").strip() not in {"", row.default}]
