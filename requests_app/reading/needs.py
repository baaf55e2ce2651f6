"""What is needed or offered: each thing that is named, and whether it is asked for or only mentioned."""

from dataclasses import dataclass

from .clauses import Parsed
from .vocabulary import Mention

NEEDS = ("oxygen", "medicines", "plasma", "beds", "food", "consultation", "other")
_VITAL_AFTER = frozenset(
    [
        "level",
        "lvl",
        "saturation",
        "lavel",
        "support",
        "sat",
        "par",
        "pe",
        "pr",
        "gir",
        "लेवल",
        "सपोर्ट",
        "पर",
        "स्तर",
        "ka",
        "का",
    ]
)
# What was named, from strong to weak.
ASKED, BARE, WEAK, HAD, REFUSED = "asked", "bare", "weak", "had", "refused"
_FOLLOWED_BY_HAVING = frozenset(["par", "pe", "pr", "पर", "pic"])


@dataclass(frozen=True, slots=True)
class Named:
    """One naming of a need: which, how it stands there (asked, bare, weak, had, refused), and the phrase."""

    need: str
    standing: str
    mention: Mention


def named_needs(parsed: Parsed) -> list[Named]:
    """Every naming of a need in a text, in the order of the text."""
    found: list[Named] = []
    for mention in parsed.mentions:
        for concept in mention.concepts:
            need, dot, strength = concept.partition(".")
            if dot and need in NEEDS:
                found.append(Named(need, _standing(parsed, mention, strength), mention))
    return found


def _standing(parsed: Parsed, mention: Mention, strength: str) -> str:
    tokens = parsed.tokens
    here = parsed.in_clause[tokens[mention.first].clause]
    following = tokens[mention.last + 1].text if mention.last + 1 < len(tokens) else ""
    if following.isdigit() and 30 <= int(following[:4]) <= 100 and strength == "weak":
        return HAD
    if following in _VITAL_AFTER and strength == "weak":
        nearest = tokens[mention.last + 2].text if mention.last + 2 < len(tokens) else ""
        if following not in ("ka", "का") or nearest in ("level", "लेवल", "lavel", "स्तर"):
            return HAD
    if "unneeded" in here:
        return REFUSED
    if "got" in here and "ask" not in here:
        return HAD
    asks = "ask" in here or "help" in here or "still" in here
    if strength == "weak":
        return ASKED if asks else ("bare" if "lack" in here or "polite" in here else WEAK)
    if asks:
        return ASKED
    return BARE


def decide(named: list[Named], is_offer: bool) -> tuple[list[str], dict[str, Named]]:
    """The needs in the guide's order, and for each the naming that it rests on."""
    best: dict[str, Named] = {}
    order = {ASKED: 0, BARE: 1, WEAK: 2, HAD: 3, REFUSED: 4}
    for one in named:
        if one.need not in best or order[one.standing] < order[best[one.need].standing]:
            best[one.need] = one
    strongest = min((order[one.standing] for one in best.values()), default=9)
    limit = 1 if is_offer or strongest >= 1 else 0
    if strongest == 2:
        limit = 2
    chosen = [need for need in NEEDS if need in best and order[best[need].standing] <= limit]
    return chosen, best
