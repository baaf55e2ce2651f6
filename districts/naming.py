"""Finds the names of places in the words of a text: exact spellings, hashtags, endings that stick,
spellings that sound alike.

The names are one dictionary of word sequences, looked up from each word, longest first; what a word
can begin is kept for the words met lately, so that a text without a name costs one look-up a word.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import compress

from districts.everyday import AFFIXES, CAUTIOUS, IGNORED, NOT_A_VARIANT
from districts.folding import fold
from districts.places import Alias, Target, aliases, districts
from districts.spelling import has_same_consonants, is_one_edit_apart, near_keys, sound_of
from districts.words import Words

_SPLIT_ENDINGS = ("garh", "nagar", "pur", "wara", "mandi", "ganj", "गढ", "नगर", "पुर", "मंडी", "गंज", "वाडा")
_KEPT = 40_000  # words of which it is kept what they can begin
_LONGEST_WORD, _LONGEST_NUMBER = 40, 4
_DOUBLED = re.compile(r"([a-z])\1+")
_LONG = 9
# A short word that lacks a consonant of a place's name may be another word: unsure by itself, "Tiwari" is not Tinwari.
SOUNDS_ALIKE, ONE_LETTER_APART, ONE_CONSONANT_APART = 0.88, 0.76, 0.6


@dataclass(slots=True)
class Mention:
    """A name found: words first to last (exclusive), what it may stand for, and how surely
    (`quality`, 0 to 1) it is that name."""

    first: int
    last: int
    kind: str
    targets: tuple[Target, ...]
    quality: float
    is_cautious: bool
    is_tag: bool


@dataclass(frozen=True, slots=True)
class _Names:
    exact: dict[str, Alias]
    longest: dict[str, int]
    second: frozenset[tuple[str, str]]  # the first two words of every longer name
    sounds: dict[str, Alias | None]
    near: dict[str, tuple[str, ...]]


def _spelled(name: str) -> str:
    return " ".join(Words(fold(name).text).tokens)


def _splits(name: str) -> list[str]:
    return [
        f"{name[: -len(ending)]} {ending}"
        for ending in _SPLIT_ENDINGS
        if name.endswith(ending) and len(name) - len(ending) >= 4 and " " not in name
    ]


def _exact_names() -> dict[str, Alias]:
    exact: dict[str, Alias] = {}
    old = {district.name for district in districts() if not (set(district.parents) - {district.name})}
    # An old district's own name means the district, though a block may be called the same.
    for alias in sorted(aliases(), key=lambda a: not (a.kind == "district" and a.targets[0].district in old)):
        spelled = _spelled(alias.name)
        if spelled and spelled not in IGNORED:
            exact.setdefault(spelled, alias)
    for spelled, alias in list(exact.items()):
        if " " in spelled and alias.kind != "hospital":
            joined = spelled.replace(" ", "")
            if len(joined) >= 6:
                exact.setdefault(joined, alias)
        for split in _splits(spelled):
            exact.setdefault(split, alias)
    return exact


@cache
def _names() -> _Names:
    exact = _exact_names()
    longest: dict[str, int] = {}
    second: set[tuple[str, str]] = set()
    sounds: dict[str, Alias | None] = {}
    near: dict[str, list[str]] = {}
    for spelled, alias in exact.items():
        first, *more = spelled.split(" ")
        longest[first] = max(longest.get(first, 0), 1 + len(more))
        if more:
            second.add((first, more[0]))
        if more or len(spelled) < 5 or spelled in CAUTIOUS or alias.kind == "hospital":
            continue
        key = sound_of(spelled)
        if len(key) < (4 if key[0] >= "\u0900" else 5):
            continue
        known = sounds.setdefault(key, alias)
        if known is not None and known.targets != alias.targets:
            sounds[key] = None
    for key, known in sounds.items():
        if known is not None and known.kind != "shared" and len(key) >= 6:
            for short in near_keys(key):
                near.setdefault(short, []).append(key)
    near_names = {short: tuple(keys) for short, keys in near.items()}
    return _Names(exact, longest, frozenset(second), sounds, near_names)


def _near(token: str) -> tuple[Alias, float] | None:
    """The one name that a word of five letters or more sounds like, or is one letter away from,
    with how surely."""
    if not 5 <= len(token) <= 24 or token in NOT_A_VARIANT:
        return None
    names = _names()
    single = _DOUBLED.sub(r"\1", token)
    if len(single) >= 5 and single != token and single not in CAUTIOUS:
        alias = names.exact.get(single)
        if alias is not None:
            return alias, SOUNDS_ALIKE
    key = sound_of(token)
    if len(key) >= (4 if key[:1] >= "\u0900" else 5):
        alias = names.sounds.get(key)
        if alias is not None:
            return alias, SOUNDS_ALIKE
    if len(token) < 6 or len(key) < 6:
        return None
    shortest = 7 if len(token) < 7 else 0  # of six letters one may have been left out, no more
    found: tuple[Alias, str] | None = None
    for short in near_keys(key):
        for other in names.near.get(short, ()):
            alias = names.sounds[other]
            if (
                alias is None
                or other[0] != key[0]
                or len(other) < shortest
                or not is_one_edit_apart(key, other)
            ):
                continue
            if found is not None and found[0].targets != alias.targets:
                return None
            found = alias, other
    if found is None:
        return None
    alias, other = found
    is_clear = len(token) >= _LONG or alias.kind == "district" or has_same_consonants(key, other)
    return alias, ONE_LETTER_APART if is_clear else ONE_CONSONANT_APART


def _without_affix(token: str, is_tag: bool) -> Alias | None:
    """The name in a compound hashtag, or before an ending that was typed without a space."""
    exact = _names().exact
    shortest = 4 if is_tag or token[:1] >= "\u0900" else 6
    for at in range(len(token) - 2, shortest - 1, -1):
        if token[at:] in AFFIXES and token[:at] in exact and token[:at] not in CAUTIOUS:
            return exact[token[:at]]
    if is_tag:
        for at in range(2, len(token) - 3):
            if token[:at] in AFFIXES and token[at:] in exact and token[at:] not in CAUTIOUS:
                return exact[token[at:]]
    return None


def _guess(token: str, is_tag: bool) -> tuple[Alias, float] | None:
    stripped = _without_affix(token, is_tag)
    if stripped is not None:
        return stripped, 0.97
    near = _near(token)
    # A place beyond Rajasthan must be spelled: "mohalla" is not Mohali, "katar" (the queue) not Qatar.
    return near if near is not None and near[0].kind != "outside" else None


# What a word can begin: the most words of a name that starts with it (0: none does), and the name
# that it alone may be another spelling of.
_Start = tuple[int, tuple[Alias, float] | None]


class _Starts(dict[str, _Start | None]):
    """Word to what it can begin, None for nothing; filled as words are met, emptied when it is full."""

    def __init__(self, is_tag: bool) -> None:
        super().__init__()
        self._is_tag = is_tag

    def __missing__(self, token: str) -> _Start | None:
        if len(token) > _LONGEST_WORD:
            return None
        if len(token) > _LONGEST_NUMBER and token.isdigit():
            return None
        length = _names().longest.get(token, 0)
        guess = _guess(token, self._is_tag) if len(token) >= 5 and not token.isdigit() else None
        start = (length, guess) if length or guess else None
        if len(self) >= _KEPT:
            self.clear()
        self[token] = start
        return start


_STARTS, _TAG_STARTS = _Starts(is_tag=False), _Starts(is_tag=True)


def mentions_of(words: Words, at_most: int) -> list[Mention]:
    """The first `at_most` names in the words, in order, none overlapping another."""
    tokens, tags = words.tokens, words.tags
    starts: Iterable[int] = compress(range(len(tokens)), map(_STARTS.__getitem__, tokens))
    if tags:
        starts = sorted({*starts, *(index for index in tags if _TAG_STARTS[tokens[index]] is not None)})
    found: list[Mention] = []
    done = 0
    for at in starts:
        if at < done:
            continue
        is_tag = at in tags
        start = (_TAG_STARTS if is_tag else _STARTS)[tokens[at]]
        mention = _mention_at(tokens, at, start, is_tag) if start is not None else None
        if mention is not None:
            found.append(mention)
            done = mention.last
            if len(found) >= at_most:
                break
    return found


def _mention_at(tokens: list[str], at: int, start: _Start, is_tag: bool) -> Mention | None:
    longest, guess = start
    names = _names()
    exact = names.exact
    if longest > 1 and (at + 1 == len(tokens) or (tokens[at], tokens[at + 1]) not in names.second):
        longest = 1
    for size in range(longest if longest < len(tokens) - at else len(tokens) - at, 0, -1):
        spelled = tokens[at] if size == 1 else " ".join(tokens[at : at + size])
        alias = exact.get(spelled)
        if alias is not None:
            quality = 0.55 if alias.is_common else 0.78 if alias.is_rarely_outside else 1.0
            is_cautious = size == 1 and spelled in CAUTIOUS
            return Mention(at, at + size, alias.kind, alias.targets, quality, is_cautious, is_tag)
    if guess is None:
        return None
    alias, quality = guess
    if alias.is_rarely_outside:
        quality = min(quality, 0.78)
    return Mention(at, at + 1, alias.kind, alias.targets, quality, False, is_tag)
