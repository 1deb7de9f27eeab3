"""Empty the addresses from which people had signed in: they are not kept any more."""

from django.db import migrations


def forget_addresses(apps, schema_editor):
    """Put what stands for no address in place of each."""
    apps.get_model("usersessions", "UserSession").objects.update(ip="0.0.0.0")  # nosec B104 # no address; nothing listens on it


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_suspension"), ("usersessions", "0001_initial")]

    operations = [migrations.RunPython(forget_addresses, migrations.RunPython.noop, elidable=True)]
