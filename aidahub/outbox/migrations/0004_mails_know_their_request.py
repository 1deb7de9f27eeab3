"""Each mail keeps the number of the request or task in which it was written, by which the log is searched."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The column; mails that were written before have none."""

    dependencies = [("outbox", "0003_emptied_mails")]
    operations = [
        migrations.AddField(
            model_name="mail",
            name="request_id",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="The number of the request or task that wrote it, as the log and error pages have it.",
                max_length=64,
                verbose_name="written in",
            ),
        ),
    ]
