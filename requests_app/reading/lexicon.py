"""What is known of each word that texts are made of, looked up once for all rules.

A text is cut at its blanks, and what is known of each piece ("(bed,") is kept for the pieces met lately, so that a text costs
one look-up a piece. Pieces with long numbers are not kept: they hardly come again, and they are somebody's. Links, addresses and
@handles are blanks: what somebody is called says nothing of what they write.
"""

import re
from functools import lru_cache
from itertools import accumulate, chain, compress
from sys import intern

from districts.cues import CUES
from districts.words import (
    LANE,
    MASK,
    PLACE,
    ending_step,
    gap_step,
    has_address,
    tokens_of,
    without_addresses,
)
from districts.words import Words as PlaceWords

from .language import DEVANAGARI, HINDI_IN_LATIN, LATIN, tongues_of
from .tokens import LONGEST_GAP, ends_clause, is_turn, shape, tokenise
from .vocabulary import vocabulary

# The lanes of this module in the one number that tells how far a piece takes the reader; the others are those of words.py.
_CLAUSE = 1
_LONG_NUMBER, _BETWEEN, _OTHER = (1 << lane * LANE for lane in (4, 5, 6))
_LONG_NUMBERS, _BETWEENS, _OTHERS = MASK * _LONG_NUMBER, MASK * _BETWEEN, MASK * _OTHER
_TONGUES_AT = 7
# Instead of a cue: a word that is none, or several, to who looks for places ("spo2", 🙏).
_PARTED = -1
_TONGUES = {tongue: 1 << (_TONGUES_AT + tongue) * LANE for tongue in (DEVANAGARI, LATIN, HINDI_IN_LATIN)}
_ENDINGS = ".,;:!?)\n"
_WORD = re.compile("[a-z]+|[\u0900-\u0963\u0971-\u097f]+")
_LONGEST_KEPT, _MOST_DIGITS, _KEPT = 32, 4, 30_000
_LONGEST_PARTED = 8  # of a longer word the parts are not kept: it may be somebody's number

# A word, the name under which the lists know it, its shape, what it may say beside a place's name, how far it takes the
# reader; without a word what stands between.
_Item = tuple[str, str, str, int, int]


class Line:
    """The words of a folded text as columns of one length: as written, the name under which the lists know each, its shape
    for the model. Where they stand, and how many there are of each sort, is counted together and asked for by methods."""

    __slots__ = ("_cues", "_places", "_sums", "names", "shapes", "text", "texts")

    def __init__(self, folded: str) -> None:
        self.text = without_addresses(folded) if has_address(folded) else folded
        pieces = self.text.replace("\n", "\n ").split(" ")
        texts, names, shapes, cues, steps = zip(
            *chain.from_iterable(map(_PIECES.__getitem__, pieces)), strict=True
        )
        *places, self._sums = accumulate(steps, initial=0)
        if "" in texts:
            self.names = list(compress(names, texts))
            self.shapes = list(compress(shapes, texts))
            self._cues = list(compress(cues, texts))
            self._places = list(compress(places, texts))
            self.texts = list(filter(None, texts))
        else:
            self.texts, self.names, self.shapes = list(texts), list(names), list(shapes)
            self._cues, self._places = list(cues), places
        if self._sums & _BETWEENS >= LONGEST_GAP * _BETWEEN:
            self._part_at_long_gaps()

    def _part_at_long_gaps(self) -> None:
        parted = 0
        end = self.start(0) if self.texts else 0
        for at, text in enumerate(self.texts):
            start = self.start(at)
            if start - end > LONGEST_GAP:
                parted += _CLAUSE
            end = start + len(text)
            self._places[at] += parted

    def for_places(self) -> PlaceWords:
        """The same text as that which looks for places divides it, most often into the same words."""
        if not self._sums & _OTHERS:
            return PlaceWords(self.text, (self.texts, self._cues, self._places))
        texts, cues, places = self.texts.copy(), self._cues.copy(), self._places.copy()
        for at in reversed([at for at, cue in enumerate(self._cues) if cue == _PARTED]):
            word = texts[at]
            tokens, its_cues, steps = (_kept_parts if len(word) <= _LONGEST_PARTED else _parts)(word)
            texts[at : at + 1], cues[at : at + 1] = tokens, its_cues
            places[at : at + 1] = [places[at] + step for step in steps]
        return PlaceWords(self.text, (texts, cues, places))

    def start(self, at: int) -> int:
        """Where word `at` begins in the folded text."""
        return self._places[at] >> LANE & MASK

    def end(self, at: int) -> int:
        return self.start(at) + len(self.texts[at])

    def clause(self, at: int) -> int:
        """A number that words of the same clause share, and later clauses have a larger one."""
        return self._places[at] & MASK

    def first_from(self, place: int) -> int:
        """The first word that begins at this place of the folded text, or after it."""
        low, high = 0, len(self.texts)
        while low < high:
            middle = (low + high) // 2
            if self.start(middle) < place:
                low = middle + 1
            else:
                high = middle
        return low

    def count_of(self, tongue: int) -> int:
        """How many words count as this sort of language.py."""
        return self._sums >> (_TONGUES_AT + tongue) * LANE & MASK

    def has_long_numbers(self) -> bool:
        """Whether a number of three digits or more is among the words."""
        return self._sums & _LONG_NUMBERS > 0


