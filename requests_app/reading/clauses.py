"""A text taken apart once for all rules: folded text, words, phrases of the lists, and what stands in which clause."""

from dataclasses import dataclass, field

from districts.folding import Folded

from .tokens import Token, tokenise
from .vocabulary import Mention, vocabulary


@dataclass(slots=True)
class Parsed:
    """What the rules look at. `in_clause[n]` holds the list names met in clause n; `counts` how often each is met at all."""

    folded: Folded
    tokens: list[Token]
    names: list[str]
    mentions: list[Mention]
    in_clause: list[set[str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def clause_of(self, mention: Mention) -> int:
        return self.tokens[mention.first].clause

    def has(self, concept: str) -> bool:
        return concept in self.counts

    def span(self, mention: Mention) -> tuple[int, int]:
        """Where the phrase stands in the folded text."""
        return self.tokens[mention.first].start, self.tokens[mention.last].end

    def first_of(self, concept: str) -> Mention | None:
        return next((mention for mention in self.mentions if concept in mention.concepts), None)


def parse(folded: Folded) -> Parsed:
    """Takes a folded text apart; linear in its length."""
    tokens = tokenise(folded.text)
    lists = vocabulary()
    names = lists.names(tokens)
    mentions = lists.find(names)
    in_clause: list[set[str]] = [set() for _ in range(tokens[-1].clause + 1)] if tokens else []
    counts: dict[str, int] = {}
    for mention in mentions:
        here = in_clause[tokens[mention.first].clause]
        for concept in mention.concepts:
            here.add(concept)
            counts[concept] = counts.get(concept, 0) + 1
    return Parsed(folded, tokens, names, mentions, in_clause, counts)
