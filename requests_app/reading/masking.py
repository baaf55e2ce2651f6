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
_WHOLE = 10


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
    # Ages and saturations that a comma, a full stop or a line's end parts from a whole number stay readable.
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
    """How many short groups stand before the first whole number and are parted from it; from either end."""
    for number, group in enumerate(groups):
        if _length(group) >= _WHOLE:
            if number == 0:
                return 0
            near, far = sorted((groups[number - 1], group))
            are_few = sum(map(_length, groups[:number])) < _ENOUGH
            return number if are_few and _PARTED.search(text[near[1] : far[0]]) else 0
        if _length(group) > 3:
            return 0
    return 0


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
