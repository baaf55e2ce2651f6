"""Places that people only come from, or are at for their work, while somebody else is in need elsewhere.

"Hum Sirohi ke hain par bhai ko Palanpur me rakha h", "I'm an NRI in Toronto. Parents in Civil Lines, Ajmer": the first place
tells who writes. Alone in a text such a place is still the best that is known.
"""

from districts import cues as c
from districts.cues import any_of
from districts.folding import fold
from districts.weighing import Weighed
from districts.words import Words

_OF_ORIGIN_BESIDE_A_ROAD = 0.25
_OF_ORIGIN = 0.4  # of the weight of a place, where somebody is said to be at another one
_OF_MENTION = 0.5  # of the weight of any other place, where somebody is said to be in a hospital
_OF_MENTION_OF_A_STAY = 0.75
_IN_A_WARD = 1.2  # the least weight of the place of that hospital
_ONE_OF_A_KIND = 0.7  # quality of a name, below which other towns have such a hospital as well
_A = frozenset(("a", "an"))
_IS = frozenset(fold("is are was am").text.split())
_TO_BE = frozenset(
    fold(
        "ho hona hone hoga karna karne karo karlo karlenge kar kare karen karega karenge lena lene lo get getting hetu liye ke "
        "हो होना होने होगा करना करने करो कर करें करेगा करेंगे लेना लेने लो हेतु लिए के"
    ).text.split()
)
_PERSON = c.PATIENT | c.LABOUR | c.FOLK | c.KIN_AWAY | c.KIN_ELDER
_KIN = c.PATIENT | c.KIN_AWAY | c.KIN_ELDER
_SOUGHT = c.SEEK | c.BED | c.NOT_THERE | c.IF
_OF_WARDS = c.ADMITTED | c.HOSPITAL | c.PATIENT | c.KIN_ELDER
_PARTICLES = frozenset(fold("hi bhi to toh ही भी तो").text.split())
_GETTING = frozenset(("get", "getting", "be"))


def doubt_origins(weighed: list[Weighed], words: Words) -> None:
    """Takes weight from places that somebody is from, where another place is said to be where somebody is."""
    first = weighed[0].targets[0].district
    is_one_district = all([item.targets[0].district == first for item in weighed])  # noqa: C419 - a generator costs more
    if is_one_district and len({item.targets for item in weighed if item.kind != "district"}) < 2:
        return  # "Bassi, Jaipur" leaves nothing to choose
    is_home_named = not is_one_district or first is not None
    named = [item for item in weighed if not item.is_numbered and item.kind != "street" and not item.is_left]
    origins = [_is_origin(item, words) for item in named]
    if is_one_district and True not in origins:
        return
    wards = _wards(named, words)
    for item, is_origin in zip(named, origins, strict=True):
        district = item.targets[0].district
        if district is None and is_home_named and _is_only_of_kin(item, words):
            item.weight *= _OF_ORIGIN  # nobody sends help there; who is there writes for those at home
            continue
        if not is_origin:
            continue
        if district is None and is_home_named and len(named) == 1:
            item.weight *= _OF_ORIGIN_BESIDE_A_ROAD  # "behror highway pe truck driver, bihar ka hai"
        is_own = _is_home_of_writer(item, words)
        for other, is_too, is_ward in zip(named, origins, wards, strict=True):
            if (
                other is item
                or (is_too and not (is_own and _is_writer_at(other, words)))
                or not (is_ward or (_is_stay(other, words) and not _is_of_other_kin(item, other, words)))
            ):
                continue
            if other.targets[0].district != district:
                item.weight *= _OF_ORIGIN
                item.is_away = True
                break
            if other.targets != item.targets and (is_ward or _is_contrasted(item, other, words)):
                item.is_left = True
    if any(wards):
        _believe_wards(named, origins, wards, words)


def _wards(named: list[Weighed], words: Words) -> list[bool]:
    """Of each place whether somebody is in a hospital there; a hospital whose name several towns have says nothing of where."""
    return [
        len(item.targets) == 1
        and item.quality >= _ONE_OF_A_KIND
        and _is_in_ward(item, words, named[at + 1 : at + 2])
        for at, item in enumerate(named)
    ]


def _believe_wards(named: list[Weighed], origins: list[bool], wards: list[bool], words: Words) -> None:
    """Where somebody is said to be in a hospital of one district, the other places are where they are from, or would go."""
    districts = {item.targets[0].district for item, is_ward in zip(named, wards, strict=True) if is_ward}
    if len(districts) > 1:
        return
    for item, is_origin, is_ward in zip(named, origins, wards, strict=True):
        if is_ward:
            item.is_away = False
            item.weight = max(item.weight, _IN_A_WARD)
        elif item.targets[0].district not in districts and not is_origin:
            item.weight *= _OF_MENTION_OF_A_STAY if _is_stay(item, words) else _OF_MENTION


