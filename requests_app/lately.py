"""Keeps the last minutes of history in each process's memory, so that a page that looks for news costs no question."""

import re
import threading
import time
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from requests_app.clock import database_now
from requests_app.models import Event
from requests_app.states import ARRIVALS, EventKind

SETTLED = timedelta(seconds=4)
"""A line of history may be committed after a later one: only what is older than this counts as complete."""
KEPT = timedelta(minutes=2)
READ_EVERY, READ_WHOLE_EVERY = 0.5, 60.0
"""Seconds. Once in a while nothing that is remembered is trusted: a database that was put back counts from an older line."""
MOST_KNOWN, MOST_KEPT = 60, 2000
BRINGS = frozenset(
    (*ARRIVALS, EventKind.OPENED, EventKind.ESCALATED, EventKind.SUGGESTED, EventKind.HANDED_OVER, EventKind.SPLIT,
     EventKind.UNMERGED)
)  # fmt: skip
"""What may put a request before somebody who does not see it yet; all else concerns only pages that show it."""
_MARK = re.compile(r"(\d{1,18}):((?:\d{1,18}(?:,\d{1,18})*)?)")


class Line(NamedTuple):
    """A line of history: its key, when, and of which request in which district (None: of none)."""

    pk: int
    at: datetime
    code: str
    district: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What a page knows: every line up to `settled`, and of the later ones those in `known`. A page keeps it as text."""

    settled: int
    known: frozenset[int]

    def __str__(self) -> str:
        return f"{self.settled}:{','.join(map(str, sorted(self.known)))}"


def mark_from(text: str) -> Mark | None:
    """The mark that a page sends back; None where it sends none, or nonsense."""
    found = _MARK.fullmatch(text[:2000])
    if found is None:
        return None
    return Mark(int(found[1]), frozenset(map(int, filter(None, found[2].split(",")))))


@dataclass(frozen=True, slots=True)
class History:
    """Every line after `floor` that was committed when it was read, by key; up to `settled` no other will come."""

    floor: int
    settled: int
    lines: tuple[Line, ...]

    def _after(self, pk: int) -> tuple[Line, ...]:
        return self.lines[bisect_right(self.lines, pk, key=attrgetter("pk")) :]

    def is_news(self, mark: Mark, districts: Collection[int] | None, codes: Collection[str]) -> bool:
        """Whether a page with this mark, which shows these requests to a person of these districts (None: of all), must
        look through its rows: something of theirs changed, or one may have come to or left its person."""
        if mark.settled < self.floor:
            return True
        return any(
            line.pk not in mark.known and _concerns(line, districts, codes)
            for line in self._after(mark.settled)
        )

    def mark(self, districts: Collection[int] | None) -> Mark:
        """The mark of a page of these districts whose rows are read after this history was."""
        own = [line.pk for line in self._after(self.settled) if _is_seen_in(line, districts)]
        return Mark(self.settled, frozenset(own[:MOST_KNOWN]))


def _is_seen_in(line: Line, districts: Collection[int] | None) -> bool:
    """A request that was put into another place may have left these districts: that is seen in all."""
    return districts is None or line.district in districts or line.kind == EventKind.PLACE_SET


def _concerns(line: Line, districts: Collection[int] | None, codes: Collection[str]) -> bool:
    return _is_seen_in(line, districts) and (line.kind in BRINGS or line.code in codes)


def read_history(now: datetime, before: History | None = None) -> History:
    """The history of the last minutes as committed now; with what was read `before` only what may be new is read."""
    rows = Event.objects.values_list("pk", "at", "request__code", "request__district", "kind")
    if before is None:
        newest = [Line(*row) for row in rows.order_by("-pk")[:MOST_KEPT]]
        floor = newest[-1].pk - 1 if len(newest) == MOST_KEPT else 0
        return _of_lines(floor, floor, newest[::-1], now)
    fresh = [Line(*row) for row in rows.filter(pk__gt=before.settled).order_by("pk")]
    done = before.lines[: bisect_right(before.lines, before.settled, key=attrgetter("pk"))]
    return _of_lines(before.floor, before.settled, [*done, *fresh], now)


def _of_lines(floor: int, settled: int, lines: list[Line], now: datetime) -> History:
    """The history of these lines without the old ones; what was complete up to `settled` may be so further on by now."""
    kept = next((at for at, line in enumerate(lines) if line.at > now - KEPT), len(lines))
    young = next((at for at, line in enumerate(lines) if line.at > now - SETTLED), len(lines))
    if young:
        settled = max(settled, lines[young - 1].pk)
    if kept:
        floor = lines[kept - 1].pk
    return History(floor, settled, tuple(lines[kept:]))


class _Memory:
    """The history as this process read it last; one thread reads it anew while the others go on with what there is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._history: History | None = None
        self._read_at = self._whole_at = float("-inf")

    def history(self) -> History:
        """At most half a second old, where the database answers as fast; two seconds at the most."""
        held, age = self._history, time.monotonic() - self._read_at
        if held is not None and age < READ_EVERY:
            return held
        is_patient = held is None or age > 4 * READ_EVERY
        if not self._lock.acquire(blocking=is_patient):
            return held or self.history()
        try:
            return self._read()
        finally:
            self._lock.release()

    def _read(self) -> History:
        began = time.monotonic()
        if self._history is not None and began - self._read_at < READ_EVERY:
            return self._history
        is_whole = began - self._whole_at > READ_WHOLE_EVERY
        history = read_history(database_now(), None if is_whole else self._history)
        self._history, self._read_at = history, began
        if is_whole:
            self._whole_at = began
        return history


_memory = _Memory()


def history() -> History:
    """The last minutes of history, as this process remembers them."""
    return _memory.history()
