"""Measures which posts are put together: a labelled stream through the real path, beside two baselines; writes docs/matching.md.

    python -m bench.matching

Pairs of posts are counted: two in one request are rightly so if they have one patient's label. What became no request
(offers, noise, what the reader took for that) stands alone, so what reading misses counts as missed here too.
"""

import argparse
import hashlib
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

STREAM = Path(__file__).parent.parent / "tests" / "matching" / "stream.jsonl"
PAGE = Path(__file__).parent.parent / "docs" / "matching.md"
PRECISION, RECALL = 0.99, 0.95
"""The aim, for the whole stream."""
ROUNDS = 2000
NOBODY = "none-"


@dataclass(frozen=True)
class Counts:
    """Pairs that were found rightly, found wrongly, and missed."""

    right: float = 0
    wrong: float = 0
    missed: float = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


def load(path: Path = STREAM) -> list[dict[str, Any]]:
    """Return the rows of the stream in the order in which they came."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def half(patient: str) -> str:
    """Return "dev" or "frozen": rules may be made with the one in view; the other is looked at only as figures."""
    return "dev" if hashlib.sha256(patient.encode()).digest()[0] % 2 == 0 else "frozen"


def owner(row: dict[str, Any]) -> str:
    """The patient whom a post is about; what is about none stands for itself."""
    return str(row["patient"] or f"{NOBODY}{row.get('copy_of', row['id'])}")


def counts(
    rows: Sequence[dict[str, Any]], group_of: Callable[[dict[str, Any]], Hashable | None]
) -> dict[str, Counts]:
    """Count pairs by patient; a pair of two patients' posts counts half for each."""
    patients = Counter(owner(row) for row in rows)
    groups: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for row in rows:
        group = group_of(row)
        groups[("alone", row["id"]) if group is None else group][owner(row)] += 1
    # Copies of an offer or of noise become no request, and need none.
    found: dict[str, Counts] = {
        name: Counts(missed=0 if name.startswith(NOBODY) else count * (count - 1) / 2)
        for name, count in patients.items()
    }
    for members in groups.values():
        total = sum(members.values())
        for name, count in members.items():
            right = 0 if name.startswith(NOBODY) else count * (count - 1) / 2
            found[name] += Counts(right, count * (total - count) / 2, -right)
    return found


def total(by_patient: dict[str, Counts]) -> Counts:
    return sum(by_patient.values(), Counts())


def interval(by_patient: dict[str, Counts], figure: str) -> tuple[float, float]:
    """95 % of what the figure would be for patients like these: bootstrap by patient."""
    chance, listed = random.Random(1), list(by_patient.values())
    drawn = sorted(
        getattr(sum(chance.choices(listed, k=len(listed)), Counts()), figure) for _round in range(ROUNDS)
    )
    return drawn[round(0.025 * ROUNDS)], drawn[round(0.975 * ROUNDS) - 1]


# --- The real path ---------------------------------------------------------------------------------------------------


def push(rows: Sequence[dict[str, Any]], start: datetime) -> None:
    """Take the stream in as pages of X, read and match it, and close what it says was closed, in its order."""
    from requests_app import triage  # noqa: PLC0415  settings must be chosen first
    from requests_app.clock import database_now  # noqa: PLC0415
    from requests_app.models import Post  # noqa: PLC0415
    from requests_app.x_client import Account, Page  # noqa: PLC0415
    from requests_app.x_rows import Rows  # noqa: PLC0415

    posts = {row["id"]: row for row in rows if row["id"]}
    account = Account("1380000000000000001", "RajHelpDesk")
    by = _closer()
    for is_post, listed in groupby(rows, key=lambda row: bool(row["id"])):
        if is_post:
            some = list(listed)
            for at in range(0, len(some), 100):
                page = Page(
                    [_raw(row, start) for row in some[at : at + 100]],
                    _beside(some[at : at + 100], posts, start),
                    "",
                    None,
                )
                Rows(page, account, database_now()).insert()
            while triage.read_due():
                pass
            continue
        for row in listed:
            ids = [post["id"] for post in posts.values() if post["patient"] == row["close"]]
            stored = Post.objects.filter(external_id__in=ids, request__isnull=False)
            for request in {post.request for post in stored.select_related("request")}:
                if request is not None and request.is_open:
                    request.resolve(row["outcome"], by, database_now())


