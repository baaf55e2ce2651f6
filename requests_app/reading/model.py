"""The small trained model: weights of features, read from one file, added up in plain Python."""

import json
from dataclasses import dataclass, field
from functools import cache
from math import exp, log
from pathlib import Path

PATH = Path(__file__).parent / "model.json"


@dataclass(frozen=True, slots=True)
class Linear:
    """One linear model of several outputs: a bias per output and, per feature, (output number, weight) pairs."""

    outputs: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[tuple[int, float], ...]]

    def scores(self, features: set[str]) -> list[float]:
        """One score per output, before squashing."""
        sums = list(self.bias)
        get = self.weights.get
        for feature in features:
            pairs = get(feature)
            if pairs is not None:
                for output, weight in pairs:
                    sums[output] += weight
        return sums


@dataclass(frozen=True, slots=True)
class Model:
    """The three parts of the reader's model and what was measured when it was trained."""

    kind: Linear
    needs: Linear
    urgency: Linear
    about: dict[str, object]
    doubt: dict[str, float] = field(default_factory=dict)  # signal -> weight, for the chance of an error


def softmax(scores: list[float]) -> list[float]:
    top = max(scores)
    powers = [exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def sigmoid(score: float) -> float:
    if score < -30:
        return 0.0
    return 1 / (1 + exp(-score)) if score < 30 else 1.0


def log_odds(chance: float) -> float:
    return log(chance / (1 - chance))


def linear_from(data: dict[str, object]) -> Linear:
    outputs = tuple(data["outputs"])  # type: ignore[arg-type]
    weights = {
        feature: tuple(zip(pairs[0::2], pairs[1::2], strict=True))
        for feature, pairs in data["weights"].items()  # type: ignore[attr-defined]
    }
    return Linear(outputs, tuple(data["bias"]), weights)  # type: ignore[arg-type]


@cache
def shipped() -> Model | None:
    """The model that ships with the reader; None where there is no file, and the rules decide alone."""
    if not PATH.exists():
        return None
    data = json.loads(PATH.read_text(encoding="utf-8"))
    return Model(linear_from(data["kind"]), linear_from(data["needs"]), linear_from(data["urgency"]), data["about"], data.get("doubt", {}))
