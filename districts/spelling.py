"""Which spellings are one name: a conservative key for how a name sounds, in Latin letters and in Devanagari.

Both take folded text (see folding.py). The key is for looking up, never for showing.
"""

import re

_LATIN = [
    (re.compile(pattern), by)
    for pattern, by in (
        (r"(?:gadh|garhh?|grh|gdh|gad|gharh|ghar)$", "gar"),
        (r"(?:wada|vada|wara|vara|bada)$", "vara"),
        (r"(?:khera|kheda)$", "kera"),
        (r"(?:poor|pore|puur)$", "pur"),
        (r"chh", "c"),
        (r"ch", "c"),
        (r"ph", "f"),
        (r"sh", "s"),
        (r"ck|q", "k"),
        (r"w", "v"),
        (r"z", "j"),
        (r"ee|ie|y(?=[^aeiou]|$)", "i"),
        (r"oo|ou", "u"),
        (r"ai|ay|ae", "e"),
        (r"au|aw", "o"),
        (r"(?<=[bdgjkt])h", ""),
        (r"(.)\1+", r"\1"),
        (r"n$", ""),
    )
]
_DEVANAGARI = str.maketrans("ीूईऊौैऔऐशषण", "िुइउोेओएससन", "\u0902\u094d")


def sound_of(name: str) -> str:
    """The key of a name: equal for `Bikaner` and `Beekaner`, `भीलवाड़ा` and `भिलवाडा`."""
    if name[:1] >= "\u0900":
        return name.translate(_DEVANAGARI)
    for pattern, by in _LATIN:
        name = pattern.sub(by, name)
    return name


def near_keys(name: str) -> set[str]:
    """The name, and what is left of it when one letter but the first goes: names one letter apart
    share a key."""
    return {name} | {name[:i] + name[i + 1 :] for i in range(1, len(name))}


_VOWELS = frozenset("aeiou\u093e\u093f\u0941\u0947\u094b")


def has_same_consonants(one: str, other: str) -> bool:
    """Whether two names differ in their vowels at most: `Makrna`, `Makrana`."""
    return [c for c in one if c not in _VOWELS] == [c for c in other if c not in _VOWELS]


def is_one_edit_apart(one: str, other: str) -> bool:
    """At most one letter inside lost or added, two neighbours swapped, or one vowel for another.

    A consonant for another makes a different name (`Chirawa`, `Chilawa`), and so does a letter
    more at the end (`Jodhpur`, `Jodhpuri`).
    """
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1 or one.startswith(other) or other.startswith(one):
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    if a[1:] == b[1:]:
        return a[0] in _VOWELS and b[0] in _VOWELS
    return a[1:] == b or a == b[1:] or (len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:])
