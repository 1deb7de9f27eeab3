"""Indexes by which mails in trouble and the last mail to an address are found among all that were ever sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The indexes."""

    dependencies = [("outbox", "0001_initial")]
    operations = [
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["-created_at"], condition=models.Q(("status", "failed")), name="mail_failed"),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["recipient", "-created_at"], name="mail_to_somebody"),
        ),
    ]
