"""Hides everything that could be dialled, and the names in e-mail and payment addresses, keeping a text's length."""

import re

from districts.folding import fold

MARK = "\u2022"
_GAP = r"[\W_]{0,8}"
_RUN = re.compile(rf"\d(?:{_GAP}\d)+")
_LETTERS_AS_DIGITS = re.compile(r"(?<=\d)(?:[\s.\-]?[oil]){1,4}(?=[\s.\-]?\d)")
_LETTER = re.compile("[oil]")
_GROUPS = re.compile(r"\d+")
_PARTED = re.compile(r"[,;|\n\u0964]|[.:]\s")
_LOCAL = re.compile(r"[\w.+\-]")
_ENOUGH = 7
_WHOLE, _LONGEST = 10, 13
# What a volunteer must see at once: the words around a saturation, an age and the like.
_MEASURE_BEFORE = re.compile(
    r"(?:(?:sp)?o2|oxy\w{0,12}|oxi\w{0,12}|level|lvl|sats?|saturation|age|aged|umar|umr|umra|hb|ct|score|temp|fever|pulse|"
    r"ऑक्सीजन|आक्सीजन|लेवल|उम्र|उमर|आयु|स्कोर)[^\w\n]{0,3}(?:(?:is|at|hai|h|ka|ki|है|का|की)[^\w\n]{1,2})?$"
)
_MEASURE_AFTER = re.compile(r"\s?(?:%|percent|प्रतिशत|y(?:ea)?rs?(?![a-z])|saal|sal(?![a-z])|varsh|साल|वर्ष)")


def mask(text: str) -> str:
    """`text` with its numbers and addresses hidden, character for character: offsets into `text` stay true.

    Hidden are runs of seven digits or more of any script, whatever signs stand between the digits (the last two of a
    run stay, to tell numbers apart), and what stands before the @ of an address. Wider than the reading of phone
    numbers on purpose: a date or a price hidden costs little, a number shown costs much.
    """
    folded = fold(text)
    matched = _LETTERS_AS_DIGITS.sub(lambda found: _LETTER.sub("0", found.group()), folded.text)
    hidden: list[tuple[int, int]] = []
    for run in _RUN.finditer(matched):
        hidden.extend(_hidden_digits(matched, run.start(), run.end()))
    hidden.extend(_hidden_names(matched))
    if not hidden:
        return text
    characters = list(text)
    for start, end in hidden:
        for at in range(start, end):
            raw_start, raw_end = folded.span(at, at + 1)
            characters[raw_start : raw_start + 1] = MARK
            for inner in range(raw_start + 1, raw_end):
                if characters[inner].isalnum():
                    characters[inner] = MARK
    return "".join(characters)


def _hidden_digits(text: str, start: int, end: int) -> list[tuple[int, int]]:
    groups = [found.span() for found in _GROUPS.finditer(text, start, end)]
    total = sum(stop - begin for begin, stop in groups)
    if total < _ENOUGH:
        return []
    # Ages and saturations beside a whole number stay readable.
    groups = groups[_small_ones(text, groups) :]
    groups = groups[: len(groups) - _small_ones(text, groups[::-1])]
    last = len(groups) - 1
    # Two digits stay at the very end alone: between signs nobody can tell where one number ends and the next begins.
    return [
        (begin, stop - 2 if number == last and stop - begin >= 2 else stop)
        for number, (begin, stop) in enumerate(groups)
    ]


def _length(group: tuple[int, int]) -> int:
    return group[1] - group[0]


def _small_ones(text: str, groups: list[tuple[int, int]]) -> int:
    """How many short groups stand before a whole number and are no part of it; from either end.

    A comma, a full stop or a line's end parts them from a number that is one group. Where words say what the short group
    measures, the number may be of several groups, as long as together they are one.
    """
    before, rest = 0, sum(map(_length, groups))
    for number, group in enumerate(groups):
        if number and before < _ENOUGH:
            is_one = _length(group) >= _WHOLE
            if is_one and _is_parted(text, groups[number - 1], group):
                return number
            if (is_one or _WHOLE <= rest <= _LONGEST) and _is_measured(text, groups[number - 1]):
                return number
        if _length(group) > 3:
            return 0
        before, rest = before + _length(group), rest - _length(group)
    return 0


def _is_parted(text: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    near, far = sorted((one, other))
    return _PARTED.search(text[near[1] : far[0]]) is not None


def _is_measured(text: str, group: tuple[int, int]) -> bool:
    """Whether the words beside it say what it is: a saturation, an age and the like."""
    start, end = group
    return bool(_MEASURE_BEFORE.search(text[max(0, start - 24) : start]) or _MEASURE_AFTER.match(text, end))


def _hidden_names(text: str) -> list[tuple[int, int]]:
    hidden = []
    at = text.find("@")
    while at != -1:
        start = at
        while start > 0 and _LOCAL.match(text[start - 1]):
            start -= 1
        if start < at and at + 1 < len(text) and text[at + 1].isalnum():
            hidden.append((start, at))
        at = text.find("@", at + 1)
    return hidden
