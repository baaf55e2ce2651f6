"""The small trained model: weights of features, read from one file, added up in plain Python.

A feature has one weight per output (kinds, needs, levels of urgency). Its weights are packed into one large integer, a lane
of 32 bits per output, so that adding up a text is one `sum`; lanes are taken apart once, at the end. Parts of words have
lanes of their own, for what they say together is divided by the root of the number of words: a long text has many.

On the kind two models are heard, which err differently: one sees words, pairs and rules; the other, a linear support vector
machine, nothing but letters. Its lanes are those of the parts, divided by the length of the text's vector, and the square of
that length is a lane too.
"""

import base64
import json
import struct
from array import array
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import exp, log, sqrt
from sys import intern
from typing import Any

from .features import Feature, whole_word, word_letters, word_parts
from .kind import KINDS
from .needs import NEEDS
from .version import FOLDER

PATH = FOLDER / "model.json"
LEVELS = ("critical", "high")
OUTPUTS = (*("kind." + name for name in KINDS), *("need." + name for name in NEEDS), *LEVELS)
SCALE = 512  # a weight of 1.0 as stored
_WIDTH = len(OUTPUTS)
_COUNT = 2 * _WIDTH + 1
_LANES = struct.Struct(f"<{_COUNT}i")
_PARTS = 32 * _WIDTH  # where the lanes of parts begin
_SQUARES = 2 * _WIDTH  # the lane of the squares of letters
SCALE_OF_SQUARES = 64
_HALF = 1 << 31
_OFFSET = sum(_HALF << (32 * lane) for lane in range(_COUNT))
_CACHE_LIMIT = 20_000


@dataclass(slots=True, unsafe_hash=True)
class Scores:
    """What the model says: a score per kind (in points of log-odds), what letters alone say of it, a chance per need, a
    chance per level of urgency."""

    kind: dict[str, float]
    letters: dict[str, float]
    needs: dict[str, float]
    urgency: dict[str, float]


@dataclass(slots=True)
class Model:
    """Packed weights per feature and per part of a word as written, weights of the rules' points (per kind, by kind), and
    how scores become labels.

    `decide` holds the thresholds: `request` (how many times likelier another kind must be), one per need, `critical`, `high`,
    and `heat`, by which the scores of kinds are divided so that chances come true. `doubt` weighs signals for the chance of
    an error; `about` tells what was measured in training.
    """

    bias: int
    weights: dict[Feature, int]
    letters: dict[str, int]
    points: list[list[float]]
    decide: dict[str, float]
    doubt: dict[str, float]
    about: dict[str, Any]
    _words: dict[str, int] = field(default_factory=dict)

    def scores(
        self, words: Mapping[str, str], others: Collection[Feature], points: Mapping[str, float]
    ) -> Scores:
        """Of the different words of a text (to their spelling keys), its other features and the rules' points."""
        try:
            total = sum(map(self._words.__getitem__, words), self.bias)
        except KeyError:
            total = sum([self._learn(word, name) for word, name in words.items()], self.bias)
        total += sum(filter(None, map(self.weights.get, others)))
        # with its first bit turned, a lane counted from the middle is a number with a sign
        lanes = _LANES.unpack(((total + _OFFSET) ^ _OFFSET).to_bytes(_LANES.size, "little"))
        heat = self.decide["heat"]
        one, two, three, four, five = map(points.__getitem__, KINDS)
        share = SCALE * heat * length_of(lanes[_SQUARES] / SCALE_OF_SQUARES)
        letters = {name: lane / share for name, lane in zip(KINDS, lanes[_WIDTH:])}  # noqa: B905
        kinds = {
            name: (lane / SCALE + (one * a + two * b + three * c + four * d + five * e)) / heat
            + letters[name]
            for name, lane, (a, b, c, d, e) in zip(KINDS, lanes, self.points)  # noqa: B905
        }
        share = root_of(len(words))
        chances = [
            sigmoid((lanes[at] + lanes[_WIDTH + at] / share) / SCALE) for at in range(len(KINDS), _WIDTH)
        ]
        return Scores(kinds, letters, dict(zip(NEEDS, chances)), dict(zip(LEVELS, chances[-2:])))  # noqa: B905

    def _learn(self, word: str, name: str) -> int:
        known = self._words.get(word)
        if known is not None:
            return known
        weights = self.weights
        parts = sum([weights[part] for part in word_parts(word, name) if part in weights])
        letters = self.letters
        packed = weights.get(whole_word(name), 0) + (parts << _PARTS)
        packed += sum([letters[part] for part in word_letters(word, name) if part in letters])
        if len(self._words) < _CACHE_LIMIT:
            self._words[word] = packed
        return packed


def root_of(words: int) -> float:
    """By what the sum over parts of words is divided."""
    return sqrt(words) if words else 1.0


def length_of(squares: float) -> float:
    """By what the sum over letters is divided; `squares` are those of all parts of all different words."""
    return sqrt(squares) if squares > 0 else 1.0


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


def _packed(flat: "array[int]", width: int, last: int) -> list[int]:
    """The first `last` numbers of each row of `width`, each row as one number with a lane for each."""
    lanes = array("I", [weight + _HALF for weight in flat]).tobytes()
    middle = sum(_HALF << (32 * lane) for lane in range(last))
    return [
        int.from_bytes(lanes[at : at + 4 * last], "little") - middle for at in range(0, len(lanes), 4 * width)
    ]


def model_from(data: Mapping[str, Any]) -> Model:
    """The model of a parsed model file. Raises ValueError where the file is of another shape than this code."""
    if tuple(data["outputs"]) != OUTPUTS or data["scale"] != SCALE:
        raise ValueError("the model file is of another version than the reader")
    # as the words of texts are: what is the same string is found without comparing letters
    names: list[Feature] = [
        (intern(pair[0]), intern(pair[1])) if len(pair := name.split("\t")) == 2 else intern(name)
        for name in data["features"].split("\n")
    ]
    weights = dict(
        zip(names, _packed(_table(data["weights"], len(names), _WIDTH), _WIDTH, _WIDTH), strict=True)
    )
    parts = data["letters"].split("\n") if data["letters"] else []
    width = len(KINDS) + 1
    table = _table(data["letter_weights"], len(parts), width)
    letters = {
        part: (kinds << _PARTS) + (square << 32 * _SQUARES)
        for part, kinds, square in zip(
            parts, _packed(table, width, len(KINDS)), table[width - 1 :: width], strict=True
        )
    }
    bias = weights.pop("")
    return Model(bias, weights, letters, data["points"], data["decide"], data["doubt"], data["about"])


def _table(written: str, rows: int, width: int) -> "array[int]":
    flat = array("h")
    flat.frombytes(base64.b64decode(written))
    if len(flat) != width * rows:
        raise ValueError("the model file is damaged")
    return flat


@cache
def shipped() -> Model | None:
    """The model that ships with the reader; None where there is no file, and the rules decide alone."""
    return model_from(json.loads(PATH.read_text(encoding="utf-8"))) if PATH.exists() else None
