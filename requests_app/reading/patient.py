"""Facts about the patient that a post states: age, oxygen saturation, blood group, hospital."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from districts.folding import Folded

from .saturation import KIN, KIN_WORDS, saturation

_YEARS = r"(?:saal|sal|varsh|varshiya|yrs?|years?|year|yr|y/?o|वर्ष|वर्षीय|साल|बरस|वर्षिय)"
# Words that stand before an age and hardly anywhere else: "Pt Gopal, 49", "लक्ष्मी देवी, 55, ...".
_NAMED = (
    r"(?:(?<![a-z])(?:pt|patient|name|naam)\b[:\- ]{1,3}(?:[a-z]{2,16}\s){0,2}[a-z]{2,16}|"
    r"(?<![a-z])(?:devi|kumari?|singh|lal|bai|sharma|meena|khan|begum|bano)|(?:देवी|कुमार|कुमारी|सिंह|लाल|बाई|शर्मा|मीणा|बानो))"
)
_AGE = (
    re.compile(r"\b(?:age|aged|aayu|umar|umr|umra)\s*(?:/\s*sex)?\s*(?:is|hai|h|:|-|=|\.|~|of|about)*\s*(\d{1,3})(?![\d/]|\s?-\s?\d)"),
    re.compile(r"(?:उम्र|उमर|आयु)\s*(?:है|:|-|=|लगभग|करीब)*\s*(\d{1,3})(?!\d)"),
    re.compile(rf"(?<![\d.])(\d{{1,3}})\s*-?\s*{_YEARS}(?:\s*-?\s*(?:ki|ke|ka|की|के|का))?\s*-?\s*(?:umar|umr|age|old|aged|उम्र|आयु)"),
    re.compile(r"(?<![\d.])(\d{1,3})\s*[/,\-]?\s*(?:m|f|male|female|purush|mahila|पुरुष|महिला|lady|man|woman)(?![a-z\u0900-\u097f0-9])"),
    re.compile(r"(?<![a-z])(?:m|f|male|female)(?:\s*[/,\-]\s*(?=\d)|\s+(?=\d\d)|(?=\d\d))(\d{1,3})(?![\d/.:])"),
    re.compile(rf"(?<![\d.])(\d{{1,3}})\s*-?\s*{_YEARS}(?![a-z])"),
    re.compile(rf"(?<![a-z]){KIN}(?:\s+(?:ji|sahab|sa|saab|जी|साहब)(?![a-z]))?(?:'s|\s+(?:is|aged|umar|hai|h)|\s*[(,:\-])?\s*(\d{{1,3}})(?=\s*(?:[),.]|(?:ko|ke|ka|ki|is|with|m|f|spo2|o2|sats?|oxygen|level|को|के|की|है)(?![a-z])|$)|(?<=\D\d\d)\s(?!\s*(?:din|day|ghan|hour|hr|min|log|bed|unit|%|\d|kg|km|baje|lakh|hazar|hajar|lit|ltr|l\b|tarikh|apr|may|bar|dose|inj|lpm|pe\b|par\b|se\b|level|oxygen|o2|and dropp|हजार|लाख|दिन|घंट|लोग|बेड|यूनिट|बजे|तारीख|पर|से|मिनट|अप्रैल|मई|bacch|बच्च|paar|par\b|plus|पार)))"),
    re.compile(r"(?<![a-z])(?:he|she|who|child|baby|kid)(?:'s|\s+is)\s+(\d{1,3})(?=\s*(?:[),.\n]|and\b|with\b|$))"),
    re.compile(r"(?<![\d.])(\d{1,3})\s+(?:ki\s+)?(?:umar|umr|age)(?![a-z])"),
    re.compile(r"(?<![\d.])(\d{2})\s+(?:ke|ka|ki|के|का|की)\s+(?:h|hai|hain|he|hu|hun|hoon|है|हैं|हूं|हू)(?![a-z\u0900-\u097f])"),
    re.compile(r"(?<=[a-z\u0900-\u097f])\s?\((\d{2})\)(?!\s?(?:hai|h|है)(?![a-z]))"),
    re.compile(r"(?:patient|name|naam|मरीज|रोगी|नाम)(?![a-z])[^\d\n]{2,40}\n?\s?(\d{2})\s?(?=\n|$)"),
    re.compile(r"🎂\s?(\d{1,3})(?!\d)"),
    re.compile(rf"(?:(?<![a-z]){KIN}|(?<![a-z])(?:mr|mrs|shri|smt)\.?\s[a-z]{{2,20}})(?:\s[a-z]{{1,12}})?,\s(\d{{2}})(?=[,.])"),
    re.compile(rf"{_NAMED}\s*,\s?(\d{{2}})(?=\s?(?:[,\n]|$))"),
)  # fmt: skip
_LEVEL_WITHOUT_WORD = re.compile(rf"(?<![a-z]){KIN}\s+(\d{{2}})\s*\.")
_SOUGHT = ("bed", "bharti", "icu", "cylinder", "silendar", "oxygen")
_OLDEST = re.compile("dad[ai]|nan[ai]|grand|baba|दाद|नान|बाबा")
_PARENTS = re.compile(
    "papa|father|dad|mother|mo?m|mummy|maa|ma |pita|mata|amm|abb|sas|saas|tau|uncle|aunt|पापा|पिता|मा|मां|मम्मी|ताऊ|सास|ससुर|अम्मा"
)
_NOT_AGE_AFTER = re.compile(
    r"\s*(?:se\b|ago|pehle|से |पहले|experience|ka experience|bond|guarantee|tak\b|warranty)"
)
_NOT_AGE_BEFORE = re.compile(r"(?:for|last|past|since|pichle|पिछले|after|in)\s*$")
_KIN_WORDS = frozenset([*KIN_WORDS, "law"])
_BLOOD = re.compile(
    r"(?P<group>[abo0एबओ](?<![a-z0-9+\u0900-\u097f].)(?:(?<=a)b|(?<=ए)बी|(?<=ब)ी|(?<!ब)))\s?-?\s?"
    r"(?P<sign>\+\s?(?:ve|iv)?(?![\w])|-\s?(?:ve|iv)(?![\w])|-(?=\s*(?:[,.)\n;/?!]|$|plasma|blood|platelet|donor|group|खून|प्लाज्मा|ब्लड|रक्त|ve\b))|(?<!\s)-(?=\s(?!\s*(?:\d|block|type|grade|class|sector|wing|road|plot|gali|part)))|"
    r"(?:rh)?\s?(?:positive|pos|positiv|postive|posetive|pozitive|pojitive|\+ve|negative|neg|negetive|nagative|negitive|negativ)(?![a-z])|"
    r"(?:पॉजिटिव|पाजिटिव|पोजिटिव|पॉज़िटिव|पाजीटिव|पोजीटिव|नेगेटिव|निगेटिव|नेगटिव|निगेटीव))"
)
# A text without one of these names no group.
_BLOOD_SIGNS = ("+", "-", "pos", "poz", "poj", "neg", "nag", "पॉज", "पाज", "पोज", "नेग", "निग")
_BLOOD_CONTEXT = re.compile(
    r"plasma|plazma|plajma|blood|donor|donar|doner|platelet|khoon|khun|rakt|group|unit|प्लाज्मा|प्लाजमा|खून|रक्त|ब्लड|डोनर|प्लेटलेट|ग्रुप|यूनिट|🩸"
)
# A group that somebody asks for or gives, without a word for blood: "bhai o neg wale jaldi aao".
_WANTED = re.compile(
    r"chahiy|chaiy|chahie|need|requir|donat|(?<![a-z])(?:log|wal[aei]|ready|sos|hosp)(?![a-z])|bhej|चाहि|जरूरत|ज़रूरत|वाल[ाेी]|अस्प|भेज|हूं|hoon"
)
_LETTERS = {"एबी": "AB", "ए": "A", "बी": "B", "ओ": "O", "0": "O"}
_SMALL = re.compile(r"[0-9](?<![0-9].)[0-9]{0,2}(?![0-9])")
# The age patterns that begin with a number and are tried by the first letter after it, and what may stand between.
_BY_UNIT = {
    **dict.fromkeys("svyवसब", (2, 5)), **dict.fromkeys("mflpwमप", (3,)), **dict.fromkeys("ua", (8,)), "k": (8, 9),
}  # fmt: skip
_BEFORE_UNIT = " \t\n\r\f\v/,-"
_AT_NUMBER, _AROUND = frozenset((2, 3, 5, 8, 9)), 48
_NAME_WORDS = ("patient", "name", "naam", "मरीज", "रोगी", "नाम")
_LESS_SURE = frozenset((6, 7, 9, 10, 11, 12, 13, 14))
# By letters without which a text has none of these words.
_HOSPITAL_WORDS = {
    "hosp": "hospital|hosp",
    "aspatal": "aspatal",
    "chikits": "chikitsalaya",
    "nursing": "nursing home",
    "medical c": "medical college",
    "chc": "chc",
    "phc": "phc",
    "अस्प": "अस्पताल",
    "हास्प": "हास्पिटल",
    "चिकि": "चिकित्सालय",
    "सीए": "सीएचसी",
}
_LETTERS_OF_NAME = re.compile(r"[a-z\u0900-\u097f.&]{2,18}$")
_MOST_WORDS_OF_NAME = 3
_LONGEST_NAME = 57
_HOSPITAL_KNOWN = re.compile(
    r"(?:s(?<![a-z]s)ms|r(?<![a-z]r)(?:uhs|nt|bm)|m(?<![a-z]m)(?:dm|bs|b hospital)|a(?<![a-z]a)iims|j(?<![a-z]j)(?:ln|k lon)|"
    r"p(?<![a-z]p)bm|g(?<![a-z]g)bh|एसएमएस|एम्स|आरयूएचएस)(?![a-z])"
)
_KNOWN_SIGNS = (
    "sms", "ruhs", "rnt", "bm", "mdm", "mbs", "mb h", "aiims", "jln", "jk l", "gbh", "एसएमएस", "एम्स", "आरयूएचएस",
)  # fmt: skip
_HOSPITAL_STOP = frozenset(
    [
        "in",
        "at",
        "the",
        "a",
        "an",
        "any",
        "koi",
        "kisi",
        "me",
        "mein",
        "ke",
        "ki",
        "ka",
        "hai",
        "h",
        "se",
        "to",
        "from",
        "near",
        "private",
        "govt",
        "government",
        "sarkari",
        "every",
        "all",
        "this",
        "that",
        "new",
        "my",
        "local",
        "district",
        "zila",
        "city",
        "में",
        "के",
        "की",
        "का",
        "है",
        "से",
        "कोई",
        "किसी",
        "सरकारी",
        "निजी",
        "जिला",
        "हर",
        "और",
        "यहां",
        "admit",
        "admitted",
        "bharti",
        "other",
        "which",
        "and",
        "or",
        "is",
        "no",
    ]
)


@dataclass(slots=True, unsafe_hash=True)
class Patient:
    """Age in years, saturation in percent, blood group as `AB+`, hospital as written; None where the post does not say."""

    age: int | None = None
    spo2: int | None = None
    blood_group: str | None = None
    hospital: str | None = None


@dataclass(slots=True, unsafe_hash=True)
class Fact:
    """A fact's name and where it stands in the folded text."""

    name: str
    start: int
    end: int


