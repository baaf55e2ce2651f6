"""What the trained model looks at: words of either script by their sound, pairs of words, parts of words, and what the rules found."""

import re
from functools import lru_cache
from itertools import pairwise

from .clauses import Parsed
from .needs import Named
from .tokens import sound

MOST_WORDS = 400
_MOST_NAMED = 60
_SHORTEST_PART, _LONGEST_PART = 2, 5
_LONGEST_WORD = 40
_ADDRESSES = re.compile(r"@\w{1,40}|https?://\S{1,200}")


def shape(name: str) -> str:
    """A word as the model sees it: numbers lose their value, so that no person's number is learnt."""
    first = name[0]
    if first in "0123456789":
        if name.isdigit():
            length = len(name)
            if length == 2:
                return "#lo" if "40" <= name <= "90" else "#2"
            return "#" + str(min(length, 10))
        if any(a.isdigit() and b.isdigit() for a, b in pairwise(name)):
            return "#mixed"
    return name


@lru_cache(maxsize=40_000)
def word_features(word: str, name: str) -> tuple[str, ...]:
    """The features of one word: itself under its spelling key, and the parts of two to five letters of its sound."""
    form = shape(name)
    if form[0] == "#" or len(word) > _LONGEST_WORD:
        return ("w:" + form[:_LONGEST_WORD],)
    found = {"w:" + form}
    framed = f"_{sound(word)}_"
    for length in range(_SHORTEST_PART, _LONGEST_PART + 1):
        found.update("g:" + framed[at : at + length] for at in range(len(framed) - length + 1))
    return tuple(sorted(found))


def unsaid(parsed: Parsed) -> frozenset[int]:
    """Which words say nothing of what is meant: handles, links, and numbers of three digits or more.

    How a number is spaced and whether our handle stands in a post are habits of a writer; a model that learns them is
    right about its teacher's posts and wrong about everybody's.
    """
    words = parsed.words
    spans = [found.span() for found in _ADDRESSES.finditer(parsed.folded.text)]
    out = set()
    for at, name in enumerate(parsed.names[:MOST_WORDS]):
        start = words.starts[at]
        if (len(name) > 2 and name.isdigit()) or any(first <= start < last for first, last in spans):
            out.add(at)
    return frozenset(out)


def pairs_of(names: list[str]) -> set[str]:
    """Pairs of neighbouring words."""
    return set(map(" ".join, pairwise(names)))


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
    silent: frozenset[int],
) -> set[str]:
    """What the rules found in a text, as features; `silent` are the words that say nothing (see `unsaid`)."""
    found = {"c:" + concept for concept in parsed.counts}
    found.update("cc:" + concept for concept, count in parsed.counts.items() if count > 1)
    concepts = [concepts[0] for concepts, _, _ in parsed.mentions[:MOST_WORDS]]
    if concepts:
        found.update(map(">".join, pairwise(concepts)))
        found.add("last:" + concepts[-1])
        found.add("first:" + concepts[0])
    text = parsed.folded.text
    found.add(f"phones:{min(phones, 3)}")
    found.add("rule:" + rule_kind)
    found.add("level:" + level)
    if plain is not None:
        found.add("plain:" + plain)
    if spo2 is not None:
        found.add("spo2:low" if spo2 <= 90 else "spo2:fine")
    found.add(f"length:{min(len(parsed.names).bit_length(), 7)}")
    if "?" in text:
        found.add("has:?")
        if text.rstrip()[-1:] == "?":
            found.add("ends:?")
    _add_needs(found, parsed, named, best, by_rules, silent)
    return found


def _add_needs(
    found: set[str],
    parsed: Parsed,
    named: list[Named],
    best: dict[str, Named],
    by_rules: tuple[list[str], list[str]],
    silent: frozenset[int],
) -> None:
    names = parsed.names
    clauses = parsed.words.clauses
    asked: set[str] = set()
    for need, standing, (_, first, last) in named[:_MOST_NAMED]:
        found.add(f"n:{need}:{standing}")
        found.add("n:" + standing)
        if standing == "asked":
            asked.add(need)
        key = need[:2]
        for at in range(first - 2 if first > 1 else 0, first):
            if at not in silent:
                found.add(f"{key}<{shape(names[at])}")
        for at in range(last + 1, min(last + 4, len(names))):
            if at not in silent:
                found.add(f"{key}>{shape(names[at])}")
        for concept in parsed.in_clause[clauses[first]]:
            found.add(f"{key}&{concept}")
    for which, chosen in enumerate(by_rules):
        found.update(f"rule{which}:{need}" for need in chosen)
        found.add(f"rule{which}#{len(chosen)}")
    found.add("asked:" + ",".join(sorted(asked)))
    found.add("named:" + ",".join(sorted(best)))
