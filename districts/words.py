"""The words of a folded text with what stands between them: the one division that everything which looks for places shares."""

import re
from itertools import accumulate

_WORD = re.compile("([a-z]+|[\u0900-\u0963\u0971-\u097f]+|[0-9]+)")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"@\w+")
_GLUED_SIGN = re.compile(r"@(?<=[^\s@]@)")
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@.]{1,64}\.[^\s@]{1,64}|@\w+")
_BREAKS = frozenset(".!?\n।|;,")
_STOPS = frozenset(".!?\n।|;")


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


class Words:
    """A folded text in parts: `tokens[i]` is a word or a run of digits, `gaps[i]` what stands before it,
    and the last gap what stands after the last. Links, addresses and @handles are blanks.
    """

    __slots__ = ("_at", "gaps", "tags", "text", "tokens")

    def __init__(self, text: str) -> None:
        if "http" in text or "www." in text:
            text = _LINK.sub(_blank, text)
        if "@" in text:
            text = (_ADDRESS if _GLUED_SIGN.search(text) else _HANDLE).sub(_blank, text)
        parts = _WORD.split(text)
        self.text = text
        self.tokens = parts[1::2]
        self.gaps = parts[::2]
        self._at: list[int] | None = None
        self.tags: frozenset[int] = self._tagged() if "#" in text else frozenset()

    def _tagged(self) -> frozenset[int]:
        """Which words are a hashtag, or a part of one: #जयपुर_मदद."""
        gaps, last = self.gaps, len(self.tokens)
        tagged = set()
        for index in range(last):
            gap = gaps[index]
            if gap[-1:] == "#" or (gap in ("", "_") and index - 1 in tagged):
                tagged.add(index)
        return frozenset(tagged)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words first to last (exclusive) stand in the text."""
        at = self._at
        if at is None:
            lengths = [0] * (2 * len(self.tokens))
            lengths[::2] = map(len, self.gaps[:-1])
            lengths[1::2] = map(len, self.tokens)
            at = self._at = list(accumulate(lengths))
        return at[2 * first], at[2 * last - 1]

    def is_break(self, index: int) -> bool:
        """Whether a clause ends before the word `index`."""
        gap = self.gaps[index]
        return gap != " " and not _BREAKS.isdisjoint(gap)

    def is_stop(self, index: int) -> bool:
        """Whether a sentence ends before the word `index`; a comma ends none."""
        gap = self.gaps[index]
        return gap != " " and not _STOPS.isdisjoint(gap)

    def clause_end(self, start: int, limit: int) -> int:
        """The first word from `start` on, at most `limit`, before which a clause ends."""
        for index in range(start, limit):
            if self.is_break(index):
                return index
        return limit

    def is_straight(self, index: int) -> bool:
        """Whether only blanks or dashes stand before the word `index`."""
        gap = self.gaps[index]
        return gap == " " or not gap.strip(" -")
