"""Where a text is: the district, and the block if it is named, at which help must arrive.

Every name, PIN and telephone area in the text is weighed by the words around it (who is there, who only
came from there, where no bed was found, where somebody would be taken); the heaviest place wins if it is
clearly heavier than the next. Unsure is an answer: district None with candidates.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from districts import cues as c
from districts.believing import believed
from districts.cues import any_of
from districts.folding import Folded, fold
from districts.moving import follow_moves
from districts.naming import mentions_of
from districts.numbering import pins_in, telephone_areas_in
from districts.origins import doubt_origins
from districts.places import Target, agrees, blocks, districts
from districts.weighing import Weighed, numbered, weigh
from districts.words import Words

OUTSIDE = "outside"
# Names weighed in one text: the first ones; a post has a handful, and each is held against each other.
_AT_MOST = 48
_COLONY = frozenset(fold("nagar नगर colony कॉलोनी vihar विहार").text.split())
SURE = 0.6  # below this confidence no district is named
_THREE_DIGITS = re.compile("[0-9]{3}")
_IN_RAJASTHAN = re.compile(r"(?<!not )\b(?:in|across|throughout|all over) rajasthan\b|पूरे राजस्थान")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that it may be; all None in district and block is a place beyond Rajasthan."""

    district_code: int | None
    district: str | None
    block_code: int | None
    block: str | None
    why: str


@dataclass(slots=True, unsafe_hash=True)
class Evidence:
    """Words of the raw text, raw[start:end], and what they say."""

    label: str
    start: int
    end: int
    words: str


@dataclass(slots=True, unsafe_hash=True)
class Place:
    """Where help must arrive. `district` is an English name of today's 41 or None; `is_outside` is
    clearly not Rajasthan.
    Confidences are 0 to 1; `block` is given only where the text names it or its seat."""

    district: str | None
    district_code: int | None
    block: str | None
    block_code: int | None
    is_outside: bool
    confidence: float
    block_confidence: float
    candidates: tuple[Candidate, ...]
    evidence: tuple[Evidence, ...]


@cache
def _codes() -> dict[Target, int]:
    known = {Target(row.name): row.code for row in districts()}
    return known | {Target(row.district, row.name): row.code for row in blocks()}


@cache
def _old_districts() -> frozenset[str]:
    return frozenset(row.name for row in districts() if set(row.parents) == {row.name})


def _settle(weighed: list[Weighed], words: Words) -> None:
    """Lets a district's name beside a shared name or a moved town say which is meant, and count for it."""
    for item in weighed:
        if len(item.targets) > 1:
            _settle_shared(item, weighed, words)
    for item in weighed:
        if len(item.targets) == 1 and item.targets[0].district is not None and item.kind != "street":
            _settle_moved(item, weighed, words)


def _settle_colony(item: Weighed, weighed: list[Weighed], words: Words) -> None:
    """ "शास्त्री नगर, दौसा": every town has such colonies; where a town is named, theirs is meant."""
    if words.tokens[item.last - 1] in _COLONY and any(len(w.targets) == 1 and not w.is_away for w in weighed):
        item.is_dropped = True


def _settle_shared(item: Weighed, weighed: list[Weighed], words: Words) -> None:
    streets = all(w.kind == "street" for w in weighed if w is not item)
    best: tuple[int, Target, Weighed] | None = None
    for anchor in weighed:
        if (
            anchor is item
            or len(anchor.targets) > 1
            or (anchor.is_left and not 0 <= item.first - anchor.last <= 2)  # "Beawar ke pass Bijainagar"
            or (anchor.kind == "street") != streets
        ):
            continue
        distance = max(anchor.first - item.last, item.first - anchor.last)
        if anchor.is_away and distance > 2:
            continue
        fitting = [t for t in item.targets if agrees(t, anchor.targets[0])]
        if streets:
            fitting = [t for t in fitting if t.district is not None]
        if len(fitting) == 1 and (best is None or distance < best[0]):
            best = (distance, fitting[0], anchor)
    if best is None:
        _settle_colony(item, weighed, words)
        return
    distance, target, anchor = best
    item.targets, item.kind = (target,), "place"
    item.weight = item.weight / 0.7 if streets else max(item.weight / 0.7, anchor.weight)
    item.is_qualified = distance <= 3 and not streets
    if streets:
        item.quality = min(item.quality, 0.75)
    elif distance > 3:
        item.quality = min(item.quality, 0.88)


