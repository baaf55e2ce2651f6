"""How much each place named in a text counts as the place of the patient, by the words right around its name."""

from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import or_

from districts import cues as c
from districts.cues import any_of
from districts.naming import Mention
from districts.numbering import Numbered
from districts.places import Target, agrees
from districts.words import Words

_LISTING = frozenset(",/&|#")
_BYPASS = frozenset(("bypass", "बाईपास", "बाइपास"))


@dataclass(slots=True)
class Weighed:
    """A name, postal code or telephone area with its weight among the places of the text.

    `quality` (0 to 1) is how surely it is that place at all. text[start:end] are its words,
    words first to last (exclusive); both -1 for a number.
    """

    targets: tuple[Target, ...]
    kind: str
    start: int
    end: int
    weight: float
    quality: float
    first: int = -1
    last: int = -1
    is_away: bool = False  # somewhere else: where help was sought, where somebody would be taken
    is_left: bool = False  # where the patient, or a giver, came from; or a place that is not meant
    is_listed: bool = False  # one of several that are named side by side
    is_qualified: bool = False
    is_dropped: bool = False
    is_tag: bool = False

    @property
    def is_numbered(self) -> bool:
        return self.first < 0

    @property
    def is_whole_name(self) -> bool:
        """Whether a place itself is named, and help may be needed there: no road to it, and not only in passing."""
        return self.kind in ("district", "block", "place") and not self.is_left and not self.is_dropped


def numbered(number: Numbered) -> Weighed:
    return Weighed(number.targets, number.kind, number.start, number.end, number.weight, number.quality)


def _is_taken_there(after: list[int]) -> bool:
    """ "Jaipur ko refer" and "Jaipur le jana", but not "Jalor ke hospital se refer"."""
    for cue in after[1:]:
        if cue & c.SE:
            return False
        if cue & c.TAKE:
            return True
    return False


def _by_what_follows(
    item: Weighed, after: list[int], before: list[int], is_first: bool, next_is_near: bool
) -> None:
    """`next_is_near`: the next place stands right after these words."""
    one, so_far = after[0], list(accumulate(after, or_))
    three, four, said = so_far[:3][-1], so_far[:4][-1], so_far[-1]
    if one & c.UP_TO:
        item.weight *= 0.4
        item.is_away = True
    elif (
        (one & c.KO and _is_taken_there(after))
        or one & c.TAKE
        or (one & c.SE and any_of(after[1:4]) & c.BRING and not any_of(after[1:3]) & c.AM)
    ):
        item.weight *= 0.45
        item.is_away = True
    elif after[-1] & c.NOT and (len(after) == 1 or (len(after) == 2 and one & c.SAID)):
        item.weight *= 0.45  # "Jaipur nahi, Alwar", "Jaipur wala nahi"
        item.quality *= 0.5
        item.is_left = True
    elif said & c.NOT_THERE or four & c.SAID:
        is_of_them = (
            one & c.SAID
            and any_of(after[1:4]) & (c.SAID | c.NOT_THERE | c.TAKE | c.NE)
            and item.kind != "hospital"
        )
        item.weight *= 0.65 if is_of_them else 0.8
    if three & c.ANYWHERE:
        item.weight *= 0.5
        item.is_away = True
    if four & c.HOME and not (one & c.INSIDE and four & c.HOME_AFTER):
        item.weight *= 0.6  # "Churu ke rehne wale", but not "Mumbai me rehne wale"
    if item.targets[0].district is None and (one & c.CAME or (one & c.OF and any_of(after[1:3]) & c.CAME)):
        item.weight *= 0.4  # "Bihar ke majdoor Bhiwadi me"
    if said & c.ADMITTED and one & c.INSIDE and said & c.SEEK and any_of(after[1:3]) & c.ADMITTED:
        item.weight *= 0.55  # "Jaipur me bharti karwana hai"
        item.is_away = True
    if three & (c.LOOKS | c.WAY) and one & c.WHOSE and len(after) > 1:
        if after[1] & c.LOOKS:
            item.weight *= 0.3  # "Nagaur ke lagte hain"
            item.quality *= 0.6
            item.is_left = True
        elif after[1] & c.WAY and one & c.OF and item.targets[0].block is None:
            item.weight *= 0.5  # "jaipur ki taraf"
            item.is_away = True
    if one & c.SE and any_of(after[1:4]) & c.WALKED:
        item.weight *= 0.4
        item.is_away = True
    if four & c.NOW and not said & c.SEEK and not (next_is_near and after[-1] & c.NOW):
        item.weight *= 1.5 if one & c.INSIDE else 1.3
    elif not is_first and one & (c.INSIDE | c.OF) and so_far[:5][-1] & c.THERE and not said & c.SEEK:
        item.weight *= 1.3
    if not is_first and any_of(before[-3:]) & c.WRITER and four & c.AM:
        lives_here = item.targets[0].district is not None and any_of(before[-2:]) & c.WE and four & c.RESIDE
        item.weight *= 1.2 if lives_here else 0.6  # "hum Lohawat me rehte hain", "main Pune me rehta hu"