def groups() -> dict[str, int]:
    """Return the request of each post that has one, by the post's id."""
    from requests_app.models import Post  # noqa: PLC0415

    return dict(Post.objects.filter(request__isnull=False).values_list("external_id", "request"))


def _closer() -> Any:
    from districts.models import Role, Volunteer  # noqa: PLC0415

    return Volunteer.objects.get_or_create(username="bench", defaults={"role": Role.STATE_DESK})[0]


def _raw(row: dict[str, Any], start: datetime) -> dict[str, Any]:
    """A post as X's API gives it."""
    names = {"reply_to": "replied_to", "copy_of": "retweeted", "quote_of": "quoted"}
    refers = [{"type": kind, "id": row[name]} for name, kind in names.items() if name in row]
    at = start + timedelta(minutes=row["minute"])
    return {
        "id": row["id"],
        "text": row["text"],
        "author_id": row["author"],
        "conversation_id": row["thread"],
        "created_at": at.isoformat(),
        "edit_history_tweet_ids": [row.get("edit_of", row["id"])],
        **({"referenced_tweets": refers} if refers else {}),
    }


def _beside(some: Iterable[dict[str, Any]], posts: dict[str, Any], start: datetime) -> dict[str, Any]:
    """What X sends beside the posts: authors, the originals of retweets that it still shows, the quoted ones."""
    beside: dict[str, dict[str, Any]] = {}
    users = {}
    for row in some:
        users[row["author"]] = {"id": row["author"], "username": row["handle"], "name": row["handle"]}
        original = posts.get(row.get("copy_of", ""))
        if original is not None and original["minute"] <= row["minute"]:
            beside[original["id"]] = _raw(original, start)
        if "quote_of" in row:
            beside[row["quote_of"]] = {"id": row["quote_of"], "text": row["quoted"]}
    return {"users": list(users.values()), "tweets": list(beside.values())}


# --- Baselines -------------------------------------------------------------------------------------------------------


def same_phone(rows: Sequence[dict[str, Any]]) -> dict[str, Hashable]:
    """What the posts' numbers alone put together: whoever shares one."""
    from requests_app.reading import read  # noqa: PLC0415

    return _joined(
        {
            row["id"]: [phone.e164 for phone in read(row["text"], quoted=row.get("quoted", "")).phones]
            for row in rows
        }
    )


def same_words(rows: Sequence[dict[str, Any]]) -> dict[str, Hashable]:
    """What the very same words put together, handles, tags and links aside."""
    from requests_app.matching import fingerprint  # noqa: PLC0415

    return _joined({row["id"]: [words] if (words := fingerprint(row["text"])) else [] for row in rows})


def _joined(keys: dict[str, list[str]]) -> dict[str, Hashable]:
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for post, shared in keys.items():
        for key in shared:
            leader[find(f"key {key}")] = find(post)
    return {post: find(post) for post, shared in keys.items() if shared}


# --- The page --------------------------------------------------------------------------------------------------------


def measured(
    rows: Sequence[dict[str, Any]], found: dict[str, int]
) -> dict[str, dict[str, dict[str, Counts]]]:
    """Return counts by patient, by what was measured on which part."""
    phones, words = same_phone(rows), same_words(rows)
    systems: dict[str, Callable[[dict[str, Any]], Hashable | None]] = {
        "Helpdesk": lambda row: found.get(row["id"]),
        "same phone only": lambda row: phones.get(row["id"]),
        "same words only": lambda row: words.get(row["id"]),
    }
    own_words = [row for row in rows if "copy_of" not in row]
    made: dict[str, dict[str, dict[str, Counts]]] = {}
    for name, group_of in systems.items():
        everything = counts(rows, group_of)
        made[name] = {
            "dev": {key: one for key, one in everything.items() if half(key) == "dev"},
            "frozen": {key: one for key, one in everything.items() if half(key) == "frozen"},
            "whole": everything,
            "whole, without retweets": counts(own_words, group_of),
        }
    return made