def _is_contrasted(item: Weighed, other: Weighed, words: Words) -> bool:
    return bool(any_of(words.cues[item.last : min(other.first, item.last + 4)]) & c.BUT)


def _is_of_other_kin(item: Weighed, other: Weighed, words: Words) -> bool:
    """Whether who is there is a younger relative of who is meant: "Tonk ke buzurg ko dawai chahiye, beta Jaipur me hai"."""
    return bool(
        other.first - item.last > 5 and any_of(words.cues[other.first - 2 : other.first]) & c.KIN_AWAY
    )


def _is_only_of_kin(item: Weighed, words: Words) -> bool:
    """Whether a place beyond Rajasthan is only where relatives are: "in Dubai", "family is in Kolkata"."""
    cues = words.cues
    if cues[item.first] & c.FOREIGN:
        return True
    before = cues[max(0, item.first - 4) : item.first]
    return bool(
        before
        and before[-1] & c.IN
        and any_of(before) & (c.KIN_AWAY | c.FAMILY)
        and not any_of(before) & c.PATIENT
    )


def _after(item: Weighed, words: Words, most: int) -> list[int]:
    end = words.clause_end(item.last, min(len(words.tokens), item.last + most))
    return words.cues[item.last : end]


def _is_origin(item: Weighed, words: Words) -> bool:
    """Whether the words say that somebody is from there: "Sirohi ke hain", "from Dholpur but", "ड्यूटी डूंगरपुर में"."""
    cues = words.cues
    before = cues[max(0, item.first - 3) : item.first]
    after = _after(item, words, 6)
    if len(after) > 1 and after[0] & (c.DISTRICT | c.VILLAGE) and not after[0] & c.OF:
        after = after[1:]  # "tijara tehsil se hu"
    last, one = before[-1] if before else 0, after[0] if after else 0
    if one & (c.WHOSE | c.OF | c.FAMILY | c.FOLK) and _is_whose(item, after, words):
        return True
    if last & c.FROM:
        is_sent = any_of(cues[max(0, item.first - 6) : item.first]) & c.SENT
        return not is_sent or bool(any_of(cues[item.last : item.last + 3]) & (c.BUT | c.NOW))
    if before and after and _is_home(item, words, before, after):
        return True
    if not one & c.INSIDE and not last & c.IN:
        return False
    around = any_of(before)
    if around & c.DUTY or (one & c.INSIDE and any_of(after[1:3]) & c.DUTY):
        return True
    if (around | any_of(after[1:3])) & c.RESIDE and any_of(cues[item.last : item.last + 4]) & c.BUT:
        return True  # "lives in Osian but is at her daughter's place"
    return _is_writer_at(item, words)


def _is_whose(item: Weighed, after: list[int], words: Words) -> bool:
    """Whether somebody is said to be of that place: "Sirohi ke hain", "Deeg ka mareez", "Ajmer family", "a Jhalawar shopkeeper"."""
    one = after[0]
    if one & c.WHOSE and (any_of(after[1:2]) & (c.AM | c.LOOKS) or any_of(after[1:4]) & c.LABOUR):
        return True
    if one & c.OF and _is_person(after[1:5]):
        return True
    if one & c.FAMILY and words.is_straight(item.last):
        return True
    return bool(one & c.FOLK and item.first and words.tokens[item.first - 1] in _A)


def _is_writer_at(item: Weighed, words: Words) -> bool:
    """Whether who writes is there: "main Kota me padhai karta hu"."""
    before = words.cues[max(0, item.first - 3) : item.first]
    after = _after(item, words, 6)
    is_inside = (after and after[0] & c.INSIDE) or (before and before[-1] & c.IN)
    return bool(is_inside and any_of(before) & c.WRITER and any_of(after[1:]) & c.AM)


def _is_home_of_writer(item: Weighed, words: Words) -> bool:
    """Whether it is the home of who is elsewhere, and nobody at home is named who may be in need there."""
    before = words.cues[max(0, item.first - 3) : item.first]
    after = _after(item, words, 3)
    if not before or not after or not _is_home(item, words, before, after):
        return False
    return not any_of(words.cues) & (c.KIN_ELDER | c.KIN_AWAY)


def _is_person(cues: list[int]) -> bool:
    """Whether somebody is named, and no place before: "ka 24 saal ka ladka", but not "ke hospital me mariz"."""
    for cue in cues:
        if cue & (c.INSIDE | c.HOSPITAL):
            return False
        if cue & _PERSON:
            return True
    return False


def _is_home(item: Weighed, words: Words, before: list[int], after: list[int]) -> bool:
    """ "घर करौली है", "ghar hamara Nawalgarh", "Bhawani Mandi is home", "my father (Bhinmal, Jalore)"."""
    if before[-1] & c.HOUSE and after[0] & c.AM:
        return True
    if len(before) > 1 and before[-1] & c.OWN and before[-2] & c.HOUSE:
        return True
    if words.tokens[item.last] in _IS and any_of(after[1:2]) & c.HOUSE:
        return True
    if any_of(before[-2:]) & c.HOME or (after[0] & c.HOME):
        return True
    return bool(before[-1] & _KIN and "(" in words.gap(item.first))


