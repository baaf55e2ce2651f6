"""Takes a list of known scam numbers in: plain lines or CSV."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from districts.folding import fold
from requests_app.clock import database_now
from requests_app.lead_states import ScamReason
from requests_app.models import ScamNumber
from requests_app.models.scams import hash_and_tail
from requests_app.reading.contacts import numbers
from requests_app.reading.masking import mask
from requests_app.storable import storable

LONGEST_NOTE = 1000


class BadLine(Exception):
    """A line that cannot be taken in; the words say why and hold nothing of it."""


class Command(BaseCommand):
    help = (
        "Put the numbers of FILE on the list of known scam numbers: everybody is warned of them wherever they are shown. "
        "A .csv file has a header line with the columns phone, and where known reason "
        f"({', '.join(ScamReason.values)}) and note; any other file has one number per line. May be run again. Numbers "
        "that a person lifted stay lifted. The numbers themselves are not kept, only their keyed hashes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="UTF-8")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 where a line was not taken in; each such line is named on standard error."""
        new = known = lifted = bad = 0
        path = Path(options["file"])
        try:
            for line, raw in _lines(path):
                try:
                    is_new, is_listed = _take(raw)
                except BadLine as reason:
                    bad += 1
                    self.stderr.write(f"line {line}: {reason}")
                    continue
                new, known, lifted = (
                    new + is_new,
                    known + (not is_new and is_listed),
                    lifted + (not is_listed),
                )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{path}: this is no UTF-8 text or CSV") from error
        self.stdout.write(
            f"{new} numbers new on the list, {known} known already, {lifted} lifted by a person and left so, "
            f"{bad} lines cannot be taken in."
        )
        if bad:
            raise CommandError(f"{bad} lines were not taken in: put them right and run it again.")


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line's number with its cells; blank lines and those after # are left out of a plain list."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix != ".csv":
            for number, text in enumerate(file, 1):
                if text.strip() and not text.lstrip().startswith("#"):
                    yield number, {"phone": text.strip()}
            return
        rows = csv.DictReader(file, strict=True)
        if "phone" not in (rows.fieldnames or []):
            raise CommandError(f"{path}: the header line has no column phone")
        for row in rows:
            yield rows.line_num, {name: cell or "" for name, cell in row.items() if isinstance(name, str)}


def _take(raw: dict[str, str]) -> tuple[bool, bool]:
    """List one number; return whether it is new there, and whether it is listed now. Raises BadLine."""
    found = numbers(fold(raw["phone"]).text)
    if len(found) != 1:
        raise BadLine("no phone number: +91 and ten digits, or ten digits")
    reason = raw.get("reason", "").strip() or ScamReason.OTHER
    if reason not in ScamReason.values:
        raise BadLine(f"a reason is one of {', '.join(ScamReason.values)}")
    note = storable(mask(raw.get("note", "").strip()))
    if len(note) > LONGEST_NOTE:
        raise BadLine(f"a note of more than {LONGEST_NOTE} characters")
    phone_hash, tail = hash_and_tail(found[0].e164)
    is_new = ScamNumber.enlist(phone_hash, tail, ScamReason(reason), None, database_now(), note)
    return is_new, is_new or bool(ScamNumber.objects.known([phone_hash]))
