"""Where a text is: the district, and the block if it is named, at which help must arrive.

Every name, PIN and telephone area in the text is weighed by the words around it (who is there, who only
came from there, where no bed was found, where somebody would be taken); the heaviest place wins if it is
clearly heavier than the next. Unsure is an answer: district None with candidates.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from districts.folding import Folded, fold
from districts.naming import SOFT, Mention, Word, mentions_of, resolved, words_of
from districts.places import PinRow, StdCodeRow, Target, blocks, districts, pins, std_codes

OUTSIDE = "outside"
_AT_MOST = (
    48  # names weighed in one text: the first ones; a post has a handful, and each is held against each other
)
SURE = 0.6  # below this confidence no district is named


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that it may be; all None in district and block is a place beyond Rajasthan."""

    district_code: int | None
    district: str | None
    block_code: int | None
    block: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the raw text, raw[start:end], and what they say."""

    label: str
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
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


def _set(words: str) -> frozenset[str]:
    return frozenset(fold(words).text.split())


_ROAD = _set(
    "road rd roads marg highway hwy bypass expressway phatak pulia puliya line रोड मार्ग "
    "हाईवे बाईपास फाटक राजमार्ग सड़क"
)
_PLACE_AFTER = _set(
    "chc phc cch tehsil teh tahsil block panchayat city kasba kasbe gaon village town "
    "district dist jila zila distt hospital station junction jn jn. "
    "सीएचसी पीएचसी तहसील ब्लॉक पंचायत कस्बा कस्बे गांव शहर जिला जिले अस्पताल हॉस्पिटल स्टेशन जंक्शन"
)
_PLACE_BEFORE = _set(
    "tehsil teh tahsil block chc phc place location address dist district distt jila zila "
    "city gaon village loc jagah from near "
    "तहसील ब्लॉक सीएचसी स्थान पता जिला जिले गांव कस्बा शहर"
)
_POSTPOSITION = _set("me mein mai men m se ke ki ka k ko tak city में से के का की को तक शहर जिला जिले")
_DISTRICT_WORD = _set("district dist distt jila zila zilla jile jilla जिला जिले ज़िला ज़िले")
_SHIFT_WORD = _set(
    "दो तीन पहली दूसरी तीसरी रात दिन सुबह शाम डबल अपनी मेरी do teen pehli pahli dusri teesri "
    "raat din subah shaam double"
)
_QUOTA_WORD = _set(
    "quota vaccine injection वैक्सीन ऑक्सीजन इंजेक्शन रेमडेसिविर का ka oxygen राज्य आवंटित तय अपना पूरा कुल"
)
_QUOTA_AFTER = _set("khatam khatm खत्म पूरा बढ़ा बढ़ाया बढ़ाने बढ़ाओ बढ़ाए घटाया कम तय system quota")
_SWEET = _set("laddu laddoo raita लड्डू रायता")

_TO = _set("tak तक")
_TAKE = _set(
    "jana jane jao jaana jaane jau jaye refer refered referred bhej bhejo bhejna bheja "
    "bhejne shift leja lejana lejao chalo jaake jakar "
    "जाना जाने जाओ जाऊं जाएं जाए जाकर रेफर भेज भेजो भेजना भेजा शिफ्ट लेकर जाते bolre"
)
_NOT_THERE = _set(
    "full फुल packed nil mana मना tried pucha puchha पूछा jawab try jgh empty bhagaya "
    "loutaya lauta लौटा नहीं nahi nahin nhi ni not no नही"
)
_BRING = _set(
    "bhej bhejo bhijwa bhijwao bhejwa mangwa mangwao mangaye mangwane lane lana laya lekar "
    "dilwa dilwado la le lao aaya aa dilwaye koi "
    "भिजवा भिजवाओ भिजवाएं भेज मंगवा मंगवाना मंगाया खरीद खरीदने लाते लाए लाना लाने ला लाओ "
    "दिलवा दिलवाओ दिलवाएं दिलवाइए कोई lauta kharid kharidne khareedne late mangate mangwaya"
)
_ANYWHERE = _set("kahi kahin kahibhi anywhere कहीं कही whichever wherever jahan jaha")
_OR = _set("ya or aur and & या और एवं व n")
_ORIGIN = _set(
    "orig originally native resident hails belongs मूल मूलतः निवासी niwasi nivasi rehne रहने rahne basically"
)
_I = _set("i main mai mein hum ham we मैं हम myself mujhe")
_AM = _set(
    "hu hun hoon hain hai hoo h rehta rehte rahta rahte rehti हूं हैं हूँ रहता रहते रहती live stay work living"
)
_LIVE = _set("live living stay staying work working based stuck")
_NOW = _set(
    "now currently presently present admitted admit admited studying abhi bharti bharthi "
    "hospitalised hospitalized settled ab वर्तमान अब अभी भर्ती एडमिट"
)
_AWAY_KIN = _set(
    "sons daughters children kids bete bachche bacche beta बच्चे बेटे बेटा son daughter bhai brother husband"
)
_TOWARDS = _set("to till towards upto")
_TRIED = _set("tried try called checked not nothing nowhere except beyond like source available")
_OF = [["ke"], ["के"], ["ka"], ["का"], ["k"], ["jila"], ["जिला"], ["zila"], ["dist"]]
_HOSPITAL_LETTERS = _set("sms mdm एसएमएस")
_WARD = _set(
    "hospital ward icu bed beds admit admitted bharti emergency doctor doctors ventilator "
    "patient opd gate hosp plasma idh oxygen platelets "
    "अस्पताल वार्ड आईसीयू बेड भर्ती इमरजेंसी डॉक्टर वेंटिलेटर मरीज एडमिट गेट ऑक्सीजन"
)
_INSIDE = _set("me mein mai men में")
_FROM = _set("se ke से के")
_ENGLISH_IN = _set("in at from near")
_IN_CASE = _set("kisi bhi har aisi is us किसी भी हर ऐसी इस उस")
_SAID = _set(
    "wale वाले wala bole bola kaha बोले कहते कहा denied refused refuse preferred prefer gave says said nobody"
)
_SENT = _set("kiya karo kar bheja kare aaya किया करो भेजा")
_CAME = _set("came returned back labour labourers laborers majdoor majdur workers posted sitting alumnus ngo")
_IN_RAJASTHAN = re.compile(r"(?<!not )\b(?:in|across|throughout|all over) rajasthan\b|पूरे राजस्थान")
_BREAK = re.compile(r"[.!?\n।|;,]")
_WAR_ROOM = re.compile(r"war ?room|control ?room|helpline|help line|वार ?रूम|कंट्रोल ?रूम|हेल्पलाइन|toll ?free")
_PIN_WORD = re.compile(
    r"(?:pin|pincode|pin ?code|postal|zip|पिन|पिनकोड|पिन ?कोड)\W{0,4}(?:code|कोड|no|number)?\W{0,4}$"
)
_PIN = re.compile(r"(?<![\d+])[1-9]\d{2}[ -]?\d{3}(?!\d)")
_GOES_ON = re.compile(r"[ -]?\d|/")
_NOT_PIN = re.compile(
    r"(?:rs|inr|₹|id|otp|order|ref|srf|account|a/c|ifsc|bill)\W{0,3}(?:no\W{0,2}|number\W{0,2})?$"
)
_STD = re.compile(r"(?<!\d)(?:\+?91[ -]?)?\(?(0[1-8]\d{1,4})\)?[ /-]{0,3}(\d{5,8})(?!\d)")
_OUTSIDE_STD = (
    "011",
    "0124",
    "0120",
    "0129",
    "022",
    "033",
    "040",
    "044",
    "079",
    "080",
    "020",
    "0522",
    "0512",
    "0562",
    "0731",
    "0755",
    "0751",
    "0261",
    "0265",
    "0281",
    "0172",
    "0161",
    "0612",
    "0651",
    "0771",
    "0712",
    "0253",
)


@cache
def _pins() -> dict[str, PinRow]:
    return {row.pin: row for row in pins()}


@cache
def _std_codes() -> dict[str, StdCodeRow]:
    return {row.code: row for row in std_codes()}


@cache
def _codes() -> dict[Target, int]:
    known = {Target(row.name): row.code for row in districts()}
    return known | {Target(row.district, row.name): row.code for row in blocks()}


@cache
def _parents() -> dict[str, frozenset[str]]:
    """For each district the districts of 2021 that its land was in, with its own name."""
    return {row.name: frozenset((*row.parents, row.name)) for row in districts()}


@cache
def _was() -> dict[Target, str]:
    return {Target(row.district, row.name): row.was for row in blocks()}


@cache
def _old_districts() -> frozenset[str]:
    return frozenset(row.name for row in districts() if set(row.parents) == {row.name})


@dataclass(slots=True)
class _Weighed:
    """A mention, PIN or telephone area with its weight among the places of the text."""

    targets: tuple[Target, ...]
    kind: str
    start: int
    end: int
    weight: float
    quality: float
    first: int = -1
    last: int = -1
    is_away: bool = False
    is_qualified: bool = False
    is_dropped: bool = False
    is_tag: bool = False


def _agrees(target: Target, other: Target) -> bool:
    """Whether a district's name (`other`) can stand beside `target`: it is in it today, or was in 2021."""
    if target.district is None or other.district is None:
        return target.district is other.district
    if other.district == target.district:
        return True
    was = _was().get(target)
    return (
        other.district == was
        if was is not None and was != target.district
        else other.district in _parents()[target.district]
    )


