"""How much an offer offers, and who offers it: "20 cylinders", "5 ICU beds", "roz 200 packet khana", "दो यूनिट प्लाज्मा"."""

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from districts.folding import fold

from .tokens import Words, spelling_key, tokenise

MOST = 99_999
_FAR = 3
"""So many words may stand between a number and what it counts."""
_LONG_RUN = re.compile(r"\d(?:[ \t().\-/_]{0,3}\d){6,}")
_JOINED = re.compile(r"(\d{1,5})([a-z\u0900-\u097f]+)")
_NEAR_GAP = re.compile(r"[\s\-+*x()]{0,3}")
_AFTER_GAP = re.compile(r"[\s\-:=(]{0,4}")
_SIGN_BEFORE = re.compile(r"[₹$@#]\s?$|[/.:]$")
_SIGN_AFTER = re.compile(r"\s?(?:%|/-|/\d|:\d|\.\d)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """So many `unit` (a slug of lead_states.Unit) of a need; `per_day`: each day."""

    need: str
    count: int
    unit: str
    per_day: bool = False


@dataclass(frozen=True, slots=True)
class _Tables:
    units: dict[str, str]
    needs: dict[str, str]
    between: frozenset[str]
    after: frozenset[str]
    not_a_count: frozenset[str]
    per_day: tuple[tuple[str, ...], ...]
    numbers: dict[str, int]
    supply: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


@cache
def _tables() -> _Tables:
    with (Path(__file__).parent / "supply.toml").open("rb") as file:
        raw: dict[str, Any] = tomllib.load(file)
    units = {key: unit for unit, row in raw["unit"].items() for key in _keys(row["words"])}
    return _Tables(
        units=units,
        needs={unit: row["need"] for unit, row in raw["unit"].items()},
        between=_keys(raw["between"]["words"]),
        after=_keys(raw["after"]["words"]),
        not_a_count=_keys(raw["not_a_count"]["words"]),
        per_day=_phrases(raw["per_day"]["words"]),
        numbers={fold(w).text: int(n) for n, words in raw["number"].items() for w in words.split()},
        supply=tuple((name, _phrases(words)) for name, words in raw["supply"].items()),
    )


def _keys(words: str) -> frozenset[str]:
    return frozenset(spelling_key(fold(word).text) for word in words.split())


def _phrases(words: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(spelling_key(fold(w).text) for w in phrase.split("_")) for phrase in words.split())


def quantities(text: str, needs: Collection[str] = ()) -> list[Quantity]:
    """Return what the text counts, in order, each unit once; of these needs alone where some are given."""
    folded = fold(text).text
    words = tokenise(folded)
    tables = _tables()
    keys = [spelling_key(word) for word in words.texts]
    hidden = [run.span() for run in _LONG_RUN.finditer(folded)]
    daily = any(_at(keys, phrase) is not None for phrase in tables.per_day)
    found: dict[str, Quantity] = {}
    for count, unit in _counted(folded, words, keys, hidden, tables):
        need = need_of(unit)
        if 0 < count <= MOST and unit not in found and (not needs or need in needs):
            found[unit] = Quantity(need, count, unit, daily and need == "food")
    return list(found.values())


def supply_of(text: str) -> str:
    """Return who offers, a slug of lead_states.Supply; empty where the text does not say."""
    keys = [spelling_key(word) for word in tokenise(fold(text).text).texts]
    for name, phrases in _tables().supply:
        if any(_at(keys, phrase) is not None for phrase in phrases):
            return name
    return ""


def need_of(unit: str) -> str:
    """Return the need that a unit (a slug of lead_states.Unit) counts."""
    return _tables().needs[_plain(unit)]


def _plain(unit: str) -> str:
    return "bed" if unit.endswith("_bed") else unit


def _at(keys: list[str], phrase: tuple[str, ...]) -> int | None:
    length = len(phrase)
    return next((at for at in range(len(keys) - length + 1) if tuple(keys[at : at + length]) == phrase), None)


def _counted(
    folded: str, words: Words, keys: list[str], hidden: list[tuple[int, int]], tables: _Tables
) -> Iterator[tuple[int, str]]:
    """Yield (count, unit) as they stand: the number before its unit, or after it where none stands before."""
    used: set[int] = set()
    for at, word in enumerate(words.texts):
        joined = _JOINED.fullmatch(word)
        if joined and (unit := tables.units.get(spelling_key(joined.group(2)))):
            yield int(joined.group(1)), _kind(unit, keys, at, at, folded, words)
            continue
        unit = tables.units.get(keys[at])
        if unit is None:
            continue
        before = _before(folded, words, keys, at, hidden, tables)
        if before is not None and before[1] not in used:
            first = before[1]
            if first and keys[first - 1] in tables.units and _after(folded, words, keys, at, hidden, tables):
                continue  # "oxygen bed 5 ICU bed 2": nobody can tell which number counts which
            used.update(range(first, at))
            yield before[0], _kind(unit, keys, first, at, folded, words)
            continue
        after = _after(folded, words, keys, at, hidden, tables)
        if after is not None:
            used.add(after[1])
            yield after[0], _kind(unit, keys, max(0, at - 2), at, folded, words)


def _kind(unit: str, keys: list[str], start: int, at: int, folded: str, words: Words) -> str:
    """Tell ICU beds and oxygen beds from beds."""
    if unit != "bed":
        return unit
    near = {keys[n] for n in range(start, at) if "\n" not in folded[words.ends[n] : words.starts[at]]}
    if near & _keys("icu आईसीयू"):
        return "icu_bed"
    return "oxygen_bed" if near & _keys("oxygen o2 ऑक्सीजन") else "bed"


def _before(
    folded: str, words: Words, keys: list[str], at: int, hidden: list[tuple[int, int]], tables: _Tables
) -> tuple[int, int] | None:
    """The number that stands before word `at`, and where it begins."""
    for back in range(1, _FAR + 1):
        n = at - back
        if n < 0 or not _NEAR_GAP.fullmatch(folded[words.ends[n] : words.starts[n + 1]]):
            return None
        if (count := _number(folded, words, n, hidden, tables)) is not None:
            return _whole(folded, words, keys, n, count, hidden, tables)
        if keys[n] not in tables.between:
            return None
    return None


def _after(
    folded: str, words: Words, keys: list[str], at: int, hidden: list[tuple[int, int]], tables: _Tables
) -> tuple[int, int] | None:
    """The number in digits that stands after word `at` ("beds: 5"), and where; none that counts the next thing."""
    for ahead in range(1, _FAR):
        n = at + ahead
        if n >= len(keys) or not _AFTER_GAP.fullmatch(folded[words.ends[n - 1] : words.starts[n]]):
            return None
        if words.texts[n].isdecimal():
            count = _number(folded, words, n, hidden, tables)
            return None if count is None or _counts_next(folded, words, keys, n, tables) else (count, n)
        if keys[n] not in tables.after:
            return None
    return None


def _counts_next(folded: str, words: Words, keys: list[str], n: int, tables: _Tables) -> bool:
    """Whether the number at `n` stands before a unit of its own: "bed 5 cylinder"."""
    for m in range(n + 1, min(n + 3, len(keys))):
        if not _NEAR_GAP.fullmatch(folded[words.ends[m - 1] : words.starts[m]]):
            return False
        if keys[m] in tables.units:
            return True
    return False


def _number(folded: str, words: Words, n: int, hidden: list[tuple[int, int]], tables: _Tables) -> int | None:
    """The number that a word stands for, in digits or spelled; none for prices, shares, times and phone numbers."""
    word, start, end = words.texts[n], words.starts[n], words.ends[n]
    if any(begin <= start < stop for begin, stop in hidden):
        return None
    if word.isdecimal():
        if len(word) > 5 or _SIGN_BEFORE.search(folded[max(0, start - 2) : start]):
            return None
        if _SIGN_AFTER.match(folded, end):
            return None
        return int(word)
    return tables.numbers.get(word)


def _whole(
    folded: str,
    words: Words,
    keys: list[str],
    n: int,
    count: int,
    hidden: list[tuple[int, int]],
    tables: _Tables,
) -> tuple[int, int] | None:
    """Join what belongs to the number: `1,000`, `do sau`, and of `20-25` or `20 se 25` the smaller; none after `Rs`."""
    first = n
    gap = folded[words.ends[n - 1] : words.starts[n]] if n else ""
    earlier = _number(folded, words, n - 1, hidden, tables) if n else None
    if earlier is not None and gap == "," and len(words.texts[n]) == 3 and words.texts[n].isdecimal():
        count, first = earlier * 1000 + count, n - 1
    elif earlier is not None and count in (12, 100, 1000) and not words.texts[n].isdecimal() and gap == " ":
        count, first = earlier * count, n - 1
    elif earlier is not None and gap.strip() == "-":
        count, first = min(earlier, count), n - 1
    elif n > 1 and keys[n - 1] in {"se", "to"}:
        least = _number(folded, words, n - 2, hidden, tables)
        if least is not None:
            count, first = min(least, count), n - 2
    if first and keys[first - 1] in tables.not_a_count:
        return None
    return count, first
