"""Trains the reader's small model from labelled posts, measures it by cross-validation, and writes it as one file.

scikit-learn (a development requirement) is used here and nowhere else; reading needs none of it.

The word lists were written by people who had seen some of the labelled posts, so that on these posts the rules look better
than they are. Two measures against it: a phrase of the lists that occurs in one training post only is hidden from the
rules while that post is learnt from; and in cross-validation the rules see, in the posts left out, only phrases that occur
in the others. Lists that were written from general knowledge (`wide*.toml`) are always seen. About one in six of their
phrases stands in the other lists too, and strengths were chosen by these same figures: both make cross-validated figures
somewhat too good. Only the frozen posts tell.
"""

import base64
import hashlib
import json
from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-not-found,import-untyped,unused-ignore]

from districts.folding import fold

from . import kind, needs
from .features import word_features
from .labels import as_labels
from .model import LEVELS, OUTPUTS, SCALE, Model, model_from, softmax
from .read import (
    Analysis,
    analyse,
    decided_kind,
    doubt_signals,
    kind_scores,
    overall,
    read_analysed,
)
from .scoring import Pair, figures, wrong_fields
from .values import Reading
from .version import RULES_VERSION
from .vocabulary import vocabulary

LABELLED = Path(__file__).parent / "labelled"
FOLDS = 5
MEASURED = (
    "kind.macro_f1",
    "request.recall",
    "noise_as_request",
    "needs.micro.f1",
    "urgency.critical.recall",
    "urgency.critical.precision",
    "phones.exact",
    "doubtful_errors",
)
_LEAST_COUNT = 2
_DOUBTED = {"kind", "needs", "urgency", "phones"}
_SMALLEST_WEIGHT = 0.012
_DIGITS = 3
_REQUEST_RECALL, _CRITICAL_RECALL, _CRITICAL_PRECISION = 0.98, 0.975, 0.85
_LEANS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 14.0, 20.0)
_LEANS_OVER_OFFERS = (1.0, 1.5, 2.0, 3.0)
_NOISE = frozenset(("update", "thanks", "other"))
_HIDDEN = 80  # of 256: the share of phrases that the second copy of a row is learnt without
_POINT = 0.4  # the scale of the rules' points


@dataclass(frozen=True, slots=True)
class Strengths:
    """How much a part of the model may lean on words, parts of words, pairs of words and rules; and on all of them (C)."""

    words: float
    parts: float
    pairs: float
    rules: float
    overall: float

    def of(self, feature: str) -> float:
        if feature.startswith("w:"):
            return self.words
        if feature.startswith("g:"):
            return self.parts
        return self.pairs if " " in feature else self.rules


KIND_STRENGTHS = Strengths(0.4, 0.25, 0.4, 0.4, 1.0)
NEED_STRENGTHS = Strengths(0.4, 0.15, 0.4, 0.3, 2.0)
LEVEL_STRENGTHS = Strengths(0.3, 0.1, 0.3, 0.5, 2.0)


@dataclass(slots=True)
class Example:
    """A labelled row, what the rules found in it, and all of its features."""

    row: dict[str, Any]
    found: Analysis
    features: Counter[str]