def _by_what_precedes(item: Weighed, before: list[int], after: list[int], is_first: bool) -> None:
    back = list(accumulate(before[::-1], or_))
    last, two, three, four, all_before = before[-1], back[:2][-1], back[:3][-1], back[:4][-1], back[-1]
    if last & c.NEG:
        item.weight *= 0.3  # "not Ganganagar, Hanumangarh"
        item.quality *= 0.6
        item.is_left = True
    if last & c.TOWARDS and not (is_first and any_of(before[:-1]) & c.FROM):
        item.weight *= 0.5
        item.is_away = True
    if four & c.TRIED and item.kind != "hospital":
        item.weight *= 0.6
        item.is_away = True
    # "X niwasi, Y me bharti": the word after one name says nothing of the next.
    if four & c.HOME and any(cue & c.HOME and (is_first or not cue & c.HOME_AFTER) for cue in before[-4:]):
        item.weight *= 0.45
    if not is_first and (last & c.OWN or (last & c.VILLAGE and two & c.OWN)):
        item.weight *= 0.6  # "Mumbai se apne gaon (Sirohi) aana h"
    elif last & c.VILLAGE and item.targets[0].district is not None:
        item.weight *= 1.2
        item.is_qualified = True
    if last & c.OF_ENGLISH and three & c.PATIENT:
        item.weight *= 0.5  # "patient of Nagaur at Jaipur Golden"
    if last & c.FROM:
        item.weight *= 0.4 if all_before & c.CAME else 0.75 if all_before & c.WRITER else 1.0
    if last & c.IN:
        if all_before & c.WRITER and all_before & c.LIVE:
            item.weight *= 0.6
        if three & c.KIN_AWAY:
            item.weight *= 0.5
        if three & c.BED and not is_first:
            item.weight *= 0.6
            item.is_away = True
    if three & c.NOW or two & c.BACK or (last & c.IN and all_before & c.NOW):
        item.weight *= 1.45
    if not is_first and (
        (last & c.IN and three & c.PATIENT) or (last & c.PATIENT and after and after[0] & c.INSIDE)
    ):
        item.weight *= 1.4


def _is_giver(item: Weighed, before: list[int], after: list[int]) -> bool:
    """An NGO from Pune gives, it is not in need."""
    if item.targets[0].district is not None:
        return False
    if not (any_of(before[-5:]) | any_of(after[:3])) & c.GIVER:
        return False
    return bool(
        (before and before[-1] & c.FROM) or (after and after[0] & c.BASED) or any_of(before[-2:]) & c.BASED
    )


def _spread(weighed: list[Weighed], words: Words) -> None:
    """In "Jaipur, Kota ya Ajmer kahi bhi" what is said of one is said of all, but for the first of the text."""
    for left, right in pairwise(weighed):
        between = words.cues[left.last : right.first]
        listed = bool(between) or "," in words.gap(right.first) or right.is_away
        if not listed or len(between) > 1 or not all(cue & c.OR for cue in between):
            continue
        if left.is_away and not right.is_away and right is not weighed[0]:
            right.is_away = True
            right.weight = min(right.weight, left.weight)
        elif right.is_away and not left.is_away and left is not weighed[0]:
            left.is_away = True
            left.weight = min(left.weight, right.weight)


