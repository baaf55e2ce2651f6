"""Carry the old checks over, make the new history append-only in the database itself, index words and needs on Postgres."""

from datetime import timedelta

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

STALE_AFTER = timedelta(hours=12)
GONE_AFTER = timedelta(days=3)
TABLES = ("leadcheck", "leaduse", "scammark")
NOTED = {
    "leadcheck": ("id", "lead_id", "outcome", "by_id", "at", "left"),
    "scammark": ("id", "number_id", "act", "by_id", "at", "lead_id"),
}
"""Of these erasure may blank the note; the other columns never change."""


def carry_over(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A lead that was checked gets that check as a row; how long it is fresh is set by the rule of before."""
    Lead, LeadCheck = (apps.get_model("requests_app", name) for name in ("Lead", "LeadCheck"))
    for lead in Lead.objects.all().iterator():
        stood = lead.checked_at or lead.offered_at
        if lead.checked_at and lead.checked_by_id:
            outcome = "gone" if lead.is_withdrawn else "works"
            check = LeadCheck.objects.create(
                lead=lead, outcome=outcome, by_id=lead.checked_by_id, at=lead.checked_at
            )
            lead.last_check = check
        lead.said_at = lead.offered_at
        lead.confirmed_at = None if lead.is_withdrawn else stood
        lead.stale_at, lead.gone_at = stood + STALE_AFTER, stood + GONE_AFTER
        lead.save()


def postgres() -> list[str]:
    statements = []
    for table in TABLES:
        blanks = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in NOTED.get(table, ()))
        may_blank = (
            f"IF TG_OP = 'UPDATE' AND NEW.note = '' AND {blanks} THEN RETURN NEW; END IF;" if blanks else ""
        )
        statements += [
            f"""
            CREATE FUNCTION requests_app_{table}_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                {may_blank}
                RAISE EXCEPTION 'the history of leads is only ever added to'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$
            """,
            f"""
            CREATE TRIGGER {table}_is_history BEFORE UPDATE OR DELETE ON requests_app_{table}
            FOR EACH ROW EXECUTE FUNCTION requests_app_{table}_is_history()
            """,
        ]
    return [
        *statements,
        "CREATE INDEX leads_words ON requests_app_lead USING gin (to_tsvector('simple', COALESCE(summary, '')))",
        "CREATE INDEX leads_needs ON requests_app_lead USING gin (needs jsonb_path_ops)",
    ]


def sqlite() -> list[str]:
    statements = []
    for table in TABLES:
        same = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in NOTED.get(table, ()))
        when = f"WHEN NOT (NEW.note = '' AND {same})" if same else ""
        for act in ("UPDATE", "DELETE"):
            statements.append(
                f"""
                CREATE TRIGGER {table}_is_history_{act.lower()} BEFORE {act} ON requests_app_{table}
                {when if act == "UPDATE" else ""}
                BEGIN SELECT RAISE(ABORT, 'the history of leads is only ever added to'); END
                """
            )
    return statements


def apply(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in postgres() if schema_editor.connection.vendor == "postgresql" else sqlite():
        schema_editor.execute(statement)


def undo(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_is_history ON requests_app_{table}")
            schema_editor.execute(f"DROP FUNCTION requests_app_{table}_is_history()")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_is_history_update")
            schema_editor.execute(f"DROP TRIGGER {table}_is_history_delete")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX leads_words")
        schema_editor.execute("DROP INDEX leads_needs")


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0008_leads_that_go_stale")]
    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RunPython(apply, undo),
    ]
