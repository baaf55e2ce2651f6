"""Tells from planned times which hours nobody covers, and what a shift asks of its person now. Pure; every time is aware."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

LONGEST = timedelta(hours=16)
"""No shift is longer: who needs more has made a mistake or needs relief."""


@dataclass(frozen=True, order=True)
class Span:
    """A time from `start` up to, and without, `end`. Raises ValueError when it is empty or its times are naive."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a span needs aware times")
        if self.end <= self.start:
            raise ValueError("a span ends after its start")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def within(self, window: "Span") -> "Span | None":
        """Return the part inside the window, None when there is none."""
        return (
            Span(max(self.start, window.start), min(self.end, window.end)) if self.overlaps(window) else None
        )


def covered(spans: Iterable[Span], window: Span) -> list[Span]:
    """Return the times of the window that at least one span covers, in order; spans that touch are one."""
    joined: list[Span] = []
    for span in sorted(part for part in (span.within(window) for span in spans) if part is not None):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def uncovered(spans: Iterable[Span], window: Span) -> list[Span]:
    """Return the times of the window that no span covers, in order."""
    gaps: list[Span] = []
    at = window.start
    for span in covered(spans, window):
        if at < span.start:
            gaps.append(Span(at, span.start))
        at = span.end
    if at < window.end:
        gaps.append(Span(at, window.end))
    return gaps


def repeated(first: date, begins: time, ends: time, every: int, days: int, zone: tzinfo) -> list[Span]:
    """Return the shifts from `begins` to `ends` by the clocks of `zone`, on `first` and each `every` days for `days` days.

    An end that is not after the start lies on the next day. `every` 0 is one shift alone.
    """
    dates = [first + timedelta(days=step) for step in range(0, days, every)] if every else [first]
    over_night = timedelta(days=1) if ends <= begins else timedelta(0)
    return [
        Span(datetime.combine(day, begins, zone), datetime.combine(day + over_night, ends, zone))
        for day in dates
    ]


# --- What a shift asks of its person ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Prompt:
    """`kind` is "begin" (the shift runs, its person is off duty) or "end" (it is over, its person is on duty)."""

    kind: str
    shift: Span


def prompt(
    shifts: Sequence[Span],
    *,
    is_on_duty: bool,
    duty_changed_at: datetime | None,
    now: datetime,
    patience: timedelta,
) -> Prompt | None:
    """Return what to say to a person about their shifts now.

    Nobody is asked to begin who went off duty after the beginning: they know. Nobody is asked to end who is in another
    shift, came after the end, or whose end is longer ago than `patience`: they stay because they want to.
    """
    running = [shift for shift in shifts if shift.holds(now)]
    if not is_on_duty:
        fresh = [shift for shift in running if duty_changed_at is None or duty_changed_at < shift.start]
        return Prompt("begin", min(fresh)) if fresh else None
    over = [
        shift
        for shift in shifts
        if shift.end <= now < shift.end + patience
        and (duty_changed_at is None or duty_changed_at < shift.end)
    ]
    return Prompt("end", max(over, key=lambda shift: shift.end)) if over and not running else None
