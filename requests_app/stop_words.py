"""Tells whether a post says "stop" or "start" and nothing else. Pure: the phrases are in stop_words.toml."""

import re
import tomllib
import unicodedata
from pathlib import Path

LONGEST = 120
"""A longer text says more than one of the phrases and is not looked at."""
_NAME = re.compile(r"[@＠]\w+", re.ASCII)
_APOSTROPHE = re.compile(r"['’`]")


def _words(text: str) -> tuple[str, ...]:
    """Return the words without names and signs. Devanagari's vowel signs are marks: they belong to their words."""
    bare = _APOSTROPHE.sub("", _NAME.sub(" ", unicodedata.normalize("NFC", text).casefold()))
    kept = [sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in bare]
    return tuple("".join(kept).split())


def _load() -> tuple[frozenset[tuple[str, ...]], frozenset[tuple[str, ...]], frozenset[str]]:
    with (Path(__file__).parent / "stop_words.toml").open("rb") as file:
        entries = tomllib.load(file)
    stop, start = (frozenset(map(_words, entries[name])) for name in ("stop", "start"))
    return stop, start, frozenset(word for entry in entries["courtesies"] for word in _words(entry))


STOP, START, COURTESIES = _load()


def said_in(text: str) -> str:
    """Return "stop" or "start" when the text says just that, else an empty string."""
    if len(text) > LONGEST:
        return ""
    words = _words(text)
    bare = tuple(word for word in words if word not in COURTESIES)
    if words in STOP or bare in STOP:
        return "stop"
    return "start" if words in START or bare in START else ""
