"""The oxygen saturation that a post states: with a word for it, or as a bare number where only a level makes sense."""

import re
from collections.abc import Iterable, Iterator, Sequence

_KIN_LIST = (
    "father mother brother sister wife husband uncle aunt aunty auntie grandfather grandmother grandpa grandma dad "
    "mom mum son daughter patient papa mummy cousin teacher friend nana nani dada dadi chacha chachi mama mami "
    "mausi bua bhai bhaiya behan bahan didi maa biwi patni pati sasur saas jija jijaji dadaji nanaji bhabhi tau "
    "pitaji mataji lady man neighbour neighbor retd worker kaka kaki bhua bapu bapuji amma ammi abbu abba baba dost "
    "beta beti bahu guruji "
    "पिता माता पिताजी माताजी भाई बहन पत्नी पति मां मरीज ससुर सास मम्मी पापा चाचा चाची मामा मामी मौसी बुआ भाभी दीदी "
    "जीजा जीजाजी दादा दादी नाना नानी ताऊ बाबूजी काका काकी बाबा अम्मा अब्बू बापू बापूजी बेटा बेटी बहू "
)
KIN_WORDS = _KIN_LIST.split()


def _one_of(words: Iterable[str]) -> str:
    """A pattern for any of these, asked for the first letter once."""
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(word[1:])
    return "(?:" + "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in by_letter.items()) + ")"


