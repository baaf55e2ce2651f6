"""How urgent a request is: critical, high or normal, by the facts and words of the guide."""

import re

from .clauses import Parsed
from .vocabulary import Mention

LEVELS = ("critical", "high", "normal")
SATURATION_IN_DANGER = 90
_SOS = re.compile(r"sos(?![a-z])|🆘|#[a-z0-9_]{0,30}urgent")
_DENIED = frozenset(["not", "no", "isn't", "nahi", "nhi", "nahin", "नहीं", "नही"])


def judge(parsed: Parsed, spo2: int | None) -> tuple[str, Mention | None]:
    """The level and the phrase that it rests on (None: a saturation, an SOS sign, or nothing)."""
    critical = _first(parsed, "critical")
    if (spo2 is not None and spo2 <= SATURATION_IN_DANGER) or critical:
        return "critical", critical
    high = _first(parsed, "high")
    if high or _SOS.search(parsed.folded.text):
        return "high", high
    return "normal", None


def _first(parsed: Parsed, concept: str) -> Mention | None:
    if concept not in parsed.counts:
        return None
    for mention in parsed.mentions:
        if concept not in mention.concepts:
            continue
        words = parsed.words.texts
        before = words[mention.first - 1] if mention.first else ""
        after = words[mention.last + 1] if mention.last + 1 < len(words) else ""
        calm = "calm" in parsed.in_clause[parsed.words.clauses[mention.first]]
        if before in _DENIED or (concept == "high" and after in _DENIED) or (calm and concept == "high"):
            continue
        return mention
    return None


def first_of_level(parsed: Parsed, level: str) -> Mention | None:
    """The phrase that says `level`, if one does."""
    return _first(parsed, level) if level in ("critical", "high") else None
