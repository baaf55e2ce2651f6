"""Reads the posts of a JSON-lines file and prints one JSON reading per line."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests_app.reading import as_labels, read_many
from requests_app.reading.scoring import load


class Command(BaseCommand):
    help = "Prints one JSON reading per line of FILE.jsonl ({'id', 'text'} per line). Needs no database."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="JSON lines with id and text; - for standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 where a line could not be used; each such line is named on standard error."""
        try:
            source = sys.stdin.buffer if options["file"] == "-" else open(options["file"], "rb")  # noqa: SIM115
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        with source:
            loaded = load(source)
        texts = [row["text"] for row in loaded.rows]
        quoted = [text if isinstance(text := row.get("quoted"), str) else "" for row in loaded.rows]
        for row, reading in zip(loaded.rows, read_many(texts, quoted=quoted), strict=True):
            self.stdout.write(json.dumps({"id": row.get("id"), **as_labels(reading)}, ensure_ascii=True))
        for problem in loaded.problems:
            self.stderr.write(problem)
        if loaded.problems:
            sys.exit(1)
