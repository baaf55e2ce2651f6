"""What may stand in a text that goes out on X: its length as X counts it, no number and no link. Pure."""

import re
import unicodedata

from requests_app.reading.masking import mask

LONGEST = 280
URL_WEIGHT = 23
# X counts these code points as one and all others as two (twitter-text configuration v3).
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_PICTURE = "[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    f"|{_PICTURE}(?:\u200d{_PICTURE})*"
    "|[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u25fe\u2934\u2935\u3030\u303d\u3297\u3299]\ufe0f"
)
_WEB = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
# Without a scheme too, X makes a link of what looks like a host name.
_HOST = re.compile(
    r"(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|in|org|net|gov|edu|info|co|io|me|ly|app|xyz|link|site|online|page|gl|be)\b",
    re.IGNORECASE,
)


def weighted_length(text: str) -> int:
    """Return the length as X counts it: 280 at most; a link 23, an emoji or a CJK letter 2, else 1."""
    text = unicodedata.normalize("NFC", text)
    text, links = _WEB.subn("", text)
    text, emoji = _EMOJI.subn("", text)
    heavy = sum(not any(low <= ord(character) <= high for low, high in LIGHT) for character in text)
    return URL_WEIGHT * links + 2 * emoji + len(text) + heavy


def trouble_in(text: str, code: str) -> str:
    """Return why this text about a request may not go out, as a slug; empty when it may."""
    if not re.search(rf"(?<!\w){re.escape(code)}(?!\w)", text):
        return "no_code"
    if weighted_length(text) > LONGEST:
        return "too_long"
    if _WEB.search(text) or _HOST.search(text):
        return "link"
    # The code may be all digits: it is no number to dial.
    rest = text.replace(code, " code ")
    return "phone_number" if mask(rest) != rest else ""
