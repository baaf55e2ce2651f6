"""The leased row by which one copy of a loop runs and the others wait."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q


class LoopLease(models.Model):
    """Who runs the loop of this name, until when, and when it last got something done."""

    name = models.CharField(max_length=40, primary_key=True)
    token = models.UUIDField(null=True)
    until = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    last_done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take(cls, name: str, token: uuid.UUID, now: datetime, length: timedelta) -> bool:
        """Take or keep the loop for `length`; False when another copy has it."""
        LoopLease.objects.bulk_create([LoopLease(name=name)], ignore_conflicts=True)
        free = Q(token=None) | Q(token=token) | Q(until__lt=now)
        return bool(cls.objects.filter(free, name=name).update(token=token, until=now + length, beat_at=now))

    @classmethod
    def give_back(cls, name: str, token: uuid.UUID) -> None:
        """Let the next copy start at once."""
        cls.objects.filter(name=name, token=token).update(token=None, until=None)

    @classmethod
    def lock(cls, name: str) -> None:
        """Hold a row of this name until the transaction ends; on SQLite the IMMEDIATE transaction does it."""
        if not cls.objects.select_for_update().filter(name=name).exists():
            LoopLease.objects.bulk_create([LoopLease(name=name)], ignore_conflicts=True)
            cls.objects.select_for_update().get(name=name)

    @classmethod
    def note_done(cls, name: str, now: datetime) -> None:
        """Write down that this loop or worker got something done: liveness is progress, not a process."""
        cls.objects.update_or_create(name=name, defaults={"last_done_at": now, "beat_at": now})

    @classmethod
    def hold_matching(cls) -> None:
        """Wait until nobody else matches, merges or splits, and keep it so until this transaction ends.

        Whoever takes it takes it before any request's row: one order for all (docs/decisions/one-matcher-at-a-time.md).
        """
        cls.lock("matching")
