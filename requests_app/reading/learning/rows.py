"""The labelled rows that the reader learns from, and on which side of a cross-validation each stands."""

import hashlib
import json
from pathlib import Path
from typing import Any

LABELLED = Path(__file__).parent.parent / "labelled"
FROZEN = "frozen"
"""The folder of labelled posts that nothing is learnt from."""
FOLDS = 5


def labelled_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of every .jsonl directly in `folder` (not in folders below it), in the order of file names.

    Rows with `evaluation_only` are left out: nothing may be learnt from them.
    """
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    return [row for row in rows if not row.get("evaluation_only")]


def fold_of(row: dict[str, Any]) -> int:
    """By the number that it names, else by the text: copies of a post never stand on both sides."""
    key = (row.get("phones") or [" ".join(row["text"].lower().split())])[0]
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()[0] % FOLDS
