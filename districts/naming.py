"""Finds the names of places in a folded text: exact spellings, hashtags, endings that stick,
spellings that sound alike.

The names are one dictionary of word sequences, looked up from each word, longest first: the time
is linear in the text.
"""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from districts.folding import fold
from districts.places import Alias, Target, aliases, districts
from districts.spelling import is_one_edit_apart, near_keys, sound_of

_TOKEN = re.compile(
    r"(?P<skip>https?://\S+|www\.\S+|[^\s@]{1,64}@[^\s@.]{1,64}\.[^\s@]{1,64}|@\w+)"
    r"|(?P<word>[a-z]+|[\u0900-\u0963\u0971-\u097f]+)"
    r"|(?P<digits>[0-9]+)"
    r"|(?P<stop>[.!?\n।|;])"
    r"|(?P<mark>[,:()/#-])"
)

# Names that are also everyday words, first names or short: believed only beside something that
# says that a place is meant.
_CAUTIOUS = frozenset(
    fold(
        "nagar pahari pahadi bari badi bali rani bhim bheem sheo shiv sam sum bap baap dig bara "
        "dosa amber andhi aandhi sahara "
        "sahada kama weir vair reni raini rashmi rasmi mandal dag dug bhadra nawa nawan sarada "
        "sarda aau au anta antah dhod "
        "amet rohat baori danta garhi gadhi sayra sabla gira gida nangal lawan beaver bondi "
        "chamu keru tunga kareda karera "
        "gudha suket modak kelwa kawai diggi geetanjali jaipuria saadat maniya thoi dooni arai "
        "begun begu payla "
        "sawar sewar vki rnt gbh nims ren sms mdm एसएमएस banar nimaj khandar baswa lawan kawat triveni "
        "gogonda chapar bagore anand thane rewa puri durg guna moga nuh bawal saket rohini anand "
        "calicut goa kaman kamaan "
        "udasar muhana bilwa jasol sendra kharwa mahi luni looni semari raj pink surat mahwa bassi "
        "बाप नगर पहाड़ी रानी शिव सम भीम बाड़ी आंधी बावड़ी बारा वैर मांडल आऊ राशमी सावर नावा धवा "
        "टोक गढ़ी अंता अन्ता डग बाली "
        "रोहट लूनी लूणी कामा लवाण गुढ़ा अराई गिड़ा सेवर सूरत केलवा निमाज मोड़क कवाई जयपुरिया "
        "निम्स डिग्गी आडेल डिग दोसा"
    ).text.split()
)
# Of these the ones that are believed with a postposition or an English preposition as well: "भीम
# में", "stuck in Bhadra".
SOFT = frozenset(
    fold(
        "bhim bheem begun begu anta luni looni surat bhadra mahwa bassi amet rohat baori danta "
        "kaman kamaan deeg karera kareda "
        "weir sawar sewar bari nims sarada gogonda suket masuda jasol sendra sambhar nawa nawan "
        "semari keru anta antah goa puri "
        "भीम बेगूं अंता लूणी लूनी सूरत भादरा रोहट सावर निमाज केलवा कवाई आमेट नावा निम्स बाली "
        "bali सेवर वैर गिड़ा सम आऊ मांडल"
    ).text.split()
)
_IGNORED = frozenset(("pink city", "raj"))  # too common in pleas to be looked for at all
_NOT_A_VARIANT = frozenset(
    fold(
        "shikar shuru churi chori sharma sharda jodha hindi hindu rajput rajasthani marwari "
        "kotak koti bikini jaipuri balaji "
        "balance shahrukh medical hospital ramdev sanjay vijay ajmera kumar kumari kumawat "
        "masood rahat rohit patience "
        "contact number urgent family "
        "oxygen injection please patient mandir sardar sarkar "
        "bhandar kishan gopal mohan "
        "राहत रोहित सहारा शुरू शिकार रश्मि बांदी मरीज सरकार सीकर"
    ).text.split()
)
_AFFIXES = frozenset(
    [
        "sos",
        "help",
        "helps",
        "needs",
        "need",
        "oxygen",
        "beds",
        "bed",
        "covid",
        "corona",
        "fights",
        "fight",
        "district",
        "city",
        "rajasthan",
        "raj",
        "news",
        "updates",
        "update",
        "police",
        "collector",
        "emergency",
        "hospital",
        "plasma",
        "blood",
        "food",
        "cares",
        "wale",
        "walo",
        "wala",
        "me",
        "mein",
        "se",
        "ke",
        "ki",
        "ka",
        "ko",
        "ne",
        "icu",
        "relief",
        "lockdown",
        "wasi",
        "vasi",
        "vaasi",
        "dist",
        "cmho",
        "covidhelp",
        "covidsos",
        "oxygensos",
        "save",
        "resources",
        "fightscorona",
        "fightscovid",
        "sahayata",
        "madad",
    ]
) | frozenset(
    fold("मदद में से के का की को वासी वासियों वाले वालों कोविड कोरोना ऑक्सीजन सहायता जिला शहर हेल्प एसओएस").text.split()
)
_SPLIT_ENDINGS = ("garh", "nagar", "pur", "wara", "mandi", "ganj", "गढ", "नगर", "पुर", "मंडी", "गंज", "वाडा")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, number or mark of the folded text. `kind` is word, digits, stop (ends a clause) or mark."""

    text: str
    start: int
    end: int
    kind: str
    is_tag: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found: words[first:last], what it may stand for, and how surely (`quality`, 0 to 1)
    it is that name."""

    first: int
    last: int
    kind: str
    targets: tuple[Target, ...]
    quality: float
    is_cautious: bool
    is_tag: bool


