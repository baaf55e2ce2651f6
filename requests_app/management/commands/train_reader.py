"""Trains the reader's model from the labelled posts and ships it, unless it is worse than the one in place."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests_app.reading.learning.rows import LABELLED, labelled_rows
from requests_app.reading.learning.training import make
from requests_app.reading.model import PATH


class Command(BaseCommand):
    help = (
        "Trains the reader from labelled/*.jsonl (nothing below that folder, no corrections of posts from X), prints "
        "cross-validated figures and writes the model file. Needs requirements-dev.txt and no database."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--labelled", type=Path, default=LABELLED, help="folder of labelled .jsonl files")
        parser.add_argument("--out", type=Path, default=PATH, help="the model file")
        parser.add_argument("--force", action="store_true", help="replace a better model as well")
        parser.add_argument("--dry-run", action="store_true", help="measure only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, and leaves the file alone, where the new model is worse than the one in place."""
        if not labelled_rows(options["labelled"]):
            raise CommandError(f"{options['labelled']}: no labelled rows")
        data, _ = make(options["labelled"])
        about = data["about"]
        for name, value in about["cross_validated"].items():
            self.stdout.write(f"  {name:28} {value:.4f}")
        self.stdout.write(f"{about['rows']} rows, quality {about['quality']:.4f}")
        if options["dry_run"]:
            return
        out: Path = options["out"]
        before = _quality_of(out)
        if before is not None and before > about["quality"] and not options["force"]:
            raise CommandError(f"kept the model in place: its quality is {before} (--force replaces it)")
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        fresh = out.with_suffix(".new")
        fresh.write_text(text + "\n", encoding="utf-8")
        os.replace(fresh, out)
        self.stdout.write(f"wrote {out} ({len(text.encode()) // 1024} KiB)")


def _quality_of(path: Path) -> float | None:
    """The quality that a model file states; None where there is no such file or it states none."""
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["about"]["quality"])
    except (OSError, ValueError, KeyError):
        return None
