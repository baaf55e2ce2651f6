"""What the trained model looks at: words of either script by their sound, pairs of words, parts of words, and what the rules found."""

import sys
from functools import cache, lru_cache
from itertools import compress, pairwise

from .clauses import Parsed
from .needs import NEEDS, Named
from .tokens import shape, sound

MOST_WORDS = 400
_KEPT = 10_000
_MOST_NAMED = 60
_SHORTEST_PART, _LONGEST_PART = 2, 5
_LONGEST_WORD = 40
_AT_THE_ENDS = 3
# What stands for all words of a sort in the order of words; no word has these signs.
_THING, _KIN, _NUMBER = ("<thing>", "<kin>", "<number>")

AGE = "#age"
_LONG_NUMBERS = frozenset(shape("0" * length) for length in range(3, 11))

Pair = tuple[str, str]
Feature = str | Pair


@lru_cache(maxsize=40_000)
def word_parts(word: str, name: str) -> tuple[str, ...]:
    """The parts of two to five letters of a word's sound; none of a number or of what no tongue has a word for."""
    if shape(name)[0] == "#" or len(word) > _LONGEST_WORD:
        return ()
    return tuple(sorted({"g:" + part for part in _parts(sound(word))}))


@lru_cache(maxsize=40_000)
def word_letters(word: str, name: str) -> tuple[str, ...]:
    """A word as it is written, and its parts of two to five letters; of the same words as `word_parts`."""
    if shape(name)[0] == "#" or len(word) > _LONGEST_WORD:
        return ()
    return (word, *sorted(_parts(word)))


def _parts(word: str) -> set[str]:
    framed = f"_{word}_"
    return {
        framed[at : at + length]
        for length in range(_SHORTEST_PART, _LONGEST_PART + 1)
        for at in range(len(framed) - length + 1)
    }


class _Signed(dict[str, str]):
    """A word to its feature under a sign, kept for the words met lately."""

    def __init__(self, sign: str) -> None:
        super().__init__()
        self._sign = sign

    def __missing__(self, word: str) -> str:
        if len(self) >= _KEPT:
            self.clear()
        feature = self[word] = sys.intern(self._sign + word)
        return feature


class _Following(dict[tuple[str, str], str]):
    """Two lists whose phrases follow each other to the feature of it."""

    def __missing__(self, pair: tuple[str, str]) -> str:
        feature = self[pair] = sys.intern(">".join(pair))
        return feature


_SAID, _SAID_AGAIN, _LAST, _FIRST = _Signed("c:"), _Signed("cc:"), _Signed("last:"), _Signed("first:")
# For each need the words before it, after it, and the lists named in its clause.
_BESIDE = {
    need: (_Signed(need[:2] + "<"), _Signed(need[:2] + ">"), _Signed(need[:2] + "&").__getitem__)
    for need in NEEDS
}
_FOLLOWING = _Following()


def whole_word(name: str) -> str:
    """The feature of a word as a whole, under its spelling key."""
    return "w:" + shape(name)[:_LONGEST_WORD]


def unsaid(parsed: Parsed) -> set[int]:
    """Which words say nothing of what is meant: numbers of three digits or more.

    How a number is spaced is a habit of its writer; a model that learns it is right about its teacher's posts and wrong
    about everybody's. (Handles and links are no words at all.)
    """
    if not parsed.words.has_long_numbers():
        return set()
    shapes = parsed.words.shapes[:MOST_WORDS]
    return set(compress(range(len(shapes)), map(_LONG_NUMBERS.__contains__, shapes)))


def name_ages(parsed: Parsed, spans: list[tuple[int, int]]) -> list[int]:
    """Gives the numbers in these spans of the folded text the name of all ages, and tells which words they are.

    An age is a number as a low saturation is; a model that cannot tell them apart sees danger in every grandmother.
    """
    out = []
    words = parsed.words
    for start, end in spans:
        for at in range(words.first_from(start), words.first_from(end)):
            if words.texts[at].isdigit():
                words.names[at] = words.shapes[at] = AGE
                out.append(at)
    return out


