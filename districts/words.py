"""The words of a folded text with what stands between them: the one division that everything which looks for places shares.

A text is cut at its blanks, and what is known of each piece ("(kota,") is kept for the pieces met lately, so that a text costs
one look-up a piece. Pieces with long numbers are not kept: they hardly come again, and they are somebody's.
"""

import re
from functools import lru_cache
from itertools import accumulate, chain, compress

from districts.cues import CUES

_WORD = re.compile("([a-z]+|[\u0900-\u0963\u0971-\u097f]+|[0-9]+)")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"@\w+")
_GLUED_SIGN = re.compile(r"@(?<=[^\s@]@)")
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@.]{1,64}\.[^\s@]{1,64}|@\w+")
_BREAKS = frozenset(".!?\n।|;,")
_STOPS = frozenset(".!?\n।|;")
# How far an item takes the reader is one number of three lanes, so that one running sum counts all three.
_LANE = 20
_MASK = (1 << _LANE) - 1
_BREAKS_AT = 2 * _LANE
_STOP, _BREAK = 1 << _LANE, 1 << _BREAKS_AT
_AFTER_NUMBERS = ".,;\n"
_LONGEST_KEPT, _MOST_DIGITS, _KEPT = 32, 4, 30_000

# A word, what it may say beside a place's name (see cues.py), how far it takes the reader; without a word what stands between.
_Item = tuple[str, int, int]


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


class Words:
    """A folded text as columns: `tokens[i]` is a word or a run of digits, `cues[i]` what it may say beside a place's name.
    Links, addresses and @handles are blanks.
    """

    __slots__ = ("_places", "cues", "tags", "text", "tokens")

    def __init__(self, text: str) -> None:
        if "http" in text or "www." in text:
            text = _LINK.sub(_blank, text)
        if "@" in text:
            text = (_ADDRESS if _GLUED_SIGN.search(text) else _HANDLE).sub(_blank, text)
        self.text = text
        pieces = text.replace("\n", "\n ").split(" ")
        tokens, cues, steps = zip(*chain.from_iterable(map(_PIECES.__getitem__, pieces)), strict=True)
        places = accumulate(steps, initial=0)
        if "" in tokens:
            self._places = list(compress(places, tokens))
            self.cues = list(compress(cues, tokens))
            self.tokens = list(filter(None, tokens))
        else:
            self._places, self.cues, self.tokens = list(places), list(cues), list(tokens)
        self.tags: frozenset[int] = self._tagged() if "#" in text else frozenset()

    def _tagged(self) -> frozenset[int]:
        """Which words are a hashtag, or a part of one: #जयपुर_मदद."""
        tagged = set()
        for index in range(len(self.tokens)):
            gap = self.gap(index)
            if gap[-1:] == "#" or (gap in ("", "_") and index - 1 in tagged):
                tagged.add(index)
        return frozenset(tagged)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words first to last (exclusive) stand in the text."""
        return self._places[first] & _MASK, (self._places[last - 1] & _MASK) + len(self.tokens[last - 1])

    def gap(self, index: int) -> str:
        """What stands before the word `index`."""
        end = (self._places[index - 1] & _MASK) + len(self.tokens[index - 1]) if index else 0
        return self.text[end : self._places[index] & _MASK]

    def is_break(self, index: int) -> bool:
        """Whether a clause ends before the word `index`, which is not the first."""
        return self._places[index - 1] >> _BREAKS_AT != self._places[index] >> _BREAKS_AT

    def is_stop(self, index: int) -> bool:
        """Whether a sentence ends before the word `index`, which is not the first; a comma ends none."""
        return self.is_stop_within(index, index)

    def is_stop_within(self, first: int, last: int) -> bool:
        """Whether a sentence ends before one of the words first to last (inclusive), of which none is the first of the text."""
        return (self._places[first - 1] ^ self._places[last]) >> _LANE & _MASK != 0

    def clause_end(self, start: int, limit: int) -> int:
        """The first word from `start` on, at most `limit`, before which a clause ends; `start` is not the first of the text."""
        places = self._places
        clause = places[start - 1] >> _BREAKS_AT
        if start < limit and places[limit - 1] >> _BREAKS_AT == clause:
            return limit
        for index in range(start, limit):
            if places[index] >> _BREAKS_AT != clause:
                return index
        return limit

    def is_straight(self, index: int) -> bool:
        """Whether only blanks or dashes stand before the word `index`."""
        gap = self.gap(index)
        return gap == " " or not gap.strip(" -")


class _Pieces(dict[str, tuple[_Item, ...]]):
    """Piece to what is known of it; filled as pieces are met, emptied when it is full."""

    def __missing__(self, piece: str) -> tuple[_Item, ...]:
        number = piece.rstrip(_AFTER_NUMBERS)
        if len(number) > _MOST_DIGITS and number.isdigit():
            return ((number, 0, len(number) + _ending(piece[len(number) :])),)
        items = tuple(_items(piece))
        if len(piece) <= _LONGEST_KEPT and sum(map(str.isdigit, piece)) <= _MOST_DIGITS:
            if len(self) >= _KEPT:
                self.clear()
            self[piece] = items
        return items


def _items(piece: str) -> list[_Item]:
    parts = _WORD.split(piece)
    if len(parts) == 1:
        return [("", 0, _ending(piece))]
    items: list[_Item] = []
    for gap, token in zip(parts[::2], parts[1::2], strict=False):
        if gap:
            items.append(("", 0, _step(gap)))
        items.append((token, CUES.get(token, 0), len(token)))
    token, cue, step = items[-1]
    items[-1] = (token, cue, step + _ending(parts[-1]))
    return items


@lru_cache(maxsize=1000)
def _ending(gap: str) -> int:
    """How far the end of a piece takes the reader with the blank after it; a line's end is in the piece itself."""
    return _step(gap if gap.endswith("\n") else gap + " ")


def _step(gap: str) -> int:
    return len(gap) + _STOP * (not _STOPS.isdisjoint(gap)) + _BREAK * (not _BREAKS.isdisjoint(gap))


_PIECES = _Pieces()