def labelled_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of every .jsonl directly in `folder` (not in folders below it), in the order of file names."""
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def phrases_of(row: dict[str, Any]) -> set[tuple[str, ...]]:
    """The phrases of the lists that occur in a row."""
    parsed = analyse(fold(row["text"])).parsed
    return {parsed.phrase(mention) for mention in parsed.mentions}


def example(row: dict[str, Any], known: Collection[tuple[str, ...]] | None = None) -> Example:
    found = analyse(fold(row["text"]), known)
    features: Counter[str] = Counter(found.others)
    for word in found.words:
        features.update(word_features(*word))
    return Example(row, found, features)


def learnable(rows: Sequence[dict[str, Any]], phrases: Sequence[set[tuple[str, ...]]]) -> list[Example]:
    """Rows to learn from, each twice: without phrases that occur in no other row, and with a third of the others hidden too.

    The second time stands for people who say the same in words that no list has.
    """
    counts = Counter(phrase for found in phrases for phrase in found)
    seen = {phrase for phrase, count in counts.items() if count > 1} | vocabulary().wide
    whole = [example(row, seen) for row in rows]
    thinned = [
        example(row, {phrase for phrase in found & seen if not _is_hidden(row["text"], phrase)})
        for row, found in zip(rows, phrases, strict=True)
    ]
    return whole + thinned


def _is_hidden(text: str, phrase: tuple[str, ...]) -> bool:
    key = f"{text[:60]}|{' '.join(phrase)}"
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()[0] < _HIDDEN


def _matrix(examples: Sequence[Example], names: Sequence[str], strengths: Strengths) -> csr_matrix:
    column = {name: at for at, name in enumerate(names)}
    scale = [strengths.of(name) for name in names]
    indices: list[int] = []
    values: list[float] = []
    starts = [0]
    for one in examples:
        for at, count in sorted((column[f], count) for f, count in one.features.items() if f in column):
            indices.append(at)
            values.append(scale[at] * count)
        starts.append(len(indices))
    return csr_matrix((values, indices, starts), shape=(len(examples), len(names)))


def _fit(matrix: Any, labels: Sequence[Any], strength: float) -> LogisticRegression:
    solver = "liblinear" if len(set(labels)) == 2 else "lbfgs"
    fitted = LogisticRegression(C=strength, solver=solver, max_iter=600, tol=1e-3, random_state=1)
    fitted.fit(matrix, labels)
    return fitted


def train(examples: Sequence[Example]) -> dict[str, Any]:
    """The model file's data, with thresholds of a half, no doubt and no figures."""
    counts = Counter(feature for one in examples for feature in one.features)
    names = sorted(feature for feature, count in counts.items() if count >= _LEAST_COUNT)
    weights = np.zeros((len(names) + 1, len(OUTPUTS)))
    points = _train_kinds([one for one in examples if "kind" in one.row], names, weights)
    calls = [one for one in examples if one.row.get("kind") in ("request", "offer") and "needs" in one.row]
    for need in needs.NEEDS:
        labels = [need in one.row["needs"] for one in calls]
        _train_one(calls, labels, names, NEED_STRENGTHS, weights[:, OUTPUTS.index("need." + need)])
    pleas = [one for one in examples if one.row.get("kind") == "request" and one.row.get("urgency")]
    for level in LEVELS:
        labels = [one.row["urgency"] in LEVELS[: LEVELS.index(level) + 1] for one in pleas]
        _train_one(pleas, labels, names, LEVEL_STRENGTHS, weights[:, OUTPUTS.index(level)])
    kept = [0, *(at + 1 for at in range(len(names)) if np.abs(weights[at + 1]).max() >= _SMALLEST_WEIGHT)]
    stored = np.clip(np.rint(weights[kept] * SCALE), -32767, 32767).astype("<i2")
    return {
        "outputs": list(OUTPUTS),
        "scale": SCALE,
        "features": "\n".join(["", *names][at] for at in kept),
        "weights": base64.b64encode(array("h", stored.ravel().tolist()).tobytes()).decode("ascii"),
        "points": [[round(float(value), _DIGITS) for value in row] for row in points],
        "decide": {
            "request": 1.0,
            "over_offer": 1.0,
            "heat": 1.0,
            **dict.fromkeys((*needs.NEEDS, *LEVELS), 0.5),
        },
        "doubt": {},
        "about": {},
    }


def _train_kinds(examples: Sequence[Example], names: list[str], weights: Any) -> Any:
    matrix = _matrix(examples, names, KIND_STRENGTHS)
    points = csr_matrix([[_POINT * one.found.points[name] for name in kind.KINDS] for one in examples])
    both = _beside(matrix, points)
    fitted = _fit(both, [one.row["kind"] for one in examples], KIND_STRENGTHS.overall)
    found = {name: at for at, name in enumerate(fitted.classes_)}
    scale = np.array([KIND_STRENGTHS.of(name) for name in names])
    by_kind = np.zeros((len(kind.KINDS), len(kind.KINDS)))
    for at, name in enumerate(kind.KINDS):
        if name not in found:
            weights[0, at] = -10.0
            continue
        weights[0, at] = fitted.intercept_[found[name]]
        row = fitted.coef_[found[name]]
        weights[1:, at] = row[: len(names)] * scale
        by_kind[at] = row[len(names) :] * _POINT
    return by_kind


def _beside(left: csr_matrix, right: csr_matrix) -> csr_matrix:
    return csr_matrix(hstack([left, right]))


def _train_one(
    examples: Sequence[Example], labels: list[bool], names: list[str], strengths: Strengths, into: Any
) -> None:
    if len(set(labels)) < 2:
        into[0] = 6.0 if labels and labels[0] else -6.0
        return
    fitted = _fit(_matrix(examples, names, strengths), labels, strengths.overall)
    into[0] = fitted.intercept_[0]
    into[1:] = fitted.coef_[0] * np.array([strengths.of(name) for name in names])


@dataclass(slots=True)
class Judged:
    """What a model that had not seen a row says of it; and the row."""

    example: Example
    model: Model
    scores: dict[str, float]  # per kind, at heat 1
    needs: dict[str, float]
    urgency: dict[str, float]