def patient_facts(folded: Folded) -> tuple[Patient, list[Fact]]:
    """What is stated of the patient, with the places (in folded text) that it rests on."""
    text = folded.text
    facts: list[Fact] = []
    numbers = [found.span() for found in _SMALL.finditer(text)]
    level = saturation(text, numbers)
    spo2 = None
    if level is not None:
        spo2 = level[0]
        facts.append(Fact("spo2", *level[1:]))
    age = _age(text, numbers, facts, spo2)
    if spo2 is None and age is not None and 65 <= age <= 89 and age % 10 and facts[-1].name == "age":
        # "bhabhi 82. ... koi bed": a bare number of a person for whom a bed or oxygen is sought is a level, not an age.
        found = _LEVEL_WITHOUT_WORD.search(text)
        if (
            found is not None
            and int(found.group(1)) == age
            and _is_no_age(found.group(), age)
            and any(word in text[found.end() :] for word in _SOUGHT)
        ):
            spo2, age = age, None
            facts[-1] = Fact("spo2", facts[-1].start, facts[-1].end)
    group = _blood_group(folded, facts)
    hospital = _hospital(folded, facts)
    return Patient(age, spo2, group, hospital), facts


def _is_no_age(words: str, value: int) -> bool:
    """Whether a person of such kin is hardly that old: a brother of 82, not a grandmother."""
    return _OLDEST.match(words) is None and (value > 80 or _PARENTS.match(words) is None)


