"""Tells the database's time, by which every lease is measured, so that machines with odd clocks agree."""

from datetime import UTC, datetime

from django.db import connection


def database_now() -> datetime:
    """Return the database server's current time, aware, in UTC. SQLite lives in this process: its time is ours."""
    if connection.vendor == "sqlite":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
