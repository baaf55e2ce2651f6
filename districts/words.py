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
# How far an item takes the reader is one number of lanes, so that one running sum counts all of it at once. The lowest lane
# and those above the three here are for who cuts texts for more than places (see reading/lexicon.py).
LANE = 20
MASK = (1 << LANE) - 1
PLACE, _STOP, _BREAK = 1 << LANE, 1 << 2 * LANE, 1 << 3 * LANE
_STOPS_LANE, _BREAKS_LANE = MASK * _STOP, MASK * _BREAK
_AFTER_NUMBERS = ".,;\n"
_LONGEST_KEPT, _MOST_DIGITS, _KEPT = 32, 4, 30_000

# A word, what it may say beside a place's name (see cues.py), how far it takes the reader; without a word what stands between.
_Item = tuple[str, int, int]


def has_address(text: str) -> bool:
    """Whether a folded text may have links, addresses or @handles, which are blanks here."""
    return "@" in text or "http" in text or "www." in text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def without_addresses(text: str) -> str:
    """A folded text, or a piece of one, with blanks in place of each letter of its links, addresses and @handles."""
    if "http" in text or "www." in text:
        text = _LINK.sub(_blank, text)
    if "@" in text:
        text = (_ADDRESS if _GLUED_SIGN.search(text) else _HANDLE).sub(_blank, text)
    return text


def _cut(text: str) -> tuple[str, tuple[list[str], list[int], list[int]]]:
    text = without_addresses(text)
    pieces = text.replace("\n", "\n ").split(" ")
    tokens, cues, steps = zip(*chain.from_iterable(map(_PIECES.__getitem__, pieces)), strict=True)
    return text, (
        list(filter(None, tokens)),
        list(compress(cues, tokens)),
        list(compress(accumulate(steps, initial=0), tokens)),
    )


class Words:
    """A folded text as columns: `tokens[i]` is a word or a run of digits, `cues[i]` what it may say beside a place's name.
    Links, addresses and @handles are blanks.
    """

    __slots__ = ("_places", "cues", "tags", "text", "tokens")

    def __init__(self, text: str, columns: tuple[list[str], list[int], list[int]] | None = None) -> None:
        """`columns` are the tokens, cues and places of a text that was cut before and has blanks for addresses."""
        if columns is None:
            text, columns = _cut(text)
        self.text = text
        self.tokens, self.cues, self._places = columns
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
        return self._start(first), self._start(last - 1) + len(self.tokens[last - 1])

    def _start(self, index: int) -> int:
        return self._places[index] >> LANE & MASK

    def gap(self, index: int) -> str:
        """What stands before the word `index`."""
        end = self._start(index - 1) + len(self.tokens[index - 1]) if index else 0
        return self.text[end : self._start(index)]

    def is_break(self, index: int) -> bool:
        """Whether a clause ends before the word `index`, which is not the first."""
        return (self._places[index - 1] ^ self._places[index]) & _BREAKS_LANE != 0

    def is_stop(self, index: int) -> bool:
        """Whether a sentence ends before the word `index`, which is not the first; a comma ends none."""
        return self.is_stop_within(index, index)

    def is_stop_within(self, first: int, last: int) -> bool:
        """Whether a sentence ends before one of the words first to last (inclusive), of which none is the first of the text."""
        return (self._places[first - 1] ^ self._places[last]) & _STOPS_LANE != 0

    def clause_end(self, start: int, limit: int) -> int:
        """The first word from `start` on, at most `limit`, before which a clause ends; `start` is not the first of the text."""
        places = self._places
        before = places[start - 1]
        if start < limit and not (places[limit - 1] ^ before) & _BREAKS_LANE:
            return limit
        for index in range(start, limit):
            if (places[index] ^ before) & _BREAKS_LANE:
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
            return ((number, 0, PLACE * len(number) + ending_step(piece[len(number) :])),)
        items = tuple(_items(piece))
        if len(piece) <= _LONGEST_KEPT and sum(map(str.isdigit, piece)) <= _MOST_DIGITS:
            if len(self) >= _KEPT:
                self.clear()
            self[piece] = items
        return items


def tokens_of(piece: str) -> list[str]:
    """The tokens of a stretch without blanks."""
    return _WORD.findall(piece)


def _items(piece: str) -> list[_Item]:
    parts = _WORD.split(piece)
    if len(parts) == 1:
        return [("", 0, ending_step(piece))]
    items: list[_Item] = []
    for gap, token in zip(parts[::2], parts[1::2], strict=False):
        if gap:
            items.append(("", 0, gap_step(gap)))
        items.append((token, CUES.get(token, 0), PLACE * len(token)))
    token, cue, step = items[-1]
    items[-1] = (token, cue, step + ending_step(parts[-1]))
    return items


@lru_cache(maxsize=1000)
def ending_step(gap: str) -> int:
    """How far the end of a piece takes the reader with the blank after it; a line's end is in the piece itself."""
    return gap_step(gap if gap.endswith("\n") else gap + " ")


def gap_step(gap: str) -> int:
    """How far what stands between two words takes the reader."""
    return PLACE * len(gap) + _STOP * (not _STOPS.isdisjoint(gap)) + _BREAK * (not _BREAKS.isdisjoint(gap))


_PIECES = _Pieces()