KIN = _one_of([*KIN_WORDS, "in[- ]law"])
# No Latin letter stands before them; told after the first letter, so that the search looks for first letters.
_OXYGEN_WORDS = (
    r"(?:s(?<![a-z]s)(?:po2|p02|po|op2|o2|po-2|po 2|aturation|aturasion|turation|atration|ats?|at)|o(?<![a-z]o)(?:xygen|xigen|xgen|xyzen|xy|2)|"
    r"l(?<![a-z]l)(?:evel|vl|avel|evl)|"
    r"आक्सीजन|आक्सिजन|ओक्सीजन|अक्सीजन|लेवल|लेवेल|सैचुरेशन|सेचुरेशन|सैचुरेसन|एसपीओ2|एसपीओटू|स्तर|🫁)"
)
_SPO2 = re.compile(
    rf"{_OXYGEN_WORDS}(?P<between>(?:[^\d\n.;!?]|[.](?=\s*[.\d])|\n(?=\s*[:\-]?\s*\d)){{0,22}}?)(?<!\d)(?P<value>\d{{2,3}})(?!\d)(?P<after>[^\n]{{0,14}})"
)
_SPO2_LIT = re.compile(
    r"(?<!\d)(?P<value>\d{2})[ \t]*(?:%|percent|प्रतिशत)?[ \t]*(?:ka |ki |hai |h |है )?[ \t]*"
    r"(?:spo2|sp02|o2 level|oxygen level|oxygen hai|oxygen h\b|oxygen reh|oxygen bach|saturation|sats\b|o2 sat|आक्सीजन लेवल|आक्सीजन है|आक्सीजन रह)"
)
# A level without a word for it: what stands before such a number, and how those words end; or what stands after it.
_BEFORE_BARE = re.compile(
    rf"(?:(?<![a-z]){KIN}(?:\s*(?:ji|sa|जी|साहब))?\s+(?:ka|ki|ke|ro|ri|का|की|के|रो|री)\s+|(?:machine|meter|oximeter|monitor|मशीन|मीटर)\s*(?:me\s|mein\s|में\s|is\s|shows\s|reads\s|pe\s|par\s|lagayi\s|lagai\s|लगाई\s|[:\-=]\s?)?\s*|(?<![a-z])(?:still|now|abhi|अभी|अब)\s+(?:at\s+)?|(?<![a-z])(?:fir|phir|फिर)\s+(?:bhi|भी)\s+|(?<![a-z])(?:drop|drops|dropped|down|fell)\s+to\s+|(?<![a-z])(?:dropping|falling)\s?[.:,]\s?|(?<![a-z])(?:is|he's|she's|he is|she is|dad's|mom's|home)(?:\s+in\s+[a-z]{2, 20})?\s+at\s+|(?<![a-z])(?:f|m)\s+at\s+|(?<![a-z]){KIN}\s+(?:stable\s+)?at\s+|(?<![a-z])stable\s+at\s+)"
    r"\Z"
)
_ENDS_BEFORE_BARE = (
    "ka", "ki", "ke", "का", "की", "के", "machine", "meter", "monitor", "मशीन", "मीटर", "me", "mein", "में", "is", "shows",
    "reads", "pe", "par", "still", "now", "abhi", "अभी", "अब", "at", "ro", "ri", "रो", "री", "lagayi", "lagai", "लगाई", "bhi", "भी",
    "to", ":", "-", "=", "ing.", "ing,",
)  # fmt: skip
_NOT_AFTER_BARE = re.compile(r"\s*(?:/|-|saal|sal\b|yrs?|years?|साल|वर्ष|din|दिन|km|kg|bed|log)")
_AFTER_BARE = re.compile(
    r"(?<![\d/.\-+])(?P<value>[5-9]\d)[ \t]*(?:%|percent|प्रतिशत)?[ \t]*(?:(?:on|with)\s+(?:the\s+|a\s+|her\s+|his\s+)?(?:oximeter|monitor|meter|room air|nrbm|mask|o2|oxygen|\d+\s*l)|"
    r"(?:pe|par|पर|पे)(?=\s*(?:h\b|hai|he\b|hain|हैं?|आ|aa|aag|[.,।]|$|ab\b|मां|dadi|papa|maa|baith|let|tik|atk|atak|ruk|gaadi|बैठ|लेट|टिक|अटक|रुक))|(?:and|aur|और)\s+(?:dropping|falling|going\s+down|neeche|niche|gir|नीचे|गिर)|se\s+(?:upar|uper|zyada|jyada)\s+(?:nahi|nhi|ni)|से\s+(?:ऊपर|ज्यादा)\s+नह|oxygen(?![a-z])|o2(?![a-z])|level(?![a-z])|आक्सीजन|लेवल|room air|h room air|chal r|चल रह|(?:hi )?(?:dikha|bata) r|(?:ही )?(?:दिखा|बता) र|now(?![a-z]))(?!\s*(?:cyl|silen|silin|bed|conc|mask|tank|can|सिलेंडर|बेड|कंसं|refill|kit))"
)
_LOOSE_SPO2 = re.compile(
    r"(?<![\d/.\-])(?P<value>[4-9]\d)\s*(?:pe |pr |par |पर |का |का हो |ka ho )?(?:aa gya|aa gaya|aa gayi|aa gyi|aa rha|aa raha|aa rahi|aa rhi|aa ryo|ho gaya|ho gya|rah gay|reh gay|reh gya|rah gya|"
    r"हो गया|हो गई|आ गया|आ गई|आ रहा|आ रही|रह गया|रह गई|तक गिर|se niche|से नीचे)"
)
# A text without one of these has none of the oxygen words of the patterns.
_OXYGEN_SIGNS = (
    "ox",
    "sp",
    "sat",
    "o2",
    "lev",
    "lvl",
    "lav",
    "so",
    "क्सीज",
    "क्सिज",
    "लेव",
    "ैच",
    "ेच",
    "एसपी",
    "स्तर",
    "tur",
    "🫁",
)
_NOT_LEVEL = re.compile(
    r"[ \t]*(?:cyl|silen|silin|bed|lit|ltr|l\b|lpm|kg|conc|units?|beds|ghant|hour|hr|saal|sal |yrs?|year|din|day|patient|mareez|mariz|hazar|"
    r"rs|rupees|log|m\b|f\b|/m|/f|min|km|tank|vial|बेड|सिलेंडर|सिलिंडर|लीटर|घंटे|घंटा|साल|वर्ष|दिन|मरीज|कंसं|हजार|रुपये|टन|mt\b|ton|am\b|pm\b|baje|बजे|%[ \t]*(?:original|genuine|asli|pure|free|working|off|discount|sahi|guarant|natural))"
)
_NOT_BETWEEN = re.compile(
    r"(?:cyl|silen|bed|conc|ct|age|umar|ward|refill|call|(?<![a-z])pin|सिलेंडर|बेड|उम्र|कंसं|वार्ड|ph\b|mob|contact|sugar|bp\b|fever|temp)"
)
_GOES_ON = re.compile(r"(?:[\s\-/]?\d{4,9}|\.\d)(?!\d)")
# A later level: the words between two levels, or after the second, that say that time went by.
_LATER = re.compile(
    r"(?P<between>[^\d]{1,40})(?P<value>[4-9]\d|100)(?![\d:/%]|\.\d|-\d|\s*/)(?P<after>[^\d]{0,16})"
)
_TIME_BETWEEN = re.compile(
    r"(?<![a-z])(?:ab|abhi|aaj|now|today|then|raat|se|kabhi|this|fir|phir|yesterday|dopahar|dopaher|sham|shaam|evening|tonight|afternoon)(?![a-z])|अब|अभी|आज|रात|दोपहर|शाम|कभी|फिर| से "
)
# "90, 88, 86" and "86..84": levels that fall.
_FALLING, _STEEPEST = re.compile(r"\s*(?:,|\.{2,3}|-?>|→)\s*"), 12
_TIME_AFTER = re.compile(
    r"\s*(?:now|today|yesterday|on (?:mon|tue|wed|thu|fri|sat|sun)|this|ab\b|अब|aaj|ho g|हो ग|reh g|रह ग)"
)
_SHARE = re.compile(
    r"(?<![\d.\-])(?P<value>[5-9]\d)\s?%(?!\s*(?:original|genuine|asli|pure|free|working|off|discount|lung|infect|fef|burn|occup|full|bed|sure|ethanol|alcohol|recover|log|people|of|लोग|फेफ|संक्र|जल))"
)
_NOT_SHARE_BEFORE = re.compile(
    r"lung|ct|infect|burn|discount|battery|fefd|recover|फेफ|संक्र|जल ग|ejection|ef\b|kidney|jal "
)
# A number that is a sentence by itself: a level where a bed or oxygen is sought.
_ALONE = re.compile(
    r"(?:(?<=[.!?\n] )|(?<=\n)|(?<![\s\S])|(?<=\u0964 ))(?P<value>[5-9]\d)(?=(?:\s?(?:hai|h|है)(?:\s(?:ab|अब))?)?\s?[.\u0964!])"
)
# "kal tak 95 tha aaj 87": two levels of two days.
_WAS_LEVEL = re.compile(
    r"(?<![\d/.\-+])9\d\s?(?:tha|thi|the|था|थी|थे)\s?,?\s?(?:aaj|ab|abhi|आज|अब|अभी)\s(?:subah |सुबह )?(?P<value>[4-9]\d)(?![\d/%:])"
)
# That a level goes down.
_GOES_DOWN = re.compile(
    r"gir(?:ta|ti|te)?\s(?:ja\s)?r[ah]|(?:neeche|niche|nichey)\s(?:ja|aa)|(?:kam|ghat(?:ta|ti)?)\s(?:ho(?:ta|ti)?\s)?(?:ja\s)?ra?h|(?:dropp|fall|decreas|sink)ing|going\sdown|keeps?\s(?:dropp|fall)|"
    r"(?<!\d)\d\d\s?(?:-?>|→)\s?\d\d(?!\d)|गिर(?:ता|ती|ते)?\s(?:जा\s)?र|नीचे\s(?:जा|आ)|(?:कम|घट)\s(?:हो(?:ता|ती)?\s)?(?:जा\s)?रह"
)
_IS_LEVEL = re.compile(
    rf"(?<![\d/.\-+])(?P<value>[5-9]\d)\s(?:hai|h|है|रह)\s(?:(?:oxygen|o2|ऑक्सीजन|आक्सीजन|ab|अब)(?![a-z])(?!\s*(?:cyl|sil|bed|सि|बे))|{KIN}\s(?:ka|ki|का|की)(?![a-z\u0900-\u097f]))"
)
_SEEKS_AIR = re.compile(r"icu|ventil|o2|oxygen|bed|cyl|silen|आईसीयू|वेंटि|ऑक्सीजन|आक्सीजन|बेड|सिलें")
_AGE_BEFORE = re.compile(
    r"(?:age|umar|umr|उम्र|उमर|ward|number|no|sector|token|gali|bed|nh|road no|plot)\W{0,3}$"
)
_AROUND = 48


