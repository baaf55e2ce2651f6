"""Makes the two words by which a family knows that a caller is really a volunteer of ours."""

import tomllib
from pathlib import Path

from requests_app.sealing import keyed_hash

with (Path(__file__).parent / "code_words.toml").open("rb") as _file:
    WORDS: list[tuple[str, str]] = [(latin, hindi) for latin, hindi in tomllib.load(_file)["words"]]


def code_phrase(code: str) -> str:
    """Return two different words for a request's code, as "neem sitara (नीम सितारा)".

    Keyed, as the code stands in public replies on X: who reads it there cannot make the phrase of it. The family hears
    it at the phone desk or reads it by the status link.
    """
    number = int(keyed_hash(f"code phrase {code}"), 16)
    first = number % len(WORDS)
    second = (first + 1 + number // len(WORDS) % (len(WORDS) - 1)) % len(WORDS)
    pair = WORDS[first], WORDS[second]
    return f"{pair[0][0]} {pair[1][0]} ({pair[0][1]} {pair[1][1]})"
