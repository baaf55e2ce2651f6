"""Drop the single check of before: its row was carried over."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0009_checks_of_leads")]
    operations = [
        migrations.RemoveField(
            model_name="lead",
            name="checked_at",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="checked_by",
        ),
    ]
