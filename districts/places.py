"""The gazetteer files, read into plain values: districts, blocks, PINs, telephone areas,
hospitals, and names of places.

The files under districts/gazetteer/ are written to be read and added to by hand; SOURCES.md there
names where facts come from.
An unreadable line raises ValueError with the file and the line.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "gazetteer"


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """One of the 41 districts; `code` is its Local Government Directory code, `tile` its (column,
    row) in a tile map."""

    code: int
    name: str
    hi: str
    division: str
    seat: str
    latitude: float
    longitude: float
    tile: tuple[int, int]
    parents: tuple[str, ...]
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block (panchayat samiti) of today's district `district`; `was` is its district of 2021.
    LGD numbers blocks apart
    from districts, so that a block and a district may have the same code."""

    code: int
    name: str
    hi: str
    district: str
    was: str
    latitude: float | None
    longitude: float | None
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PinRow:
    """A postal code: the district of most of its post offices, their share (0 to 1), other
    districts, the usual block."""

    pin: str
    district: str
    share: float
    others: tuple[str, ...]
    block: str | None


@dataclass(frozen=True, slots=True)
class StdCodeRow:
    """A telephone area: its code with the leading 0, what it is called, its district, other
    districts it reaches into."""

    code: str
    area: str
    district: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HospitalRow:
    name: str
    district: str
    kind: str
    spellings: tuple[str, ...]
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Target:
    """What a name stands for: a district, or a block in it; both None is a place beyond Rajasthan."""

    district: str | None
    block: str | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A spelling and what it may stand for. `kind` is district, block, place, hospital, shared or
    outside; more than one
    target means that the name alone decides nothing."""

    name: str
    kind: str
    targets: tuple[Target, ...]
    is_rarely_outside: bool = False
    is_common: bool = False  # a hospital's name that other towns have as well: a candidate, not an answer

    @property
    def is_ambiguous(self) -> bool:
        return len(self.targets) > 1


def _json(name: str) -> Any:
    with (FOLDER / name).open(encoding="utf-8") as file:
        return json.load(file)


@cache
def _districts_and_blocks() -> tuple[tuple[DistrictRow, ...], tuple[BlockRow, ...]]:
    districts, blocks = [], []
    for entry in _json("districts.json"):
        districts.append(
            DistrictRow(
                entry["code"], entry["name"], entry["hi"], entry["division"], entry["seat"], entry["at"][0],
                entry["at"][1], (entry["tile"][0], entry["tile"][1]), tuple(entry["before_2023"]),
                tuple(entry["spellings"]),
            )
        )  # fmt: skip
        for block in entry["blocks"]:
            latitude, longitude = block["at"] or (None, None)
            was = block.get("was", entry["name"])
            blocks.append(
                BlockRow(
                    block["code"], block["name"], block["hi"], entry["name"], was, latitude, longitude,
                    tuple(block["spellings"]),
                )
            )  # fmt: skip
    return tuple(districts), tuple(blocks)


def districts() -> tuple[DistrictRow, ...]:
    return _districts_and_blocks()[0]


def blocks() -> tuple[BlockRow, ...]:
    return _districts_and_blocks()[1]


@cache
def pins() -> tuple[PinRow, ...]:
    return tuple(
        PinRow(pin, district, row.get("share", 1.0), tuple(row.get("also", ())), row.get("block"))
        for district, rows in _json("pins.json").items()
        for pin, row in rows.items()
    )


@cache
def std_codes() -> tuple[StdCodeRow, ...]:
    return tuple(
        StdCodeRow(code, row["area"], district, tuple(row.get("also", ())))
        for district, rows in _json("phone_codes.json").items()
        for code, row in rows.items()
    )


@cache
def hospitals() -> tuple[HospitalRow, ...]:
    found = []
    for district, rows in _json("hospitals.json").items():
        for name, row in rows.items():
            latitude, longitude = row.get("at") or (None, None)
            found.append(
                HospitalRow(name, district, row["kind"], tuple(row["spellings"]), latitude, longitude)
            )
    return tuple(found)


def _lines(name: str) -> Iterator[tuple[int, str]]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if line and not line.startswith("#"):
                yield number, line


def _names(part: str) -> list[str]:
    return [name.strip() for name in part.split("/") if name.strip()]


def _target(text: str, known: set[Target], where: str) -> Target:
    district, _, block = (part.strip() for part in text.partition(">"))
    target = Target(None) if district == "outside" else Target(district, block or None)
    if target.district is not None and target not in known:
        raise ValueError(f"{where}: no such district or block: {text.strip()}")
    return target


def _places(known: set[Target]) -> Iterator[Alias]:
    district = ""
    for number, line in _lines("places.txt"):
        where = f"places.txt, line {number}"
        if line.startswith("["):
            district = line.strip("[] ")
            _target(district, known, where)
            continue
        kind = "hospital" if line.startswith("H:") else "place"
        spellings, _, block = line.removeprefix("H:").partition(">")
        target = _target(f"{district} > {block}", known, where)
        yield from (Alias(name, kind, (target,)) for name in _names(spellings))


def _shared(known: set[Target]) -> Iterator[Alias]:
    for number, line in _lines("shared.txt"):
        spellings, colon, targets = line.partition(" : ")
        if not colon:
            raise ValueError(f"shared.txt, line {number}: ' : ' is missing")
        parts = [part.strip() for part in targets.split(",")]
        rarely = "rarely outside" in parts
        found = tuple(
            _target(part, known, f"shared.txt, line {number}") for part in parts if part != "rarely outside"
        )
        yield from (Alias(name, "shared", found, rarely) for name in _names(spellings))


def _outside() -> Iterator[Alias]:
    for number, line in _lines("outside.txt"):
        if "]" not in line:
            raise ValueError(f"outside.txt, line {number}: the state in square brackets is missing")
        yield from (Alias(name, "outside", (Target(None),)) for name in _names(line.partition("]")[2]))


@cache
def aliases() -> tuple[Alias, ...]:
    """Every spelling of every place. The same spelling may stand in several rows: shared names come
    first, then places and hospitals, outside, blocks, districts; the first row of a spelling
    (as folded) is the one that counts, but for a district's own name.
    """
    known = {Target(d.name) for d in districts()} | {Target(b.district, b.name) for b in blocks()}
    found = [*_shared(known), *_places(known), *_outside()]
    for block in blocks():
        target = Target(block.district, block.name)
        found.extend(Alias(name, "block", (target,)) for name in (block.name, block.hi, *block.spellings))
    for district in districts():
        target = Target(district.name)
        found.extend(
            Alias(name, "district", (target,)) for name in (district.name, district.hi, *district.spellings)
        )
    seats = {
        (alias.targets[0].district, alias.name.lower()): alias.targets[0]
        for alias in found
        if len(alias.targets) == 1 and alias.targets[0].block is not None and " " not in alias.name
    }
    own = {district.name.lower() for district in districts()}
    for hospital in hospitals():
        words = [word for word in hospital.name.lower().replace(",", " ").split() if word not in own]
        named = [seats[hospital.district, word] for word in words if (hospital.district, word) in seats]
        target = named[0] if named else Target(hospital.district)
        is_common = (
            not hospital.spellings and not named and hospital.district.lower() not in hospital.name.lower()
        )
        names = (hospital.name, *hospital.spellings)
        found.extend(Alias(name, "hospital", (target,), is_common=is_common) for name in names)
    return tuple(found)


@cache
def _parents() -> dict[str, frozenset[str]]:
    """For each district the districts of 2021 that its land was in, with its own name."""
    return {row.name: frozenset((*row.parents, row.name)) for row in districts()}


@cache
def _was() -> dict[Target, str]:
    return {Target(row.district, row.name): row.was for row in blocks()}


def agrees(target: Target, other: Target) -> bool:
    """Whether a district's name (`other`) can stand beside `target`: it is in it today, or was in 2021."""
    if target.district is None or other.district is None:
        return target.district is other.district
    if other.district == target.district:
        return True
    was = _was().get(target)
    return (
        other.district == was
        if was is not None and was != target.district
        else other.district in _parents()[target.district]
    )