def _is_vetoed(mention: Mention, words: list[Word]) -> bool:
    """Kota the quota, Pali the shift, Bundi the sweet."""
    if mention.kind != "district" or mention.last - mention.first != 1 or mention.is_tag:
        return False
    token = words[mention.first].text
    before = words[mention.first - 1].text if mention.first else ""
    after = words[mention.last].text if mention.last < len(words) else ""
    if token in ("पाली", "pali", "paali"):
        return before in _SHIFT_WORD or (
            words[mention.first - 1].kind == "digits" and mention.first > 0 and len(before) == 1
        )
    if token in ("कोटा", "kota"):
        if before in ("quota",) or after in _QUOTA_AFTER or after == "quota":
            return True
        return before in _QUOTA_WORD and after not in _POSTPOSITION and after not in _PLACE_AFTER
    if token in ("बूंदी", "bundi", "बुंदी", "boondi"):
        near = {word.text for word in words[mention.last : mention.last + 3]}
        return bool(near & _SWEET)
    return False


def _clause_ends(text: str, words: list[Word]) -> list[int]:
    """For each word the index of the first word after its clause."""
    ends = [len(words)] * len(words)
    end = len(words)
    for index in range(len(words) - 1, -1, -1):
        if index + 1 < len(words):
            gap_start, gap_end = words[index].end, words[index + 1].start
            if (
                gap_end > gap_start
                and (gap_end - gap_start > 1 or text[gap_start] != " ")
                and _BREAK.search(text, gap_start, gap_end)
            ):
                end = index + 1
        ends[index] = end
    return ends


