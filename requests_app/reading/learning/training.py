"""Trains the reader's small model from labelled posts, and measures it by cross-validation."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-not-found,import-untyped,unused-ignore]

from ..labels import as_labels
from ..model import model_from
from ..read import doubt_signals, letters_against, overall, read_analysed
from ..scoring import FIVE, Pair, figures, intervals, wrong_fields
from ..values import Reading
from ..version import RULES_VERSION
from ..vocabulary import vocabulary
from .examples import example, learnable, phrases_of
from .fitting import train
from .rows import FOLDS, fold_of, labelled_rows
from .thresholds import Judged, decisions, judge

MEASURED = (
    "kind.macro_f1",
    "request.recall",
    "noise_as_request",
    "needs.micro.f1",
    *(f"needs.{need}.f1" for need in FIVE),
    "urgency.critical.recall",
    "urgency.critical.precision",
    "district.accuracy",
    "district.wrong",
    "block.accuracy",
    "phones.exact",
    "doubtful_errors",
)
_DOUBTED = {"kind", "needs", "urgency", "phones"}
_DIGITS = 3


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
            judged[at] = judge(example(rows[at], seen), trained)
    whole = [one for one in judged if one is not None]
    readings: list[Reading | None] = [None] * len(rows)
    for number in range(FOLDS):
        decide = decisions([one for one, found in zip(whole, folds, strict=True) if found != number])
        for at, found in enumerate(folds):
            if found == number:
                readings[at] = read_analysed(whole[at].example.found, replace(whole[at].model, decide=decide))
    signals = [
        doubt_signals(
            one.example.found,
            reading.kind,
            list(reading.needs),
            reading.urgency or "normal",
            reading.confidences,
            letters_against(one.letters, reading.kind),
        )
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
    measured, ranges = figures(pairs), intervals(pairs)
    data = train(learnable(rows, [phrases_of(row) for row in rows]))
    data["decide"] = decide
    data["doubt"] = doubt
    data["about"] = {
        "rules": RULES_VERSION,
        "rows": len(rows),
        "cross_validated": {
            name: round(measured[name], 4) for name in MEASURED if measured[name] == measured[name]
        },
        "intervals": {
            name: [round(bound, 4) for bound in ranges[name]] for name in MEASURED if name in ranges
        },
        "quality": round(quality(measured), 4),
    }
    return data, pairs