def _settle_moved(item: Weighed, weighed: list[Weighed], words: Words) -> None:
    target = item.targets[0]
    cues = words.cues
    for other in weighed:
        if other is item or other.kind != "district" or other.is_dropped or len(other.targets) != 1:
            continue
        named = other.targets[0].district
        if named == target.district:
            if target.block and not item.is_numbered:
                between = cues[min(item.last, other.last) : max(item.first, other.first)]
                if not between or (len(between) == 1 and between[0] & c.OF):
                    item.is_qualified = True
            continue
        if item.is_listed and other.is_listed:
            continue
        if not agrees(target, other.targets[0]):
            _doubt_namesake(item, other, words)
            continue
        if item.is_left:
            continue
        if 0 <= item.last < other.first and cues[item.last] & c.SE:
            continue  # "Deeg se Bharatpur" is a way, "Deeg, Bharatpur" an address
        distance = max(other.first - item.last, item.first - other.last)
        beside = cues[max(0, other.first - 1) : other.first] + cues[other.last : other.last + 1]
        labelled = any_of(beside) & c.DISTRICT
        if distance <= 1 or (distance <= 3 and labelled) or other.is_tag:
            other.is_dropped = True
            item.is_qualified = True
            item.weight = max(item.weight, other.weight)


def _doubt_namesake(item: Weighed, other: Weighed, words: Words) -> None:
    """ "Bassi village, Chittorgarh district" is another Bassi than the one we know: many villages share a name."""
    between = words.cues[item.last : other.first]
    if item.kind not in ("block", "place") or item.last > other.first or len(between) > 2:
        return
    if not all(cue & (c.VILLAGE | c.DISTRICT) for cue in between) or other.is_listed:
        return
    if any_of(words.cues[other.last : other.last + 1]) & c.SAID:
        return  # "Bassi (not the one of Chittorgarh)"
    is_labelled = any_of(between + words.cues[other.last : other.last + 1]) & c.DISTRICT
    if is_labelled or "(" in words.gap(other.first):
        item.is_dropped = True


@lru_cache(maxsize=4096)
def _candidate(target: Target, why: str) -> Candidate:
    codes = _codes()
    return Candidate(
        codes[Target(target.district)] if target.district else None,
        target.district,
        codes[target] if target.block else None,
        target.block,
        why,
    )


def _lightness(item: Weighed) -> float:
    return -item.weight


def _heaviness(item: Weighed) -> tuple[float, float]:
    return item.weight, item.quality


def _candidates(weighed: list[Weighed]) -> tuple[Candidate, ...]:
    seen: dict[Target, Candidate] = {}
    for item in sorted(weighed, key=_lightness) if len(weighed) > 1 else weighed:
        for target in item.targets:
            if target not in seen:
                seen[target] = _candidate(target, item.kind)
    return tuple(seen.values())[:12]


def _is_districts_own_name(item: Weighed, district: str, block: str, words: Words) -> bool:
    """ "Deeg district" names the young district, not its block of that name."""
    if block not in district or district in _old_districts() or not 0 <= item.last < len(words.tokens):
        return False
    return bool(words.cues[item.last] & c.DISTRICT and not words.gap(item.last).strip(" "))


def _block_of(district: str, weighed: list[Weighed], words: Words) -> tuple[str | None, float]:
    """The block that the text names in its district, with how surely."""
    own = [w for w in weighed if len(w.targets) == 1 and w.targets[0].district == district]
    if all([w.targets[0].block is None for w in own]):  # noqa: C419 - a generator costs more than the few looks it saves
        return None, 0.5
    named = [w for w in own if w.kind != "street"]
    heaviest = max((w.weight for w in named), default=0.0)
    # A district's bare name says nothing against a block of it.
    among = max((w.weight for w in named if w.kind != "district"), default=0.0)
    enough = max(among * 0.72, heaviest * 0.55)
    best: Weighed | None = None
    for item in named:
        block = item.targets[0].block
        if block is None or item.kind == "pin" or item.is_left or item.is_listed:
            continue
        if _is_districts_own_name(item, district, block, words):
            continue
        specific = [
            w
            for w in named
            if w is not item
            and w.kind in ("hospital", "place", "block")
            and w.targets[0].block != block
            and not w.is_left
        ]
        beside = any(max(w.first - item.last, item.first - w.last) <= 2 for w in specific)
        if (item.weight < enough and not (item.is_qualified or beside)) or (
            item.is_away and item.weight < heaviest
        ):
            continue
        if not beside and any(other.weight > item.weight for other in specific):
            continue
        if best is None or item.weight > best.weight:
            best = item
    if best is not None:
        return best.targets[0].block, round(best.quality * (0.96 if best.weight >= heaviest else 0.85), 3)
    return _block_by_road(own, words), 0.5


def _block_by_road(own: list[Weighed], words: Words) -> str | None:
    """The block of "hospital on Kherwara highway": the road is named after it, and the hospital is on it."""
    for item in own:
        said = any_of(words.cues[max(0, item.first - 4) : item.first] + words.cues[item.last : item.last + 3])
        if item.kind == "street" and item.targets[0].block and said & c.HIGHWAY and said & c.HOSPITAL:
            return item.targets[0].block
    return None


