"""The word lists of `vocabulary/*.toml`, and where their words stand in a text."""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import compress
from pathlib import Path
from typing import Any

from districts.folding import fold

from .tokens import spelling_key, tokenise
from .version import FOLDER

LISTS = FOLDER / "vocabulary"
_FUZZY_LENGTH = 7
_CACHE_LIMIT = 60_000
_INHERITED = frozenset(("ask", "help", "still", "lack", "polite", "critical", "high", "kin"))


# A phrase of a word list found in a text: the names of the lists it stands in, its first word and its last (inclusive).
# A plain tuple, for a text has many.
Mention = tuple[tuple[str, ...], int, int]


# A word of a phrase: the lists that a phrase ending with it stands in, whether that phrase says which thing is needed, had or
# not needed (what stands in it has no other meaning then), and the words that may follow.
_Node = tuple[tuple[str, ...], bool, dict[str, "_Node"]]


class Vocabulary:
    """All lists as one tree of words. A phrase matches whole words, by spelling key; long words also with one slip."""

    def __init__(self, lists: dict[str, list[str]], wide: Iterable[str] = ()) -> None:
        """`wide` are the phrases of the lists that were written from general knowledge."""
        self._tree: dict[str, Any] = {}
        self._known: set[str] = set()
        self._slips: dict[str, str] = {}
        self._names: dict[str, str] = {}
        words = {
            phrase: tokenise(fold(phrase).text).texts for phrases in lists.values() for phrase in phrases
        }
        for concept, phrases in lists.items():
            for phrase in phrases:
                self._add(words[phrase], concept)
        self._inherit(
            words[phrase] for concept, phrases in lists.items() if "." in concept for phrase in phrases
        )
        self._begins = _ready(self._tree)
        self.concepts = frozenset(lists)
        self.wide = frozenset(tuple(map(self.name, words[phrase])) for phrase in wide)

    def _add(self, words: list[str], concept: str) -> None:
        node = self._tree
        for word in words:
            name = spelling_key(word)
            self._known.add(name)
            if len(word) >= _FUZZY_LENGTH and word.isascii():
                for slip in _one_less(word):
                    self._slips.setdefault(slip, name)
            node = node.setdefault(name, {})
        concepts = node.get("", ())
        if concept not in concepts:
            node[""] = (*concepts, concept)

    def _inherit(self, phrases: Iterable[list[str]]) -> None:
        """A phrase of a need that has an ask in it, `bed chahiye`, asks as well: its words are not looked at again."""
        for words in phrases:
            names = list(map(self.name, words))
            whole = self._node(names)
            for first in range(len(names)):
                for end in range(first + 1, len(names) + 1):
                    inner = self._node(names[first:end]).get("", ())
                    said = [
                        concept for concept in inner if concept in _INHERITED and concept not in whole[""]
                    ]
                    whole[""] = (*whole[""], *said)

    def _node(self, names: list[str]) -> dict[str, Any]:
        node = self._tree
        for name in names:
            node = node.get(name, {})
        return node

    def name(self, word: str) -> str:
        """The key under which the lists know `word`; its own spelling key where they do not."""
        known = self._names.get(word)
        if known is None:
            known = spelling_key(word)
            if known not in self._known and len(word) >= _FUZZY_LENGTH and len(word) < 24 and word.isascii():
                known = self._slips.get(word) or next(
                    (self._slips[slip] for slip in _one_less(word) if slip in self._slips), known
                )
            if len(self._names) < _CACHE_LIMIT:
                self._names[word] = known
        return known

    def find(self, names: list[str]) -> list[Mention]:
        """The longest phrases, from left to right. They do not overlap, but for the needs named inside other phrases."""
        found: list[Mention] = []
        begins = self._begins
        line = [*names, ""]  # no phrase goes on with an empty word
        resume = covered = 0
        for at in compress(range(len(names)), map(begins.__contains__, names)):
            if at < resume:
                continue
            best, names_need, further = begins[names[at]]
            last = at
            ahead = at + 1
            while node := further.get(line[ahead]):
                concepts, is_need, further = node
                if concepts:
                    best, names_need, last = concepts, is_need, ahead
                ahead += 1
            if best and (names_need or at >= covered):
                found.append((best, at, last))
                if last >= covered:
                    covered = last + 1
                if names_need:
                    resume = covered
        return found


def _ready(node: dict[str, Any]) -> dict[str, _Node]:
    """What may follow in the tree of words, with what each word ends."""
    return {
        name: (
            inner.get("", ()),
            any("." in concept or concept in ("having", "unneeded") for concept in inner.get("", ())),
            _ready(inner),
        )
        for name, inner in node.items()
        if name
    }


def _one_less(word: str) -> Iterator[str]:
    yield word
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]


def _lists(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Concept -> phrases. A need's list is called `oxygen.thing`; every other list by its table's name."""
    lists: dict[str, list[str]] = {}
    for path in paths:
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for inner, value in table.items():
                if isinstance(value, dict):
                    phrases = [phrase for words in value.values() for phrase in words]
                    lists.setdefault(f"{name}.{inner}", []).extend(phrases)
                else:
                    lists.setdefault(name, []).extend(value)
    return lists


@cache
def vocabulary() -> Vocabulary:
    """The shipped lists, read once."""
    wide = [phrase for phrases in _lists(LISTS.glob("wide*.toml")).values() for phrase in phrases]
    return Vocabulary(_lists(sorted(LISTS.glob("*.toml"))), wide)
