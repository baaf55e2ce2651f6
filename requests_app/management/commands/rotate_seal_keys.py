"""Seals everything that is sealed with an older key anew with the newest one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from requests_app import sealing
from requests_app.models import Contact, Post

SEALED: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Post, ("sealed_text", "sealed_quoted", "sealed_raw")),
    (Contact, ("sealed_phone",)),
)
BATCH = 500


class Command(BaseCommand):
    help = (
        "Put the new key first in SEAL_KEYS and keep the old one behind it, restart, run this, then remove the old "
        "key. Safe to stop and to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = 0
        for model, fields in SEALED:
            done, last = 0, 0
            total = model._default_manager.count()
            while True:
                with transaction.atomic():
                    rows = list(
                        model._default_manager.filter(pk__gt=last)
                        .order_by("pk")
                        .select_for_update()
                        .only(*fields)[:BATCH]
                    )
                    for row in rows:
                        unreadable += self._reseal(row, fields)
                    model._default_manager.bulk_update(rows, fields)
                if not rows:
                    break
                done, last = done + len(rows), rows[-1].pk
                self.stdout.write(f"{model._meta.verbose_name}: {done} of {total}")
        if unreadable:
            raise CommandError(
                f"{unreadable} values open with no key in SEAL_KEYS and were left as they are."
            )
        self.stdout.write("Everything is sealed with the newest key; the older ones can go.")

    def _reseal(self, row: models.Model, fields: tuple[str, ...]) -> int:
        unreadable = 0
        for field in fields:
            try:
                setattr(row, field, sealing.reseal(getattr(row, field)))
            except sealing.Unreadable:
                unreadable += 1
                self.stderr.write(f"{row._meta.label} {row.pk}: {field} opens with no key")
        return unreadable
