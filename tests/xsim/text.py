"""What X does to the text of a post: weighted length, t.co links, entities, escapes and the two cuts."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

MAX_WEIGHT = 280
RETWEET_CUT = 140
URL_WEIGHT = 23
# Indian vowel signs and joiners are no \w, yet belong to a hashtag.
_TAG = r"[\w\u0900-\u0dff\u200c\u200d]"
MENTION = re.compile(r"(?<![\w@/])[@＠]([A-Za-z0-9_]{1,15})(?![\w@]|://)", re.ASCII)
URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
HASHTAG = re.compile(rf"(?<![\w&#/])[#＃]({_TAG}*[^\W\d_]{_TAG}*)")
CASHTAG = re.compile(r"(?<![\w$])\$([A-Za-z]{1,6})(?![\w$])")
_EMOJI = re.compile(
    r"[\U0001F1E6-\U0001F1FF]{2}|[0-9#*]\ufe0f?\u20e3"
    r"|[\u2600-\u27bf\U0001F000-\U0001FAFF]\ufe0f?[\U0001F3FB-\U0001F3FF]?"
    r"(?:\u200d[\u2600-\u27bf\U0001F000-\U0001FAFF]\ufe0f?[\U0001F3FB-\U0001F3FF]?)*"
)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def weighted_length(text: str) -> int:
    """The length that X counts, in units of which a post may have 280: URL 23, emoji 2, CJK 2, else 1."""
    text = unicodedata.normalize("NFC", text)
    text, urls = URL.subn("", text)
    text, emoji = _EMOJI.subn("", text)
    light = sum(1 for c in text if any(low <= ord(c) <= high for low, high in _LIGHT))
    return urls * URL_WEIGHT + emoji * 2 + light + 2 * (len(text) - light)


def short_url(url: str) -> str:
    """The t.co link of a URL: the same for the same URL."""
    if url.startswith("https://t.co/"):
        return url
    return "https://t.co/" + hashlib.sha1(url.encode()).hexdigest()[:10]


def shorten(text: str) -> tuple[str, dict[str, str]]:
    """The text with each URL as t.co link, and {short: long}."""
    links: dict[str, str] = {}

    def swap(match: re.Match[str]) -> str:
        short = short_url(match.group())
        links[short] = match.group()
        return short

    return URL.sub(swap, text), links


def mentioned_names(text: str) -> list[str]:
    """User names mentioned in a text, in order, each once, as written."""
    seen: dict[str, str] = {}
    for match in MENTION.finditer(text):
        seen.setdefault(match.group(1).lower(), match.group(1))
    return list(seen.values())


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut_long(text: str, permalink: str) -> str:
    """What stands in `text` of a long post: its beginning, an ellipsis and a link, 280 weighted in all."""
    room = MAX_WEIGHT - URL_WEIGHT - 3  # the ellipsis weighs 2, the blank 1
    end = min(len(text), room)
    while weighted_length(text[:end]) > room:
        end -= 1
    return f"{text[:end].rstrip()}… {short_url(permalink)}"


def retweet_text(username: str, original: str) -> str:
    """`RT @user: ...`, cut at 140 code points, the last of them an ellipsis."""
    text = f"RT @{username}: {original}"
    return text if len(text) <= RETWEET_CUT else text[: RETWEET_CUT - 1] + "…"


def entities(text: str, ids: dict[str, int], links: dict[str, str]) -> dict[str, Any]:
    """The entities of an escaped text; offsets in code points, end exclusive; ids: lower name -> id."""
    found: dict[str, Any] = {}
    mentions = [
        {"start": m.start(), "end": m.end(), "username": m.group(1), "id": str(ids[m.group(1).lower()])}
        for m in MENTION.finditer(text)
        if m.group(1).lower() in ids
    ]
    if mentions:
        found["mentions"] = mentions
    for key, pattern in (("hashtags", HASHTAG), ("cashtags", CASHTAG)):
        tags = [{"start": m.start(), "end": m.end(), "tag": m.group(1)} for m in pattern.finditer(text)]
        if tags:
            found[key] = tags
    urls = []
    for m in URL.finditer(text):
        long = links.get(m.group(), m.group())
        shown = re.sub(r"^https?://(www\.)?", "", long)
        urls.append(
            {
                "start": m.start(),
                "end": m.end(),
                "url": m.group(),
                "expanded_url": long,
                "display_url": shown[:27],
            }
        )
    if urls:
        found["urls"] = urls
    return found
