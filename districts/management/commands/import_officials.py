"""Takes a directory of officials in from a CSV file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from districts import directory


class Command(BaseCommand):
    help = (
        "Take officials in from FILE.csv, UTF-8, with a header line. Columns: district (its English or Hindi name, its LGD "
        "code, or state for the whole state), office (collector, cmho, mla, nodal, ministry, other), area (constituency, "
        "subject, ministry; tells several of one kind apart), name, handle, phone. A line needs a handle or a phone. An "
        "office that is known (same district, office and area) is updated. If any line is wrong nothing is taken in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="CSV with a header line; UTF-8")
        parser.add_argument("--dry-run", action="store_true", help="check every line and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 where a line is wrong; each is named on standard error."""
        path = Path(options["file"])
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                parsed = directory.read(file)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path}: not UTF-8; save it as CSV UTF-8") from error
        except directory.BadFile as error:
            raise CommandError(f"{path}: {error}") from error
        for line, trouble in parsed.errors:
            self.stderr.write(f"line {line}: {trouble}")
        if parsed.errors:
            raise CommandError(f"{len(parsed.errors)} lines are wrong; nothing was taken in.")
        done = directory.write([entry for _line, entry in parsed.entries], dry_run=options["dry_run"])
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{done.new} officials {would}new, {done.changed} {would}changed, {done.same} as before."
        )
