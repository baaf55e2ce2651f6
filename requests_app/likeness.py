"""Tells how alike the words of two posts are, and under which keys posts with much the same words are found. Pure.

Masked texts go in: the digits of numbers are bullets there, so that two pleas that differ in nothing but the number
have the same words; whether the number is the same is for others to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import regex

from districts.folding import fold
from requests_app.sealing import keyed_hash

_LEFT_OUT = regex.compile(r"https?://\S+|www\.\S+|[@#]\w+|\brt\b\s*:?|\S*•\S*")
_WORD = regex.compile(r"[\p{L}\p{M}]+|\p{N}+")
_CUT_OFF = regex.compile(r"\S*(?:…|\.\.\.)\s*(?:https?://\S+\s*)?$")
_PRIME = (1 << 61) - 1
BANDS, ROWS = 8, 2
"""Two texts of which half of the word pairs are shared have a key in common in 9 of 10 cases; of a fifth: 3 of 10."""
FEWEST_WORDS = 6
"""Texts with fewer words have no keys: they are like too much."""


@lru_cache(maxsize=4096)
def words_of(masked: str) -> tuple[str, ...]:
    """Return the words of a masked text, folded, without handles, tags, links, numbers to call and a cut-off last word."""
    text = _CUT_OFF.sub("", masked.strip())
    return tuple(_WORD.findall(_LEFT_OUT.sub(" ", fold(text).text)))


@lru_cache(maxsize=4096)
def _pairs(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f"{one} {two}" for one, two in pairwise(words))


def keys_of(words: tuple[str, ...]) -> tuple[int, ...]:
    """Return the keys (63 bits) that texts with much the same words share (minhash over pairs of words, in bands).

    Keyed, as fingerprints are: beside a text whose owner had it erased a plain hash would tell what it said.
    """
    if len(words) < FEWEST_WORDS:
        return ()
    hashes = [int(keyed_hash(pair)[:15], 16) for pair in _pairs(words)]
    return tuple(dict.fromkeys(_bands(hashes)))


def _bands(hashes: list[int]) -> Iterator[int]:
    for band in range(BANDS):
        key = band + 1
        for row in range(ROWS):
            turn = band * ROWS + row
            factor, shift = 2_654_435_761 * (2 * turn + 3), 0x9E3779B97F4A7C15 * (turn + 1)
            key = (key * 1_000_003 + min((factor * one + shift) % _PRIME for one in hashes)) % _PRIME
        yield key


@dataclass(frozen=True)
class Likeness:
    """How alike two texts are. `inside`: the share of the shorter one's word pairs that the longer one has, 0 to 1;
    `length`: the words of the shorter; `same_figures`: the longer one has all figures (ages, levels, bed numbers) of it,
    of which there are so many `figures`."""

    inside: float = 0.0
    length: int = 0
    same_figures: bool = False
    figures: int = 0

    @property
    def is_copy(self) -> bool:
        """Whether one is the other, perhaps cut off or with other words around it."""
        return self.length >= 8 and self.inside >= 0.85 and self.same_figures

    @property
    def is_whole(self) -> bool:
        """Whether one has every word of the other, figures among them, and enough of them that nobody wrote them twice."""
        return self.length >= 12 and self.inside >= 0.95 and self.same_figures and self.figures > 0

    @property
    def is_long(self) -> bool:
        """Whether the shorter one is longer than what people write by heart, and has a figure in it."""
        return self.length >= 20 and self.figures > 0

    @property
    def is_near(self) -> bool:
        """Whether a person would ask if they are the same."""
        return self.length >= FEWEST_WORDS and self.inside >= 0.5


def likeness(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """Compare two texts by their words (see words_of)."""
    shorter, longer = sorted((one, other), key=len)
    mine, theirs = _pairs(shorter), _pairs(longer)
    if not mine:
        return Likeness()
    figures = {word for word in shorter if word.isdigit()}
    return Likeness(
        inside=len(mine & theirs) / len(mine),
        length=len(shorter),
        same_figures=figures <= set(longer),
        figures=len(figures),
    )


def weight(like: Likeness) -> tuple[bool, float]:
    """What orders likenesses: copies first, then by what they share."""
    return like.is_copy, like.inside


NOT_ALIKE = Likeness()