def _age(text: str, numbers: list[tuple[int, int]], facts: list[Fact], level: int | None) -> int | None:
    tried = _tried(text, numbers)
    if not tried:
        return None
    taken, taken_end = next(((fact.start, fact.end) for fact in facts if fact.name == "spo2"), (-1, -1))
    best: tuple[int, int, re.Match[str]] | None = None
    for rank in sorted(tried):
        for found in _ages(text, rank, tried[rank]):
            value = int(found.group(1))
            if (
                not 1 <= value <= 110
                or taken <= found.start(1) < taken_end
                or text[found.end(1) : found.end(1) + 1].isdecimal()
                or _NOT_AGE_AFTER.match(text, found.end())
                or (value == level and rank in _LESS_SURE)  # "spo2 79 hai bhai 79"
            ):
                continue
            if (
                rank == 5
                and _NOT_AGE_BEFORE.search(text[max(0, found.start(1) - 12) : found.start(1)])
                and not found.group().endswith(("y/o", "yo"))
            ):
                continue
            if rank >= 2 and text[found.end() : found.end() + 1] == "+":
                continue
            worse = 1 if rank in _LESS_SURE else 0
            if best is None or (worse, found.start()) < best[:2]:
                best = (worse, found.start(), found)
    if best is None:
        return None
    facts.append(Fact("age", *best[2].span()))
    return int(best[2].group(1))


