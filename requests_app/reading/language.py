"""Which language a post is written in."""

_HINGLISH = frozenset(
    [
        "hai",
        "h",
        "hain",
        "hu",
        "hun",
        "ho",
        "ki",
        "ka",
        "ke",
        "ko",
        "me",
        "mein",
        "mai",
        "se",
        "nahi",
        "nhi",
        "ni",
        "kya",
        "koi",
        "bhi",
        "kar",
        "kr",
        "karo",
        "kare",
        "raha",
        "rahe",
        "rahi",
        "rha",
        "rhi",
        "rhe",
        "tha",
        "thi",
        "the",
        "gaya",
        "gya",
        "gyi",
        "gayi",
        "aur",
        "ya",
        "pe",
        "par",
        "mere",
        "meri",
        "mera",
        "hamare",
        "apne",
        "ye",
        "yaha",
        "waha",
        "kaha",
        "chahiye",
        "jaldi",
        "ghar",
        "bhai",
        "papa",
        "mummy",
        "madad",
        "kripya",
        "sab",
        "ab",
        "tak",
        "jo",
        "wo",
        "to",
        "na",
        "nhin",
        "mil",
        "de",
        "do",
        "diya",
        "liye",
        "kuch",
        "log",
        "bahut",
        "ji",
        "hum",
        "aap",
        "le",
        "lo",
        "wale",
        "wala",
    ]
)


DEVANAGARI, LATIN, HINDI_IN_LATIN = range(3)
_LONGEST = 24


def tongues_of(word: str) -> tuple[int, ...]:
    """As which of the three sorts a word counts."""
    if "\u0900" <= word[0] <= "\u097f":
        return (DEVANAGARI,)
    if "a" <= word[0] <= "z" and len(word) < _LONGEST:
        return (LATIN, HINDI_IN_LATIN) if word in _HINGLISH else (LATIN,)
    return ()


def language(devanagari: int, latin: int, hindi_in_latin: int) -> str:
    """`hi`, `hinglish`, `en` or `mixed`, by how many words there are of each sort."""
    is_hinglish = latin > 0 and hindi_in_latin / latin >= 0.12
    if not devanagari:
        return "hinglish" if is_hinglish else "en"
    share = devanagari / (devanagari + latin)
    if share >= 0.85:
        return "hi"
    if share >= 0.15:
        return "mixed" if latin > 2 else "hi"
    return "hinglish" if is_hinglish else "mixed"
