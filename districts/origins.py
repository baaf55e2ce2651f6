"""Places that people only come from, or are at for their work, while somebody else is in need elsewhere.

"Hum Sirohi ke hain par bhai ko Palanpur me rakha h", "I'm an NRI in Toronto. Parents in Civil Lines, Ajmer": the first place
tells who writes. Alone in a text such a place is still the best that is known.
"""

from districts import cues as c
from districts.cues import any_of
from districts.weighing import Weighed
from districts.words import Words

_OF_ORIGIN_BESIDE_A_ROAD = 0.25
_OF_ORIGIN = 0.4  # of the weight of a place, where somebody is said to be at another one


def doubt_origins(weighed: list[Weighed], words: Words) -> None:
    """Takes weight from places that somebody is from, where another place is said to be where somebody is."""
    is_home_named = any(item.targets[0].district is not None for item in weighed)
    named = [item for item in weighed if not item.is_numbered and item.kind != "street" and not item.is_left]
    origins = [_is_origin(item, words) for item in named]
    for item, is_origin in zip(named, origins, strict=True):
        district = item.targets[0].district
        if district is None and is_home_named and words.cues[item.first] & c.FOREIGN:
            item.weight *= _OF_ORIGIN  # nobody sends help there; who is there writes for those at home
            continue
        if not is_origin:
            continue
        if district is None and is_home_named and len(named) == 1:
            item.weight *= _OF_ORIGIN_BESIDE_A_ROAD  # "behror highway pe truck driver, bihar ka hai"
        for other, is_too in zip(named, origins, strict=True):
            if not is_too and other.targets[0].district != district and _is_stay(other, words):
                item.weight *= _OF_ORIGIN
                item.is_away = True
                break


def _after(item: Weighed, words: Words, most: int) -> list[int]:
    end = words.clause_end(item.last, min(len(words.tokens), item.last + most))
    return words.cues[item.last : end]


def _is_origin(item: Weighed, words: Words) -> bool:
    """Whether the words say that somebody is from there: "Sirohi ke hain", "from Dholpur but", "ड्यूटी डूंगरपुर में"."""
    cues = words.cues
    before = cues[max(0, item.first - 3) : item.first]
    after = _after(item, words, 6)
    if after and after[0] & c.WHOSE and (any_of(after[1:2]) & c.AM or any_of(after[1:4]) & c.LABOUR):
        return True
    if before and before[-1] & c.FROM and any_of(cues[item.last : item.last + 3]) & (c.BUT | c.NOW):
        return True
    is_inside = bool((after and after[0] & c.INSIDE) or (before and before[-1] & c.IN))
    if is_inside and any_of(before) & c.DUTY:
        return True
    if after and after[0] & c.INSIDE and any_of(after[1:3]) & c.DUTY:
        return True
    return bool(is_inside and any_of(before) & c.WRITER and any_of(after[1:]) & c.AM)


def _is_stay(item: Weighed, words: Words) -> bool:
    """Whether somebody is said to be there, not that a bed is sought there."""
    if item.is_away:
        return False
    before = words.cues[item.first - 1] if item.first else 0
    after = _after(item, words, 7)
    if not (before & (c.IN | c.NOW) or any_of(after[:3]) & c.INSIDE):
        return False
    return not any_of(after) & (c.SEEK | c.BRING | c.ANYWHERE | c.BED | c.NOT_THERE)