def _weigh(text: str, words: list[Word], found: list[Mention]) -> list[_Weighed]:
    ends = _clause_ends(text, words)
    weighed = []
    for index, mention in enumerate(found):
        previous_last = found[index - 1].last if index else 0
        next_first = found[index + 1].first if index + 1 < len(found) else len(words)
        clause_end = min(ends[mention.last - 1], next_first)
        after = [word.text for word in words[mention.last : min(clause_end, mention.last + 6)]]
        before = [word.text for word in words[max(previous_last, mention.first - 5) : mention.first]]
        near_before = before[-3:]
        weight = 1.1 if mention.kind == "hospital" else 1.0
        if len(mention.targets) > 1:
            weight = 0.7
        away = False
        kind = "block" if mention.kind == "shared" and len(mention.targets) == 1 else mention.kind
        plain_after = words[mention.last].text if mention.last < len(words) else ""
        straight = mention.last < len(words) and not text[
            words[mention.last - 1].end : words[mention.last].start
        ].strip(" -")
        if straight and plain_after in _ROAD and mention.kind != "hospital":
            kind, weight = "street", 0.25
        if after:
            one = after[0]
            rest = set(after[1:])
            if one in _TO:
                weight *= 0.4
                away = True
            elif (
                (one in ("ko", "को", "ke", "के", "le", "ले", "k", "ka", "का") and rest & _TAKE)
                or one in _TAKE - {"aa"}
                or (one in ("se", "से") and set(after[1:4]) & _BRING and not set(after[1:3]) & _AM)
            ):
                weight *= 0.45
                away = True
            elif rest & _NOT_THERE or one in _NOT_THERE or set(after[:4]) & _SAID:
                weight *= 0.8
            if set(after[:3]) & _ANYWHERE:
                weight *= 0.5
                away = True
            if set(after[:4]) & _ORIGIN:
                weight *= 0.6
            if set(after[:4]) & _NOW:
                weight *= 1.3
            if set(near_before) & _I and set(after[:4]) & _AM and index:
                weight *= 0.6
        if before:
            if (before[-1] in _TOWARDS and "from" not in before[:-1]) or (before[-1] in _TOWARDS and index):
                weight *= 0.5
                away = True
            if set(before[-4:]) & _TRIED and mention.kind != "hospital":
                weight *= 0.6
                away = True
            if set(before[-4:]) & _ORIGIN:
                weight *= 0.45
            if before[-1] == "from" and set(before) & _CAME:
                weight *= 0.4
            if before[-1] == "from" and set(before) & _I:
                weight *= 0.75
            if before[-1] == "in" and set(before) & _I and set(before) & _LIVE:
                weight *= 0.6
            if before[-1] == "in" and set(before[-3:]) & _AWAY_KIN:
                weight *= 0.5
            if "bed" in near_before and before[-1] in ("in", "at") and index:
                weight *= 0.6
                away = True
            if set(near_before) & _NOW:
                weight *= 1.45
        start, end = words[mention.first].start, words[mention.last - 1].end
        weighed.append(
            _Weighed(
                mention.targets, kind, start, end, weight, mention.quality, mention.first, mention.last, away,
                is_tag=mention.is_tag,
            )
        )  # fmt: skip
    for _ in range(2):
        for left, right in pairwise(weighed):
            between = [word.text for word in words[left.last : right.first]]
            listed = bool(between) or "," in text[left.end : right.start] or right.is_away
            if listed and len(between) <= 1 and all(word in _OR for word in between):
                if left.is_away and not right.is_away and right is not weighed[0]:
                    right.is_away = True
                    right.weight = min(right.weight, left.weight)
                elif right.is_away and not left.is_away and left is not weighed[0]:
                    left.is_away = True
                    left.weight = min(left.weight, right.weight)
    if weighed and weighed[0].kind not in ("street",):
        weighed[0].weight += 0.1 if weighed[0].is_tag else 0.3
        # Who names a small town first means it; the cities after it are where they tried.
        if weighed[0].kind in ("place", "block"):
            weighed[0].weight += 0.15
    return weighed


