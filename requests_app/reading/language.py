"""Which language a post is written in."""

from .tokens import Token

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


def language(tokens: list[Token]) -> str:
    """`hi`, `hinglish`, `en` or `mixed`, by the share of words of each kind."""
    devanagari = latin = hindi_words = 0
    for token in tokens:
        first = token.text[0]
        if "\u0900" <= first <= "\u097f":
            devanagari += 1
        elif "a" <= first <= "z" and len(token.text) < 24:
            latin += 1
            hindi_words += token.text in _HINGLISH
    if not devanagari:
        return "hinglish" if latin and hindi_words / latin >= 0.12 else "en"
    share = devanagari / (devanagari + latin)
    if share >= 0.85:
        return "hi"
    if share >= 0.15:
        return "mixed" if latin > 2 else "hi"
    return "hinglish" if latin and hindi_words / latin >= 0.12 else "mixed"
