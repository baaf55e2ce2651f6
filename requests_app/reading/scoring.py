"""Compares readings with labels: figures per field, their bootstrap intervals, and what was misread."""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import kind, needs

FIVE = needs.NEEDS[:5]
Figures = dict[str, float]
_PATIENT = ("age", "spo2", "blood_group")
_MISSING = object()
_PHONE_FIELDS = ("request", "offer", "update")


@dataclass(slots=True)
class Rows:
    """Labelled rows of a file, and what was wrong with the lines that could not be used."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def load(lines: Iterable[str | bytes]) -> Rows:
    """Reads JSON lines; a line that is no object with a text is named with its number and left out."""
    result = Rows()
    for number, line in enumerate(lines, 1):
        if isinstance(line, bytes):
            line = line.decode("utf-8", errors="replace")
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            result.problems.append(f"line {number}: not JSON ({error})")
            continue
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            result.problems.append(f"line {number}: no object with a text")
            continue
        result.rows.append(row)
    return result


def wrong_fields(row: dict[str, Any], read: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """field -> (label, read) for each field that the row judges and the reading has otherwise."""
    wrong: dict[str, tuple[Any, Any]] = {}

    def compare(name: str, label: Any, got: Any) -> None:
        if label != got:
            wrong[name] = (label, got)

    if "kind" in row:
        compare("kind", row["kind"], read["kind"])
    is_call = row.get("kind", read["kind"]) in ("request", "offer")
    if "needs" in row and is_call:
        compare("needs", sorted(row["needs"]), sorted(read["needs"]))
    if row.get("urgency") is not None and row.get("kind", "request") == "request":
        compare("urgency", row["urgency"], read["urgency"])
    if "phones" in row:
        compare("phones", sorted(row["phones"]), sorted(read["phones"]))
    if "district" in row and is_call:
        compare("district", row["district"], read["district"])
    if "block" in row and is_call:
        compare("block", row["block"], read["block"])
    if "patient" in row:
        for name in _PATIENT:
            compare("patient." + name, row["patient"].get(name), read["patient"].get(name))
    return wrong


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _f1(hit: int, label: int, got: int) -> tuple[float, float, float]:
    precision, recall = _ratio(hit, got), _ratio(hit, label)
    return precision, recall, _ratio(2 * hit, label + got)


Pair = tuple[dict[str, Any], dict[str, Any]]


def figures(pairs: Sequence[Pair]) -> Figures:
    """All figures over (labels, reading) pairs; nan where no row judges a figure."""
    out: Figures = {"rows": float(len(pairs))}
    _kind_figures(out, [(row["kind"], read["kind"]) for row, read in pairs if "kind" in row])
    _need_figures(out, pairs)
    _urgency_figures(out, pairs)
    _place_figures(out, pairs)
    phones = [(set(row["phones"]), set(read["phones"])) for row, read in pairs if "phones" in row]
    out["phones.exact"] = _ratio(sum(label == got for label, got in phones), len(phones))
    for name in _PATIENT:
        values = [
            (row["patient"].get(name), read["patient"].get(name)) for row, read in pairs if "patient" in row
        ]
        hit = sum(label == got and label is not None for label, got in values)
        _put(
            out,
            f"patient.{name}",
            hit,
            sum(a is not None for a, _ in values),
            sum(b is not None for _, b in values),
        )
    _doubt_figures(out, pairs)
    return out


def _put(out: Figures, name: str, hit: int, label: int, got: int) -> None:
    out[name + ".precision"], out[name + ".recall"], out[name + ".f1"] = _f1(hit, label, got)


def _kind_figures(out: Figures, kinds: list[tuple[str, str]]) -> None:
    scores = []
    for name in kind.KINDS:
        label = sum(a == name for a, _ in kinds)
        _put(
            out,
            f"kind.{name}",
            sum(a == b == name for a, b in kinds),
            label,
            sum(b == name for _, b in kinds),
        )
        if label:
            scores.append(out[f"kind.{name}.f1"])
    out["kind.macro_f1"] = _ratio(sum(scores), len(scores))
    out["request.recall"] = out["kind.request.recall"]
    noise = [got for label, got in kinds if label in ("thanks", "other", "update")]
    out["noise_as_request"] = _ratio(sum(got == "request" for got in noise), len(noise))
    chatter = [got for label, got in kinds if label in ("thanks", "other")]
    out["chatter_as_request"] = _ratio(sum(got == "request" for got in chatter), len(chatter))


def _need_figures(out: Figures, pairs: Sequence[Pair]) -> None:
    rows = [
        (set(row["needs"]), set(read["needs"]))
        for row, read in pairs
        if "needs" in row and row.get("kind", "request") in ("request", "offer")
    ]
    total = [0, 0, 0]
    for need in needs.NEEDS:
        label = sum(need in a for a, _ in rows)
        got = sum(need in b for _, b in rows)
        hit = sum(need in a and need in b for a, b in rows)
        _put(out, f"needs.{need}", hit, label, got)
        total = [total[0] + hit, total[1] + label, total[2] + got]
    _put(out, "needs.micro", *total)
    out["needs.exact"] = _ratio(sum(a == b for a, b in rows), len(rows))


def _urgency_figures(out: Figures, pairs: Sequence[Pair]) -> None:
    rows = [
        (row["urgency"], read["urgency"] if read["kind"] == "request" else "none")
        for row, read in pairs
        if row.get("urgency") is not None and row.get("kind", "request") == "request"
    ]
    for level in ("critical", "high", "normal"):
        hit = sum(a == b == level for a, b in rows)
        _put(out, f"urgency.{level}", hit, sum(a == level for a, _ in rows), sum(b == level for _, b in rows))


def _place_figures(out: Figures, pairs: Sequence[Pair]) -> None:
    calls = [(row, read) for row, read in pairs if row.get("kind", "request") in ("request", "offer")]
    places = [(row["district"], read["district"]) for row, read in calls if "district" in row]
    out["district.accuracy"] = _ratio(sum(a == b for a, b in places), len(places))
    named = [(a, b) for a, b in places if b is not None]
    out["district.wrong"] = _ratio(sum(a != b for a, b in named), len(named))
    blocks = [
        (row["block"], read["block"])
        for row, read in calls
        if "block" in row and row.get("district") != "outside"
    ]
    out["block.accuracy"] = _ratio(sum(a == b for a, b in blocks), len(blocks))


def _doubt_figures(out: Figures, pairs: Sequence[Pair]) -> None:
    """Share of the readings with an error that stand among the 10 % least confident ones; kind, needs, urgency, phones."""
    judged = sorted(pairs, key=lambda pair: pair[1]["confidence"])
    for name, fields in (
        ("doubtful_errors", ("kind", "needs", "urgency", "phones")),
        ("doubtful_kind_errors", ("kind",)),
        ("doubtful_kind_needs_errors", ("kind", "needs")),
    ):
        flags = [any(field in wrong_fields(row, read) for field in fields) for row, read in judged]
        out[name] = _ratio(sum(flags[: max(1, len(flags) // 10)]), sum(flags))
        out[name.replace("doubtful_", "share_of_") + ""] = _ratio(sum(flags), len(flags))


def intervals(pairs: Sequence[Pair], rounds: int = 200, seed: int = 7) -> dict[str, tuple[float, float]]:
    """95 % bootstrap intervals of all figures."""
    chosen = random.Random(seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(rounds):
        sample = [pairs[chosen.randrange(len(pairs))] for _ in pairs]
        for name, value in figures(sample).items():
            if value == value:
                drawn.setdefault(name, []).append(value)
    result = {}
    for name, values in drawn.items():
        values.sort()
        result[name] = (
            values[int(0.025 * len(values))],
            values[min(len(values) - 1, int(0.975 * len(values)))],
        )
    return result


def read_rows(
    rows: Sequence[dict[str, Any]], reader: Callable[[list[str]], list[dict[str, Any]]]
) -> list[Pair]:
    return list(zip(rows, reader([row["text"] for row in rows]), strict=True))
