"""Places that a text names by number: postal codes, and area codes of land lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from districts.places import PinRow, StdCodeRow, Target, pins, std_codes

_WAR_ROOM = re.compile(r"war ?room|control ?room|helpline|help line|वार ?रूम|कंट्रोल ?रूम|हेल्पलाइन|toll ?free")
_PIN_WORD = re.compile(
    r"(?:pin|pincode|pin ?code|postal|zip|पिन|पिनकोड|पिन ?कोड)\W{0,4}(?:code|कोड|no|number)?\W{0,4}$"
)
# What stands before is asked after the first digit, so that the search looks for digits.
_PIN = re.compile(r"[1-9](?<![\d+].)\d{2}[ -]?\d{3}(?!\d)")
_GOES_ON = re.compile(r"[ -]?\d|/")
_NOT_PIN = re.compile(
    r"(?:rs|inr|₹|id|otp|order|ref|srf|account|a/c|ifsc|bill)\W{0,3}(?:no\W{0,2}|number\W{0,2})?$"
)
_DIGIT_BEFORE = re.compile(r"\d[ -]?$")
_STD = re.compile(r"(?<!\d)(?:\+?91[ -]?)?\(?(0[1-8]\d{1,4})\)?[ /-]{0,3}(\d{5,8})(?!\d)")
_HAS_STD = re.compile(r"0[1-8]\d{1,4}\)?[ /-]{0,3}\d{5}")
_OUTSIDE_STD = frozenset(
    (
        "011", "0124", "0120", "0129", "022", "033", "040", "044", "079", "080", "020", "0522",
        "0512", "0562", "0731", "0755", "0751", "0261", "0265", "0281", "0172", "0161", "0612",
        "0651", "0771", "0712", "0253",
    )
)  # fmt: skip


@dataclass(slots=True, unsafe_hash=True)
class Numbered:
    """A number at text[start:end] that stands for a place; `kind` is pin or "std code", `weight`
    its weight among the names of the text."""

    kind: str
    targets: tuple[Target, ...]
    start: int
    end: int
    weight: float
    quality: float


@cache
def _pins() -> dict[str, PinRow]:
    return {row.pin: row for row in pins()}


@cache
def _std_codes() -> dict[str, StdCodeRow]:
    return {row.code: row for row in std_codes()}


def pins_in(text: str, ignore: Sequence[tuple[int, int]]) -> list[Numbered]:
    """The postal codes of a folded text; `ignore` are spans of it that hold none."""
    found = []
    known = _pins()
    taken = sorted(ignore)
    position = 0
    for match in _PIN.finditer(text):
        start, end = match.span()
        while position < len(taken) and taken[position][1] <= start:
            position += 1
        if position < len(taken) and taken[position][0] < end:
            continue
        number = match.group().replace(" ", "").replace("-", "")
        before = text[max(0, start - 24) : start]
        labelled = _PIN_WORD.search(before) is not None
        row = known.get(number)
        if not labelled and (
            row is None or len(match.group()) > 6 or _NOT_PIN.search(before) or _GOES_ON.match(text, end)
            or _DIGIT_BEFORE.search(before)
        ):  # fmt: skip
            continue
        if row is not None:
            targets: tuple[Target, ...] = (Target(row.district),)
            if row.share < 0.6:
                targets = (*targets, *(Target(other) for other in row.others))
            weight = (1.2 if labelled else 1.0) * (0.75 + 0.25 * row.share)
            found.append(Numbered("pin", targets, start, end, weight, 0.6 + 0.38 * row.share))
        elif not "301" <= number[:3] <= "345":
            found.append(Numbered("pin", (Target(None),), start, end, 1.1, 0.93))
    return found


def telephone_areas_in(text: str) -> list[Numbered]:
    """The areas of the land lines in a folded text; a line of the state's own rooms says nothing of the place."""
    if _HAS_STD.search(text) is None:
        return []
    found = []
    for match in _STD.finditer(text):
        digits = match.group(1) + match.group(2)
        start, end = match.span()
        if len(digits) != 11 or _WAR_ROOM.search(text[max(0, start - 60) : end + 30]):
            continue
        for length in (5, 4, 3):
            area = _std_codes().get(digits[:length])
            if area is not None:
                reached = (Target(area.district), *(Target(other) for other in area.others))
                found.append(Numbered("std code", reached, start, end, 0.8, 0.8))
                break
            if digits[:length] in _OUTSIDE_STD:
                found.append(Numbered("std code", (Target(None),), start, end, 0.8, 0.7))
                break
    return found
