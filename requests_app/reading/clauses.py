"""A text taken apart once for all rules: folded text, words, phrases of the lists, and what stands in which clause."""

from collections.abc import Collection
from dataclasses import dataclass, field

from districts.folding import Folded

from .tokens import Words, tokenise
from .vocabulary import Mention, vocabulary


@dataclass(slots=True)
class Parsed:
    """What the rules look at. `in_clause[n]` holds the list names met in clause n; `counts` how often each is met at all."""

    folded: Folded
    words: Words
    names: list[str]
    mentions: list[Mention]
    in_clause: list[set[str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def has(self, concept: str) -> bool:
        return concept in self.counts

    def span(self, mention: Mention) -> tuple[int, int]:
        """Where the phrase stands in the folded text."""
        return self.words.starts[mention.first], self.words.ends[mention.last]

    def first_of(self, concept: str) -> Mention | None:
        return next((mention for mention in self.mentions if concept in mention.concepts), None)

    def phrase(self, mention: Mention) -> tuple[str, ...]:
        """The phrase of the lists that a mention is, as spelling keys."""
        return tuple(self.names[mention.first : mention.last + 1])


def parse(folded: Folded, known: Collection[tuple[str, ...]] | None = None) -> Parsed:
    """Takes a folded text apart; linear in its length. With `known`, phrases of the lists that are not in it are not seen."""
    words = tokenise(folded.text)
    lists = vocabulary()
    names = lists.names(words.texts)
    mentions = lists.find(names)
    if known is not None:
        mentions = [found for found in mentions if tuple(names[found.first : found.last + 1]) in known]
    clauses = words.clauses
    in_clause: list[set[str]] = [set() for _ in range(clauses[-1] + 1)] if clauses else []
    counts: dict[str, int] = {}
    for concepts, first, _ in mentions:
        in_clause[clauses[first]].update(concepts)
        for concept in concepts:
            counts[concept] = counts.get(concept, 0) + 1
    return Parsed(folded, words, names, mentions, in_clause, counts)
