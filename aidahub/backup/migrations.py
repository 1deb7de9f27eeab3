"""The state of the tables: which migrations made them, and the models as they were then.

An archive is read with the models of its own time and brought to today by the migrations that came since, as a
database would be. So every archive of an older version restores into a newer program.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import StateApps

from .problems import Refused

Migration = tuple[str, str]  # app and name


def applied() -> list[Migration]:
    """The migrations of the database that the apps of this program have; sorted.

    Raises:
        Refused: when one of them is not known here.
    """
    recorded = sorted(MigrationRecorder(connection).applied_migrations())
    if not recorded:
        raise Refused("The database is empty: there is nothing to back up.")
    ours = MigrationLoader(None).migrated_apps
    return known([migration for migration in recorded if migration[0] in ours], "database")


def known(migrations: Iterable[Migration], what: str) -> list[Migration]:
    """The migrations, when this program has each of them.

    Args:
        what: the thing that has them, for the sentence.

    Raises:
        Refused: when one is missing here.
    """
    loader, wanted = MigrationLoader(None, replace_migrations=False), list(migrations)
    if missing := [f"{app}.{name}" for app, name in wanted if (app, name) not in loader.graph.nodes]:
        raise Refused(f"The {what} is of another version of the program, which has {missing[0]}: use that version.")
    return wanted


def models_at(migrations: Iterable[Migration]) -> StateApps:
    """The models as these migrations leave them; they have no methods, managers or refusals of their own."""
    loader = MigrationLoader(None, replace_migrations=False)
    return loader.project_state(sorted(migrations)).apps


def migrate_to(migrations: Iterable[Migration]) -> None:
    """Make the tables that these migrations make, in an empty database."""
    executor, wanted = MigrationExecutor(connection), set(migrations)
    children = {one: {child.key for child in executor.loader.graph.node_map[one].children} for one in wanted}
    # Django wants the last ones only, and takes one that others brought along for a wish to go back to it.
    _run(executor, sorted(one for one in wanted if not children[one] & wanted))


def migrate_on() -> None:
    """Run every migration that the database has not had."""
    executor = MigrationExecutor(connection)
    _run(executor, executor.loader.graph.leaf_nodes())


def _run(executor: MigrationExecutor, targets: list[Migration]) -> None:
    """Run the migrations that lead there, in a transaction around all of them.

    After each one the constraints are asked: PostgreSQL changes no table while it still has to look at rows in it.
    """
    state = None
    for step in executor.migration_plan(targets):
        state = executor.migrate(targets, plan=[step], state=state)
        connection.check_constraints()


def is_empty() -> bool:
    """Whether the database has no table at all."""
    return not connection.introspection.table_names()


def where() -> str:
    """What the database is called, for a sentence: its name without user, password or host."""
    return Path(str(connection.settings_dict["NAME"])).name
