"""Write down who looked at the number of a lead, and refuse in the database itself to change that."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POSTGRES = [
    """
    CREATE FUNCTION requests_app_look_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'looks are only ever added' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER look_is_history BEFORE UPDATE OR DELETE ON requests_app_look
    FOR EACH ROW EXECUTE FUNCTION requests_app_look_is_history()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER look_is_history_{act.lower()} BEFORE {act} ON requests_app_look
    BEGIN SELECT RAISE(ABORT, 'looks are only ever added'); END
    """
    for act in ("UPDATE", "DELETE")
]


def apply(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def undo(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER look_is_history ON requests_app_look")
        schema_editor.execute("DROP FUNCTION requests_app_look_is_history()")
    else:
        schema_editor.execute("DROP TRIGGER look_is_history_update")
        schema_editor.execute("DROP TRIGGER look_is_history_delete")


class Migration(migrations.Migration):
    dependencies = [
        ("requests_app", "0003_tally"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "opened the request"),
                    ("post_joined", "a post was added"),
                    ("claimed", "took the request"),
                    ("released", "handed it back"),
                    ("lease_ended", "went back to the queue by itself"),
                    ("handed_over", "handed it over"),
                    ("called", "called"),
                    ("noted", "wrote a note"),
                    ("wait_set", "will try again"),
                    ("resumed", "went on with it"),
                    ("need_changed", "changed a need"),
                    ("place_set", "set the place"),
                    ("urgency_set", "set the urgency"),
                    ("confirmed", "confirmed that it is a plea"),
                    ("attention", "something to look at"),
                    ("escalated", "took it further"),
                    ("replied", "wrote a reply on X"),
                    ("revealed", "looked at a phone number"),
                    ("link_made", "made a status link for the family"),
                    ("closed", "closed it"),
                    ("reopened", "reopened it"),
                    ("merged", "merged it"),
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("contact_key", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="looks",
                        to="requests_app.lead",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["by", "at"], name="looks_by_person")],
            },
        ),
        migrations.RunPython(apply, undo),
    ]
