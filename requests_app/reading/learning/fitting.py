"""Fits the weights of the reader's model to examples: kinds by one regression and one machine that sees letters alone, each
need and level of urgency by its own regression.

scikit-learn (a development requirement) is used in this folder and nowhere else; reading needs none of it.
"""

import base64
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from .. import kind, needs
from ..features import Feature
from ..model import LEVELS, OUTPUTS, SCALE, SCALE_OF_SQUARES, length_of
from .examples import Example

_LEAST_COUNT, _LEAST_COUNT_OF_LETTERS = 3, 5  # a row counts twice
_SMALLEST_WEIGHT = 0.03
_DIGITS = 3
_POINT = 0.3  # the scale of the rules' points
_LEAST_TELLING = 0.1
_LETTERS_STRENGTH, _LETTERS_SHARE = 0.5, 2.0  # C, and how much letters say beside all else


@dataclass(frozen=True, slots=True)
class Strengths:
    """How much a part of the model may lean on words, parts of words, pairs, a text's ends and rules; and on all (C)."""

    words: float
    parts: float
    pairs: float
    ends: float
    rules: float
    overall: float
    telling: float
    """The power of a feature's log ratio between labels by which it is scaled, as naive Bayes would weigh it."""

    def of(self, feature: Feature) -> float:
        if not isinstance(feature, str):
            return self.ends if feature[0][0] in "^$" else self.pairs
        return (
            self.words if feature.startswith("w:") else self.parts if feature.startswith("g:") else self.rules
        )


KIND_STRENGTHS = Strengths(words=0.8, parts=0.0, pairs=0.5, ends=0.5, rules=0.25, overall=1.0, telling=1.0)
NEED_STRENGTHS = Strengths(words=0.4, parts=0.8, pairs=0.3, ends=0.2, rules=0.3, overall=2.0, telling=0.5)
LEVEL_STRENGTHS = Strengths(words=0.3, parts=0.5, pairs=0.3, ends=0.2, rules=0.5, overall=2.0, telling=0.5)


def _counted(each: Sequence[Mapping[Any, float]], names: Sequence[Feature]) -> csr_matrix:
    """A row per example, a column per feature."""
    column = {name: at for at, name in enumerate(names)}
    indices: list[int] = []
    values: list[float] = []
    starts = [0]
    for one in each:
        known = sorted((column[name], count) for name, count in one.items() if name in column)
        indices.extend([at for at, _ in known])
        values.extend([count for _, count in known])
        starts.append(len(indices))
    return csr_matrix((values, indices, starts), shape=(len(each), len(names)))


def _scaled(counted: csr_matrix, scale: Any) -> csr_matrix:
    return csr_matrix(counted @ diags(scale))


def _telling(counted: csr_matrix, labels: Sequence[Any], power: float) -> Any:
    """How much each feature tells of the labels, around 1: the largest log ratio of its share with a label and without."""
    present = counted > 0
    each = np.array(labels)
    most = np.zeros(counted.shape[1])
    for label in sorted(set(labels)):
        inside, outside = (
            np.asarray(present[which].sum(0)).ravel() + 1.0 for which in (each == label, each != label)
        )
        most = np.maximum(most, np.abs(np.log(inside / inside.sum() / (outside / outside.sum()))))
    scaled = (_LEAST_TELLING + most) ** power
    return scaled / scaled.mean()


def _fit(matrix: Any, labels: Sequence[Any], strength: float) -> LogisticRegression:
    solver = "liblinear" if len(set(labels)) == 2 else "lbfgs"
    fitted = LogisticRegression(C=strength, solver=solver, max_iter=600, tol=1e-3, random_state=1)
    fitted.fit(matrix, labels)
    return fitted


