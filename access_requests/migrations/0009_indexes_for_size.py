"""An index by which the forms that were used are found without reading what was sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The index."""

    dependencies = [("access_requests", "0008_usual_time")]
    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["form_version", "request"], name="submission_of_form"),
        ),
    ]
