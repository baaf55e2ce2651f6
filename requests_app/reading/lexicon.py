"""What is known of each word that texts are made of, looked up once for all rules.

A text is cut at its blanks, and what is known of each piece ("(bed,") is kept for the pieces met lately, so that a text costs
one look-up a piece. Pieces with long numbers are not kept: they hardly come again, and they are somebody's.
"""

from functools import lru_cache
from itertools import accumulate, chain, compress
from sys import intern

from .language import DEVANAGARI, HINDI_IN_LATIN, LATIN, tongues_of
from .tokens import LONGEST_GAP, ends_clause, is_turn, shape, tokenise
from .vocabulary import vocabulary

# One number tells how far a piece takes the reader, in lanes, so that one running sum over a text counts all of it at once.
_LANE = 20
_MASK = (1 << _LANE) - 1
_CLAUSE, _PLACE, _LONG_NUMBER, _BETWEEN = (1 << lane * _LANE for lane in range(4))
_LONG_NUMBERS, _BETWEENS = _MASK * _LONG_NUMBER, _MASK * _BETWEEN
_TONGUES_AT = 4
_TONGUES = {tongue: 1 << (_TONGUES_AT + tongue) * _LANE for tongue in (DEVANAGARI, LATIN, HINDI_IN_LATIN)}
_AFTER_NUMBERS = ".,;\n"
_LONGEST_KEPT, _MOST_DIGITS, _KEPT = 32, 4, 30_000

# A word, the name under which the lists know it, its shape, how far it takes the reader; without a word what stands between.
_Item = tuple[str, str, str, int]


class Line:
    """The words of a folded text as columns of one length: as written, the name under which the lists know each, its shape
    for the model. Where they stand, and how many there are of each sort, is counted together and asked for by methods."""

    __slots__ = ("_places", "_sums", "names", "shapes", "texts")

    def __init__(self, folded: str) -> None:
        pieces = folded.replace("\n", "\n ").split(" ")
        texts, names, shapes, steps = zip(*chain.from_iterable(map(_PIECES.__getitem__, pieces)), strict=True)
        *places, self._sums = accumulate(steps, initial=0)
        if "" in texts:
            self.names = list(compress(names, texts))
            self.shapes = list(compress(shapes, texts))
            self._places = list(compress(places, texts))
            self.texts = list(filter(None, texts))
        else:
            self.texts, self.names, self.shapes, self._places = list(texts), list(names), list(shapes), places
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

    def start(self, at: int) -> int:
        """Where word `at` begins in the folded text."""
        return self._places[at] >> _LANE & _MASK

    def end(self, at: int) -> int:
        return self.start(at) + len(self.texts[at])

    def clause(self, at: int) -> int:
        """A number that words of the same clause share, and later clauses have a larger one."""
        return self._places[at] & _MASK

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
        return self._sums >> (_TONGUES_AT + tongue) * _LANE & _MASK

    def has_long_numbers(self) -> bool:
        """Whether a number of three digits or more is among the words."""
        return self._sums & _LONG_NUMBERS > 0


class _Pieces(dict[str, tuple[_Item, ...]]):
    """Piece to what is known of it; filled as pieces are met, emptied when it is full."""

    def __missing__(self, piece: str) -> tuple[_Item, ...]:
        number = piece.rstrip(_AFTER_NUMBERS)
        if len(number) > _MOST_DIGITS and number.isdigit():
            return ((number, number, *_of_number(len(number), piece[len(number) :])),)
        items = tuple(_items(piece))
        if len(piece) <= _LONGEST_KEPT and sum(map(str.isdigit, piece)) <= _MOST_DIGITS:
            if len(self) >= _KEPT:
                self.clear()
            self[piece] = items
        return items


@lru_cache(maxsize=1000)
def _of_number(length: int, rest: str) -> tuple[str, int]:
    """The shape of a number of so many digits with nothing but `rest` after it, and how far both take the reader."""
    return intern(shape("0" * length)), _PLACE * length + _LONG_NUMBER + _rest("0" * length + rest, length)


def _items(piece: str) -> list[_Item]:
    """The words of a piece, and what stands between them where it is more than a blank."""
    words = tokenise(piece)
    known = vocabulary()
    items: list[_Item] = []
    at = clause = 0
    for text, start, end, number in zip(words.texts, words.starts, words.ends, words.clauses, strict=True):
        turns = number > clause if items else is_turn(text) or ends_clause(" " + piece[:start])
        if turns or start > at:
            items.append(_between(start - at, turns))
        name = known.name(text)
        items.append((text, name, intern(shape(name)), _step(text, name)))
        at, clause = end, number
    if not words.texts:
        return [_between(_length(piece), ends_clause(f" {piece} "))]
    text, name, kind, step = items[-1]
    items[-1] = (text, name, kind, step + _rest(piece, at))
    return items


def _length(piece: str) -> int:
    """With the blank that stood after it; a line's end is in the piece itself."""
    return len(piece) if piece.endswith("\n") else len(piece) + 1


def _rest(piece: str, at: int) -> int:
    """How far what stands in a piece after its last word, which ends at `at`, takes the reader."""
    rest = _length(piece) - at
    return _PLACE * rest + _CLAUSE * ends_clause(piece[at:] + " ") + _BETWEEN * max(rest - 1, 0)


def _between(length: int, turns: bool) -> _Item:
    return "", "", "", _PLACE * length + _CLAUSE * turns + _BETWEEN * length


def _step(text: str, name: str) -> int:
    step = _PLACE * len(text) + sum(_TONGUES[tongue] for tongue in tongues_of(text))
    return step + _LONG_NUMBER * (len(name) > 2 and name.isdigit())


_PIECES = _Pieces()
