"""Whether the patient was moved: of two places, which one they left and where they are now.

"Sojat se Jodhpur laye" and "rushed from Barmer to Jodhpur" mean Jodhpur. A patient who is only referred, or
shall be taken, is still where they were, unless the text says that they wait at the other place.
"""

from itertools import pairwise

from districts import cues as c
from districts.cues import any_of
from districts.folding import fold
from districts.weighing import Weighed
from districts.words import Words

_BETWEEN = 6  # words that a move may have between its two places
_DOUBTFUL = 0.8  # of the quality, where nothing says whether a move was made
_TAKING, _WENT, _WAS, _COMING, _GOES_ON, _GOING, _WHO = (
    frozenset(fold(words).text.split())
    for words in (
        "le ले", "gaye gye gaya gya गए गये गया", "the tha thi h hai hain थे था थी है हैं",
        "aa aaa आ", "rahe rhe raha rha rahi rhi रहे रहा रही", "jane jaane aane जाने आने", "wala wale vala vale वाला वाले",
    )
)  # fmt: skip
_WAITING = frozenset(("waiting", "reached", "arrived", "lying", "stretcher", "corridor"))
_ARROWS = frozenset("→>➡")
_OPEN = 0.5  # and where the hospital at the other end is said to be full: who knows that may be there


def _district(item: Weighed) -> str | None:
    return item.targets[0].district


def _is_waiting(places: list[Weighed], words: Words) -> bool:
    """Whether the text says at one of these that somebody is there now, not that a bed is sought there."""
    for item in places:
        end = words.clause_end(item.last, min(len(words.tokens), item.last + 6))
        after = words.cues[item.last : end]
        start = item.first
        while start > 0 and start > item.first - 4 and not words.is_break(start):
            start -= 1
        before = any_of(words.cues[start : item.first])
        if before & c.THERE and not before & c.SEEK:
            return True
        is_at = (
            after and after[0] & (c.INSIDE | c.OF | c.HOSPITAL) and any_of(after[1:]) & (c.THERE | c.ROAMING)
        )
        if is_at and not any_of(after) & c.SEEK:
            return True
    return False


def _made(left: Weighed, right: Weighed, words: Words) -> tuple[Weighed, Weighed, bool] | None:
    """(left behind, arrived at, whether the words say that it was done) of two neighbouring places, None for no move."""
    tokens = words.tokens
    between = words.cues[left.last : right.first]
    if _is_shifted_to(right, words):
        return left, right, True
    if not between or len(between) > _BETWEEN:
        return None
    if words.is_stop_within(left.last, right.first) and not (
        between[-1] & c.TO and left.first and words.cues[left.first - 1] & c.FROM
    ):
        return None  # "Came from: Dausa" and "Referred to: SMS Jaipur" are one move on two lines
    end = words.clause_end(right.last, min(len(tokens), right.last + 7))
    after = any_of(words.cues[right.last : end])
    if len(between) > 1 and between[0] & c.HOSPITAL:
        between = between[1:]  # "Baran hospital se Kota"
    is_way = between[0] & c.SE and not any_of(between[1:]) & c.AM
    if is_way or (len(between) > 1 and between[-1] & c.SE and between[-2] & c.THENCE):
        said = after | any_of(between)
        is_coming = _is_arriving(right, words)
        if not said & (c.BROUGHT | c.SENT) and not is_coming:
            return None
        has_arrived = bool(said & c.BROUGHT or (said & c.SHIFT and said & c.DONE)) or is_coming
        return left, right, has_arrived and not after & c.WILL
    start = max(0, left.first - 6)
    before = words.cues[start : left.first]
    said = any_of(before)
    is_from = bool(before) and before[-1] & c.FROM
    if is_from and between[-1] & c.TO and any_of(between) & c.BROUGHT:
        return left, right, True  # "my uncle from Bhawani Mandi was taken to Ratlam"
    beyond = right.last + 9
    if (
        is_from
        and len(between) == 1
        and between[0] & c.TO
        and not _WAITING.isdisjoint(words.tokens[right.last : beyond])
        and not any_of(words.cues[right.last : beyond]) & c.IF
    ):
        return left, right, True  # "from Tonk to Kota by ambulance, waiting outside"
    if not said & (c.BROUGHT | c.SENT):
        return None
    is_done = bool(said & c.BROUGHT) and not said & c.WILL
    if is_from and between[-1] & c.TO:
        return left, right, is_done
    if before[-1] & c.TO and between[-1] & c.FROM:
        return right, left, is_done
    return None


def _is_shifted_to(item: Weighed, words: Words) -> bool:
    """ "shifted to Kota yesterday", but not "must be shifted to Kota", "if he was moved to Kota"."""
    start = item.first
    while start > 0 and start > item.first - 6 and not words.is_stop(start):
        start -= 1
    before = words.cues[start : item.first]
    if len(before) < 2 or not before[-1] & c.TO or not before[-2] & c.BROUGHT:
        return False
    return not any_of(before) & (c.WILL | c.IF | c.SEEK) and "get" not in words.tokens[start : item.first]


def _is_arriving(item: Weighed, words: Words) -> bool:
    """Whether the words after the place say that they were taken there, or are arriving: "le gaye the", "aa rahe hain"."""
    one, two, three = (*words.tokens[item.last : item.last + 3], "", "", "")[:3]
    if one in _TAKING and two in _WENT:
        return three in _WAS
    return one in _COMING and two in _GOES_ON


