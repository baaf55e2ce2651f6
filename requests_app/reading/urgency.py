"""How urgent a request is: critical, high or normal, by the facts and words of the guide."""

import re

from .clauses import Parsed
from .saturation import is_falling
from .vocabulary import Mention

LEVELS = ("critical", "high", "normal")
SATURATION_IN_DANGER, SATURATION_IN_DANGER_IF_FALLING = 90, 94
_SOS = re.compile(r"sos(?![a-z])|🆘|#[a-z0-9_]{0,30}urgent")
_LONGEST_REACH = 60
# How long something lasts, "20 minute", "do ghante"; then whether oxygen stands there that has so much left.
_STRETCH_OF_TIME = re.compile(
    r"(?<![\da-z])(?:\d{1,2}|one|two|three|half an?|an|ek|do|teen|aadha|aadhe|adha|एक|दो|तीन|आधा|आधे)[\s\-]{0,2}"
    r"(?:more |other |another |se )?(?:min(?:ute)?s?(?![a-z])|hours?(?![a-z])|hrs?(?![a-z])|ghan?t[aeo](?![a-z])|मिनट|मिनिट|घंट)"
)
_OXYGEN = re.compile(
    r"o2(?!\d)|oxyg|oxig|cyli|silin|silen|tank|gas(?![a-z])|सिल[िे]|ऑक्सी|आक्सी|गैस|concentrator|batter"
)
_LEFT = re.compile(
    r"(?<![a-z])(?:left|only|remain|last|finish|khatam|khtm|khatm|bach[aei]|bas\b|chaleg|chalegi|over|out|enough|hi\b|ka hi)|"
    r"चलेग|खत्म|बच[ाीे]|सिर्फ|केवल|बस |ही "
)
_AGO = re.compile(r"\s*(?:ago|pehle|pahle|se\b(?! (?:kam|zyada|jyada))|baad|delivery|service|पहले|से )")
_DENIED = frozenset(["not", "no", "isn't", "nahi", "nhi", "nahin", "नहीं", "नही"])


def is_low(text: str, spo2: int | None) -> bool:
    """Whether a saturation that a folded text states is a danger: low, or falling and not far from low."""
    if spo2 is None:
        return False
    return spo2 <= SATURATION_IN_DANGER or (spo2 <= SATURATION_IN_DANGER_IF_FALLING and is_falling(text))


def judge(parsed: Parsed, spo2: int | None) -> tuple[str, Mention | None]:
    """The level and the phrase that it rests on (None: a saturation, an SOS sign, or nothing)."""
    critical = _first(parsed, "critical")
    text = parsed.folded.text
    if critical or is_low(text, spo2) or _ends_soon(text):
        return "critical", critical
    high = _first(parsed, "high")
    if high or (("sos" in text or "🆘" in text or "#" in text) and _SOS.search(text)):
        return "high", high
    return "normal", None


def _ends_soon(text: str) -> bool:
    """Whether oxygen is said to end within hours: "cylinder 20 minute me khatam", "only 2 hours of oxygen left"."""
    if not (
        "min" in text
        or "hour" in text
        or "hr" in text
        or "ghan" in text
        or (not text.isascii() and ("मिन" in text or "घंट" in text))
    ):
        return False
    for found in _STRETCH_OF_TIME.finditer(text):
        start, end = found.span()
        if _AGO.match(text, end):
            continue
        around = text[max(0, start - _LONGEST_REACH) : end + _LONGEST_REACH]
        if _OXYGEN.search(around) and _LEFT.search(text[max(0, start - 30) : end + 30]):
            return True
    return False


def _first(parsed: Parsed, concept: str) -> Mention | None:
    if concept not in parsed.counts:
        return None
    for mention in parsed.mentions:
        concepts, first, last = mention
        if concept not in concepts:
            continue
        words = parsed.words.texts
        before = words[first - 1] if first else ""
        after = words[last + 1] if last + 1 < len(words) else ""
        calm = "calm" in parsed.beside(mention)
        if before in _DENIED or (concept == "high" and after in _DENIED) or (calm and concept == "high"):
            continue
        return mention
    return None


def first_of_level(parsed: Parsed, level: str) -> Mention | None:
    """The phrase that says `level`, if one does."""
    return _first(parsed, level) if level in ("critical", "high") else None
