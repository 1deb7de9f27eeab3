"""Putting an archive back into an empty database.

The attached files come first, as for an upload (docs/adr/0014-files-are-stored-first.md), then all rows in one
transaction: a restore that is killed leaves an empty database, and can be run again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from access_requests import events
from access_requests.attachments import NotKept, NotReadable
from access_requests.attachments.keeping import private, put_back
from access_requests.checkpoints import folder as checkpoints
from access_requests.checkpoints import verify_checkpoints
from access_requests.models import Attachment
from aidahub.outbox.holding import hold_all
from datasets import search
from datasets.addresses import LOCAL_IMAGES

from .checking import CHECKPOINT, FILE, PICTURE, TABLE, Hashed, check, lines_in
from .container import members
from .contents import archived
from .manifest import Manifest
from .migrations import is_empty, known, migrate_on, migrate_to, models_at, where
from .problems import Refused
from .rows import columns_of, in_pages, write_lines
from .sequences import go_on_after

SHOWN = 20  # faults in one refusal


@dataclass
class Restored:
    """What was put back: the archive's manifest, how many mails are held, and what is not whole, a sentence each."""

    manifest: Manifest
    held: int = 0
    faults: list[str] = field(default_factory=list)


def restore(path: Path, *, hold_mail: bool = False, with_faults: bool = False) -> Restored:
    """Put an archive back.

    Args:
        hold_mail: mark mails that wait as failed, so that this copy sends none of them.
        with_faults: also when the record of events in the archive is not whole.

    Raises:
        Refused: when the archive or the database cannot be used; the database is as empty as before.
    """
    done = Restored(check(path))
    models = models_of(done.manifest)
    refuse_unless_empty()
    refuse_without_room(done.manifest)
    put_files_back(path)
    try:
        with one_transaction():
            refuse_unless_empty()
            load(path, done.manifest, models)
            done.held = hold_all() if hold_mail else 0
            done.faults += bring_up_to_date(with_faults)
    except DatabaseError as problem:
        said = str(problem).strip().partition("\n")[0]  # the first line names no values
        raise Refused(f"The archive does not go into this database: {said}. Nothing was restored.") from problem
    done.faults += put_folders_back(path)
    done.faults += [str(fault) for fault in verify_checkpoints()]
    done.faults += files_missing()
    return done


def models_of(manifest: Manifest) -> dict[str, type[Model]]:
    """The models for the tables of an archive, as its migrations made them.

    Raises:
        Refused: when migrations, tables or columns are not known here, or a table is missing.
    """
    models = archived(models_at(known(manifest.migrations, "archive")))
    for table, model in models.items():
        if table not in manifest.tables and table not in manifest.left_out:
            raise Refused(f"The archive has no table {table}.")
        if table in manifest.tables and set(manifest.tables[table].columns) != set(columns_of(model)):
            raise Refused(f"The archive's table {table} has other columns than the program's.")
    return {table: model for table, model in models.items() if table in manifest.tables}


def refuse_unless_empty() -> None:
    """Refuse a database that has tables.

    Raises:
        Refused: when it has.
    """
    if not is_empty():
        raise Refused(f"The database {where()} is not empty: name an empty one, without tables, in DATABASE_URL.")


def refuse_without_room(manifest: Manifest) -> None:
    """Refuse what would fill the disk.

    Raises:
        Refused: when there is less room than the archive's content takes.
    """
    places = [(Path(settings.FILES_DIR), manifest.files.size)]
    if connection.vendor == "sqlite":
        places.append((Path(connection.settings_dict["NAME"]), sum(table.size for table in manifest.tables.values())))
    for place, size in places:
        there = next(folder for folder in (place, *place.parents) if folder.is_dir())
        if shutil.disk_usage(there).free < size:
            raise Refused(f"There is not enough room in {there}: {size:,} bytes are needed.")


def put_files_back(path: Path) -> None:
    """Put the attached files into the storage under their keys; those that are there stay.

    Raises:
        Refused: when the storage does not take one, or has another one in its place.
    """
    with members(path) as each:
        for member in each:
            if file := FILE.fullmatch(member.name):
                sha256 = Hashed(member.content).finish().sha256
                try:
                    put_back(file[1], File(member.content), sha256)
                except (NotKept, NotReadable) as problem:
                    raise Refused(f"An attached file cannot be put back: {problem}") from problem


@contextmanager
def one_transaction() -> Iterator[None]:
    """All or nothing, tables included. SQLite can change tables only while it does not look after foreign keys."""
    connection.disable_constraint_checking()
    try:
        with transaction.atomic(durable=True):
            yield
    finally:
        connection.enable_constraint_checking()


def load(path: Path, manifest: Manifest, models: Mapping[str, type[Model]]) -> None:
    """Make the tables as they were, and write all rows with their keys.

    Raises:
        Refused: when a row does not fit, or another number of rows has come than the manifest says.
    """
    migrate_to(manifest.migrations)
    with connection.cursor() as cursor:
        for table in map(connection.ops.quote_name, models):  # what migrations put in
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 # nosec B608 # the name of a model's table, quoted
    with members(path) as each:
        for member in each:
            rows = TABLE.fullmatch(member.name)
            if rows and rows[1] in models:
                write_lines(models[rows[1]], lines_in(member.content))
    for name, model in models.items():
        go_on_after(model, manifest.tables[name].last_key)
        if (number := model._base_manager.count()) != manifest.tables[name].rows:
            raise Refused(f"{name} has {number} rows, not the {manifest.tables[name].rows} of the archive.")
    connection.check_constraints()


def bring_up_to_date(with_faults: bool) -> list[str]:
    """Run the migrations that came after the archive, make what was left out, and read the record.

    Returns:
        What is wrong with the record.

    Raises:
        Refused: when something is, and `with_faults` does not allow it.
    """
    migrate_on()
    call_command("migrate", interactive=False, verbosity=0)  # what Django does afterwards: permissions
    call_command("createcachetable", verbosity=0)
    search.rebuild()
    faults = [str(fault) for fault in events.verify()]
    if faults and not with_faults:
        some = " ".join(islice(faults, SHOWN))
        raise Refused(f"The record in the archive is not whole, so nothing was restored (--with-faults does): {some}")
    return faults


def put_folders_back(path: Path) -> Iterator[str]:
    """Write checkpoints and pictures where they belong; those that are there stay. A sentence for what cannot be."""
    statics = [Path(folder) / LOCAL_IMAGES for folder in settings.STATICFILES_DIRS]
    with members(path) as each:
        for member in each:
            if checkpoint := CHECKPOINT.fullmatch(member.name):
                target = checkpoints() / checkpoint[1]
            elif (picture := PICTURE.fullmatch(member.name)) and statics:
                target = statics[-1] / picture[1]
                if any((folder / picture[1]).exists() for folder in statics):
                    continue
            else:
                continue
            try:
                write_new(target, member.content.read())
            except OSError as problem:
                yield f"{member.name} cannot be written to {target.parent}: {problem.strerror}."


def write_new(target: Path, content: bytes) -> None:
    """Write a file, unless there is one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        target.write_bytes(content)


def files_missing() -> Iterator[str]:
    """A sentence for each file that a row names and the storage does not have."""
    rows = Attachment.objects.filter(removed_at=None, redacted_at=None)
    for key, public_id, reference in in_pages(rows, ("key", "public_id", "request__reference")):
        if not private().exists(key):
            yield f"{reference}: file {public_id} is not in the storage; it was not in the archive either."