def _tried(text: str, numbers: list[tuple[int, int]]) -> dict[int, list[int]]:
    """Age pattern to the numbers (where they begin) beside which it is worth trying, by what stands around each."""
    tried: dict[int, list[int]] = {}
    is_latin = text.isascii()
    has_cake = not is_latin and "🎂" in text
    says_age = "age" in text or "umar" in text or "umr" in text or "aayu" in text
    says_age_in_hindi = not is_latin and ("उम" in text or "आयु" in text)
    says_name = "patient" in text or "name" in text or "naam" in text
    says_name = says_name or (not is_latin and ("मरीज" in text or "रोगी" in text or "नाम" in text))
    for at, end in numbers:
        ranks = list(_BY_UNIT.get(text[end : end + 8].lstrip(_BEFORE_UNIT)[:1], ()))
        before = text[at - _AROUND if at > _AROUND else 0 : at]
        last = before[-1:]
        if says_age and ("age" in before or "umar" in before or "umr" in before or "aayu" in before):
            ranks.append(0)
        if says_age_in_hindi and ("उम" in before or "आयु" in before):
            ranks.append(1)
        if (before[-6:].rstrip(" \n/,-")[-1:] if last in " \n/,-" else last) in ("m", "f", "e"):
            ranks.append(4)
        if _follows_kin(before):
            ranks.append(6)
        if last == " " and before[-4:-1].endswith(("is", "'s")):
            ranks.append(7)
        if last == "(":
            ranks.append(10)
        if says_name and any(word in before for word in _NAME_WORDS):
            ranks.append(11)
        if end - at == 2 and "," in before[-2:]:
            ranks += (13, 14)
        if has_cake and "🎂" in before[-3:]:
            ranks.append(12)
        for rank in ranks:
            tried.setdefault(rank, []).append(at)
    return tried


