"""The texts that a reply on X can start from. Pure: read once from reply_templates.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from requests_app.wordings import least_used


@dataclass(frozen=True)
class Wording:
    """One way to say it. `key` is kept with the reply, e.g. "received-hi-2"; `next_key` names the next wording."""

    key: str
    text: str
    next_key: str

    def filled(self, code: str) -> str:
        """Return the text with the code of a request."""
        return self.text.replace("{code}", code)


@dataclass(frozen=True)
class ReplyText:
    """One text in one language ("en" or "hi"), in several wordings; `key` names it in a form, e.g. "received-hi"."""

    key: str
    language: str
    title: str
    wordings: tuple[Wording, ...]

    def for_request(self, code: str, used: Mapping[str, int]) -> Wording:
        """Return the wording to offer; `used`: how often each was sent lately, by its key."""
        return least_used(self.wordings, used, [wording.key for wording in self.wordings], code)


def _load() -> tuple[ReplyText, ...]:
    with (Path(__file__).parent / "reply_templates.toml").open("rb") as file:
        entries = tomllib.load(file)
    return tuple(
        ReplyText(
            f"{slug}-{language}",
            language,
            entry[f"title_{language}"],
            _wordings(f"{slug}-{language}", entry[language]),
        )
        for slug, entry in entries.items()
        for language in ("hi", "en")
    )


def _wordings(key: str, texts: list[str]) -> tuple[Wording, ...]:
    count = len(texts)
    return tuple(
        Wording(f"{key}-{number}", text, f"{key}-{number % count + 1}")
        for number, text in enumerate(texts, 1)
    )


REPLY_TEXTS = _load()
WORDINGS = {wording.key: wording for text in REPLY_TEXTS for wording in text.wordings}


def chosen(key: str, code: str, used: Mapping[str, int]) -> Wording | None:
    """Return what a pressed key stands for: a wording by its own key, the one to offer by its text's key, or None."""
    if key in WORDINGS:
        return WORDINGS[key]
    text = next((text for text in REPLY_TEXTS if text.key == key), None)
    return text.for_request(code, used) if text else None
