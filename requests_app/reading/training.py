"""Trains the reader's small model from labelled posts, measures it by cross-validation, and writes it as one file.

scikit-learn (a development requirement) is used here and nowhere else; reading needs none of it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from districts.folding import fold

from . import kind, needs
from .labels import as_labels
from .model import Linear, Model, linear_from
from .read import READER_VERSION, Analysis, analyse, doubt_signals, read
from .scoring import Pair, figures, wrong_fields
from .values import Reading

LABELLED = Path(__file__).parent / "labelled"
FOLDS = 5
MEASURED = (
    "kind.macro_f1",
    "request.recall",
    "noise_as_request",
    "needs.micro.f1",
    "urgency.critical.recall",
    "doubtful_errors",
)
_LEAST_COUNT = 2
_DOUBTED = {"kind", "needs", "urgency", "phones"}
_KIND_STRENGTH, _NEEDS_STRENGTH, _URGENCY_STRENGTH = 1.0, 1.0, 2.0
_SMALLEST_WEIGHT = 0.02
_DIGITS = 3


def labelled_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of every .jsonl directly in `folder` (not in folders below it), in the order of file names."""
    rows = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                rows.append(json.loads(line))
    return rows


def train(rows: Sequence[dict[str, Any]], analyses: Sequence[Analysis]) -> dict[str, Any]:
    """The model's three parts as plain data, `about` left to the caller."""
    kinds = [
        (found.features, row["kind"]) for row, found in zip(rows, analyses, strict=True) if "kind" in row
    ]
    calls = [
        (found.need_features, row["needs"])
        for row, found in zip(rows, analyses, strict=True)
        if row.get("kind") in ("request", "offer") and "needs" in row
    ]
    pleas = [
        (found.features, row["urgency"])
        for row, found in zip(rows, analyses, strict=True)
        if row.get("kind") == "request" and row.get("urgency")
    ]
    return {
        "kind": _train_kinds(kinds),
        "needs": _train_each(
            [features for features, _ in calls],
            {need: [need in labels for _, labels in calls] for need in needs.NEEDS},
            _NEEDS_STRENGTH,
        ),
        "urgency": _train_urgency(pleas),
    }


def _matrix(sets: Sequence[set[str]]) -> tuple[csr_matrix, list[str]]:
    counts = Counter(feature for features in sets for feature in features)
    names = sorted(feature for feature, count in counts.items() if count >= _LEAST_COUNT)
    column = {name: at for at, name in enumerate(names)}
    indices: list[int] = []
    starts = [0]
    for features in sets:
        indices.extend(sorted(column[feature] for feature in features if feature in column))
        starts.append(len(indices))
    return csr_matrix(([1.0] * len(indices), indices, starts), shape=(len(sets), len(names))), names


def _fit(
    matrix: csr_matrix, labels: Sequence[Any], strength: float, multi: bool = False
) -> LogisticRegression:
    solver = "lbfgs" if multi else "liblinear"
    fitted = LogisticRegression(C=strength, solver=solver, max_iter=400, random_state=1)
    fitted.fit(matrix, labels)
    return fitted


def _plain(
    outputs: Sequence[str], biases: Sequence[float], columns: Sequence[Any], names: list[str]
) -> dict[str, Any]:
    weights: dict[str, list[float]] = {}
    for at, name in enumerate(names):
        pairs: list[float] = []
        for output in range(len(outputs)):
            weight = round(float(columns[output][at]), _DIGITS)
            if abs(weight) >= _SMALLEST_WEIGHT:
                pairs.extend((output, weight))
        if pairs:
            weights[name] = pairs
    return {
        "outputs": list(outputs),
        "bias": [round(float(bias), _DIGITS) for bias in biases],
        "weights": weights,
    }


def _train_kinds(examples: Sequence[tuple[set[str], str]]) -> dict[str, Any]:
    matrix, names = _matrix([features for features, _ in examples])
    fitted = _fit(matrix, [label for _, label in examples], _KIND_STRENGTH, multi=True)
    order = [list(fitted.classes_).index(name) for name in kind.KINDS]
    return _plain(kind.KINDS, fitted.intercept_[order], fitted.coef_[order], names)


