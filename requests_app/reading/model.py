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


@dataclass(frozen=True, slots=True)
class Model:
    """The three parts of the reader's model and what was measured when it was trained."""

    kind: Linear
    needs: Linear
    urgency: Linear
    about: dict[str, object]
    doubt: dict[str, float] = field(default_factory=dict)  # signal -> weight, for the chance of an error
    merged: dict[str, tuple[tuple[int, float], ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        first = 0
        pairs: dict[str, list[tuple[int, float]]] = {}
        for part in (self.kind, self.needs, self.urgency):
            for feature, weights in part.weights.items():
                pairs.setdefault(feature, []).extend((first + output, weight) for output, weight in weights)
            first += len(part.outputs)
        self.merged.update((feature, tuple(found)) for feature, found in pairs.items())

    def scores(self, features: set[str]) -> "Scores":
        """One score per output of each part, before squashing; one pass over the features of all three."""
        sums = [*self.kind.bias, *self.needs.bias, *self.urgency.bias]
        get = self.merged.get
        for feature in features:
            pairs = get(feature)
            if pairs is not None:
                for output, weight in pairs:
                    sums[output] += weight
        kinds = len(self.kind.outputs)
        needs = kinds + len(self.needs.outputs)
        return Scores(
            dict(zip(self.kind.outputs, sums[:kinds], strict=True)),
            dict(zip(self.needs.outputs, map(sigmoid, sums[kinds:needs]), strict=True)),
            dict(zip(self.urgency.outputs, map(sigmoid, sums[needs:]), strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says: a score per kind, a chance per need, a chance per level of urgency."""

    kind: dict[str, float]
    needs: dict[str, float]
    urgency: dict[str, float]


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
    outputs: tuple[str, ...] = tuple(data["outputs"])  # type: ignore[arg-type]
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
    return Model(
        linear_from(data["kind"]),
        linear_from(data["needs"]),
        linear_from(data["urgency"]),
        data["about"],
        data.get("doubt", {}),
    )
