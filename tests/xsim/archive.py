"""Plays an archive of posts into the world at its own pace, and keeps in a file what has been played."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from .server import Simulation
from .world import Tweet, User

REFERENCES = ("in_reply_to", "retweet_of", "quote_of")


class BadRow(Exception):
    """A row of the archive that cannot be played; the words say why."""


@dataclass(frozen=True)
class Row:
    id: str
    at: float  # seconds after the start of the archive
    author: str
    name: str | None
    text: str
    in_reply_to: str | None
    retweet_of: str | None
    quote_of: str | None
    lang: str
    place: str | None


def read_row(line: str) -> Row:
    """One line of JSON; BadRow says what is wrong with it."""
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise BadRow(f"not JSON: {error}") from None
    if not isinstance(raw, dict):
        raise BadRow("not a JSON object")
    for key, kinds in (("id", str), ("at", (int, float)), ("author", str)):
        if key not in raw:
            raise BadRow(f"field {key!r} is missing")
        if not isinstance(raw[key], kinds) or isinstance(raw[key], bool):
            raise BadRow(f"field {key!r} has the wrong type")
    for key in ("name", "text", "lang", "place", *REFERENCES):
        if raw.get(key) is not None and not isinstance(raw[key], str):
            raise BadRow(f"field {key!r} is not a string")
    if not raw.get("text") and not raw.get("retweet_of"):
        raise BadRow("field 'text' is missing")
    author = raw["author"].lstrip("@")
    if not (author.isascii() and author.replace("_", "a").isalnum() and len(author) <= 15):
        raise BadRow(f"{raw['author']!r} is not a user name")
    return Row(
        id=raw["id"], at=float(raw["at"]), author=author, name=raw.get("name"), text=raw.get("text") or "",
        in_reply_to=raw.get("in_reply_to"), retweet_of=raw.get("retweet_of"), quote_of=raw.get("quote_of"),
        lang=raw.get("lang") or "und", place=raw.get("place"),
    )  # fmt: skip


def read_archive(path: Path, complaints: TextIO = sys.stderr) -> Iterator[Row]:
    """The rows that can be played, in order; the others are reported with their line and skipped."""
    known: set[str] = set()
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = read_row(line)
                if row.id in known:
                    raise BadRow(f"id {row.id!r} is there already")
                for key in REFERENCES:
                    reference = getattr(row, key)
                    if reference is not None and reference not in known:
                        raise BadRow(f"{key} {reference!r} is unknown here")
            except BadRow as bad:
                print(f"{path}:{number}: skipped: {bad}", file=complaints, flush=True)
                continue
            known.add(row.id)
            yield row


class Memory:
    """An append-only file of JSON lines that rebuilds the world; a torn last line is ignored."""

    def __init__(self, sim: Simulation, path: Path | None) -> None:
        self.sim = sim
        self.played: dict[str, int] = {}  # archive id -> post id
        self.playing: str | None = None  # the row whose post is about to be added
        self._file: TextIO | None = None
        if path is not None:
            if path.exists():
                self._rebuild(path)
            self._rewrite(path)
            self._file = path.open("a", encoding="utf-8")
        sim.world.on_change = self._write

    def _write(self, change: dict[str, Any]) -> None:
        # The post and the fact that its row was played stand on one line: no crash can part them.
        if self.playing is not None and "tweet" in change:
            self.played[self.playing] = change["tweet"]["id"]
            change = {**change, "played": self.playing, "id": change["tweet"]["id"]}
            self.playing = None
        if self._file is not None:
            self._file.write(json.dumps(change, ensure_ascii=False) + "\n")
            self._file.flush()

    def _rebuild(self, path: Path) -> None:
        world = self.sim.world
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    change = json.loads(line)
                except ValueError:
                    continue
                if "user" in change:
                    user = User(**change["user"])
                    world.users[user.id] = user
                    world.by_name[user.username.lower()] = user.id
                elif "tweet" in change:
                    tweet = Tweet(**change["tweet"])
                    if tweet.id in world.tweets:
                        world.tweets[tweet.id] = tweet
                    else:
                        world.put(tweet)
                elif "deleted" in change and int(change["deleted"]) in world.tweets:
                    world.delete(int(change["deleted"]))
                if "played" in change:
                    self.played[change["played"]] = int(change["id"])
        world.me = world.users[self.sim.user_id]

    def _rewrite(self, path: Path) -> None:
        fresh = path.with_suffix(path.suffix + ".new")
        with fresh.open("w", encoding="utf-8") as out:
            for change in self._whole():
                out.write(json.dumps(change, ensure_ascii=False) + "\n")
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)

    def _whole(self) -> Iterator[dict[str, Any]]:
        for user in self.sim.world.users.values():
            yield {"user": _plain(user)}
        for tweet_id in sorted(self.sim.world.tweets):
            yield {"tweet": _plain(self.sim.world.tweets[tweet_id])}
        for archive_id, tweet_id in self.played.items():
            yield {"played": archive_id, "id": tweet_id}


def _plain(thing: User | Tweet) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__slots__}


class Player:
    """Plays the rows that the memory lacks: `burst` at once, the rest at `speed` times the written pace."""

    def __init__(self, sim: Simulation, memory: Memory, *, speed: float, burst: int, life: bool) -> None:
        self.sim, self.memory, self.speed, self.life = sim, memory, speed, life
        self.burst = burst

    def run(self, rows: Iterator[Row]) -> None:
        """Until the rows end or the simulator stops; meant for a thread of its own."""
        # A second start goes on where the first one stopped and needs no burst.
        left = 0 if self.memory.played else self.burst
        at: float | None = None
        for row in rows:
            if row.id in self.memory.played:
                at = row.at
                continue
            if left > 0:
                left -= 1
            elif self.life:
                wait = (row.at - (at or 0.0)) / self.speed
                if wait > 0 and self.sim.stopping.wait(wait):
                    return
            at = max(row.at, at or 0.0)
            self._play(row)

    def _play(self, row: Row) -> None:
        played = self.memory.played
        known = self.sim.world.tweets

        def reference(archive_id: str | None) -> int | None:
            found = played.get(archive_id) if archive_id is not None else None
            return found if found in known else None

        with self.sim.lock:
            for key in REFERENCES:
                archive_id = getattr(row, key)
                if archive_id is not None and reference(archive_id) is None:
                    print(
                        f"row {row.id}: skipped: {key} {archive_id!r} is no longer there",
                        file=sys.stderr,
                        flush=True,
                    )
                    return
            self.memory.playing = row.id
            self.sim.world.add_tweet(
                row.author, row.text, name=row.name, reply_to=reference(row.in_reply_to),
                retweet_of=reference(row.retweet_of), quote_of=reference(row.quote_of),
                lang=row.lang, place=row.place,
            )  # fmt: skip
