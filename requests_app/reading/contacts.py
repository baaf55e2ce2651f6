"""Telephone numbers in a post: which digits can be called, and which are no one's to call."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

_RUN = re.compile(r"[0-9](?:[ \t().\-/_~*'\u00b7]{0,4}[0-9]|[ ]?\n[ ]?(?=[0-9]{10}(?![0-9]))){6,}")
_HAS_COMMA_INSIDE = re.compile(r",(?<=\d\d\d\d\d,) ?\d\d\d\d\d")
_COMMA_INSIDE = re.compile(r"([6-9](?<!\d\d)\d{4}),( ?)(\d{5})(?!\d)")
_GROUP = re.compile(r"\d+")
_LONGEST = 14
_MOST_GROUPS = 12
_MOBILE = re.compile(r"(?:\+?91|0091|0)?0?([6-9]\d{9})")
_NOT_A_PHONE_BEFORE = re.compile(
    r"(?<![a-z])(?:a(?:adh?aa?r|dhar|ccount|cc?t?|/c|pplication)|b(?:ill|ooking)|c(?:omplaint|rn|ase id)|i(?:fsc|nvoice)|mrn|orde?r|"
    r"p(?:nr|atient id)|r(?:ef(?:erence)?|egn?|egistration)|srf|t(?:icket|xn|ransaction|oken)|u(?:tr|hid)|आधार|खाता|शिकायत|आर्डर)"
    r"\s*(?:(?:card|id|no|number|num|संख्या|नंबर|क्रमांक|आईडी)\s*\.?)?\s*(?:is|:|-|#|है|h)*\s*$"
)
_NO_WORD = re.compile(r"(?<![a-z])(?:case|order|patient|user|ref|srf)?[ _]?(?:id|srf)\s*[:\-#.]?\s*$")
_URL_BEFORE = re.compile(r"(?:https?://|www\.|t\.co/|\.com/|\.in/)\S*$")


@dataclass(slots=True, unsafe_hash=True)
class Phone:
    """A number as E.164 and where it stands in the raw text; -1, -1 where it stands in a quoted text."""

    e164: str
    start: int
    end: int


def _e164(digits: str, has_plus: bool) -> str | None:
    mobile = _MOBILE.fullmatch(digits)
    if mobile and (not has_plus or digits.startswith("91")):
        return "+91" + mobile.group(1)
    if has_plus and not digits.startswith("91"):
        return _possible("+" + digits)
    if digits.startswith("00") and not digits.startswith("0091"):
        return _valid("+" + digits[2:], None)
    for prefix in ("0091", "91", "0"):
        if digits.startswith(prefix) and len(digits.removeprefix(prefix).lstrip("0")) == 10:
            return _valid("+91" + digits.removeprefix(prefix).lstrip("0"), None)
    if (len(digits) == 11 and digits.startswith("1800")) or (len(digits) == 10 and digits.startswith("1800")):
        return _valid(digits, "IN")
    return None


@lru_cache(maxsize=1000)
def _valid(number: str, region: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=1000)
def _possible(number: str) -> str | None:
    """A number of another country, by its length alone: its ranges are newer than any table."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def numbers(folded: str) -> list[Phone]:
    """Every number in a folded text that can be called, with offsets into the folded text, in order, each once."""
    found: list[Phone] = []
    seen: set[str] = set()
    if _HAS_COMMA_INSIDE.search(folded):
        folded = _COMMA_INSIDE.sub(r"\1-\2\3", folded)
    for run in _RUN.finditer(folded):
        start, end = run.span()
        if start and folded[start - 1] == "+":
            start -= 1
        before = folded[max(0, start - 40) : start]
        if (
            _NOT_A_PHONE_BEFORE.search(before)
            or (("id" in before or "srf" in before) and _NO_WORD.search(before))
            or (("/" in before or "www." in before) and _URL_BEFORE.search(before))
        ):
            continue
        for phone in _split(folded, start, end):
            if phone.e164 not in seen:
                seen.add(phone.e164)
                found.append(phone)
    return found


def _split(folded: str, start: int, end: int) -> list[Phone]:
    if end - start == 10 and folded[start] in "6789" and folded[start:end].isdigit():
        return [Phone("+91" + folded[start:end], start, end)]
    groups = [found.span() for found in _GROUP.finditer(folded, start, end)]
    phones: list[Phone] = []
    at = 0
    while at < len(groups):
        taken = _longest_number(folded, groups, at)
        if taken is None:
            if phones and (variant := _variant(folded, phones[-1], groups[at])):
                phones.append(variant)
            at += 1
            continue
        phone, at = taken
        phones.append(phone)
    return phones


def _landline(digits: str, groups: int) -> str | None:
    """A number written as an STD code with its 0, a gap, and the line's number; such lines are newer than any table."""
    return (
        "+91" + digits[1:]
        if groups == 2 and len(digits) == 11 and digits[0] == "0" and digits[1] in "1234578"
        else None
    )


def _longest_number(folded: str, groups: list[tuple[int, int]], at: int) -> tuple[Phone, int] | None:
    """The number that starts with group `at`, and the next group; None if none does."""
    digits = ""
    begin = groups[at][0]
    has_plus = begin > 0 and folded[begin - 1] == "+"
    for ahead in range(at, min(at + _MOST_GROUPS, len(groups))):
        if ahead > at and "\n" in folded[groups[ahead - 1][1] : groups[ahead][0]]:
            return None
        digits += folded[groups[ahead][0] : groups[ahead][1]]
        if len(digits) > _LONGEST:
            return None
        if len(digits) < 10:
            continue
        e164 = _e164(digits, has_plus) or _landline(digits, ahead - at + 1)
        if e164:
            return Phone(e164, begin - (1 if has_plus else 0), groups[ahead][1]), ahead + 1
    return None


def _variant(folded: str, first: Phone, group: tuple[int, int]) -> Phone | None:
    """The second number of `9829012345/46`: the end of the first one changed."""
    between = folded[first.end : group[0]].strip()
    ending = folded[group[0] : group[1]]
    if between != "/" or not 1 <= len(ending) <= 4:
        return None
    return Phone(first.e164[: -len(ending)] + ending, *group)
