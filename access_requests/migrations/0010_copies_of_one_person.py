"""That copies are deleted is confirmed for each grant; what was confirmed for a request holds for all of its grants."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def carry_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each ended grant what was confirmed for its request."""
    grants, requests = (apps.get_model("access_requests", name) for name in ("Grant", "AccessRequest"))
    confirmed = requests.objects.filter(pk=models.OuterRef("request")).values("copies_deleted_at")[:1]
    rows = grants.objects.filter(ended_at__isnull=False, request__copies_deleted_at__isnull=False)
    rows.update(copies_deleted_at=models.Subquery(confirmed))


class Migration(migrations.Migration):
    """The field, its index, and what is known already."""

    dependencies = [("access_requests", "0009_indexes_for_size")]
    operations = [
        migrations.AddField(
            model_name="grant",
            name="copies_deleted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="copies deleted"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                condition=models.Q(("copies_deleted_at", None), ("ended_at__isnull", False)),
                fields=["closed_on"],
                name="grant_with_copies",
            ),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