def _spans_as_folded(folded: Folded, spans: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    spots = folded.offsets
    if spots is None:
        return spans
    found = []
    for start, end in spans:
        first = bisect_left(spots, start)
        found.append((first, bisect_left(spots, end, first)))
    return found


_NOWHERE = Place(None, None, None, None, False, 0.0, 0.0, (), ())


def locate(
    text: str | Folded, *, ignore: Sequence[tuple[int, int]] = (), words: Words | None = None
) -> Place:
    """Where the patient of this text is. `ignore` are spans of `raw` (telephone numbers) that are no PIN; `words` those of
    the folded text, where they are known.

    Any string is taken, nothing is raised; the time is linear in the length.
    """
    folded = text if isinstance(text, Folded) else fold(text)
    if words is None:
        words = Words(folded.text)
    found = mentions_of(words, _AT_MOST)
    weighed = weigh(words, believed(found, words)) if found else []
    if _THREE_DIGITS.search(folded.text) is not None:
        numbers = pins_in(folded.text, _spans_as_folded(folded, ignore))
        if not numbers and not any(_says_where(item, words) for item in weighed):
            numbers = telephone_areas_in(folded.text)
        weighed.extend(numbered(number) for number in numbers[:_AT_MOST])
    if not weighed:
        return _NOWHERE
    if len(weighed) > 1:
        follow_moves(weighed, words)
        doubt_origins(weighed, words)
        _settle(weighed, words)
    return _place(folded, words, weighed)


def _says_where(item: Weighed, words: Words) -> bool:
    """Whether it names a place, near enough for help."""
    return len(item.targets) == 1 and item.kind != "street" and not words.cues[item.first] & c.FOREIGN


def _scores(counted: list[Weighed]) -> dict[str | None, float]:
    """District to its score: its heaviest place, and a little for every other."""
    heights: dict[str | None, dict[Target, float]] = {}
    for item in counted:
        if len(item.targets) == 1:
            target = item.targets[0]
            own = heights.setdefault(target.district, {})
            if item.weight > own.get(target, 0.0):
                own[target] = item.weight
    scores = {}
    for district, own in heights.items():
        top = max(own.values())
        scores[district] = top + min(0.15, 0.15 * (sum(own.values()) - top)) if len(own) > 1 else top
    return scores


def _place(folded: Folded, words: Words, weighed: list[Weighed]) -> Place:
    evidence = []
    for item in weighed[:40]:
        start, end = folded.span(item.start, item.end)
        evidence.append(Evidence(item.kind, start, end, folded.raw[start:end]))
    counted = [w for w in weighed if not w.is_dropped]
    candidates = _candidates(counted)
    scores = _scores(counted)
    if not scores:
        return Place(None, None, None, None, False, 0.0, 0.0, candidates, tuple(evidence))
    best = max(scores, key=scores.__getitem__)
    confidence = _confidence(best, scores, counted, folded.text)
    if confidence < SURE:
        return Place(None, None, None, None, False, confidence, 0.0, candidates, tuple(evidence))
    if best is None:
        return Place(None, None, None, None, True, confidence, 0.0, candidates, tuple(evidence))
    block, block_confidence = _block_of(best, counted, words)
    codes = _codes()
    return Place(
        best,
        codes[Target(best)],
        block,
        codes[Target(best, block)] if block else None,
        False,
        confidence,
        round(min(confidence, block_confidence), 3) if block else 0.0,
        candidates,
        tuple(evidence),
    )


def _confidence(
    best: str | None, scores: dict[str | None, float], counted: list[Weighed], text: str
) -> float:
    """How surely it is `best`: by how surely its heaviest name is that place, and by what else weighs."""
    top, second = scores[best], 0.0
    for district, score in scores.items():
        if district != best and score > second:
            second = score
    own = []
    for item in counted:
        if len(item.targets) > 1:
            second = max(second, item.weight)
        elif item.targets[0].district == best:
            own.append(item)
    heaviest = own[0] if len(own) == 1 else max(own, key=_heaviness)
    # "Krishna Hospital Bhilwara": other towns have such a hospital too, but the town is named
    quality = 0.97 * max([item.quality for item in own if item is heaviest or item.is_whole_name])
    if heaviest.kind == "street":
        quality = min(quality, heaviest.quality)
    elif heaviest.is_away:
        quality *= 0.85
    if best is None and _IN_RAJASTHAN.search(text):
        quality = 0.5
    margin = max(0.0, top - second) / top
    return round(quality * (0.5 + 0.5 * min(1.0, margin / 0.3)), 3)
