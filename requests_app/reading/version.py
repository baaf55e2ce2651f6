"""The reader's version: changes by itself with the word lists and the model, by hand with the rules."""

import hashlib
from pathlib import Path

RULES_VERSION = "2026.12.2"
FOLDER = Path(__file__).parent


def version_of(folder: Path) -> str:
    """`RULES_VERSION` and eight digits of what the files in `folder` say: model.json, spellings.toml, vocabulary/*.toml."""
    digest = hashlib.sha256()
    for path in (
        folder / "model.json",
        folder / "spellings.toml",
        *sorted((folder / "vocabulary").glob("*.toml")),
    ):
        digest.update(path.name.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    return f"{RULES_VERSION}-{digest.hexdigest()[:8]}"


READER_VERSION = version_of(FOLDER)