def saturation(text: str, numbers: Sequence[tuple[int, int]]) -> tuple[int, int, int] | None:
    """The value in percent of a folded text, and the place (start, end) that says it; None where none is stated.

    `numbers` are the places of its numbers of three digits at most.
    """
    levels = [start for start, end in numbers if _is_level(text, start, end)]
    if not levels:
        return None
    if any(map(text.__contains__, _OXYGEN_SIGNS)):
        for found in _named_levels(text, levels):
            value = int(found.group("value"))
            if 30 <= value <= 100:
                return _latest(text, value, found.start(), found.end("value"))
        for at in levels:
            lit = _SPO2_LIT.match(text, at)
            if lit is not None:
                return _latest(text, int(lit.group("value")), at, lit.end("value"))
    for at in levels:
        loose = _LOOSE_SPO2.match(text, at)
        if loose is not None:
            return int(loose.group("value")), at, loose.end("value")
    was = _WAS_LEVEL.search(text)
    if was is not None:
        return int(was.group("value")), was.start("value"), was.end("value")
    for value, start, end in _bare_levels(text, levels):
        return _latest(text, value, start, end)
    return _lone_level(text, levels)


def is_falling(text: str) -> bool:
    """Whether a folded text that states a saturation says that it goes down."""
    return _GOES_DOWN.search(text) is not None


