"""Add the counters behind the limits of the API and of the public status page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0002_append_only_and_search")]
    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("key", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("since", models.BigIntegerField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={"verbose_name_plural": "tallies"},
        ),
    ]