def _is_full(item: Weighed, words: Words) -> bool:
    end = words.clause_end(item.last, min(len(words.tokens), item.last + 6))
    return bool(any_of(words.cues[item.last : end]) & c.NOT_THERE)


def _is_with_family(item: Weighed, previous: Weighed, words: Words) -> bool:
    """Whether the writer's elders are named at this place: "my nana in Bikaner", "Jalore me mummy papa"."""
    if _district(item) == _district(previous):
        return False
    start = item.first
    while start > max(previous.last, item.first - 7) and not words.is_stop(start):
        start -= 1
    end = words.clause_end(item.last, min(len(words.tokens), item.last + 4))
    around = words.cues[start : item.first] + words.cues[item.last : end]
    return bool(any_of(around) & c.KIN_ELDER)


def _is_of_the_writer(item: Weighed, words: Words) -> bool:
    """Whether only one who writes, or is away, is here: "mera bhai Bangalore me hai", "I live in Pune"."""
    before = words.cues[max(0, item.first - 4) : item.first]
    after = words.cues[item.last : item.last + 3]
    said = any_of(before)
    if not before or said & (c.KIN_ELDER | c.PATIENT):
        return False
    if before[-1] & (c.IN | c.FROM):
        return bool(said & (c.WRITER | c.ABROAD | c.KIN_AWAY))
    return bool(
        any_of(before[-3:]) & (c.KIN_AWAY | c.WRITER)
        and after and after[0] & c.INSIDE and any_of(after[1:]) & c.AM
    )  # fmt: skip


def _is_supply(left: Weighed, right: Weighed, words: Words) -> bool:
    """Whether a thing, no person, shall come: "courier Fabiflu from Jaipur to Karauli"."""
    if right.first - left.last > _BETWEEN or words.is_stop_within(left.last, right.first):
        return False
    before = words.cues[max(0, left.first - 6) : left.first]
    between = words.cues[left.last : right.first]
    if before and between and any_of(before) & c.GOER and _district(right) is not None:
        if any_of(before[-2:]) & (c.FROM | c.GOER) and len(between) == 1 and between[0] & c.TOWARDS:
            return True  # "anyone driving from Jaipur towards Todaraisingh today?"
        going, who = (*words.tokens[right.last : right.last + 2], "", "")[:2]
        if between[0] & c.SE and len(between) == 1 and going in _GOING and who in _WHO:
            return True  # "koi Gangapur se Jaipur jane wala ho"
    if (
        any_of(before[-3:]) & c.THING
        and len(between) == 1
        and between[0] & c.SE
        and not any_of(before) & c.PATIENT
    ):
        return bool(
            any_of(words.cues[right.last : right.last + 1]) & c.BRING
        )  # "donor ko Bundi se Kota lana h"
    if any_of(before) & c.GOER and not between and _ARROWS & set(words.gap(right.first)):
        return True  # "anyone heading Jodhpur -> Barmer"
    if not before or not between or not before[-1] & c.FROM or not between[-1] & (c.TO | c.IN):
        return False
    return bool(any_of(before + between) & c.THING and not any_of(before) & (c.TRIED | c.PATIENT))


def follow_moves(weighed: list[Weighed], words: Words) -> None:
    """Takes weight from the place that was left and gives it to the one where the patient arrived."""
    named = [item for item in weighed if not item.is_numbered and item.kind != "street"]
    if len(named) < 2:
        return
    if named[0].is_left:
        for item in named[1:]:
            if item.is_away and not item.is_listed and _district(item) is not None:
                item.is_away, item.weight = False, max(item.weight, 1.0)
    elif _is_of_the_writer(named[0], words) and any(
        _is_with_family(right, left, words) for left, right in pairwise(named)
    ):
        named[0].weight *= 0.5
    move: tuple[Weighed, Weighed, bool] | None = None
    for left, right in pairwise(named):
        went_on = move is not None and move[1] is left and words.cues[left.last : right.first]
        if move is not None and went_on and len(went_on) == 1 and went_on[0] & c.TO:
            move = left, right, move[2]  # "from Beawar to Ajmer to Jaipur"
        else:
            is_supply = _is_supply(left, right, words)
            move = None if is_supply else _made(left, right, words)
        if move is None:
            if is_supply:
                left.weight *= 0.5
                right.weight, right.is_away = max(right.weight, 1.0), False
            continue
        origin, arrived, is_done = move
        there = [
            item for item in named
            if item is not origin and item.first >= left.first and _district(item) == _district(arrived)
        ]  # fmt: skip
        is_there = is_done or _is_waiting(there, words)
        if _district(origin) == _district(arrived):
            origin.is_left = is_there
        elif is_there:
            for item in named:
                if (item.first < arrived.first and _district(item) == _district(origin)) or item is origin:
                    item.weight *= 0.4
                    item.is_left = True
            for item in there:
                item.is_away = False
                item.weight = max(item.weight, 1.1)
        else:
            was_turned_away = any(item.kind == "hospital" and _is_full(item, words) for item in there)
            origin.quality *= _OPEN if was_turned_away else _DOUBTFUL
