"""Fits the weights of the reader's model to examples: kinds by one regression, each need and level of urgency by its own.

scikit-learn (a development requirement) is used in this folder and nowhere else; reading needs none of it.
"""

import base64
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from .. import kind, needs
from ..model import LEVELS, OUTPUTS, SCALE
from .examples import Example

_LEAST_COUNT = 2
_SMALLEST_WEIGHT = 0.012
_DIGITS = 3
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
