"""Make the history append-only in the database itself, and index the words of requests on Postgres."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POSTGRES = [
    """
    CREATE FUNCTION requests_app_event_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Erasure may blank a note; nothing else about the past changes.
        IF TG_OP = 'UPDATE' AND NEW.note = '' AND NEW.id = OLD.id AND NEW.request_id = OLD.request_id
            AND NEW.kind = OLD.kind AND NEW.by_id IS NOT DISTINCT FROM OLD.by_id AND NEW.at = OLD.at
            AND NEW.data = OLD.data THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'events are only ever added' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER event_is_history BEFORE UPDATE OR DELETE ON requests_app_event
    FOR EACH ROW EXECUTE FUNCTION requests_app_event_is_history()
    """,
    """
    CREATE INDEX requests_words ON requests_app_helprequest USING gin (to_tsvector('simple', COALESCE(summary, '')))
    """,
]
SQLITE = [
    """
    CREATE TRIGGER event_is_history_update BEFORE UPDATE ON requests_app_event
    WHEN NOT (NEW.note = '' AND NEW.id = OLD.id AND NEW.request_id = OLD.request_id AND NEW.kind = OLD.kind
        AND NEW.by_id IS OLD.by_id AND NEW.at = OLD.at AND NEW.data = OLD.data)
    BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END
    """,
    """
    CREATE TRIGGER event_is_history_delete BEFORE DELETE ON requests_app_event
    BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END
    """,
]


def apply(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def undo(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX requests_words")
        schema_editor.execute("DROP TRIGGER event_is_history ON requests_app_event")
        schema_editor.execute("DROP FUNCTION requests_app_event_is_history()")
    else:
        schema_editor.execute("DROP TRIGGER event_is_history_update")
        schema_editor.execute("DROP TRIGGER event_is_history_delete")


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0001_initial")]
    operations = [migrations.RunPython(apply, undo)]
