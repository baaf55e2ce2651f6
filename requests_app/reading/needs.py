"""What is needed or offered: each thing that is named, and whether it is asked for or only mentioned."""

from functools import cache
from typing import NamedTuple

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
_NUMBERED = frozenset(["bed", "icu", "ward", "बेड", "आईसीयू", "वार्ड"])
_LEVEL_WORDS = frozenset(["level", "लेवल", "lavel", "स्तर"])
# What was named, from strong to weak.
ASKED, BARE, WEAK, HAD, REFUSED = "asked", "bare", "weak", "had", "refused"
_ORDER = {ASKED: 0, BARE: 1, WEAK: 2, HAD: 3, REFUSED: 4}


class Named(NamedTuple):
    """One naming of a need: which, how it stands there (asked, bare, weak, had, refused), and the phrase."""

    need: str
    standing: str
    mention: Mention


@cache
def _needs_of(concepts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """`oxygen.weak` as (need, strength), for each of these lists that names a need."""
    parted = [concept.partition(".") for concept in concepts]
    return tuple((need, strength) for need, dot, strength in parted if dot and need in NEEDS)


def named_needs(parsed: Parsed) -> list[Named]:
    """Every naming of a need in a text, in the order of the text."""
    found: list[Named] = []
    for mention in parsed.mentions:
        for need, strength in _needs_of(mention[0]):
            found.append(Named(need, _standing(parsed, mention, strength, need == "beds"), mention))
    return found


def _standing(parsed: Parsed, mention: Mention, strength: str, is_bed: bool) -> str:
    words = parsed.words.texts
    here = parsed.beside(mention)
    _, _, last = mention
    if strength == "weak" and last + 1 < len(words):
        following = words[last + 1]
        if following.isdigit() and 30 <= int(following[:4]) <= 100:
            return HAD
        if following in _VITAL_AFTER:
            nearest = words[last + 2] if last + 2 < len(words) else ""
            if following not in ("ka", "का") or nearest in _LEVEL_WORDS:
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
    return HAD if is_bed and _has_number(parsed, mention) else BARE


def _has_number(parsed: Parsed, mention: Mention) -> bool:
    """Whether a bed's short number comes next, one that begins no item of a list: "1) bed 2) plasma"."""
    words, after = parsed.words, mention[2] + 1
    if (
        words.texts[mention[2]] not in _NUMBERED
        or after >= len(words.texts)
        or not words.texts[after].isdigit()
        or len(words.texts[after]) > 3
    ):
        return False
    end = words.end(after)
    return parsed.folded.text[end : end + 1] != ")"


def is_where_somebody_lies(parsed: Parsed, named: Named) -> bool:
    """Whether a bed is no need but an address: "ICU bed 7, PBM"."""
    return named.need == "beds" and named.standing == HAD and _has_number(parsed, named.mention)


def standings(named: list[Named]) -> dict[str, Named]:
    """For each need that is named, its strongest naming."""
    best: dict[str, Named] = {}
    for one in named:
        held = best.get(one.need)
        if held is None or _ORDER[one.standing] < _ORDER[held.standing]:
            best[one.need] = one
    return best


def decide(best: dict[str, Named]) -> tuple[list[str], list[str]]:
    """The needs in the guide's order that the rules alone would choose from the strongest namings: in a plea, in an offer."""
    if not best:
        return [], []
    orders = {need: _ORDER[one.standing] for need, one in best.items()}
    strongest = min(orders.values())
    weakest = 2 if strongest == 2 else 1
    offered = [need for need in NEEDS if need in orders and orders[need] <= weakest]
    if strongest > 0:
        return offered, offered
    return [need for need in offered if orders[need] == 0], offered