class _Pieces(dict[str, tuple[_Item, ...]]):
    """Piece to what is known of it; filled as pieces are met, emptied when it is full."""

    def __missing__(self, piece: str) -> tuple[_Item, ...]:
        core = piece.rstrip(_ENDINGS)
        if len(core) > _MOST_DIGITS and core.isdigit():
            return ((core, core, *_of_number(len(core), piece[len(core) :])),)
        items = tuple(_items_of_word(core, piece[len(core) :]) if _WORD.fullmatch(core) else _items(piece))
        if len(piece) <= _LONGEST_KEPT and sum(map(str.isdigit, piece)) <= _MOST_DIGITS:
            if len(self) >= _KEPT:
                self.clear()
            self[piece] = items
        return items


@lru_cache(maxsize=1000)
def _of_number(length: int, rest: str) -> tuple[str, int, int]:
    """The shape of a number of so many digits with nothing but `rest` after it, its cue, and how far both take the reader."""
    return intern(shape("0" * length)), 0, PLACE * length + _LONG_NUMBER + _rest(rest)


def _items_of_word(word: str, rest: str) -> list[_Item]:
    """One plain word and what stands after it, as most pieces are."""
    name = vocabulary().name(word)
    item = (word, name, intern(shape(name)), CUES.get(word, 0), _step(word, name) + _rest(rest))
    return [("", "", "", 0, _CLAUSE), item] if is_turn(word) else [item]


def _items(piece: str) -> list[_Item]:
    """The words of a piece, and what stands between them where it is more than a blank."""
    words = tokenise(piece)
    known = vocabulary()
    items: list[_Item] = []
    at = clause = 0
    for text, start, end, number in zip(words.texts, words.starts, words.ends, words.clauses, strict=True):
        turns = number > clause if items else is_turn(text) or ends_clause(" " + piece[:start])
        if turns or start > at:
            gap = piece[at:start]
            items.append(("", "", "", 0, gap_step(gap) + _CLAUSE * turns + _BETWEEN * len(gap)))
        name = known.name(text)
        is_one = tokens_of(text) == [text]
        cue = CUES.get(text, 0) if is_one else _PARTED
        items.append((text, name, intern(shape(name)), cue, _step(text, name) + _OTHER * (not is_one)))
        at, clause = end, number
    if not items:
        step = ending_step(piece) + _CLAUSE * ends_clause(f" {piece} ") + _BETWEEN * (len(piece) + 1)
        return [("", "", "", 0, step)]
    text, name, kind, cue, step = items[-1]
    items[-1] = (text, name, kind, cue, step + _rest(piece[at:]))
    return items


def _parts(word: str) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
    """The tokens of a word for who looks for places, their cues, and how far into the word each begins."""
    starts: list[int] = []
    tokens = tokens_of(word)
    for token in tokens:
        starts.append(word.index(token, starts[-1] + 1 if starts else 0))
    return tuple(tokens), tuple(CUES.get(token, 0) for token in tokens), tuple(PLACE * at for at in starts)


_kept_parts = lru_cache(maxsize=10_000)(_parts)


@lru_cache(maxsize=1000)
def _rest(gap: str) -> int:
    """How far what stands in a piece after its last word takes the reader."""
    return ending_step(gap) + _CLAUSE * ends_clause(gap + " ") + _BETWEEN * len(gap)


def _step(text: str, name: str) -> int:
    step = PLACE * len(text)
    for tongue in tongues_of(text):
        step += _TONGUES[tongue]
    return step + _LONG_NUMBER if len(name) > 2 and name.isdigit() else step


_PIECES = _Pieces()
