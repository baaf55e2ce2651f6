"""Words of a folded text with their places, and the spelling key under which variants of a word meet."""

import re
from dataclasses import dataclass

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[\u0900-\u0963\u0971-\u097f]+|[\U0001f300-\U0001faff]")
_BREAK = re.compile(r"[.,;!?|\n\u0964\u0965\u2022\u2026]|[-:]\s|\s-")
_TURN = frozenset(
    [
        "but",
        "now",
        "only",
        "ab",
        "lekin",
        "magar",
        "bas",
        "sirf",
        "jabki",
        "because",
        "kyunki",
        "warna",
        "वरना",
        "लेकिन",
        "मगर",
        "अब",
        "बस",
        "सिर्फ",
        "केवल",
        "क्योंकि",
        "परंतु",
        "however",
    ]
)
_CACHE_LIMIT = 60_000

_LATIN_STEPS = (
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile("chh?"), "C"),
    (re.compile("ph"), "f"),
    (re.compile("(?<=[kgtdbsjp])h"), ""),
    (re.compile("ck|q"), "k"),
    (re.compile("x"), "ks"),
    (re.compile("c(?=[eiy])"), "s"),
    (re.compile("c"), "k"),
    (re.compile("w"), "v"),
    (re.compile("z"), "j"),
    (re.compile("g(?=[eiy])"), "j"),
    (re.compile("[ey]"), "i"),
    (re.compile("o"), "u"),
    (re.compile("(?<!^)a"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_DEVANAGARI = str.maketrans(
    {
        "ी": "ि", "ू": "ु", "ई": "इ", "ऊ": "उ", "ै": "े", "ौ": "ो", "ऐ": "ए", "औ": "ओ", "ण": "न", "श": "स", "ष": "स",
        "ं": None, "ः": None, "\u094d": None, "ओ": "आ",
    }
)  # fmt: skip
_key_cache: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: as folded, where it stands in the folded text, and the number of its clause."""

    text: str
    start: int
    end: int
    clause: int


def tokenise(folded: str) -> list[Token]:
    """The words of a folded text in order; a clause ends at a stop, a line's end, a bullet or a turning word (but, ab, अब)."""
    tokens: list[Token] = []
    clause = 0
    last = 0
    for found in WORD.finditer(folded):
        start, end = found.span()
        word = found.group()
        if start - last == 1 and folded[last] == " ":
            if word in _TURN:
                clause += 1
        elif (tokens and start > last and (start - last > 39 or _BREAK.search(folded, last, start + 1))) or (
            tokens and word in _TURN
        ):
            clause += 1
        tokens.append(Token(word, start, end, clause))
        last = end
    return tokens


def spelling_key(word: str) -> str:
    """The same for spellings that people take for one word (`zarurat`, `jaroorat`); a short word is its own key."""
    key = _key_cache.get(word)
    if key is None:
        key = _make_key(word)
        if len(_key_cache) < _CACHE_LIMIT:
            _key_cache[word] = key
    return key


def _make_key(word: str) -> str:
    if len(word) < 4 or len(word) > 40 or any(c.isdigit() for c in word):
        return word.replace("'", "")
    if word[0] >= "\u0900":
        key = word.translate(_DEVANAGARI)
        return key if len(key) >= 3 else word
    key = word.replace("'", "").replace("ee", "i").replace("oo", "u")
    for pattern, replacement in _LATIN_STEPS:
        key = pattern.sub(replacement, key)
    long_enough = len(key) >= 4 or (len(key) == 3 and len(word) >= 6)
    return "~" + key if long_enough else word.replace("'", "")
