"""Invites, the history of accounts (append-only in the database itself), pauses, and indexes for shifts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POSTGRES = [
    """
    CREATE FUNCTION districts_accountchange_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'changes of accounts are only ever added' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER accountchange_is_history BEFORE UPDATE OR DELETE ON districts_accountchange
    FOR EACH ROW EXECUTE FUNCTION districts_accountchange_is_history()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER accountchange_is_history_{act.lower()} BEFORE {act} ON districts_accountchange
    BEGIN SELECT RAISE(ABORT, 'changes of accounts are only ever added'); END
    """
    for act in ("UPDATE", "DELETE")
]


def apply(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def undo(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER accountchange_is_history ON districts_accountchange")
        schema_editor.execute("DROP FUNCTION districts_accountchange_is_history()")
    else:
        schema_editor.execute("DROP TRIGGER accountchange_is_history_update")
        schema_editor.execute("DROP TRIGGER accountchange_is_history_delete")


class Migration(migrations.Migration):
    dependencies = [
        ("districts", "0003_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("joined", "came by an invite"),
                            ("work_set", "changed what they take"),
                            ("sent_off_duty", "took them off duty"),
                            ("disabled", "closed the account"),
                            ("enabled", "opened the account again"),
                        ],
                        max_length=16,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "change of an account",
                "verbose_name_plural": "changes of accounts",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Invite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("volunteer", "Volunteer"),
                            ("lead", "District lead"),
                            ("phone_desk", "Phone desk"),
                            ("doctor", "Doctor"),
                            ("state_desk", "State desk"),
                            ("monitor", "Monitor"),
                            ("admin", "Administrator"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("meant_for", models.CharField(blank=True, max_length=80, verbose_name="for whom")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back")),
            ],
            options={
                "verbose_name": "invite",
                "verbose_name_plural": "invites",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="volunteer",
            name="paused_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="pause until"),
        ),
        migrations.AddField(
            model_name="volunteer",
            name="session_round",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="shift",
            index=models.Index(fields=["volunteer", "ends_at"], name="shifts_of_a_person"),
        ),
        migrations.AddIndex(
            model_name="shift",
            index=models.Index(fields=["ends_at", "starts_at"], name="shifts_by_time"),
        ),
        migrations.AddField(
            model_name="accountchange",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="accountchange",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="account_changes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="districts",
            field=models.ManyToManyField(
                blank=True, related_name="invites", to="districts.district", verbose_name="districts"
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invites",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="used_by",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="came_by",
                to=settings.AUTH_USER_MODEL,
                verbose_name="used by",
            ),
        ),
        migrations.AddIndex(
            model_name="accountchange",
            index=models.Index(fields=["person", "at"], name="changes_of_an_account"),
        ),
        migrations.AddConstraint(
            model_name="accountchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["joined", "work_set", "sent_off_duty", "disabled", "enabled"])
                ),
                name="account_change_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="invite",
            index=models.Index(
                condition=models.Q(("revoked_at", None), ("used_at", None)),
                fields=["made_by", "-made_at"],
                name="invites_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="invite",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["volunteer", "lead", "phone_desk", "doctor", "state_desk", "monitor"])
                ),
                name="nobody_is_invited_as_administrator",
            ),
        ),
        migrations.AddConstraint(
            model_name="invite",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("used_at__isnull", True), ("used_by__isnull", True)),
                    models.Q(
                        ("revoked_at__isnull", True), ("used_at__isnull", False), ("used_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="used_invite_names_its_person",
            ),
        ),
        migrations.RunPython(apply, undo),
    ]
