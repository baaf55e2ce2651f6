"""Which of the numbers in a post are to be called: not the dead, fraudulent or useless ones, and none in an advert."""

import re

from .clauses import Parsed
from .contacts import Phone

_LINES = re.compile(r"[\n\u0964!?]|\.\s")
_OWN = re.compile(
    r"(?:mera|my|contact|call|phone|mob|mobile|attendant|attendent|ph|no|number|संपर्क|मेरा|मो|फोन|मोबाइल)\W*$"
)


def usable_phones(parsed: Parsed, phones: list[Phone], decided: str) -> tuple[list[Phone], float]:
    """The numbers to call, with offsets into the raw text, and how sure that is."""
    if not phones:
        return [], 0.98 if decided != "request" else 0.95
    if decided == "other":
        return [], 0.9
    text = parsed.folded.text
    dead = [parsed.span(mention) for mention in parsed.mentions if "dead_number" in mention[0]]
    kept: list[Phone] = []
    sure = 0.97
    for phone in phones:
        if (
            dead
            and not _is_only_one(phone, phones, dead, decided)
            and _said_dead(text, phone, dead, len(phones))
        ):
            sure = 0.8
            continue
        start, end = parsed.folded.span(phone.start, phone.end)
        kept.append(Phone(phone.e164, start, end))
    if dead:
        sure = min(sure, 0.8)
    return kept, sure if len(phones) == 1 else sure - 0.05


def _is_only_one(phone: Phone, phones: list[Phone], dead: list[tuple[int, int]], decided: str) -> bool:
    """Whether it is the one number of a plea, after the words that somebody else cannot be reached."""
    return decided == "request" and len(phones) == 1 and all(end <= phone.start for _, end in dead)


def _said_dead(text: str, phone: Phone, dead: list[tuple[int, int]], count: int) -> bool:
    """Whether a word for a useless number stands in the number's own sentence and nearer to it than to another's introduction."""
    for start, end in dead:
        left, right = min(end, phone.end), max(start, phone.start)
        if right - left > 70:
            continue
        between = text[left:right]
        if _LINES.search(between):
            continue
        if (
            phone.start > end
            and _OWN.search(text[max(0, phone.start - 24) : phone.start])
            and not between.endswith("@")
        ):
            continue
        return True
    return False