@dataclass(frozen=True, slots=True)
class _Names:
    exact: dict[str, Alias]
    longest: dict[str, int]
    sounds: dict[str, Alias | None]
    near: dict[str, tuple[str, ...]]


def words_of(text: str) -> list[Word]:
    """The words of a folded text in order; links, addresses and @handles are left out."""
    words: list[Word] = []
    tag_end = -1
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        start, end = found.span()
        if kind == "skip":
            continue
        value = found.group()
        if value == "#":
            tag_end = end
            continue
        is_tag = start == tag_end or (tag_end == start - 1 and text[start - 1] == "_")
        if is_tag:
            tag_end = end
        words.append(Word(value, start, end, kind, is_tag))
    return words


def _spelled(name: str) -> str:
    return " ".join(word.text for word in words_of(fold(name).text) if word.kind in ("word", "digits"))


def _splits(name: str) -> list[str]:
    return [
        f"{name[: -len(ending)]} {ending}"
        for ending in _SPLIT_ENDINGS
        if name.endswith(ending) and len(name) - len(ending) >= 4 and " " not in name
    ]


@cache
def _names() -> _Names:
    exact: dict[str, Alias] = {}
    old = {district.name for district in districts() if not (set(district.parents) - {district.name})}
    shared_first = list(aliases())
    # An old district's own name means the district, though a block may be called the same.
    shared_first.sort(key=lambda a: not (a.kind == "district" and a.targets[0].district in old))
    for alias in shared_first:
        spelled = _spelled(alias.name)
        if spelled and spelled not in _IGNORED:
            exact.setdefault(spelled, alias)
    for spelled, alias in list(exact.items()):
        if " " in spelled and alias.kind != "hospital":
            joined = spelled.replace(" ", "")
            if len(joined) >= 6:
                exact.setdefault(joined, alias)
        for split in _splits(spelled):
            exact.setdefault(split, alias)
    longest: dict[str, int] = {}
    sounds: dict[str, Alias | None] = {}
    near: dict[str, list[str]] = {}
    for spelled, alias in exact.items():
        parts = spelled.split(" ")
        longest[parts[0]] = max(longest.get(parts[0], 0), len(parts))
        if len(parts) > 1 or len(spelled) < 5 or spelled in _CAUTIOUS or alias.kind == "hospital":
            continue
        key = sound_of(spelled)
        if len(key) < (4 if key[0] >= "\u0900" else 5):
            continue
        known = sounds.setdefault(key, alias)
        if known is not None and known.targets != alias.targets:
            sounds[key] = None
    for key, known in sounds.items():
        if known is not None and known.kind != "shared" and len(key) >= 6:
            for short in near_keys(key):
                near.setdefault(short, []).append(key)
    return _Names(exact, longest, sounds, {short: tuple(keys) for short, keys in near.items()})


