"""Writes a table as CSV that a spreadsheet shows as words: no cell is ever taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

TRIGGERS = frozenset("=+-@\t\r\n\0|%＝＋－＠\ufffd\"'")
"""How a cell must not begin (OWASP ASVS 5.0, 1.2.10), in half and full width."""


def safe_cell(value: object) -> str:
    """Return the value as text; a quote stands before what a spreadsheet could take for a formula."""
    text = "" if value is None else str(value).replace("\0", "\ufffd")
    return f"'{text}" if text.lstrip(" \u00a0\u3000")[:1] in TRIGGERS and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal()


def as_csv(head: Sequence[object], lines: Iterable[Sequence[object]]) -> str:
    """Return CSV with a byte order mark, by which spreadsheets know UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([safe_cell(cell) for cell in head])
    writer.writerows([safe_cell(cell) for cell in line] for line in lines)
    return out.getvalue()
