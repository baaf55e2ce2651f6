"""Reads posts again with the present reader."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from requests_app import rereading
from requests_app.models import HelpRequest
from requests_app.reading import READER_VERSION


class Command(BaseCommand):
    help = (
        "Read posts again: those not read yet and those that failed, or, with an option, those that were read before. A case "
        "changes where it is open and no person has spoken: needs, numbers and facts are added, urgency is raised, a place is "
        "set while nobody holds it. Prints what changed. Safe to stop and to run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--version-not",
            metavar="VERSION",
            help="posts that this version has not read; current: the present reader",
        )
        parser.add_argument("--codes", nargs="+", metavar="RJ-...", default=[], help="posts of these cases")
        parser.add_argument(
            "--since", metavar="DATE", help="posts that came in since, such as 2026-09-01 or 2026-09-01T06:00"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        codes = tuple(code.upper() for code in options["codes"])
        missing = set(codes) - set(HelpRequest.objects.filter(code__in=codes).values_list("code", flat=True))
        if missing:
            raise CommandError(f"There is no request {' '.join(sorted(missing))}.")
        version = READER_VERSION if options["version_not"] == "current" else options["version_not"] or ""
        if version or codes or options["since"]:
            posts = rereading.not_read_by(version, self._since(options["since"]), codes)
        else:
            posts = rereading.unread()
        self.stdout.write(f"{posts.count()} posts to read with {READER_VERSION}.")
        try:
            done = rereading.reread(posts, self._tell, dry_run=options["dry_run"])
        except KeyboardInterrupt as stop:
            raise CommandError("Stopped. What was read is read; run it again for the rest.") from stop
        for line in done.changes:
            self.stdout.write(line)
        for line in done.hints:
            self.stdout.write(f"look: {line}")
        would = "would change" if options["dry_run"] else "changed"
        self.stdout.write(
            f"{done.read} posts read, {len(done.changes)} things {would}, {len(done.hints)} to look at, "
            f"{done.failed} cannot be read."
        )

    def _since(self, value: str | None) -> datetime | None:
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise CommandError(f"--since {value}: a date such as 2026-09-01 or 2026-09-01T06:00") from error
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
