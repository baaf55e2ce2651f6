"""Counts what somebody did in a span of time, atomically in the database: limits hold across processes."""

from datetime import datetime, timedelta

from django.db import connection, models


class Tally(models.Model):
    """How often `key` was counted in the span that began at `since`; one row per key, older spans are gone.

    Keys carry a client's number or a keyed hash, never an address of a person.
    """

    key = models.CharField(max_length=100, primary_key=True)
    since = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.key} {self.count}"

    @classmethod
    def add(cls, key: str, now: datetime, length: timedelta) -> tuple[int, int]:
        """Count once; return the count in this span, and the seconds until the next span begins.

        One statement (Postgres and SQLite both have RETURNING), so parallel callers get different counts.
        """
        seconds = int(length.total_seconds())
        since = int(now.timestamp()) // seconds * seconds
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO requests_app_tally (key, since, count) VALUES (%s, %s, 1) "
                "ON CONFLICT (key) DO UPDATE SET since = excluded.since, count = CASE "
                "WHEN requests_app_tally.since = excluded.since THEN requests_app_tally.count + 1 ELSE 1 END "
                "RETURNING count",
                [key, since],
            )
            count = int(cursor.fetchone()[0])
        return count, max(1, since + seconds - int(now.timestamp()))

    @classmethod
    def forget(cls, prefix: str, before: datetime) -> None:
        """Delete the rows of keys that begin so and whose span began before that time."""
        cls.objects.filter(key__startswith=prefix, since__lt=int(before.timestamp())).delete()
