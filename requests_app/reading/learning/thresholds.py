"""From predictions of models that had not seen the rows: the thresholds that turn chances into labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from .. import kind, needs
from ..model import Model, softmax
from ..read import critical_chance, decided_kind, kind_scores
from .examples import Example

_DIGITS = 3
# The rows that are learnt from are harder than what a handle gets: 98.2 % of their pleas found is 99 % of those, and a level of
# urgency that is right of 83 % of them is right of more than 85 % of those.
_REQUEST_RECALL, _CRITICAL_RECALL, _CRITICAL_PRECISION = 0.982, 0.985, 0.83
_LEANS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 14.0, 20.0)
_LEANS_OVER_OFFERS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)
# What noise in the queue costs beside macro F1: little, while it is within its aim.
_COST_OF_NOISE = 0.2
_NOISE = frozenset(("update", "thanks", "other"))


@dataclass(slots=True)
class Judged:
    """What a model that had not seen a row says of it; and the row."""

    example: Example
    model: Model
    scores: dict[str, float]  # per kind, at heat 1
    letters: dict[str, float]
    needs: dict[str, float]
    urgency: dict[str, float]


def judge(one: Example, trained: Model) -> Judged:
    scores = trained.scores(one.found.words, one.found.others, one.found.points)
    return Judged(one, trained, kind_scores(one.found, scores), scores.letters, scores.needs, scores.urgency)


def decisions(judged: Sequence[Judged]) -> dict[str, float]:
    """The thresholds that give the recall aimed at for pleas and critical ones, the best F1 else; and the heat of kinds."""
    kinds = [one for one in judged if "kind" in one.example.row]
    decide = {"heat": _heat(kinds)}
    decide.update(_leans(kinds, decide["heat"]))
    calls = [
        one for one in kinds if one.example.row["kind"] in ("request", "offer") and "needs" in one.example.row
    ]
    for need in needs.NEEDS:
        decide[need] = _best_threshold([(one.needs[need], need in one.example.row["needs"]) for one in calls])
    levels = [one for one in kinds if one.example.row["kind"] == "request" and one.example.row.get("urgency")]
    decide["critical"] = _critical_threshold(
        [
            (
                critical_chance(one.example.found, one.urgency["critical"]),
                one.example.row["urgency"] == "critical",
            )
            for one in levels
        ]
    )
    decide["high"] = _best_threshold(
        [
            (one.urgency["high"], one.example.row["urgency"] == "high")
            for one in levels
            if one.urgency["critical"] < 0.5
        ]
    )
    return decide


def _leans(judged: Sequence[Judged], heat: float) -> dict[str, float]:
    """How far to lean to `request` against noise and against offers: the recall aimed at, at the best macro F1."""
    chances = [
        dict(zip(kind.KINDS, softmax([one.scores[name] / heat for name in kind.KINDS]), strict=True))
        for one in judged
    ]
    labels = [one.example.row["kind"] for one in judged]
    best: tuple[float, float, float] | None = None
    for offers in _LEANS_OVER_OFFERS:
        for noise in _LEANS:
            got = [decided_kind(one, noise, offers) for one in chances]
            found = sum(a == b == "request" for a, b in zip(labels, got, strict=True))
            if found < _REQUEST_RECALL * labels.count("request") and noise < _LEANS[-1]:
                continue
            scores = [
                2 * sum(a == b == name for a, b in zip(labels, got, strict=True))
                / max(1, labels.count(name) + got.count(name))
                for name in kind.KINDS
            ]  # fmt: skip
            loud = sum(a in _NOISE and b == "request" for a, b in zip(labels, got, strict=True)) / max(
                1, sum(label in _NOISE for label in labels)
            )
            worth = sum(scores) / len(scores) - _COST_OF_NOISE * loud
            if best is None or worth > best[0]:
                best = (worth, noise, offers)
            break
    return {"request": best[1] if best else 1.0, "over_offer": best[2] if best else 1.0}


def _heat(judged: Sequence[Judged]) -> float:
    """By what the scores of kinds must be divided so that their chances fit best what is true."""

    def loss(heat: float) -> float:
        total = 0.0
        for one in judged:
            scores = [score / heat for score in one.scores.values()]
            top = max(scores)
            total += (
                top
                + log(sum(exp(score - top) for score in scores))
                - one.scores[one.example.row["kind"]] / heat
            )
        return total

    return min((0.5 + 0.05 * step for step in range(51)), key=loss) if judged else 1.0


def _critical_threshold(chances: Sequence[tuple[float, bool]]) -> float:
    """The highest that finds the share of critical pleas aimed at; where too much else is found, the lowest that is precise."""
    total = sum(label for _, label in chances)
    for step in range(40, -1, -1):
        threshold = 0.1 + 0.01 * step
        if sum(label for chance, label in chances if chance >= threshold) >= _CRITICAL_RECALL * total:
            break
    while threshold < 0.5:
        got = [label for chance, label in chances if chance >= threshold]
        if sum(got) >= _CRITICAL_PRECISION * len(got):
            break
        threshold += 0.01
    return round(threshold, _DIGITS)


def _best_threshold(chances: Sequence[tuple[float, bool]]) -> float:
    """Between 0.3 and 0.6, where F1 is best; the middle of the best ones."""
    total = sum(label for _, label in chances)
    tried: list[tuple[float, float]] = []
    for step in range(31):
        threshold = 0.3 + 0.01 * step
        got = [label for chance, label in chances if chance >= threshold]
        tried.append((2 * sum(got) / (len(got) + total) if got or total else 0.0, threshold))
    best = max(score for score, _ in tried)
    near = [threshold for score, threshold in tried if score >= best - 0.002]
    return round(near[len(near) // 2], _DIGITS)