def _train_each(sets: Sequence[set[str]], targets: dict[str, list[bool]], strength: float) -> dict[str, Any]:
    matrix, names = _matrix(sets)
    fitted = [_fit(matrix, labels, strength) for labels in targets.values()]
    return _plain(
        list(targets), [one.intercept_[0] for one in fitted], [one.coef_[0] for one in fitted], names
    )


def _train_urgency(pleas: Sequence[tuple[set[str], str]]) -> dict[str, Any]:
    targets = {
        "critical": [label == "critical" for _, label in pleas],
        "high": [label in ("critical", "high") for _, label in pleas],
    }
    return _train_each([features for features, _ in pleas], targets, _URGENCY_STRENGTH)


def as_model(data: dict[str, Any]) -> Model:
    parts: dict[str, Linear] = {name: linear_from(data[name]) for name in ("kind", "needs", "urgency")}
    return Model(
        parts["kind"], parts["needs"], parts["urgency"], data.get("about", {}), data.get("doubt", {})
    )


def cross_validate(
    rows: Sequence[dict[str, Any]], analyses: Sequence[Analysis]
) -> tuple[list[Pair], dict[str, float]]:
    """(row, reading) for every row, each read by a model trained without the rows of its fold; and the weights of doubt.

    The confidence of each reading comes from weights of doubt that were fitted on the other folds' errors.
    """
    models = []
    signals: list[dict[str, float]] = [{}] * len(rows)
    wrong = [False] * len(rows)
    folds = [_fold_of(row) for row in rows]
    for number in range(FOLDS):
        inside = [at for at, found in enumerate(folds) if found != number]
        trained = as_model(train([rows[at] for at in inside], [analyses[at] for at in inside]))
        models.append(trained)
        for at, found in enumerate(folds):
            if found == number:
                reading = read(rows[at]["text"], trained=trained)
                signals[at] = signals_of(analyses[at], reading)
                wrong[at] = bool(set(wrong_fields(rows[at], as_labels(reading))) & _DOUBTED)
    pairs: list[Pair] = [(row, {}) for row in rows]
    for number in range(FOLDS):
        others = [at for at, found in enumerate(folds) if found != number]
        doubt = _fit_doubt([signals[at] for at in others], [wrong[at] for at in others])
        trained = replace(models[number], doubt=doubt)
        for at, found in enumerate(folds):
            if found == number:
                pairs[at] = (rows[at], as_labels(read(rows[at]["text"], trained=trained)))
    return pairs, _fit_doubt(signals, wrong)


def signals_of(found: Analysis, reading: Reading) -> dict[str, float]:
    return doubt_signals(found, reading.kind, list(reading.needs), reading.confidences)


def _fit_doubt(signals: Sequence[dict[str, float]], wrong: Sequence[bool]) -> dict[str, float]:
    names = sorted(signals[0])
    fitted = LogisticRegression(C=1.0, max_iter=400)
    fitted.fit([[one[name] for name in names] for one in signals], wrong)
    weights = {
        name: round(float(weight), _DIGITS) for name, weight in zip(names, fitted.coef_[0], strict=True)
    }
    return {"bias": round(float(fitted.intercept_[0]), _DIGITS), **weights}


def _fold_of(row: dict[str, Any]) -> int:
    """By the text, so that two copies of a post never stand on both sides."""
    words = " ".join(row["text"].lower().split())
    return hashlib.sha256(words.encode("utf-8", "replace")).digest()[0] % FOLDS


def analyse_all(rows: Sequence[dict[str, Any]]) -> list[Analysis]:
    return [analyse(fold(row["text"])) for row in rows]


def quality(measured: dict[str, float]) -> float:
    """One number to compare two models by: kinds and needs, and the pleas that are found."""
    return measured["kind.macro_f1"] + measured["needs.micro.f1"] + measured["request.recall"]


def make(folder: Path) -> tuple[dict[str, Any], list[Pair]]:
    """The trained model's data with its cross-validated figures in `about`, and the cross-validated readings."""
    rows = labelled_rows(folder)
    analyses = analyse_all(rows)
    pairs, doubt = cross_validate(rows, analyses)
    measured = figures(pairs)
    data = train(rows, analyses)
    data["doubt"] = doubt
    data["about"] = {
        "reader": READER_VERSION,
        "rows": len(rows),
        "cross_validated": {name: round(measured[name], 4) for name in MEASURED},
        "quality": round(quality(measured), 4),
    }
    return data, pairs