def _settle(weighed: list[_Weighed], words: list[Word]) -> None:
    """Lets a district's name beside a shared name or a moved town say which is meant, and count for it."""
    anchors = [w for w in weighed if len(w.targets) == 1 and w.kind != "street"]
    for item in weighed:
        if len(item.targets) < 2:
            continue
        best: tuple[float, Target, _Weighed] | None = None
        for anchor in anchors:
            distance = max(anchor.first - item.last, item.first - anchor.last)
            if anchor.is_away and distance > 2:
                continue
            fitting = [t for t in item.targets if _agrees(t, anchor.targets[0])]
            if len(fitting) == 1 and (best is None or distance < best[0]):
                best = (distance, fitting[0], anchor)
        if best is not None:
            item.targets = (best[1],)
            item.weight = max(item.weight / 0.7, best[2].weight)
            item.kind = "place"
            item.is_qualified = best[0] <= 3
    for item in weighed:
        if len(item.targets) != 1 or item.targets[0].district is None or item.kind == "street":
            continue
        target = item.targets[0]
        for other in weighed:
            if other is item or other.kind != "district" or other.is_dropped or len(other.targets) != 1:
                continue
            named = other.targets[0].district
            between = [word.text for word in words[min(item.last, other.last) : max(item.first, other.first)]]
            if named == target.district and target.block and (not between or between in _OF):
                item.is_qualified = True
            if named == target.district or not _agrees(target, other.targets[0]):
                continue
            distance = max(other.first - item.last, item.first - other.last)
            labelled = other.first > 0 and words[other.first - 1].text in _DISTRICT_WORD
            if distance <= 1 or (distance <= 3 and labelled) or other.is_tag:
                other.is_dropped = True
                item.is_qualified = True
                item.weight = max(item.weight, other.weight)


