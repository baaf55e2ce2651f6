"""Compares the reader with a labelled file and prints the figures."""

import json
import math
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests_app.reading import READER_VERSION, as_labels, read_many
from requests_app.reading.masking import mask
from requests_app.reading.scoring import figures, intervals, load, read_rows, wrong_fields


class Command(BaseCommand):
    help = "Prints how well the reader reads a labelled FILE.jsonl. Needs no database."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", help="JSON lines in the shape of the labelling guide; absent fields are not scored"
        )
        parser.add_argument(
            "--json", action="store_true", help="figures, intervals and misreadings as one JSON object"
        )
        parser.add_argument("--figures-only", action="store_true", help="no list of what was misread")
        parser.add_argument("--rounds", type=int, default=200, help="bootstrap rounds (default: 200)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 where a line could not be used, or none could; each such line is named on standard error."""
        try:
            with open(options["file"], "rb") as source:
                loaded = load(source)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        for problem in loaded.problems:
            self.stderr.write(problem)
        if not loaded.rows:
            raise CommandError("no row to compare with")
        pairs = read_rows(loaded.rows, lambda texts: [as_labels(reading) for reading in read_many(texts)])
        result = figures(pairs)
        ranges = intervals(pairs, options["rounds"])
        misread = [] if options["figures_only"] else [
            {"id": row.get("id"), "wrong": wrong, "confidence": got["confidence"], "text": mask(row["text"])}
            for row, got in pairs
            if (wrong := wrong_fields(row, got))
        ]  # fmt: skip
        if options["json"]:
            self.stdout.write(json.dumps(_plain(result, ranges, misread), ensure_ascii=False))
        else:
            self._print(result, ranges, misread)
        if loaded.problems:
            sys.exit(1)

    def _print(
        self, result: dict[str, float], ranges: dict[str, tuple[float, float]], misread: list[Any]
    ) -> None:
        self.stdout.write(f"reader {READER_VERSION}, {result['rows']:.0f} rows")
        for name, value in result.items():
            if name == "rows" or math.isnan(value):
                continue
            low, high = ranges.get(name, (value, value))
            self.stdout.write(f"  {name:34} {value:6.3f}   [{low:.3f} .. {high:.3f}]")
        for one in misread:
            wrong = "; ".join(
                f"{field}: {label} read as {got}" for field, (label, got) in one["wrong"].items()
            )
            self.stdout.write(
                f"{one['id']} ({one['confidence']:.2f}) {wrong}\n    {' '.join(one['text'].split())[:300]}"
            )


def _plain(
    result: dict[str, float], ranges: dict[str, tuple[float, float]], misread: list[dict[str, Any]]
) -> dict[str, Any]:
    """JSON has no nan: such figures are left out."""
    return {
        "reader": READER_VERSION,
        "figures": {name: value for name, value in result.items() if not math.isnan(value)},
        "intervals": ranges,
        "misread": misread,
    }