def _is_pair_of_list(left: Weighed, right: Weighed, words: Words) -> bool:
    """Whether two neighbours are named side by side, and are not one address: "Nokha, Lunkaransar", "Bari & Rajakhera"."""
    one, two = left.targets[0], right.targets[0]
    if one == two or one.district is None or two.district is None or left.is_left or right.is_left:
        return False
    between = words.cues[left.last : right.first]
    if len(between) > 1 or not all(cue & c.OR for cue in between):
        return False
    if not between and not set(words.gap(right.first)) & _LISTING:
        return False
    if one.block is None and two.block is None:
        return one.district != two.district and "hospital" not in (left.kind, right.kind)
    return (one.block is not None or not agrees(two, one)) and (two.block is not None or not agrees(one, two))


def _is_of_people(item: Weighed, words: Words) -> bool:
    """ "Jalore, Sirohi ke mareez", "Bari & Rajakhera folks"."""
    after = words.cues[item.last : item.last + 3]
    return bool(
        after
        and (
            after[0] & (c.FOLK | c.PATIENT) or (after[0] & c.OF and any_of(after[1:]) & (c.FOLK | c.PATIENT))
        )
    )


def _mark_lists(weighed: list[Weighed], words: Words) -> None:
    """Who names three places or more in a row, and not first, names where people come from or where they tried: "free beds for
    patients of Jalore, Sirohi and Pali"."""
    start = 0
    for at in range(1, len(weighed) + 1):
        if at < len(weighed) and _is_pair_of_list(weighed[at - 1], weighed[at], words):
            continue
        if at - start > 1:
            # "Pali, Jalore aur Barmer se": nobody comes from three places; of two one may be the village
            is_of_many = (
                at - start > 2 and any_of(words.cues[weighed[at - 1].last : weighed[at - 1].last + 1]) & c.SE
            )
            is_of_people = at - start < len(weighed) and (is_of_many or _is_of_people(weighed[at - 1], words))
            for item in weighed[start if start or at - start > 2 else 1 : at]:
                item.is_listed = True
                if is_of_people or (start > 0 and at - start > 2):
                    item.weight *= 0.5
                    item.is_away = True
            if is_of_people and start == 0:
                weighed[0].is_listed = weighed[0].is_away = True
        start = at


def _is_said_here(item: Weighed, words: Words) -> bool:
    """A clause that starts with "here in Merta" says where; "we here in Jaipur" may write for somebody elsewhere."""
    at = item.first - 1
    if at > 0 and words.cues[at] & c.IN:
        at -= 1
    return bool(words.cues[at] & c.HERE and (at == 0 or words.is_break(at)))


def _doubt_both_ends(weighed: list[Weighed], words: Words) -> None:
    """Between two places is at neither: "between Beawar and Jaipur", "उदयपुर-पिंडवाड़ा के बीच"."""
    for left, right in pairwise(weighed):
        if right.first - left.last > 1:
            continue
        before = words.cues[left.first - 1] if left.first else 0
        if before & c.AMID or any_of(words.cues[right.last : right.last + 2]) & c.AMID:
            for item in (left, right):
                item.weight *= 0.5
                item.quality *= 0.6
                item.is_away = True


