"""How the text of a post is folded for matching, while each place in the original stays known.

What folding does, one character at a time: lower case; digits of every script to ASCII; compatibility forms
(full-width letters, mathematical alphabets, ligatures) and accents to plain letters; curly quotes, dashes
and odd spaces to plain ones; controls and lone surrogates to a space; zero-width characters, direction
marks, variation selectors, the keycap frame and the joiners between Devanagari letters to nothing. In
Devanagari the nukta goes, chandrabindu becomes anusvara, a nasal consonant joined to a following stop
becomes anusvara (`एम्बुलेंस` = `एंबुलेंस`), and the vowels that only English words have become the Hindi
ones (`हॉस्पिटल` = `हास्पिटल`). A word list that is compared with folded text must be folded as well.
"""

import re
import unicodedata
from dataclasses import dataclass

_NUKTA = "\u093c"
_DEVANAGARI = {
    "\u0901": "\u0902",  # chandrabindu: typed or not, the same word
    "\u0929": "\u0928",
    "\u0931": "\u0930",
    "\u0934": "\u0933",
    "\u0945": "\u0947",  # candra e
    "\u0949": "\u093e",  # candra o: डॉक्टर, डाक्टर
    "\u090d": "\u090f",
    "\u0911": "\u0906",
    "\u0972": "\u0905",
    "\u0919": "\u0921",  # ङ is typed for ड़: बाङमेर
    "\u0970": ".",
}
_PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63", "-"),
    **dict.fromkeys("\u2028\u2029\x85", "\n"),
    **dict.fromkeys("\u115f\u1160\u3164\uffa0", ""),  # letters without ink
    "\n": "\n",
    "\u2044": "/",
    "\u2800": " ",
}
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f\U000e0100-\U000e01ef]"
)
# Letters in black or blue boxes, as blood groups are typed with (🅰 🅱 🅾), have no compatibility
# form in Unicode.
_BOXED = {0x1F150 + i: chr(97 + i) for i in range(26)} | {0x1F170 + i: chr(97 + i) for i in range(26)}


def _fold_character(character: str) -> str:
    """What one character becomes: none, one or several."""
    known = _PLAIN.get(character)
    if known is None:
        known = _DEVANAGARI.get(character)
    if known is not None:
        return known
    code = ord(character)
    if code in _BOXED:
        return _BOXED[code]
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in ("Cc", "Cs", "Co") or category[0] == "Z":
        return " "
    if category == "Cf" or character == _NUKTA or _MARKS.match(character):
        return ""
    if code < 0x80:
        return character.lower()
    if 0xAC00 <= code <= 0xD7A3:
        return character
    plain = unicodedata.normalize("NFKD", character).lower()
    plain = _MARKS.sub("", plain).replace(_NUKTA, "").replace("\u2044", "/")
    plain = unicodedata.normalize("NFC", plain)
    return plain if len(plain) <= 4 else character


class _FoldingTable(dict[int, str]):
    """For str.translate: filled as characters are met; only what changes, or is common, is kept,
    so that its size is bounded."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if code < 0x3000 or folded != chr(code):
            self[code] = folded
        return folded


_TABLE = _FoldingTable({code: _fold_character(chr(code)) for code in (*range(0x80), *range(0x900, 0x980))})

# What changes of the characters of which one gives one (ASCII, Devanagari but the nukta, dashes, quotes and
# pictures), but for upper case; few texts have any.
_CHANGING = re.compile(
    "["
    + "".join(
        chr(code)
        for code in (*range(0x80), *range(0x901, 0x980), *range(0x2013, 0x2020))
        if code not in (0x93C, 0x2016, 0x2017) and _fold_character(chr(code)) != chr(code).lower()
    )
    + "]"
)
# A stretch that may change its length: a nasal consonant joined to a stop or to a sibilant, or any
# characters beyond those. It starts with one class of characters, so that the search looks for these.
_STRETCH = re.compile(
    "[^\x00-\x7f\u0900-\u0918\u091a-\u091d\u091f-\u0922\u0924-\u0927\u0929-\u092d\u092f-\u093b\u093d-\u097f"
    "\u2013-\u2015\u2018-\u201f\U0001f300-\U0001faff]"
    "(?:(?<=[ङञणनम])\u094d[\u200c\u200d]*(?=[क-घच-झट-ढत-धप-भशस\u0958-\u095e])|(?<![ङञणनम])"
    "[^\x00-\x7f\u0900-\u093b\u093d-\u097f\u2013-\u2015\u2018-\u201f\U0001f300-\U0001faff]*)"
)
_ANUSVARA = "\u0902"


@dataclass(slots=True)
class Folded:
    """A text as written (`raw`) and as it is matched (`text`).

    `offsets[i]` is where the character `text[i]` came from in `raw`, with len(raw) as one entry
    more; None where both have
    the same length, character by character.
    """

    raw: str
    text: str
    offsets: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] stands in `raw`, as (start, end); marks that folding dropped after
        a letter belong to it."""
        if self.offsets is None:
            return start, end
        raw_start = self.offsets[start]
        if end <= start:
            return raw_start, raw_start
        return raw_start, max(self.offsets[end], self.offsets[end - 1] + 1)


def fold(raw: str) -> Folded:
    """The folded text of `raw`, any string at all; nothing is raised, the time is linear in the length."""
    if raw.isascii():
        return Folded(raw, _fold_simple(raw))
    stretches = [found.span() for found in _STRETCH.finditer(raw)]
    if not stretches:
        return Folded(raw, _fold_simple(raw))
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for start, end in stretches:
        if start > at:
            pieces.append(_fold_simple(raw[at:start]))
            offsets.extend(range(at, start))
        if raw[start] in "ङञणनम":
            pieces.append(_ANUSVARA)
            offsets.append(start)
        else:
            for position in range(start, end):
                piece = _TABLE[ord(raw[position])]
                pieces.append(piece)
                if len(piece) == 1:
                    offsets.append(position)
                elif piece:
                    offsets.extend([position] * len(piece))
        at = end
    pieces.append(_fold_simple(raw[at:]))
    offsets.extend(range(at, len(raw) + 1))
    return Folded(raw, "".join(pieces), tuple(offsets))


def _fold_simple(text: str) -> str:
    """A text without stretches folded: each character gives one."""
    folded = text.lower()
    for character in set(_CHANGING.findall(folded)):
        folded = folded.replace(character, _TABLE[ord(character)])
    return folded