def _believed(found: list[Mention], words: list[Word]) -> list[Mention]:
    """Without the names that are everyday words here."""
    sure = [m for m in found if not m.is_cautious and not _is_vetoed(m, words)]
    believed = []
    for mention in found:
        if not mention.is_cautious:
            if mention in sure:
                believed.append(mention)
            continue
        before = words[mention.first - 1].text if mention.first else ""
        after = words[mention.last].text if mention.last < len(words) else ""
        token = words[mention.first].text
        if token in _HOSPITAL_LETTERS:
            window = {word.text for word in words[max(0, mention.first - 4) : mention.last + 7]}
            if after not in _SENT and (after in _INSIDE or after in _WARD) and window & _WARD:
                believed.append(mention)
            continue
        if (
            token in ("nagar", "नगर")
            and mention.first
            and words[mention.first].start - words[mention.first - 1].end < 2
        ):
            continue
        soft = (
            token in SOFT
            and before not in _IN_CASE
            and (after in _INSIDE or after in _FROM or before in _ENGLISH_IN)
        )
        if mention.is_tag or before in _PLACE_BEFORE or after in _PLACE_AFTER or soft:
            believed.append(mention)
            continue
        for target in mention.targets:
            anchor = next(
                (
                    m
                    for m in sure
                    if len(m.targets) == 1
                    and _agrees(target, m.targets[0])
                    and max(m.first - mention.last, mention.first - m.last) <= 3
                ),
                None,
            )
            if anchor is not None:
                believed.append(resolved(mention, target))
                break
    return believed


def _numbers(text: str, ignore: Sequence[tuple[int, int]], has_names: bool) -> list[_Weighed]:
    found = []
    known = _pins()
    taken = sorted(ignore)
    position = 0
    for match in _PIN.finditer(text):
        start, end = match.span()
        while position < len(taken) and taken[position][1] <= start:
            position += 1
        if position < len(taken) and taken[position][0] < end:
            continue
        number = re.sub(r"\D", "", match.group())
        before = text[max(0, start - 24) : start]
        labelled = _PIN_WORD.search(before) is not None
        row = known.get(number)
        if not labelled and (
            row is None or len(match.group()) > 6 or _NOT_PIN.search(before) or _GOES_ON.match(text, end)
            or re.search(r"\d[ -]?$", before)
        ):  # fmt: skip
            continue
        if row is not None:
            targets: tuple[Target, ...] = (Target(row.district),)
            if row.share < 0.6:
                targets = (*targets, *(Target(other) for other in row.others))
            weight = (1.2 if labelled else 1.0) * (0.75 + 0.25 * row.share)
            found.append(_Weighed(targets, "pin", start, end, weight, 0.6 + 0.38 * row.share))
        elif not "301" <= number[:3] <= "345":
            found.append(_Weighed((Target(None),), "pin", start, end, 1.1, 0.93))
    if has_names or found:
        return found
    areas = _std_codes()
    for match in _STD.finditer(text):
        digits = match.group(1) + match.group(2)
        if len(digits) != 11 or _WAR_ROOM.search(text[max(0, match.start() - 60) : match.end() + 30]):
            continue
        for length in (5, 4, 3):
            area = areas.get(digits[:length])
            if area is not None:
                reached: tuple[Target, ...] = (
                    Target(area.district),
                    *(Target(other) for other in area.others),
                )
                found.append(_Weighed(reached, "std code", match.start(), match.end(), 0.8, 0.8))
                break
            if digits[:length] in _OUTSIDE_STD:
                found.append(_Weighed((Target(None),), "std code", match.start(), match.end(), 0.8, 0.7))
                break
    return found


def _candidates(weighed: list[_Weighed]) -> tuple[Candidate, ...]:
    codes = _codes()
    seen: dict[Target, Candidate] = {}
    for item in sorted(weighed, key=lambda w: -w.weight):
        for target in item.targets:
            if target not in seen:
                code = codes[Target(target.district)] if target.district else None
                block_code = codes[target] if target.block else None
                seen[target] = Candidate(code, target.district, block_code, target.block, item.kind)
    return tuple(seen.values())[:12]


def _block_of(
    district: str, weighed: list[_Weighed], words: list[Word], text: str
) -> tuple[str | None, float]:
    """The block that the text names in its district, with how surely."""
    own = [
        w for w in weighed if len(w.targets) == 1 and w.targets[0].district == district and w.kind != "street"
    ]
    heaviest = max((w.weight for w in own), default=0.0)
    best: _Weighed | None = None
    for item in own:
        block = item.targets[0].block
        if block is None or item.kind == "pin":
            continue
        following = words[item.last].text if 0 <= item.last < len(words) else ""
        adjoining = 0 <= item.last < len(words) and not text[item.end : words[item.last].start].strip(" ")
        if (
            block in district
            and district not in _old_districts()
            and following in _DISTRICT_WORD
            and adjoining
        ):
            continue
        specific = [
            w
            for w in own
            if w is not item and w.kind in ("hospital", "place", "block") and w.targets[0].block != block
        ]
        beside = any(w.first >= 0 and max(w.first - item.last, item.first - w.last) <= 2 for w in specific)
        if (item.weight < heaviest * 0.72 and not (item.is_qualified or beside)) or (
            item.is_away and item.weight < heaviest
        ):
            continue
        if not beside and any(other.weight > item.weight for other in specific):
            continue
        if best is None or item.weight > best.weight:
            best = item
    if best is None:
        return None, 0.0
    return best.targets[0].block, round(best.quality * (0.96 if best.weight >= heaviest else 0.85), 3)