def train(examples: Sequence[Example]) -> dict[str, Any]:
    """The model file's data, with thresholds of a half, no doubt and no figures."""
    counts = Counter(feature for one in examples for feature in one.features)
    names = sorted((feature for feature, count in counts.items() if count >= _LEAST_COUNT), key=_written)
    weights = np.zeros((len(names) + 1, len(OUTPUTS)))
    counted = _counted([one.features for one in examples], names)
    rows = [one.row for one in examples]
    points = _train_kinds(examples, counted, names, weights)
    letters, of_letters = _train_letters(examples, weights)
    calls = [at for at, row in enumerate(rows) if row.get("kind") in ("request", "offer") and "needs" in row]
    scale = _scale(names, NEED_STRENGTHS)
    for need in needs.NEEDS:
        into = weights[:, OUTPUTS.index("need." + need)]
        _train_one(counted[calls], [need in rows[at]["needs"] for at in calls], scale, NEED_STRENGTHS, into)
    pleas = [at for at, row in enumerate(rows) if row.get("kind") == "request" and row.get("urgency")]
    scale = _scale(names, LEVEL_STRENGTHS)
    for number, level in enumerate(LEVELS):
        labels = [rows[at]["urgency"] in LEVELS[: number + 1] for at in pleas]
        _train_one(counted[pleas], labels, scale, LEVEL_STRENGTHS, weights[:, OUTPUTS.index(level)])
    written = ["", *map(_written, names)]
    kept = [0, *(at + 1 for at in range(len(names)) if np.abs(weights[at + 1]).max() >= _SMALLEST_WEIGHT)]
    return {
        "outputs": list(OUTPUTS),
        "scale": SCALE,
        "features": "\n".join(written[at] for at in kept),
        "weights": _encoded(weights[kept] * SCALE),
        "letters": "\n".join(letters),
        "letter_weights": _encoded(of_letters),
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


def _encoded(table: Any) -> str:
    stored = np.clip(np.rint(table), -32767, 32767).astype("<i2")
    return base64.b64encode(array("h", stored.ravel().tolist()).tobytes()).decode("ascii")


def _written(feature: Feature) -> str:
    return feature if isinstance(feature, str) else "\t".join(feature)


def _scale(names: Sequence[Feature], strengths: Strengths) -> Any:
    return np.array([strengths.of(name) for name in names])


def _train_kinds(
    examples: Sequence[Example], counted: csr_matrix, names: Sequence[Feature], weights: Any
) -> Any:
    judged = [at for at, one in enumerate(examples) if "kind" in one.row]
    labels = [examples[at].row["kind"] for at in judged]
    scale = _scale(names, KIND_STRENGTHS) * _telling(counted[judged], labels, KIND_STRENGTHS.telling)
    points = csr_matrix([[_POINT * examples[at].found.points[name] for name in kind.KINDS] for at in judged])
    both = csr_matrix(hstack([_scaled(counted[judged], scale), points]))
    fitted = _fit(both, labels, KIND_STRENGTHS.overall)
    found = {name: at for at, name in enumerate(fitted.classes_)}
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


def _train_letters(examples: Sequence[Example], weights: Any) -> tuple[list[str], Any]:
    """The parts of words, and for each its weight per kind and its square as stored; what is left when no part is there is
    added to the first row of `weights`."""
    judged = [one for one in examples if "kind" in one.row]
    counts = Counter(part for one in judged for part in one.letters)
    labels = [one.row["kind"] for one in judged]
    if len(set(labels)) < 3:
        return [], np.zeros((0, len(kind.KINDS) + 1))
    names = sorted(part for part, count in counts.items() if count >= _LEAST_COUNT_OF_LETTERS)
    rarity = np.array([1 + np.log((1 + len(judged)) / (1 + counts[name])) for name in names])
    counted = _counted([one.letters for one in judged], names)
    lengths = [length_of(squares) for squares in counted @ rarity**2]
    vectors = csr_matrix(diags(1 / np.array(lengths)) @ counted @ diags(rarity))
    fitted = LinearSVC(C=_LETTERS_STRENGTH, random_state=1)
    fitted.fit(vectors, labels)
    found = {name: at for at, name in enumerate(fitted.classes_)}
    table = np.zeros((len(names), len(kind.KINDS) + 1))
    for at, name in enumerate(kind.KINDS):
        if name in found:
            weights[0, at] += _LETTERS_SHARE * fitted.intercept_[found[name]]
            table[:, at] = _LETTERS_SHARE * SCALE * fitted.coef_[found[name]] * rarity
    table[:, -1] = SCALE_OF_SQUARES * rarity**2
    return names, table


def _train_one(counted: csr_matrix, labels: list[bool], scale: Any, strengths: Strengths, into: Any) -> None:
    if len(set(labels)) < 2:
        into[0] = 6.0 if labels and labels[0] else -6.0
        return
    scale = scale * _telling(counted, labels, strengths.telling)
    fitted = _fit(_scaled(counted, scale), labels, strengths.overall)
    into[0] = fitted.intercept_[0]
    into[1:] = fitted.coef_[0] * scale
