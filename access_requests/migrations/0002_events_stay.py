"""PostgreSQL refuses to alter or delete an event, whoever asks it to; SQLite has the models' refusal only.

A DELETE trigger on SQLite would stop Django from emptying tables between tests.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FORWARD = """
CREATE FUNCTION refuse_to_change_an_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An event is never altered or deleted.';
END $$;
CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE ON access_requests_event
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_an_event();
"""
BACKWARD = """
DROP TRIGGER events_stay ON access_requests_event;
DROP FUNCTION refuse_to_change_an_event();
"""


def _run(sql: str, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(sql)


def forward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the trigger."""
    _run(FORWARD, editor)


def backward(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the trigger away."""
    _run(BACKWARD, editor)


class Migration(migrations.Migration):
    """The events' trigger."""

    dependencies = [("access_requests", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