def locate(text: str | Folded, *, ignore: Sequence[tuple[int, int]] = ()) -> Place:
    """Where the patient of this text is. `ignore` are spans of `raw` (telephone numbers) that are no PIN."""
    folded = text if isinstance(text, Folded) else fold(text)
    plain = folded.text
    words = [word for word in words_of(plain) if word.kind in ("word", "digits")]
    found = _believed(mentions_of(words)[:_AT_MOST], words)
    weighed = _weigh(plain, words, found)
    if folded.offsets is not None and ignore:
        spots = folded.offsets
        ignore = [_folded_span(spots, start, end) for start, end in ignore]
    weighed += _numbers(plain, ignore, any(len(w.targets) == 1 and w.kind != "street" for w in weighed))[
        :_AT_MOST
    ]
    if not weighed:
        return Place(None, None, None, None, False, 0.0, 0.0, (), ())
    _settle(weighed, words)
    return _place(folded, words, weighed)


def _folded_span(offsets: tuple[int, ...], start: int, end: int) -> tuple[int, int]:
    low, high = 0, len(offsets)
    while low < high:
        middle = (low + high) // 2
        if offsets[middle] < start:
            low = middle + 1
        else:
            high = middle
    first, high = low, len(offsets)
    while low < high:
        middle = (low + high) // 2
        if offsets[middle] < end:
            low = middle + 1
        else:
            high = middle
    return first, low


def _place(folded: Folded, words: list[Word], weighed: list[_Weighed]) -> Place:
    evidence = []
    for item in weighed[:40]:
        start, end = folded.span(item.start, item.end)
        evidence.append(Evidence(item.kind, start, end, folded.raw[start:end]))
    counted = [w for w in weighed if not w.is_dropped]
    sums: dict[str | None, list[_Weighed]] = {}
    unsettled = [w for w in counted if len(w.targets) > 1]
    for item in counted:
        if len(item.targets) == 1:
            sums.setdefault(item.targets[0].district, []).append(item)
    scores = {}
    for district, items in sums.items():
        heights: dict[Target, float] = {}
        for item in items:
            heights[item.targets[0]] = max(item.weight, heights.get(item.targets[0], 0.0))
        others = sorted(heights.values())[:-1]
        scores[district] = max(heights.values()) + min(0.15, 0.15 * sum(others))
    candidates = _candidates(counted)
    none = Place(None, None, None, None, False, 0.0, 0.0, candidates, tuple(evidence))
    if not scores:
        return none
    order = sorted(scores, key=lambda name: -scores[name])
    best = order[0]
    top = scores[best]
    second = scores[order[1]] if len(order) > 1 else 0.0
    if unsettled:
        second = max(second, *(w.weight for w in unsettled))
    heaviest = max(sums[best], key=lambda w: (w.weight, w.quality))
    quality = heaviest.quality * 0.97
    if heaviest.kind == "street":
        quality = 0.35
    elif heaviest.is_away:
        quality *= 0.85
    if best is None and _IN_RAJASTHAN.search(folded.text):
        quality = 0.5
    margin = (top - second) / top
    confidence = round(quality * (0.5 + 0.5 * min(1.0, margin / 0.3)), 3)
    if confidence < SURE:
        return Place(None, None, None, None, False, confidence, 0.0, candidates, tuple(evidence))
    if best is None:
        return Place(None, None, None, None, True, confidence, 0.0, candidates, tuple(evidence))
    block, block_confidence = _block_of(best, counted, words, folded.text)
    codes = _codes()
    return Place(
        best,
        codes[Target(best)],
        block,
        codes[Target(best, block)] if block else None,
        False,
        confidence,
        round(min(confidence, block_confidence), 3),
        candidates,
        tuple(evidence),
    )
