"""Words of a folded text with their places, and the spelling key under which variants of a word meet, in either script."""

import re
import tomllib
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

from districts.folding import fold

WORD = r"[a-z0-9]+(?:'[a-z]+)?|[\u0900-\u0963\u0971-\u097f]+|[\U0001f300-\U0001faff]"
_WORDS = re.compile(f"({WORD})")
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
        "however",
        "वरना",
        "लेकिन",
        "मगर",
        "अब",
        "बस",
        "सिर्फ",
        "केवल",
        "क्योंकि",
        "परंतु",
    ]
)
LONGEST_GAP = 39  # more between two words parts them
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
)
_TWICE = re.compile(r"(.)\1+")
_NASAL_BEFORE_LIP = re.compile("ं(?=[पफबभम])")
# The sounds of Devanagari in the letters that a Latin spelling is reduced to.
_SOUNDS = str.maketrans(
    {
        **dict(zip("कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहळञ", "kkggCCjjttddnttddnpfbbmirlvssshln", strict=True)),
        **dict(zip("िीइईेैएै", "iiiiiiii", strict=True)),
        **dict(zip("ुूउऊोौओऔ", "uuuuuuuu", strict=True)),
        **dict.fromkeys("ाः्", None),
        "अ": "a", "आ": "a", "ं": "n", "ृ": "ri", "ऋ": "ri",
    }
)  # fmt: skip
_PLAIN_DEVANAGARI = str.maketrans(
    {
        "ी": "ि", "ू": "ु", "ई": "इ", "ऊ": "उ", "ै": "े", "ौ": "ो", "ऐ": "ए", "औ": "ओ", "ण": "न", "श": "स", "ष": "स",
        "ं": None, "ः": None, "\u094d": None, "ओ": "आ",
    }
)  # fmt: skip
_key_cache: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a folded text, as four lists of one length: word, start, end (in the folded text), number of its clause."""

    texts: list[str]
    starts: list[int]
    ends: list[int]
    clauses: list[int]


def tokenise(folded: str) -> Words:
    """The words of a folded text in order; a clause ends at a stop, a line's end, a bullet or a turning word (but, ab, अब)."""
    # what stands before a word, the word, and so on; what stands after the last
    pieces = _WORDS.split(folded)
    texts = pieces[1::2]
    if not texts:
        return Words([], [], [], [])
    places = list(accumulate(map(len, pieces)))
    turns = [
        is_turn(word) or ends_clause(gap) or len(gap) > LONGEST_GAP
        for gap, word in zip(pieces[::2], texts, strict=False)
    ]
    turns[0] = False
    return Words(texts, places[:-1:2], places[1::2], list(accumulate(turns)))


def is_turn(word: str) -> bool:
    """Whether a new clause begins with this word."""
    return word in _TURN


def ends_clause(gap: str) -> bool:
    """Whether what stands between two words ends a clause by its signs."""
    return _BREAK.search(gap) is not None


def _normal_forms() -> dict[str, str]:
    """Spelling -> the one form of a common word, from `spellings.toml`, whose words are folded as texts are."""
    table = tomllib.loads((Path(__file__).parent / "spellings.toml").read_text(encoding="utf-8"))
    return {
        fold(spelling).text: form
        for forms in table.values()
        for form, spellings in forms.items()
        for spelling in (form, *spellings.split())
    }


_NORMAL = _normal_forms()


def spelling_key(word: str) -> str:
    """The same for spellings that people take for one word (`zarurat`, `jaroorat`, `जरूरत`); a short word is its own key."""
    key = _key_cache.get(word)
    if key is None:
        key = _make_key(word)
        if len(_key_cache) < _CACHE_LIMIT:
            _key_cache[word] = key
    return key


def sound(word: str) -> str:
    """The consonants and closed vowels of a word of either script; a word of other signs as it is."""
    if "\u0900" <= word[0] <= "\u097f":
        return _TWICE.sub(r"\1", _NASAL_BEFORE_LIP.sub("म", word).translate(_SOUNDS))
    key = word.replace("'", "").replace("ee", "i").replace("oo", "u")
    for pattern, replacement in _LATIN_STEPS:
        key = pattern.sub(replacement, key)
    return _TWICE.sub(r"\1", key)


def _make_key(word: str) -> str:
    normal = _NORMAL.get(word)
    if normal is not None:
        return normal
    if len(word) > 40 or any(c.isdigit() for c in word):
        return word.replace("'", "")
    is_devanagari = word[0] >= "\u0900" and word[0] <= "\u097f"
    if not is_devanagari and len(word) < 4:
        return word.replace("'", "")
    key = sound(word)
    if len(key) >= 4 or (len(key) == 3 and len(word) >= (5 if is_devanagari else 6)):
        return "~" + key
    if is_devanagari:
        plain = word.translate(_PLAIN_DEVANAGARI)
        return plain if len(plain) >= 3 else word
    return word.replace("'", "")


def shape(name: str) -> str:
    """A word as the model sees it: numbers lose their value, so that no person's number is learnt."""
    first = name[0]
    if first in "0123456789":
        if name.isdigit():
            length = len(name)
            if length == 2:
                return "#lo" if "40" <= name <= "90" else "#2"
            return "#" + str(min(length, 10))
        if any(a.isdigit() and b.isdigit() for a, b in pairwise(name)):
            return "#mixed"
    return name
