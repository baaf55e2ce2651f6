"""The texts that a reply on X can start from. Pure: read once from reply_templates.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ReplyText:
    """One text in one language ("en" or "hi"); `key` names it in a form, e.g. "received-hi"."""

    key: str
    language: str
    title: str
    text: str

    def filled(self, code: str) -> str:
        """Return the text with the code of a request."""
        return self.text.replace("{code}", code)


def _load() -> tuple[ReplyText, ...]:
    with (Path(__file__).parent / "reply_templates.toml").open("rb") as file:
        entries = tomllib.load(file)
    return tuple(
        ReplyText(f"{slug}-{language}", language, entry[f"title_{language}"], entry[language])
        for slug, entry in entries.items()
        for language in ("hi", "en")
    )


REPLY_TEXTS = _load()


def reply_text(key: str) -> ReplyText | None:
    """Return the text with this key, or None."""
    return next((text for text in REPLY_TEXTS if text.key == key), None)