def page(rows: Sequence[dict[str, Any]], made: dict[str, dict[str, dict[str, Counts]]]) -> str:
    patients = {row["patient"] for row in rows if row["patient"]}
    whole = total(made["Helpdesk"]["whole"])
    reached = "reached" if whole.precision >= PRECISION and whole.recall >= RECALL else "not reached"
    lines = [
        "# How well posts are put together",
        "",
        f"Written by `make bench-matching`. A stream of {len(rows)} posts about {len(patients)} patients and of none, written by "
        "hand for this (tests/matching/stream.jsonl; numbers are invented), goes through the real path: a page of X, the reader, "
        "matching on a database. Counted are pairs of posts in one request. What the reader takes for no plea stands alone and "
        "is missed. In brackets: 95 % bootstrap intervals, by patient.",
        "",
        f"Aim: precision {PRECISION:.2f}, recall {RECALL:.2f} on the whole stream: {reached}.",
        "",
        "`dev` are the patients in whose view the rules were made; of `frozen` only figures were looked at. Both were written "
        "by one hand, the one that made the rules: real streams are wilder, and these figures say how the rules do on the traps "
        "that we thought of, not how often they go wrong in a crisis.",
        "",
    ]
    for figure in ("precision", "recall"):
        parts = list(made["Helpdesk"])
        lines += [
            f"## {figure.capitalize()}",
            "",
            "|  | " + " | ".join(parts) + " |",
            "| --- " * (len(parts) + 1) + "|",
        ]
        for name, by_part in made.items():
            cells = []
            for by_patient in by_part.values():
                low, high = interval(by_patient, figure)
                cells.append(f"{getattr(total(by_patient), figure):.3f} [{low:.3f} .. {high:.3f}]")
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def wrong_ones(rows: Sequence[dict[str, Any]], found: dict[str, int], part: str) -> list[str]:
    """Name what went wrong among the patients of one half, for whoever makes the rules."""
    by_group: dict[int, list[dict[str, Any]]] = defaultdict(list)
    by_patient: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["id"] in found:
            by_group[found[row["id"]]].append(row)
        by_patient[owner(row)].append(row)
    told = []
    for group, members in by_group.items():
        if len({owner(row) for row in members}) > 1 and any(half(owner(row)) == part for row in members):
            told.append(f"\nTOGETHER {group}")
            told += [
                f"  {owner(row)} {row['handle']}: {row['text'][:150]}"
                for row in members
                if half(owner(row)) == part
            ]
    for patient, members in by_patient.items():
        places = {found.get(row["id"], f"none {row['id']}") for row in members}
        if len(places) > 1 and half(patient) == part and not patient.startswith(NOBODY):
            told.append(f"\nAPART {patient}")
            told += [
                f"  {found.get(row['id'], '-')} {row['handle']} "
                f"{[name for name in ('reply_to', 'copy_of', 'quote_of') if name in row]}: {row['text'][:150]}"
                for row in members
            ]
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="name what went wrong among the patients of dev")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    rows = load()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("load_gazetteer", verbosity=0)
        push(rows, datetime(2021, 5, 4, 6, 0, tzinfo=UTC))
        found = groups()
    finally:
        teardown_databases(old, verbosity=0)
    posts = [row for row in rows if row["id"]]
    if options.wrong:
        print("\n".join(wrong_ones(posts, found, "dev")))
    text = page(posts, measured(posts, found))
    print(text)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