def order_features(parsed: Parsed, named: list[Named], silent: set[int]) -> set[Pair]:
    """Pairs of neighbouring words, and the words at both ends, with all things that can be needed, all kin and all
    long numbers each under one sign, so that what is said of one is learnt for the others."""
    line = parsed.words.shapes[:MOST_WORDS]
    if not line:
        return set()
    for at in silent:
        line[at] = _NUMBER
    count = len(line)
    for concepts, first, last in parsed.mentions:
        if "kin" in concepts:
            for at in range(first, min(last + 1, count)):
                line[at] = _KIN
    for one in named:
        _, first, last = one.mention
        for at in range(first, min(last + 1, count)):
            line[at] = _THING
    found = set(pairwise(line))
    found.update([("^", word) for word in line[:_AT_THE_ENDS]])
    found.update([("$", word) for word in line[-_AT_THE_ENDS:]])
    if count > 1:
        found.add(("^" + line[0], line[1]))
        found.add(("$" + line[-2], line[-1]))
    return found


def rule_features(
    parsed: Parsed,
    phones: int,
    spo2: int | None,
    rule_kind: str,
    plain: str | None,
    level: str,
    named: list[Named],
    best: dict[str, Named],
    by_rules: tuple[list[str], list[str]],
    silent: set[int],
) -> set[Feature]:
    """What the rules found in a text, as features; `silent` are the words that say nothing (see `unsaid`)."""
    found: set[Feature] = set(map(_SAID.__getitem__, parsed.counts))
    for concept, count in parsed.counts.items():
        if count > 1:
            found.add(_SAID_AGAIN[concept])
    concepts = [concepts[0] for concepts, _, _ in parsed.mentions[:MOST_WORDS]]
    if concepts:
        found.update(map(_FOLLOWING.__getitem__, pairwise(concepts)))
        found.add(_LAST[concepts[-1]])
        found.add(_FIRST[concepts[0]])
    text = parsed.folded.text
    found.update(_of_whole(min(phones, 3), rule_kind, plain, level, len(parsed.words.texts).bit_length()))
    if spo2 is not None:
        found.add("spo2:low" if spo2 <= 90 else "spo2:fine")
    if "?" in text:
        found.add("has:?")
        if text.rstrip()[-1:] == "?":
            found.add("ends:?")
    _add_needs(found, parsed, named, best, by_rules, silent)
    return found


@cache
def _of_whole(phones: int, rule_kind: str, plain: str | None, level: str, size: int) -> tuple[str, ...]:
    found = f"phones:{phones}", f"rule:{rule_kind}", f"level:{level}", f"length:{min(size, 7)}"
    return found if plain is None else (*found, f"plain:{plain}")


@cache
def _of_standing(need: str, standing: str) -> tuple[str, str]:
    return f"n:{need}:{standing}", "n:" + standing


@cache
def _of_choice(which: int, chosen: tuple[str, ...]) -> tuple[str, ...]:
    return (*(f"rule{which}:{need}" for need in chosen), f"rule{which}#{len(chosen)}")


def _add_needs(
    found: set[Feature],
    parsed: Parsed,
    named: list[Named],
    best: dict[str, Named],
    by_rules: tuple[list[str], list[str]],
    silent: set[int],
) -> None:
    shapes = parsed.words.shapes
    asked: set[str] = set()
    for need, standing, mention in named[:_MOST_NAMED]:
        _, first, last = mention
        found.update(_of_standing(need, standing))
        if standing == "asked":
            asked.add(need)
        before, after, beside = _BESIDE[need]
        for at in range(first - 2 if first > 1 else 0, first):
            if at not in silent:
                found.add(before[shapes[at]])
        for at in range(last + 1, last + 4 if last + 4 < len(shapes) else len(shapes)):
            if at not in silent:
                found.add(after[shapes[at]])
        found.update(map(beside, parsed.beside(mention)))
    found.update(_of_choice(0, tuple(by_rules[0])))
    found.update(_of_choice(1, tuple(by_rules[1])))
    found.add("asked:" + ",".join(sorted(asked)))
    found.add("named:" + ",".join(sorted(best)))
