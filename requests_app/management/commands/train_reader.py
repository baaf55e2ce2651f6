"""Trains the reader's model from the labelled posts and ships it, unless it is worse than the one in place."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests_app.reading import as_labels, read_many
from requests_app.reading.learning.rows import FROZEN, LABELLED, labelled_rows
from requests_app.reading.learning.training import make, quality
from requests_app.reading.model import PATH, Model, model_from
from requests_app.reading.scoring import figures


class Command(BaseCommand):
    help = (
        "Trains the reader from labelled/*.jsonl (nothing below that folder, no corrections of posts from X), prints "
        "cross-validated figures and writes the model file, if it reads labelled/frozen/*.jsonl no worse than the one in place. Needs requirements-dev.txt and no database."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--labelled", type=Path, default=LABELLED, help="folder of labelled .jsonl files")
        parser.add_argument("--out", type=Path, default=PATH, help="the model file")
        parser.add_argument("--force", action="store_true", help="replace a better model as well")
        parser.add_argument("--dry-run", action="store_true", help="measure only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, and leaves the file alone, where the new model reads the frozen posts worse than the one in place."""
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
        if out.exists() and not options["force"]:
            self._compare(labelled_rows(options["labelled"] / FROZEN), out, data)
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        fresh = out.with_suffix(".new")
        fresh.write_text(text + "\n", encoding="utf-8")
        os.replace(fresh, out)
        self.stdout.write(f"wrote {out} ({len(text.encode()) // 1024} KiB)")

    def _compare(self, posts: list[dict[str, Any]], path: Path, data: dict[str, Any]) -> None:
        """Raises CommandError where the model at `path` reads these posts, which neither learnt from, better than `data` does."""
        if not posts:
            raise CommandError(
                f"kept the model in place: {FROZEN}/ has no posts to compare by (--force replaces it)"
            )
        before = _quality_on(posts, _model_at(path))
        after = _quality_on(posts, model_from(data))
        self.stdout.write(
            f"on {len(posts)} posts of {FROZEN}/: quality {after:.4f}, of the model in place {before:.4f}"
        )
        if before > after:
            raise CommandError("kept the model in place: it is the better one (--force replaces it)")


def _model_at(path: Path) -> Model:
    """Raises CommandError where the file cannot be read as this reader's model."""
    try:
        return model_from(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(f"{path}: {error} (--force replaces it)") from error


def _quality_on(posts: list[dict[str, Any]], trained: Model) -> float:
    """See `quality`."""
    readings = read_many([row["text"] for row in posts], trained=trained)
    return quality(figures(list(zip(posts, map(as_labels, readings), strict=True))))
