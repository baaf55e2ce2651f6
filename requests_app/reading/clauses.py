"""A text taken apart once for all rules: folded text, words, phrases of the lists, and what stands in which clause."""

from bisect import insort
from collections.abc import Collection
from dataclasses import dataclass

from districts.folding import Folded

from .lexicon import Line
from .vocabulary import Mention, vocabulary


def _first_word(mention: Mention) -> int:
    return mention[1]


@dataclass(slots=True)
class Parsed:
    """What the rules look at. `in_clause` holds, for each clause with a phrase of the lists, the list names met in it;
    `counts` how often each is met at all."""

    folded: Folded
    words: Line
    mentions: list[Mention]
    in_clause: dict[int, set[str]]
    counts: dict[str, int]

    def has(self, concept: str) -> bool:
        return concept in self.counts

    def beside(self, mention: Mention) -> set[str]:
        """The list names met in the clause where the phrase begins, its own among them."""
        return self.in_clause[self.words.clause(mention[1])]

    def span(self, mention: Mention) -> tuple[int, int]:
        """Where the phrase stands in the folded text."""
        _, first, last = mention
        return self.words.start(first), self.words.end(last)

    def first_of(self, concept: str) -> Mention | None:
        if concept not in self.counts:
            return None
        return next(mention for mention in self.mentions if concept in mention[0])

    def add(self, concept: str, start: int, end: int) -> None:
        """Counts what stands at start to end of the folded text as a phrase of this list, if any word of it begins there: a part
        of an address is none."""
        first = self.words.first_from(start)
        last = self.words.first_from(end) - 1
        if last < first:
            return
        insort(self.mentions, ((concept,), first, last), key=_first_word)
        self.in_clause.setdefault(self.words.clause(first), set()).add(concept)
        self.counts[concept] = self.counts.get(concept, 0) + 1

    def phrase(self, mention: Mention) -> tuple[str, ...]:
        """The phrase of the lists that a mention is, as spelling keys."""
        _, first, last = mention
        return tuple(self.words.names[first : last + 1])


def parse(folded: Folded, known: Collection[tuple[str, ...]] | None = None) -> Parsed:
    """Takes a folded text apart; linear in its length. With `known`, phrases of the lists that are not in it are not seen."""
    words = Line(folded.text)
    names = words.names
    mentions = vocabulary().find(names)
    if known is not None:
        mentions = [found for found in mentions if tuple(names[found[1] : found[2] + 1]) in known]
    in_clause: dict[int, set[str]] = {}
    counts: dict[str, int] = {}
    for concepts, first, _ in mentions:
        clause = words.clause(first)
        here = in_clause.get(clause)
        if here is None:
            in_clause[clause] = set(concepts)
        else:
            here.update(concepts)
        for concept in concepts:
            counts[concept] = counts.get(concept, 0) + 1
    return Parsed(folded, words, mentions, in_clause, counts)