@lru_cache(maxsize=20_000)
def _fuzzy(token: str) -> tuple[Alias, float] | None:
    """The one name that a word of five letters or more sounds like, or is one letter away from,
    with how surely."""
    if not 5 <= len(token) <= 24 or token in _NOT_A_VARIANT:
        return None
    names = _names()
    key = sound_of(token)
    if len(key) >= (4 if key[:1] >= "\u0900" else 5):
        alias = names.sounds.get(key)
        if alias is not None:
            return alias, 0.92
    if len(token) < 7 or len(key) < 6:
        return None
    found: Alias | None = None
    for short in near_keys(key):
        for other in names.near.get(short, ()):
            alias = names.sounds[other]
            if alias is None or other[0] != key[0] or not is_one_edit_apart(key, other):
                continue
            if found is not None and found.targets != alias.targets:
                return None
            found = alias
    return (found, 0.82) if found is not None else None


def _without_affix(token: str, is_tag: bool) -> Alias | None:
    """The name in a compound hashtag, or before an ending that was typed without a space."""
    exact = _names().exact
    shortest = 4 if is_tag else 6
    if token[:1] >= "\u0900":
        shortest = 4
    if len(token) > 40:
        return None
    for at in range(len(token) - 2, shortest - 1, -1):
        if token[at:] in _AFFIXES and token[:at] in exact and token[:at] not in _CAUTIOUS:
            return exact[token[:at]]
    if is_tag:
        for at in range(2, len(token) - 3):
            if token[:at] in _AFFIXES and token[at:] in exact and token[at:] not in _CAUTIOUS:
                return exact[token[at:]]
    return None


def mentions_of(words: list[Word]) -> list[Mention]:
    """The names in the words, in order, none overlapping another. Words here are without marks and stops."""
    names = _names()
    exact, longest = names.exact, names.longest
    found: list[Mention] = []
    at = 0
    while at < len(words):
        word = words[at]
        token = word.text
        taken = 0
        length = longest.get(token, 0)
        if length:
            for size in range(min(length, len(words) - at), 0, -1):
                spelled = token if size == 1 else " ".join(w.text for w in words[at : at + size])
                alias = exact.get(spelled)
                if alias is not None:
                    cautious = size == 1 and spelled in _CAUTIOUS
                    quality = 0.55 if alias.is_common else 0.78 if alias.is_rarely_outside else 1.0
                    found.append(
                        Mention(at, at + size, alias.kind, alias.targets, quality, cautious, word.is_tag)
                    )
                    taken = size
                    break
        if not taken and word.kind == "word" and len(token) >= 5:
            stripped = _without_affix(token, word.is_tag)
            guess = (stripped, 0.97) if stripped is not None else _fuzzy(token)
            if guess is not None:
                alias, quality = guess
                quality = min(quality, 0.78) if alias.is_rarely_outside else quality
                found.append(Mention(at, at + 1, alias.kind, alias.targets, quality, False, word.is_tag))
                taken = 1
        at += taken or 1
    return found


def resolved(mention: Mention, target: Target) -> Mention:
    """The same mention, settled on one of its targets."""
    return replace(mention, targets=(target,), is_cautious=False)
