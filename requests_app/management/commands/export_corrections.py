"""Prints what people corrected as labelled examples."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests_app import export


class Command(BaseCommand):
    help = (
        "Print the corrected posts as JSON lines in the shape of docs/labels.md, numbers masked; `manage.py evaluate` reads "
        "them. Texts may name people: keep the file as the database. Rows with evaluation_only come from X, which forbids "
        "training on them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--with-text",
            action="store_true",
            help="the texts as they were written, with their phone numbers",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 where a text could not be opened; the rest is printed."""
        skipped: list[int] = []
        count = 0
        for row in export.labelled(with_text=options["with_text"], skipped=skipped):
            self.stdout.write(json.dumps(row, ensure_ascii=True))
            count += 1
        self.stderr.write(
            f"{count} posts. They may name people and their illness: keep the file as safe as the database."
        )
        if skipped:
            raise CommandError(
                f"{len(skipped)} posts open with no key in SEAL_KEYS and were left out: {skipped[:10]}"
            )