def _is_admitted(start: int, end: int, words: Words) -> bool:
    """Whether the last words before a place say that somebody is in a hospital, not that they shall be."""
    for at in range(end - 1, max(start, end - 4) - 1, -1):
        if words.cues[at] & c.ADMITTED:
            return _TO_BE.isdisjoint(words.tokens[at + 1 : min(at + 2, end - 1)]) and _GETTING.isdisjoint(
                words.tokens[max(start, at - 1) : at]
            )
    return False


def _is_in_ward(item: Weighed, words: Words, following: list[Weighed]) -> bool:
    """Whether the words say that somebody is in a hospital there, not that a bed is sought or that there is none."""
    cues = words.cues
    first, last = item.first, item.last
    early = max(0, first - 5)
    if item.kind != "hospital" and not any_of(cues[early : last + 9]) & _OF_WARDS:
        return False
    end = words.clause_end(last, min(following[0].first if following else len(cues), last + 9))
    after = cues[last:end]
    if any_of(cues[first:last]) & c.ADMITTED:
        return not any_of(after) & _SOUGHT  # "एसएमएस में भर्ती" is a name of its own
    start = first
    while start > early and not words.is_stop(start):
        start -= 1
    before = cues[start:first]
    if before and not any_of(before) & (_SOUGHT & ~c.BED | c.WILL):
        if before[-1] & (c.IN | c.OF | c.ADMITTED | c.AM | c.HOSPITAL) and _is_admitted(start, first, words):
            return True  # "admitted in", "भर्ती हैं"
        if before[-1] & c.IN and any_of(before[-3:]) & c.PATIENT:
            return True
        if item.kind == "hospital" and before[-1] & c.IN and words.tokens[first - 2] in _IS:
            return True  # "is in Medipulse"
    if not after or any_of(after) & _SOUGHT or any_of(before[-2:]) & c.BED:
        return False
    return _is_lying(item, after, before, words)


def _is_lying(item: Weighed, after: list[int], before: list[int], words: Words) -> bool:
    """Whether the words after a place put somebody into a hospital: "me bharti h", "ke hospital me h", "PBM pahunche"."""
    is_ward, is_inside = item.kind == "hospital", False
    is_patient = any_of(before[-2:]) & (c.PATIENT | c.KIN_ELDER)
    for at, cue in enumerate(after):
        if cue & c.TAKE:
            return False
        if cue & c.HOSPITAL:
            is_ward = True
        if cue & c.ADMITTED and (is_inside or is_ward):
            return _TO_BE.isdisjoint(words.tokens[item.last + at + 1 : item.last + at + 2])
        rest = any_of(after[at + 1 : at + 5])
        if cue & c.INSIDE:
            is_inside = True
            beside = item.last + at + 1
            if not _PARTICLES.isdisjoint(words.tokens[beside : beside + 1]):
                beside += 1
            is_here = any_of(words.cues[beside : beside + 1]) & c.AM or rest & c.THERE
            if (is_ward and is_here) or (is_patient and rest & c.AM):
                return True
        if (
            is_ward
            and (
                (
                    is_inside and cue & c.ON and any_of(after[at + 1 : at + 2]) & c.AM
                )  # "hospital me vent pe hai"
                or (cue & c.OUT and rest & (c.AM | c.INSIDE))
                or (at < 2 and cue & c.BROUGHT and not any_of(after[:at]) & (c.TRIED | c.SAID))
            )
        ):
            return True
    return False


def _is_stay(item: Weighed, words: Words) -> bool:
    """Whether somebody is said to be there, not that a bed is sought there."""
    if item.is_away:
        return False
    before = words.cues[item.first - 1] if item.first else 0
    after = _after(item, words, 7)
    is_on = any(cue & c.ON and any_of(after[at + 1 : at + 2]) & c.AM for at, cue in enumerate(after[:3]))
    is_hospital = after and after[0] & c.HOSPITAL and (len(after) == 1 or ":" in words.gap(item.last + 1))
    is_inside = any_of(after[:3] + (after[3:6] if any_of(after[1:4]) & c.HOSPITAL else [])) & c.INSIDE
    if not (before & (c.IN | c.NOW) or is_inside or is_on or is_hospital):
        return False
    said = any_of(after)
    if said & c.BLOOD and (item.kind == "hospital" or said & c.HOSPITAL):
        return not said & (c.ANYWHERE | c.BED | c.NOT_THERE)  # blood is wanted where the patient is
    return not said & (c.SEEK | c.BRING | c.ANYWHERE | c.BED | c.NOT_THERE) and not any_of(after[:3]) & (
        c.TRIED | c.SAID
    )
