"""Tells patients apart by what is known of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import regex

from districts.folding import fold
from requests_app.policy import POLICY

YEARS: int = POLICY["matching"]["years_apart"]
MANY: int = POLICY["matching"]["different_patients"]

_EVERY_HOSPITAL = frozenset(
    fold(
        "hospital hosp hsptl hospitals govt government medical college clinic centre center nursing home ward icu "
        "aspatal chikitsalaya district zila the pvt private super speciality speciality multispeciality institute "
        "अस्पताल हॉस्पिटल हास्पिटल होस्पिटल मेडिकल कॉलेज कालेज चिकित्सालय जिला सरकारी राजकीय"
    ).text.split()
)
_WORD = regex.compile(r"[\p{L}\p{M}]{2,}")
_NAME = regex.compile(
    r"(?:\b(?:patient|pt|mareez|mariz|marij|rogi)(?:['’]?s)?\s*(?:ka|ki)?\s*(?:name|naam|nam)\b|\b(?:name|naam)\s*(?:of\s*(?:the\s*)?patient)?\b(?=\s*[:\-–])"
    r"|\bpatient\s*(?=[:\-–])|(?:मरीज|रोगी|पेशेंट)\s*(?:का\s*)?(?:नाम)|नाम(?=\s*[:\-–]))"
    r"\s*(?:is|hai|h\b|है)?\s*[:\-–]?\s*(?:(?:mr|mrs|ms|shri|smt|sh|श्री|श्रीमती)\b\.?\s*)?([\p{L}\p{M}]{3,})"
)


_MEN = (
    "papa|pita|pitaji|father|dad|daddy|abbu|walid|bhai|bhaiya|bhaiyya|brother|husband|pati|uncle|chacha|kaka|tau|tauji|mama|mamu|nana|"
    "dada|dadaji|nanaji|grandfather|grandpa|beta|son|nephew|bhanja|bhatija|jija|jijaji|sasur|mausa|fufa|phupha|man|male|gentleman|boy|"
    "purush|baba|bapu|पिता|पिताजी|पापा|भाई|भैया|पति|चाचा|काका|ताऊ|मामा|नाना|दादा|दादाजी|नानाजी|बेटा|बेटे|भतीजा|भांजा|जीजा|ससुर|मौसा|फूफा|पुरुष|अब्बू"
)
_WOMEN = (
    "mummy|mother|mom|mum|maa|mata|mataji|ammi|khala|behan|bahan|sister|didi|wife|patni|biwi|aunty|auntie|aunt|chachi|kaki|mausi|bua|mami|"
    "nani|dadi|grandmother|grandma|beti|daughter|bhabhi|saas|lady|woman|mahila|girl|female|bahu|मम्मी|मां|माता|माताजी|बहन|दीदी|पत्नी|बीवी|"
    "चाची|काकी|मौसी|बुआ|मामी|नानी|दादी|बेटी|भाभी|सास|महिला|बहू|अम्मी"
)
_EDGE, _END = r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])"
_MAN = regex.compile(_EDGE + "(?:" + fold(_MEN).text + ")" + _END + r"|(?<=\d)\s*[/\-]?\s*m(?![\p{L}\p{M}])")
_WOMAN = regex.compile(
    _EDGE + "(?:" + fold(_WOMEN).text + ")" + _END + r"|(?<=\d)\s*[/\-]?\s*f(?![\p{L}\p{M}])"
)
_KIN = "(?:" + fold(_MEN).text + "|" + fold(_WOMEN).text + ")"
_WHO_IS_CALLED = regex.compile(
    _EDGE
    + _KIN
    + _END
    + r"(?:\s*(?:ji|ka|ki|का|की|is|['’]s|no|number|phone|mobile|नंबर|फोन))*[\s:.()\-–]*\+?[\d\s\-]{0,4}•"
)
_AGE_OF_KIN = regex.compile(
    _EDGE
    + _KIN
    + r"(?:\s*(?:ji|sahab|saab|sa|जी))?\s*[(,\-:]?\s*(?:umar|age|उम्र|aged)?\s*(\d{1,3})(?![\d•%])(?!\s*(?:%|l|ltr|vials?|units?|din|days?|ghante|hours?|bed)(?![\p{L}\p{M}]))"
)


@dataclass(frozen=True)
class Facts:
    """What tells one patient from another. `phones` are keyed hashes; `hospital` and `names` are folded words."""

    needs: frozenset[str] = frozenset()
    district: int | None = None
    block: int | None = None
    age: int | None = None
    blood_group: str | None = None
    hospital: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    sex: str = ""
    phones: frozenset[str] = frozenset()

    def contradict(self, other: "Facts") -> bool:
        """Whether both say something about the same thing and cannot be one patient: district, age or blood group."""
        return bool(self.district and other.district and self.district != other.district) or self.differ(
            other
        )

    def differ(self, other: "Facts") -> bool:
        """Whether age or blood group show two people, wherever they are."""
        if self.age is not None and other.age is not None and abs(self.age - other.age) > YEARS:
            return True
        return bool(self.blood_group and other.blood_group and self.blood_group != other.blood_group)

    def is_elsewhere(self, other: "Facts") -> bool:
        """Whether they name other hospitals or patients, or a man and a woman: a hint, as people are moved and misspelt."""
        elsewhere = _are_other_names(self.hospital, other.hospital) or _are_other_names(
            self.names, other.names
        )
        return elsewhere or self.is_other_kin(other)

    def is_other_kin(self, other: "Facts") -> bool:
        """Whether the one speaks of a man and the other of a woman."""
        return bool(self.sex and other.sex and self.sex != other.sex)

    def agreements(self, other: "Facts") -> int:
        """Count what both say alike that few patients share: age, blood group, hospital, name."""
        return (
            (self.age is not None and self.age == other.age)
            + bool(self.blood_group and self.blood_group == other.blood_group)
            + bool(self.hospital & other.hospital)
            + 2 * bool(self.names & other.names)
        )

    @property
    def describe_somebody(self) -> bool:
        """Whether anything is known by which agreements() could find the same patient."""
        return self.age is not None or bool(self.blood_group or self.hospital or self.names)

    def without(self, phone: str) -> "Facts":
        """The same without one of the numbers."""
        return replace(self, phones=self.phones - {phone})

    def shares_need(self, other: "Facts") -> bool:
        """Whether they ask for something in common, or one of them does not say what it needs."""
        return not self.needs or not other.needs or bool(self.needs & other.needs)

    def has_others_number(self, other: "Facts") -> bool:
        """Whether each gives a number that the other does not give."""
        return bool(self.phones - other.phones) and bool(other.phones - self.phones)


def _are_other_names(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both are given, in one script, and have no word in common."""
    if not one or not other or one & other:
        return False
    return "".join(one).isascii() == "".join(other).isascii()