def _doubt_places_beyond(weighed: list[Weighed], words: Words) -> None:
    """Beside a place of Rajasthan one beyond it is where somebody or something comes from, if nothing says more:
    "Pune se aaya hu, Sirohi me", "Hisar se cylinder", "Agra ke doctor"."""
    beyond = [item.targets[0].district is None for item in weighed]
    if all(beyond) or not any(beyond):
        return
    cues = words.cues
    for item, following in zip(weighed, [*weighed[1:], None], strict=True):
        if item.targets[0].district is not None or len(item.targets) > 1:
            continue
        after = cues[item.last] if item.last < len(cues) else 0
        before = cues[item.first - 1] if item.first else 0
        if before & c.VILLAGE:
            item.weight *= 0.3
        elif (
            following is not None
            and following.targets[0].district is None
            and following.first - item.last < 2
        ):
            continue  # "Mumbai ke Mira Road me"
        elif after & (c.SE | c.OF | c.SAID) or before & c.FROM:
            item.weight *= 0.6
        elif before & c.OF_ENGLISH and any_of(cues[item.last : item.last + 3]) & c.LIVE:
            item.weight *= 0.6  # "students of Kashmir stuck in Jaipur"


def _is_event(item: Weighed, words: Words, limit: int) -> bool:
    """Whether somebody stands, or something befell them, on the highway or the bypass of a town: "dausa bypass pe khade h"."""
    after = words.cues[item.last : words.clause_end(item.last, min(limit, item.last + 7))]
    if not (
        words.tokens[item.last] in _BYPASS or (words.cues[item.last] & c.HIGHWAY and item.targets[0].block)
    ):
        return False
    return bool(any_of(after[1:]) & (c.THERE | c.BEFELL))


def _doubt_lone_origins(weighed: list[Weighed], words: Words) -> None:
    """Where workers beyond Rajasthan are from, or have their work, does not say where they are: "Bihar ke 20 majdoor"."""
    cues = words.cues
    for item in weighed:
        before = cues[max(0, item.first - 3) : item.first]
        after = cues[item.last : item.last + 4]
        is_of = bool(after and after[0] & c.OF)
        if (
            (is_of and any_of(after[1:]) & c.LABOUR)
            or (is_of and before and before[-1] & c.LABOUR)
            or (before and before[-1] & c.FROM and any_of(before[:-1]) & c.CAME)
            or (before and before[-1] & c.DUTY and after and after[0] & c.INSIDE)
        ):
            item.quality *= 0.5


def _find_streets(weighed: list[Weighed], words: Words) -> None:
    """A road is named after where it goes: Sikar road is in Jaipur, and the Delhi-Jaipur highway passes Shahpura."""
    cues = words.cues
    for index in range(len(weighed) - 1, -1, -1):
        item = weighed[index]
        if item.kind == "hospital" or item.last >= len(cues):
            continue
        following = cues[item.last]
        other = weighed[index + 1] if index + 1 < len(weighed) else None
        is_before_street = other is not None and other.kind == "street" and other.first == item.last
        if not (following & c.ROAD or is_before_street) or not words.is_straight(item.last):
            continue
        if following & c.ROAD:
            beside = any_of(cues[item.last + 1 : item.last + 3])
            if following & c.HIGHWAY and beside & c.HOSPITAL and item.targets[0].block:
                item.quality = min(item.quality, 0.72)
            else:
                item.kind, item.weight, item.is_away = "street", 0.25, False
                # "chaksu bypass pe" is at Chaksu, if nothing says more
                item.quality = 0.66 if item.targets[0].block else 0.36
                if _is_event(item, words, len(cues) if other is None else other.first):
                    item.weight, item.quality = 1.0, 0.75
        elif other is not None and cues[other.last] & c.HIGHWAY and item.kind in ("district", "outside"):
            item.kind, item.weight, item.is_away, item.quality = "street", 0.25, False, 0.36


def _is_list(weighed: list[Weighed], words: Words) -> bool:
    """Whether numbers of several places are listed, each after its place: "Alwar 9414016638, Ajmer 9829551067, Kota ..."."""
    turns = [
        (left, right)
        for left, right in pairwise(
            [item for item in weighed if len(item.targets) == 1 and item.kind != "street"]
        )
        if left.targets[0].district != right.targets[0].district
    ]
    return len(turns) > 1 and all(
        any(len(token) > 2 and token.isdigit() for token in words.tokens[left.last : right.first])
        for left, right in turns
    )


