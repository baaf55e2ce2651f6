"""The roster's rules by table: which hours nobody covers, which shifts repeat, what a shift asks of its person now."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from districts.roster import Span, covered, prompt, repeated, uncovered

IST = ZoneInfo("Asia/Kolkata")


def at(hour: float, zone=IST) -> datetime:
    """That hour after the midnight of 1 May 2026."""
    return datetime(2026, 5, 1, tzinfo=zone) + timedelta(hours=hour)


def spans(*pairs: tuple[float, float]) -> list[Span]:
    return [Span(at(start), at(end)) for start, end in pairs]


DAY = Span(at(0), at(24))


@pytest.mark.parametrize(
    ("shifts", "holes"),
    [
        ([], [(0, 24)]),
        ([(0, 24)], []),
        ([(-5, 30)], []),
        ([(8, 16)], [(0, 8), (16, 24)]),
        ([(0, 8), (8, 16), (16, 24)], []),
        ([(16, 24), (0, 8), (7, 17)], []),
        ([(0, 20), (2, 3)], [(20, 24)]),
        ([(-8, 0)], [(0, 24)]),
        ([(24, 32)], [(0, 24)]),
        ([(-2, 2), (22, 26)], [(2, 22)]),
        ([(0, 8), (8.25, 24)], [(8, 8.25)]),
    ],
)
def test_holes_of_a_day(shifts, holes):
    assert uncovered(spans(*shifts), DAY) == spans(*holes)


def test_what_is_covered_and_what_is_not_make_up_the_day():
    shifts = spans((1, 3), (2, 5), (9, 10))
    parts = sorted(covered(shifts, DAY) + uncovered(shifts, DAY))
    assert [part.start for part in parts][1:] == [part.end for part in parts][:-1]
    assert sum((part.length for part in parts), timedelta()) == timedelta(hours=24)


def test_the_same_instant_in_another_zone_is_the_same():
    as_utc = [Span(at(8).astimezone(UTC), at(16).astimezone(UTC))]
    assert uncovered(as_utc, DAY) == spans((0, 8), (16, 24))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at(1).replace(tzinfo=None), at(2).replace(tzinfo=None)),
        (at(2), at(2)),
        (at(3), at(2)),
    ],
)
def test_naive_empty_and_reversed_spans_are_refused(start, end):
    with pytest.raises(ValueError, match="span"):
        Span(start, end)


@pytest.mark.parametrize(
    ("begins", "ends", "every", "days", "expected"),
    [
        (8, 14, 0, 7, [(8, 14)]),
        (8, 14, 1, 3, [(8, 14), (32, 38), (56, 62)]),
        (22, 6, 1, 2, [(22, 30), (46, 54)]),
        (8, 14, 7, 15, [(8, 14), (176, 182), (344, 350)]),
        (16, 0, 0, 1, [(16, 24)]),
    ],
)
def test_repeated_shifts(begins, ends, every, days, expected):
    made = repeated(date(2026, 5, 1), time(begins), time(ends), every, days, IST)
    assert made == spans(*expected)


@pytest.mark.parametrize(
    ("now", "is_on_duty", "changed", "kind"),
    [
        (7.9, False, 0, None),
        (8, False, 0, "begin"),
        (12, False, 0, "begin"),
        (12, False, None, "begin"),
        (12, False, 9, None),
        (16, False, 0, None),
        (12, True, 8, None),
        (16, True, 8, "end"),
        (19.9, True, 8, "end"),
        (20, True, 8, None),
        (17, True, 16.5, None),
    ],
)
def test_what_a_shift_from_eight_to_four_asks(now, is_on_duty, changed, kind):
    said = prompt(
        spans((8, 16)),
        is_on_duty=is_on_duty,
        duty_changed_at=None if changed is None else at(changed),
        now=at(now),
        patience=timedelta(hours=4),
    )
    assert (said and said.kind) == kind


def test_who_goes_on_into_the_next_shift_is_not_sent_home():
    two = spans((8, 16), (16, 20))
    said = prompt(two, is_on_duty=True, duty_changed_at=at(8), now=at(16.5), patience=timedelta(hours=4))
    assert said is None
