"""What an archive holds of the database, and what it leaves out and why."""

from __future__ import annotations

from django.db.migrations.state import StateApps
from django.db.models import Model

REBUILT = "made again from the other tables"
SHORT = "short-lived: whoever was signed in signs in again"
LEFT_OUT = {
    "account_emailconfirmation": "short-lived: a new code is sent",
    "cache": "short-lived: counts of sign-in attempts and the like",
    "datasets_entryterm": REBUILT,
    "datasets_landingfragment": REBUILT,
    "datasets_searchentry": REBUILT,
    "datasets_searchindex": REBUILT,
    "datasets_term": REBUILT,
    "django_migrations": "stands in the manifest",
    "django_session": SHORT,
    "socialaccount_socialapp": "secrets of sign-in services, which come from the environment",
    "socialaccount_socialtoken": "secrets of sign-in services, which the site does not use",
    "usersessions_usersession": SHORT,
}
# Columns that say something of a table that is left out, with what stands in the archive instead.
EMPTIED = {"datasets_dataset": {"page_hash": ""}}


def archived(apps: StateApps) -> dict[str, type[Model]]:
    """The models whose rows an archive holds, by table, in the order of the archive.

    Args:
        apps: the models as the migrations of the archive made them.
    """
    every = apps.get_models(include_auto_created=True)
    models = {model._meta.db_table: model for model in every if model._meta.managed and not model._meta.proxy}
    return {table: models[table] for table in sorted(models) if table not in LEFT_OUT}
