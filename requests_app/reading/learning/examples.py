"""Labelled rows as examples to learn from: what the rules found in each, and its features.

The word lists were written by people who had seen some of the labelled posts, so that on these posts the rules look better
than they are. Two measures against it: a phrase of the lists that occurs in one training post only is hidden from the
rules while that post is learnt from; and in cross-validation the rules see, in the posts left out, only phrases that occur
in the others. Lists that were written from general knowledge (`wide*.toml`) are always seen. About one in six of their
phrases stands in the other lists too, who wrote `wide_floods` and `wide_chatter` had seen which posts were misread, and
strengths were chosen by these same figures, `wide_danger` was written with the misread levels of urgency in view and
`wide_short` with misread short posts: all make cross-validated figures somewhat too good. Only posts that nobody saw tell.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from districts.folding import fold

from ..features import Feature, whole_word, word_letters, word_parts
from ..model import root_of
from ..read import Analysis, analyse
from ..vocabulary import vocabulary

_HIDDEN = 80  # of 256: the share of phrases that the second copy of a row is learnt without


@dataclass(slots=True)
class Example:
    """A labelled row, what the rules found in it, and all of its features."""

    row: dict[str, Any]
    found: Analysis
    features: dict[Feature, float]
    letters: dict[str, float]  # how many different words have each part, as they are written


def phrases_of(row: dict[str, Any]) -> set[tuple[str, ...]]:
    """The phrases of the lists that occur in a row."""
    parsed = analyse(fold(row["text"])).parsed
    return {parsed.phrase(mention) for mention in parsed.mentions}


def example(row: dict[str, Any], known: Collection[tuple[str, ...]] | None = None) -> Example:
    found = analyse(fold(row["text"]), known)
    features: dict[Feature, float] = dict.fromkeys(found.others, 1.0)
    for name, count in Counter(whole_word(name) for name in found.words.values()).items():
        features[name] = float(count)
    share = root_of(len(found.words))
    parts = Counter(part for word in found.words.items() for part in word_parts(*word))
    features.update({part: count / share for part, count in parts.items()})
    letters = Counter(part for word in found.words.items() for part in word_letters(*word))
    return Example(row, found, features, {part: float(count) for part, count in letters.items()})


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
