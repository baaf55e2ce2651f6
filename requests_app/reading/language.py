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


def language(words: list[str]) -> str:
    """`hi`, `hinglish`, `en` or `mixed`, by the share of words of each kind."""
    devanagari = latin = 0
    for word in words:
        if "\u0900" <= word[0] <= "\u097f":
            devanagari += 1
        elif "a" <= word[0] <= "z" and len(word) < 24:
            latin += 1
    if not devanagari:
        return "hinglish" if latin and _share_of_hindi(words, latin) >= 0.12 else "en"
    share = devanagari / (devanagari + latin)
    if share >= 0.85:
        return "hi"
    if share >= 0.15:
        return "mixed" if latin > 2 else "hi"
    return "hinglish" if latin and _share_of_hindi(words, latin) >= 0.12 else "mixed"


def _share_of_hindi(words: list[str], latin: int) -> float:
    return sum(map(_HINGLISH.__contains__, words)) / latin