def _is_level(text: str, start: int, end: int) -> bool:
    """Whether a number is 30 to 100."""
    return text[start] >= "3" if end - start == 2 else end - start == 3 and text[start:end] == "100"


def _latest(text: str, value: int, start: int, end: int) -> tuple[int, int, int]:
    """Of levels told one after the other ("94 on Monday, 91 yesterday, 88 now") the last one."""
    while (later := _LATER.match(text, end)) is not None:
        between, after = later.group("between"), later.group("after")
        if _FALLING.fullmatch(between) and 0 < value - int(later.group("value")) <= _STEEPEST:
            value, end = int(later.group("value")), later.end("value")
            continue
        if (
            _NOT_LEVEL.match(text, later.end("value"))
            or _NOT_BETWEEN.search(between)
            or "spo2" in between
            or not (_TIME_BETWEEN.search(between) or _TIME_AFTER.match(after))
        ):
            break
        value, end = int(later.group("value")), later.end("value")
    return value, start, end


def _lone_level(text: str, numbers: list[int]) -> tuple[int, int, int] | None:
    """A share in percent, or a number that stands by itself where a bed or oxygen is sought."""
    is_air_sought: bool | None = None
    for at in numbers:
        if not "5" <= text[at] <= "9":
            continue
        before = text[max(0, at - 24) : at]
        share = _SHARE.match(text, at)
        if share is not None and not _NOT_SHARE_BEFORE.search(before):
            return int(text[at : at + 2]), at, at + 2
        found = _IS_LEVEL.match(text, at) or _ALONE.match(text, at)
        if found is None or _AGE_BEFORE.search(before):
            continue
        if is_air_sought is None:
            is_air_sought = _SEEKS_AIR.search(text) is not None
        if is_air_sought:
            return int(text[at : at + 2]), at, at + 2
    return None


def _named_levels(text: str, numbers: list[int]) -> Iterator[re.Match[str]]:
    """Where a word for the saturation stands before a number that is one."""
    done = 0
    for at in numbers:
        if at < done:
            continue
        for found in _SPO2.finditer(text, max(done, at - _AROUND), at + _AROUND):
            done = end = found.end("value")
            if (
                text[end : end + 1] == "+"
                or _NOT_LEVEL.match(text, end)
                or _NOT_BETWEEN.search(found.group("between"))
            ):
                continue
            if not _GOES_ON.match(text[end : end + 8]):
                yield found


def _bare_levels(text: str, numbers: list[int]) -> Iterator[tuple[int, int, int]]:
    for at in numbers:
        if not "5" <= text[at] <= "9":
            continue
        if text[max(0, at - 16) : at].rstrip().endswith(_ENDS_BEFORE_BARE):
            before = _BEFORE_BARE.search(text, max(0, at - _AROUND), at)
            if before is not None and _NOT_AFTER_BARE.match(text, at + 2) is None:
                yield int(text[at : at + 2]), before.start(), at + 2
        after = _AFTER_BARE.match(text, at)
        if after is not None:
            yield int(after.group("value")), at, after.end("value")
