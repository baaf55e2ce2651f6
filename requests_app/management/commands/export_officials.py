"""Writes the directory of officials as a CSV file that import_officials takes in again."""

from typing import Any

from django.core.management.base import BaseCommand

from districts.directory import COLUMNS
from districts.models import Official
from requests_app.tables import as_csv


class Command(BaseCommand):
    help = "Write the directory of officials as CSV, for import_officials: > officials.csv"

    def handle(self, *args: Any, **options: Any) -> None:
        lines = [
            (
                official.district.name_en if official.district else "state",
                official.office,
                official.area,
                official.name,
                official.handle,
                official.phone,
            )
            for official in Official.objects.listed().near_first()
        ]
        self.stdout.write(as_csv(COLUMNS, lines), ending="")
