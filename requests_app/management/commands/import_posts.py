"""Takes an archive of posts in: JSON lines or CSV."""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from requests_app import intake, sealing
from requests_app.clock import database_now
from requests_app.models import Post
from requests_app.states import Source
from requests_app.storable import storable
from requests_app.tasks import wake_readers

COLUMNS = ("id", "text", "posted_at", "author")
LONGEST_ID = 100
LONGEST_TEXT = 10_000
TELL_EVERY = 500
AHEAD = timedelta(minutes=5)
"""How far in the future a time may lie before it counts as wrong: clocks differ."""


class BadRow(Exception):
    """A row that cannot be taken in; the words say why and hold nothing of its text."""


@dataclass(frozen=True)
class Row:
    key: str
    text: str
    posted_at: datetime | None
    author: str


class Command(BaseCommand):
    help = (
        "Take posts in from FILE.jsonl or FILE.csv with the columns id, text, and where known posted_at (ISO 8601, Indian "
        "time unless it says otherwise) and author. The same id is taken in once. They are read and become requests that "
        "people will work on, as of now."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="JSON lines, or CSV with a header line; UTF-8")
        parser.add_argument("--dry-run", action="store_true", help="check every row and take nothing in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 where a row was not taken in; each such row is named on standard error with its line."""
        path = Path(options["file"])
        if path.suffix not in {".jsonl", ".csv"}:
            raise CommandError(f"{path}: the name must end in .jsonl or .csv")
        new = known = bad = 0
        try:
            for line, row in _rows(path):
                try:
                    is_new = self._take(row, options["dry_run"])
                except BadRow as reason:
                    bad += 1
                    self.stderr.write(f"line {line}: {reason}")
                    continue
                new, known = new + is_new, known + (not is_new)
                if (new + known) % TELL_EVERY == 0:
                    self.stdout.write(f"{new + known} rows, {new} new")
                    self.stdout.flush()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except KeyboardInterrupt as stop:
            raise CommandError(f"Stopped after {new} new posts. Run it again for the rest.") from stop
        finally:
            if new and not options["dry_run"]:
                wake_readers()
        would = "would be new" if options["dry_run"] else "new"
        self.stdout.write(f"{new} posts {would}, {known} known already, {bad} rows cannot be taken in.")
        if bad:
            raise CommandError(f"{bad} rows were not taken in: put them right and run it again.")

    def _take(self, row: "Row | BadRow", dry_run: bool) -> bool:
        """Take one row in; return whether it is new. Raises BadRow."""
        if isinstance(row, BadRow):
            raise row
        if dry_run:
            return not Post.objects.filter(source=Source.IMPORT, external_id=row.key).exists()
        post, is_new = intake.accept(
            Source.IMPORT,
            row.key,
            row.text,
            database_now(),
            author_name=row.author,
            posted_at=row.posted_at,
        )
        if not is_new and post.erased_at is None and _text_of(post) not in {row.text, None}:
            raise BadRow(f"id {row.key} is known with other words")
        return is_new


def _text_of(post: Post) -> str | None:
    try:
        return post.text
    except sealing.Unreadable:
        return None


def _rows(path: Path) -> Iterator[tuple[int, "Row | BadRow"]]:
    """Yield the number of each line (a CSV row's last one) with the row, or with what is wrong with it."""
    now = timezone.now()
    for line, raw in _csv(path) if path.suffix == ".csv" else _json_lines(path):
        if isinstance(raw, BadRow):
            yield line, raw
            continue
        try:
            yield line, _row(raw, now)
        except BadRow as reason:
            yield line, reason


def _json_lines(path: Path) -> Iterator[tuple[int, "dict[str, Any] | BadRow"]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                raw = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            except UnicodeDecodeError:
                yield number, BadRow("not UTF-8")
            except (ValueError, RecursionError):
                yield number, BadRow("not JSON")
            else:
                yield number, raw if isinstance(raw, dict) else BadRow("no JSON object")


def _csv(path: Path) -> Iterator[tuple[int, "dict[str, Any] | BadRow"]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        try:
            header = rows.fieldnames or []
        except csv.Error as error:
            raise CommandError(f"{path}: no readable header line: {error}") from error
        missing = [name for name in ("id", "text") if name not in header]
        if missing:
            raise CommandError(f"{path}: the header line has no column {' and no '.join(missing)}")
        while True:
            try:
                raw = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield rows.reader.line_num, BadRow(f"not CSV: {error}")
                continue
            if any(isinstance(cell, str) and _is_undecoded(cell) for cell in raw.values()):
                yield rows.reader.line_num, BadRow("not UTF-8")
            elif None in raw:
                yield rows.reader.line_num, BadRow("more cells than the header line has")
            else:
                yield rows.reader.line_num, raw


def _is_undecoded(cell: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in cell)


def _row(raw: dict[str, Any], now: datetime) -> Row:
    """Check one row. Raises BadRow."""
    key = raw.get("id")
    key = str(key) if isinstance(key, int) and not isinstance(key, bool) else key
    if not isinstance(key, str) or not key.strip():
        raise BadRow("no id")
    key = key.strip()
    if len(key) > LONGEST_ID or storable(key) != key or not key.isprintable():
        raise BadRow(f"an id must be printable and have at most {LONGEST_ID} characters")
    text = raw.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadRow("no text")
    if len(text) > LONGEST_TEXT:
        raise BadRow(f"a text of more than {LONGEST_TEXT} characters")
    author = raw.get("author") or ""
    if not isinstance(author, str):
        raise BadRow("author is no text")
    return Row(key, text, _time(raw.get("posted_at"), now), author)


def _time(value: Any, now: datetime) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        is_ahead = moment > now + AHEAD
    except (TypeError, ValueError, OverflowError) as error:
        raise BadRow("posted_at is no ISO 8601 time, such as 2021-04-28T09:15:00+05:30") from error
    if is_ahead:
        raise BadRow("posted_at lies in the future")
    if moment.year < 2000:
        raise BadRow("posted_at lies before the year 2000")
    return moment
