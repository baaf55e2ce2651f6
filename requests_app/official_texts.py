"""Makes the text with which a person takes a request to an official. Pure: the wordings are in official_texts.toml."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from requests_app.public_text import LONGEST, weighted_length
from requests_app.wordings import turn

LANGUAGES = ("hi", "en")
NOTHING_NAMED = {"en": "urgent help", "hi": "तुरंत मदद"}
WHOLE_STATE = {"en": "Rajasthan", "hi": "राजस्थान"}


@dataclass(frozen=True)
class Case:
    """What may be said of a request, in one language: needs and places by their names, never a word of a post."""

    code: str
    needs: Sequence[str]
    district: str = ""
    block: str = ""


@dataclass(frozen=True)
class Ready:
    """A text to post or to read out; `other` is the number of the next wording."""

    text: str
    other: int


def _load() -> dict[tuple[str, str], tuple[str, ...]]:
    with (Path(__file__).parent / "official_texts.toml").open("rb") as file:
        entries = tomllib.load(file)
    return {
        (kind, language): tuple(entry[language]) for kind, entry in entries.items() for language in LANGUAGES
    }


WORDINGS = _load()


def ready(case: Case, whom: str, language: str, *, taken: int = 0, wording: int | None = None) -> Ready:
    """Return the text for an official. `taken`: how often this was taken to them; `wording`: a number that was pressed."""
    wordings = WORDINGS["again" if taken else "ask", language]
    number = turn(len(wordings), case.code, taken) if wording is None else wording % len(wordings)
    district = case.district or WHOLE_STATE[language]
    text = ""
    # The longest place that fits; without its block every text does.
    for place in ([f"{case.block}, {district}"] if case.block else []) + [district]:
        text = (
            wordings[number]
            .replace("{whom}", whom)
            .replace("{needs}", ", ".join(case.needs) or NOTHING_NAMED[language])
            .replace("{place}", place)
            .replace("{code}", case.code)
        )
        if weighted_length(text) <= LONGEST:
            break
    return Ready(text, (number + 1) % len(wordings))