def _judge(one: Example, trained: Model) -> Judged:
    scores = trained.scores(one.found.words, one.found.others, one.found.points)
    return Judged(one, trained, kind_scores(one.found, scores), scores.needs, scores.urgency)


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
                0.97
                if (spo2 := one.example.found.patient.spo2) is not None and spo2 <= 90
                else one.urgency["critical"],
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
            worth = sum(scores) / len(scores) - 0.7 * loud
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


def cross_validate(rows: Sequence[dict[str, Any]]) -> tuple[list[Pair], dict[str, float], dict[str, float]]:
    """(row, reading) for every row, each read by a model trained without the rows of its fold; thresholds; weights of doubt.

    What a fold's readings take from other predictions (thresholds, heat, doubt) comes from the other folds.
    """
    folds = [fold_of(row) for row in rows]
    phrases = [phrases_of(row) for row in rows]
    judged: list[Judged | None] = [None] * len(rows)
    for number in range(FOLDS):
        inside = [at for at, found in enumerate(folds) if found != number]
        outside = [at for at, found in enumerate(folds) if found == number]
        trained = model_from(train(learnable([rows[at] for at in inside], [phrases[at] for at in inside])))
        seen = set().union(*(phrases[at] for at in inside)) | vocabulary().wide
        for at in outside:
            judged[at] = _judge(example(rows[at], seen), trained)
    whole = [one for one in judged if one is not None]
    readings: list[Reading | None] = [None] * len(rows)
    for number in range(FOLDS):
        decide = decisions([one for one, found in zip(whole, folds, strict=True) if found != number])
        for at, found in enumerate(folds):
            if found == number:
                readings[at] = read_analysed(whole[at].example.found, replace(whole[at].model, decide=decide))
    signals = [
        doubt_signals(one.example.found, reading.kind, list(reading.needs), reading.confidences)
        for one, reading in zip(whole, readings, strict=True)
        if reading is not None
    ]
    wrong = [
        bool(set(wrong_fields(row, as_labels(reading))) & _DOUBTED)
        for row, reading in zip(rows, readings, strict=True)
        if reading is not None
    ]
    pairs: list[Pair] = [(row, {}) for row in rows]
    for number in range(FOLDS):
        others = [at for at, found in enumerate(folds) if found != number]
        doubt = _fit_doubt([signals[at] for at in others], [wrong[at] for at in others])
        for at, found in enumerate(folds):
            reading = readings[at]
            if found == number and reading is not None:
                sure = overall(reading.confidences, reading.kind in ("request", "offer"), signals[at], doubt)
                pairs[at] = (rows[at], as_labels(replace(reading, confidence=sure)))
    return pairs, decisions(whole), _fit_doubt(signals, wrong)


def _fit_doubt(signals: Sequence[dict[str, float]], wrong: Sequence[bool]) -> dict[str, float]:
    if len(set(wrong)) < 2:
        return {}
    names = sorted(signals[0])
    fitted = LogisticRegression(C=1.0, max_iter=600)
    fitted.fit([[one[name] for name in names] for one in signals], wrong)
    weights = {
        name: round(float(weight), _DIGITS) for name, weight in zip(names, fitted.coef_[0], strict=True)
    }
    return {"bias": round(float(fitted.intercept_[0]), _DIGITS), **weights}


def fold_of(row: dict[str, Any]) -> int:
    """By the number that it names, else by the text: copies of a post never stand on both sides."""
    key = (row.get("phones") or [" ".join(row["text"].lower().split())])[0]
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()[0] % FOLDS


def quality(measured: dict[str, float]) -> float:
    """One number to compare two models by: kinds and needs, and the pleas that are found."""
    return measured["kind.macro_f1"] + measured["needs.micro.f1"] + measured["request.recall"]


def make(folder: Path) -> tuple[dict[str, Any], list[Pair]]:
    """The trained model's data with its cross-validated figures in `about`, and the cross-validated readings."""
    rows = labelled_rows(folder)
    with threadpool_limits(
        1
    ):  # the order of sums, and with it the last bit of a weight, is then the same every time
        return _make(rows)


def _make(rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[Pair]]:
    pairs, decide, doubt = cross_validate(rows)
    measured = figures(pairs)
    data = train(learnable(rows, [phrases_of(row) for row in rows]))
    data["decide"] = decide
    data["doubt"] = doubt
    data["about"] = {
        "rules": RULES_VERSION,
        "rows": len(rows),
        "cross_validated": {
            name: round(measured[name], 4) for name in MEASURED if measured[name] == measured[name]
        },
        "quality": round(quality(measured), 4),
    }
    return data, pairs