def _follows_kin(before: str) -> bool:
    for word in before[-40:].replace("-", " ").replace("'s", " ").split()[-4:]:
        if word.strip("(,:.'\"*") in _KIN_WORDS:
            return True
    return False


def _ages(text: str, rank: int, numbers: list[int]) -> Iterator[re.Match[str]]:
    """Where an age pattern stands, looked for only at these numbers, or in the stretch around them."""
    pattern = _AGE[rank]
    if rank in _AT_NUMBER:
        yield from filter(None, (pattern.match(text, at) for at in numbers))
        return
    done = 0
    for at in numbers:
        if at < done:
            continue
        for found in pattern.finditer(text, max(done, at - _AROUND), at + _AROUND):
            done = found.end()
            yield found


def _blood_group(folded: Folded, facts: list[Fact]) -> str | None:
    text = folded.text
    if not any(sign in text for sign in _BLOOD_SIGNS):
        return None
    context: bool | None = None
    for found in _BLOOD.finditer(text):
        letter = found.group("group")
        sign = found.group("sign").strip()
        written = folded.raw[folded.span(found.start(), found.start() + 1)[0]]
        sure = (letter in ("ab", "एबी") or written.isupper() or written in "बओ") and sign[0] in "+-pnरपन"
        if letter == "0" or not sure or letter in ("a", "ए"):
            if context is None:
                context = bool(_BLOOD_CONTEXT.search(text))
            if not context and ((letter in ("a", "0") and not written.isupper()) or not _WANTED.search(text)):
                continue
        negative = (
            sign[0] in "-न" or sign.startswith(("neg", "nag", "नि", "ने")) or "neg" in sign or "nag" in sign
        )
        facts.append(Fact("blood_group", *found.span()))
        return _LETTERS.get(letter, letter.upper()) + ("-" if negative else "+")
    return None


@lru_cache(maxsize=256)
def _hospital_word(signs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(_HOSPITAL_WORDS[sign] for sign in signs)})(?![a-z\u0900-\u097f])")


def _words_before(text: str, end: int) -> Iterator[str]:
    """The words right before a hospital's word, from the nearest on, with single blanks between, three at most."""
    before = text[max(0, end - _LONGEST_NAME) : end]
    if before.endswith((" \n", "\n\n")):
        before = before[:-1]  # one line's end more does no harm
    if not before.endswith((" ", "\n")):
        return
    for word in before[:-1].replace("\n", " ").split(" ")[: -_MOST_WORDS_OF_NAME - 1 : -1]:
        letters = _LETTERS_OF_NAME.search(word)
        if letters is None:
            return
        yield letters.group()
        if letters.start() > 0:
            return


def _hospital(folded: Folded, facts: list[Fact]) -> str | None:
    text = folded.text
    signs = tuple([sign for sign in _HOSPITAL_WORDS if sign in text])
    for found in _hospital_word(signs).finditer(text, 0, 4000) if signs else ():
        kept: list[str] = []
        for word in _words_before(text, found.start()):
            if word.strip(".") in _HOSPITAL_STOP:
                break
            kept.insert(0, word)
        if kept:
            start = text.rindex(kept[0], 0, found.start())
            if len(kept) > 1:
                start = text.rindex(" ".join(kept), 0, found.start()) if " ".join(kept) in text else start
            raw_start, raw_end = folded.span(start, found.end())
            facts.append(Fact("hospital", start, found.end()))
            return " ".join(folded.raw[raw_start:raw_end].split())[:80]
    if not any(sign in text for sign in _KNOWN_SIGNS):
        return None
    known = _HOSPITAL_KNOWN.search(text)
    if known:
        facts.append(Fact("hospital", *known.span()))
        raw_start, raw_end = folded.span(*known.span())
        return folded.raw[raw_start:raw_end]
    return None
