"""What the trained model looks at: words, pairs of words, phrases of the lists and what the rules found."""

from collections.abc import Iterable

from .clauses import Parsed
from .needs import NEEDS, Named, decide

_MOST_TOKENS = 400
_PREFIX = 5  # a spelling key of Latin letters opens with its mark: four letters of it


def shape(name: str) -> str:
    """A word as the model sees it: numbers lose their value, so that no person's number is learnt."""
    if name[0] in "0123456789" and name.isdigit():
        length = len(name)
        if length == 2:
            return "#lo" if name <= "90" and name >= "40" else "#2"
        return "#" + str(min(length, 10))
    return name


def text_features(
    parsed: Parsed, phones: int, spo2: int | None, rule_kind: str, level: str, named: list[Named]
) -> set[str]:
    """The features of a whole text, for its kind and urgency."""
    words = [shape(name) for name in parsed.names[:_MOST_TOKENS]]
    found = set(words)
    found.update("p:" + word[:_PREFIX] for word in words if len(word) > _PREFIX)
    found.update(map("_".join, zip(words, words[1:], strict=False)))
    concepts = [mention.concepts[0] for mention in parsed.mentions[:_MOST_TOKENS]]
    for mention in parsed.mentions[:_MOST_TOKENS]:
        for concept in mention.concepts:
            found.add("c:" + concept)
    found.update(f"c:{left}>{right}" for left, right in zip(concepts, concepts[1:], strict=False))
    if concepts:
        found.add("last:" + concepts[-1])
        found.add("first:" + concepts[0])
    found.add("phones:" + str(min(phones, 3)))
    found.add("rule:" + rule_kind)
    found.add("level:" + level)
    if spo2 is not None:
        found.add("spo2:low" if spo2 <= 90 else "spo2:fine")
    found.add("length:" + str(min(len(words).bit_length(), 7)))
    for one in named[:60]:
        found.add(f"n:{one.need}:{one.standing}")
        found.add("n:" + one.standing)
    if parsed.folded.text.rstrip()[-1:] == "?":
        found.add("ends:?")
    if "?" in parsed.folded.text:
        found.add("has:?")
    return found


def need_features(parsed: Parsed, named: list[Named], base: Iterable[str]) -> set[str]:
    """The features of a text for its needs: the text's own and the words around each naming."""
    found = set(base)
    words = parsed.names
    last = len(words)
    standings: dict[str, set[str]] = {}
    for one in named[:60]:
        first, end = one.mention.first, one.mention.last
        key = one.need[:2]
        standings.setdefault(one.need, set()).add(one.standing)
        for at in range(max(0, first - 2), first):
            found.add(f"{key}<{shape(words[at])}")
        for at in range(end + 1, min(last, end + 4)):
            found.add(f"{key}>{shape(words[at])}")
        for concept in parsed.in_clause[parsed.clause_of(one.mention)]:
            found.add(f"{key}&{concept}")
    for is_offer in (False, True):
        chosen, _ = decide(named, is_offer)
        found.update(f"rule{is_offer:d}:{need}" for need in chosen)
        found.add(f"rule{is_offer:d}#{len(chosen)}")
    asked = [need for need in NEEDS if standings.get(need, set()) & {"asked"}]
    named_ones = [need for need in NEEDS if need in standings]
    found.add("asked:" + ",".join(asked))
    found.add("named:" + ",".join(named_ones))
    return found