def hospital_words(name: str | None) -> frozenset[str]:
    """Return the words of a hospital's name that tell it from others."""
    if not name:
        return frozenset()
    return frozenset(_WORD.findall(fold(name).text)) - _EVERY_HOSPITAL


@lru_cache(maxsize=4096)
def names_in(masked: str) -> frozenset[str]:
    """Return the first names that a text gives with the word "name" or "patient:" before them, folded."""
    return frozenset(_NAME.findall(fold(masked).text)) - _EVERY_HOSPITAL


@lru_cache(maxsize=4096)
def sex_in(masked: str) -> str:
    """Return "m" or "f" where a text speaks of men or of women alone, whom to call aside; else nothing."""
    text = _WHO_IS_CALLED.sub(" ", fold(masked).text)
    men, women = bool(_MAN.search(text)), bool(_WOMAN.search(text))
    return "" if men == women else "m" if men else "f"


@lru_cache(maxsize=4096)
def age_in(masked: str) -> int | None:
    """Return the age that stands right after a word for a relative, where a text has one such age alone."""
    ages = {int(found) for found in _AGE_OF_KIN.findall(fold(masked).text) if 0 < int(found) < 111}
    return ages.pop() if len(ages) == 1 else None


def facts_of(
    needs: Sequence[str],
    district: int | None,
    patient: dict[str, Any],
    phones: Sequence[str],
    *,
    block: int | None = None,
    masked: str = "",
) -> Facts:
    """Build Facts from a request's columns or a reading's fields; `masked`: the words, for what neither of them holds."""
    return Facts(
        needs=frozenset(needs),
        district=district,
        block=block,
        age=patient.get("age") or age_in(masked),
        blood_group=patient.get("blood_group"),
        hospital=hospital_words(patient.get("hospital")),
        names=names_in(masked),
        sex=sex_in(masked),
        phones=frozenset(phones),
    )


def different_patients(known: Sequence[Facts]) -> int:
    """Count patients who are surely different among requests with one number in common: no two of them can be one.

    Two are different when age, blood group, place, hospital or name say so, or when each has a number of its own beside it.
    What a plain count of requests would take for many patients, one family that asked in many ways, is counted as one.
    """
    apart: list[Facts] = []
    for facts in known:
        if all(_are_two(facts, other) for other in apart):
            apart.append(facts)
    return len(apart)


def _are_two(one: Facts, other: Facts) -> bool:
    if one.contradict(other):
        return True
    if one.agreements(other):
        return False
    return one.is_elsewhere(other) or one.has_others_number(other)


def number_is_near(one: str, other: str) -> bool:
    """Whether two numbers (E.164) of one length differ in one digit, or by two neighbours in the other order."""
    if len(one) != len(other) or one == other:
        return False
    at = [place for place in range(len(one)) if one[place] != other[place]]
    if len(at) == 1:
        return True
    return len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == other[at[1]] and one[at[1]] == other[at[0]]


def numbers_near(e164: str) -> list[str]:
    """Return the Indian mobile numbers that a slip of one digit, or of two neighbours, makes of this one."""
    if not (e164.startswith("+91") and len(e164) == 13):
        return []
    digits = e164[3:]
    near = [
        digits[:at] + other + digits[at + 1 :]
        for at in range(10)
        for other in "0123456789"
        if other != digits[at]
    ]
    near += [digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(9)]
    return [f"+91{one}" for one in dict.fromkeys(near) if one != digits]
