"""Reads a file of officials into the directory: all of it or, where a line is wrong, nothing."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import translation

from districts.models import District, Official

COLUMNS = ("district", "office", "area", "name", "handle", "phone")
NEEDED = ("district", "office")
WHOLE_STATE = frozenset({"state", "rajasthan", "राज्य", "राजस्थान"})
OFFICES = {
    "dc": Official.Office.COLLECTOR,
    "dm": Official.Office.COLLECTOR,
    "district magistrate": Official.Office.COLLECTOR,
    "कलेक्टर": Official.Office.COLLECTOR,
    "कलक्टर": Official.Office.COLLECTOR,
    "ज़िला कलेक्टर": Official.Office.COLLECTOR,
    "जिला कलेक्टर": Official.Office.COLLECTOR,
    "सीएमएचओ": Official.Office.CMHO,
    "विधायक": Official.Office.MLA,
    "nodal officer": Official.Office.NODAL,
    "नोडल अधिकारी": Official.Office.NODAL,
    "मंत्रालय": Official.Office.MINISTRY,
    "minister": Official.Office.MINISTRY,
    "अन्य": Official.Office.OTHER,
}
"""Other words for an office than its slug and its name on the pages."""
_HANDLE = re.compile(r"@?([A-Za-z0-9_]{1,15})")
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(?:x|twitter)\.com/", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{1,18}")


class BadFile(Exception):
    """The file as a whole cannot be read; the words say why."""


class BadLine(Exception):
    """One line is wrong; the words say why."""


@dataclass(frozen=True)
class Entry:
    """One office as a file names it. Its key is (district, office, area)."""

    district: int | None
    office: str
    area: str
    name: str
    handle: str
    phone: str

    @property
    def key(self) -> tuple[int | None, str, str]:
        return self.district, self.office, self.area.casefold()


@dataclass
class Parsed:
    """What a file holds: entries with their lines, and (line, what is wrong)."""

    entries: list[tuple[int, Entry]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Done:
    new: int
    changed: int
    same: int


def read(lines: Iterable[str]) -> Parsed:
    """Check every line of a CSV file with a header line. Raises BadFile."""
    rows = csv.DictReader(lines, strict=True, skipinitialspace=True)
    try:
        header = [(name or "").strip().lower() for name in rows.fieldnames or []]
    except csv.Error as error:
        raise BadFile(f"no readable header line: {error}") from error
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise BadFile(
            f"the header line has no column {' and no '.join(missing)}; columns: {', '.join(COLUMNS)}"
        )
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise BadFile(f"unknown column {', '.join(map(repr, unknown))}; columns: {', '.join(COLUMNS)}")
    rows.fieldnames = header
    districts, offices = _districts(), _offices()
    parsed, seen = Parsed(), dict[tuple[int | None, str, str], int]()
    for line, raw in _rows(rows):
        try:
            if isinstance(raw, BadLine):
                raise raw
            if not any((cell or "").strip() for cell in raw.values() if not isinstance(cell, list)):
                continue
            entry = _entry(raw, districts, offices)
            if entry.key in seen:
                raise BadLine(
                    f"the same office as line {seen[entry.key]}; tell them apart by the column area"
                )
        except BadLine as trouble:
            parsed.errors.append((line, str(trouble)))
            continue
        seen[entry.key] = line
        parsed.entries.append((line, entry))
    return parsed


def _rows(rows: "csv.DictReader[str]") -> Iterator[tuple[int, "dict[str, str] | BadLine"]]:
    while True:
        try:
            raw = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield rows.reader.line_num, BadLine(f"not CSV: {error}")
            continue
        if None in raw:
            yield rows.reader.line_num, BadLine("more cells than the header line has")
        else:
            yield rows.reader.line_num, raw


def _entry(raw: dict[str, str], districts: dict[str, int], offices: dict[str, str]) -> Entry:
    """Check one line. Raises BadLine."""
    cells = {name: _cell(raw.get(name)) for name in COLUMNS}
    where, office = _key(cells["district"]), _key(cells["office"])
    if not where:
        raise BadLine("no district: write its name, its LGD code, or state")
    if where not in WHOLE_STATE and where not in districts:
        raise BadLine(f"no district of Rajasthan is called {cells['district']!r}")
    if not office:
        raise BadLine(f"no office: one of {', '.join(Official.Office.values)}")
    if office not in offices:
        raise BadLine(f"office {cells['office']!r} is not one of {', '.join(Official.Office.values)}")
    for name, most in (("area", 80), ("name", 120)):
        if len(cells[name]) > most:
            raise BadLine(f"{name} has more than {most} letters")
    handle = _HANDLE.fullmatch(_ADDRESS.sub("", cells["handle"]).rstrip("/")) if cells["handle"] else None
    if cells["handle"] and handle is None:
        raise BadLine(f"{cells['handle']!r} is no handle on X: at most 15 letters, digits and _")
    if cells["phone"] and (not _PHONE.fullmatch(cells["phone"]) or len(cells["phone"]) > 20):
        raise BadLine("phone is no number: digits, spaces and -, with + in front at most")
    if handle is None and not cells["phone"]:
        raise BadLine("neither a handle nor a phone: nobody could take a request there")
    return Entry(
        district=None if where in WHOLE_STATE else districts[where],
        office=offices[office],
        area=cells["area"],
        name=cells["name"],
        handle=handle[1] if handle else "",
        phone=cells["phone"],
    )


def _cell(value: str | None) -> str:
    """The words of a cell, without the quote that spreadsheets are given in front of + and @."""
    return " ".join((value or "").replace("\0", "").split()).removeprefix("'")


def _key(name: str) -> str:
    """A name as it is compared: without case and the dots below that Hindi writers leave out."""
    return name.casefold().replace("\u093c", "").replace("ज़", "ज").replace("ढ़", "ढ").replace("ड़", "ड")


def _districts() -> dict[str, int]:
    found: dict[str, int] = {}
    for code, name_en, name_hi in District.objects.values_list("lgd_code", "name_en", "name_hi"):
        found |= {str(code): code, _key(name_en): code, _key(name_hi): code}
    return found


def _offices() -> dict[str, str]:
    """Every word for an office: slug, the names on the pages in both languages, and OFFICES."""
    found = {_key(word): str(office) for word, office in OFFICES.items()}
    for office in Official.Office:
        found[office.value] = office.value
        for language in ("en", "hi"):
            with translation.override(language):
                found[_key(str(office.label))] = office.value
    return found


def write(entries: Iterable[Entry], *, dry_run: bool = False) -> Done:
    """Put the entries into the directory: known offices are updated, new ones added, none is taken away."""
    new = changed = same = 0
    with transaction.atomic():
        known = {
            (official.district_id, official.office, official.area.casefold()): official
            for official in Official.objects.order_by("pk").select_for_update()
        }
        for entry in entries:
            fields = {"area": entry.area, "name": entry.name, "handle": entry.handle, "phone": entry.phone}
            official = known.get(entry.key)
            if official is None:
                new += 1
                if not dry_run:
                    Official.objects.create(district_id=entry.district, office=entry.office, **fields)
                continue
            fields_now = {name: getattr(official, name) for name in fields}
            if fields_now == fields and official.is_listed:
                same += 1
                continue
            changed += 1
            if not dry_run:
                Official.objects.filter(pk=official.pk).update(is_listed=True, **fields)
    return Done(new, changed, same)