def _is_one_of_several(weighed: list[Weighed], words: Words) -> bool:
    """Whether the text begins with cities side by side of which none is meant more: "Kota Bundi Baran kahin bhi",
    "Jaipur or Tonk"."""
    first, second = weighed[:2]
    if first.kind != "district" or second.kind != "district" or words.is_stop(second.first):
        return False
    between = words.cues[first.last : second.first]
    if not all(cue & c.OR for cue in between):
        return False
    is_either = len(weighed) == 2 and (
        (len(between) == 1 and between[0] & c.EITHER)
        or (not between and words.gap(second.first).strip() == "/")
    )
    if len(weighed) > 2 and all(item.kind == "district" and not item.is_tag for item in weighed):
        gaps = [words.cues[a.last : b.first] for a, b in pairwise(weighed)]
        if all(not gap or (len(gap) == 1 and gap[0] & c.OR) for gap in gaps):
            return True
    return bool(is_either) or all(item.is_away and item.kind == "district" for item in weighed[1:])


def weigh(words: Words, found: list[Mention]) -> list[Weighed]:
    """The names with their weights, in the order of the text."""
    weighed: list[Weighed] = []
    if not found:
        return weighed
    cues = words.cues
    previous_last = 0
    for index, mention in enumerate(found):
        next_first = found[index + 1].first if index + 1 < len(found) else len(cues)
        first, last = mention.first, mention.last
        end = words.clause_end(last, last + 6 if last + 6 < next_first else next_first)
        after = cues[last:end]
        before = cues[first - 5 if first - 5 > previous_last else previous_last : first]
        previous_last = last
        kind = mention.kind
        if kind == "shared" and len(mention.targets) == 1:
            kind = "block"
        weight = 0.7 if len(mention.targets) > 1 else 1.1 if kind == "hospital" else 1.0
        start, stop = words.span(first, last)
        item = Weighed(
            mention.targets, kind, start, stop, weight, mention.quality, first, last,
            is_tag=mention.is_tag,
        )  # fmt: skip
        if any(after):  # words that say nothing change nothing
            _by_what_follows(item, after, before, index == 0, end == next_first < len(cues))
        if any(before):
            _by_what_precedes(item, before, after, index == 0)
            if before[-1] & (c.HERE | c.IN) and _is_said_here(item, words):
                item.weight *= 1.45
        if after and after[0] & c.BORDER and mention.targets[0].district is None:
            item.weight, item.quality, item.is_left = item.weight * 0.4, 0.5, True  # near it, and not in it
        elif _is_giver(item, before, after):
            item.weight, item.quality, item.is_left = 0.3, 0.5, True
        elif next_first == last + 2 == end and after[0] & c.KO and after[1] & c.NEARBY:
            item.weight, item.is_left = item.weight * 0.6, True  # "Phalodi ke paas Lohawat"
        weighed.append(item)
    _find_streets(weighed, words)
    _doubt_places_beyond(weighed, words)
    if weighed[0].targets[0].district is None and all(item.targets[0].district is None for item in weighed):
        _doubt_lone_origins(weighed, words)
    if len(weighed) > 1:
        if any([item.is_away for item in weighed]):  # noqa: C419 - a generator costs more
            _spread(weighed, words)
            _spread(weighed, words)
        if any([right.first - left.last < 2 for left, right in pairwise(weighed)]):  # noqa: C419 - a generator costs more
            _mark_lists(weighed, words)
            _doubt_both_ends(weighed, words)
        if _is_list(weighed, words):
            for item in weighed:
                item.quality *= 0.5
    if weighed[0].kind != "street" and not weighed[0].is_left:
        leading = weighed[0]
        is_one_of_many = len(weighed) > 1 and _is_one_of_several(weighed, words)
        if not is_one_of_many:
            is_beyond = len(weighed) > 1 and leading.kind == "outside"
            is_served = leading.is_listed and leading.is_away
            leading.weight += 0.0 if is_served else 0.1 if leading.is_tag or is_beyond else 0.3
        else:
            leading.weight = min(leading.weight, weighed[1].weight)
        # Who names a small town first means it; the cities after it are where they tried.
        if leading.kind in ("place", "block"):
            leading.weight += 0.15
    return weighed
