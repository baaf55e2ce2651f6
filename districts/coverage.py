"""Lays the planned shifts beside the desks and districts that need somebody at every hour, and finds the holes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from districts.models import District, Role, Shift, Volunteer
from districts.roster import Span, uncovered

OF_A_DISTRICT = (Role.VOLUNTEER, Role.LEAD)
"""Who takes a district's requests: one of them at least should be there at every hour."""


@dataclass(frozen=True)
class Planned:
    """One shift with its person's name."""

    name: str
    span: Span


@dataclass(frozen=True)
class Line:
    """What must be covered: a desk (`role`), or a district's volunteers and leads (`district`)."""

    role: str = ""
    district: District | None = None
    planned: tuple[Planned, ...] = ()
    gaps: tuple[Span, ...] = ()
    on_duty: int = 0
    is_planned_now: bool = False

    @property
    def is_deserted(self) -> bool:
        """A shift runs and yet nobody is on duty: somebody did not come."""
        return self.is_planned_now and not self.on_duty

    @property
    def name(self) -> str:
        return self.district.name if self.district else str(Role(self.role).label)

    def gaps_within(self, window: Span) -> list[Span]:
        return [part for part in (gap.within(window) for gap in self.gaps) if part is not None]


@dataclass
class _People:
    shifts: list[Planned] = field(default_factory=list)
    on_duty: set[int] = field(default_factory=set)


def lines(
    desks: Sequence[str], districts: Iterable[District], window: Span, among: Collection[int] | None = None
) -> list[Line]:
    """Return a line for each desk and each district, with what nobody covers in the window.

    The window begins now. `among`: only people with one of these districts count for the desks of doctors and phone;
    None: all of them. Asks the database four times, however many lines there are.
    """
    listed = list(districts)
    keys = {district.pk for district in listed}
    shifts = list(
        Shift.objects.that_count()
        .within(window)
        .filter(volunteer__role__in={*desks, *OF_A_DISTRICT})
        .select_related("volunteer")
    )
    present = list(Volunteer.objects.on_duty().filter(role__in={*desks, *OF_A_DISTRICT}))
    people = {shift.volunteer_id for shift in shifts} | {person.pk for person in present}
    where = _districts_of(people, keys | set(among or ()))
    of_desk: dict[str, _People] = defaultdict(_People)
    of_district: dict[int, _People] = defaultdict(_People)

    def groups(person: Volunteer) -> Iterable[_People]:
        theirs = where[person.pk]
        if person.role in OF_A_DISTRICT:
            return [of_district[key] for key in theirs & keys]
        is_theirs = among is None or person.role == Role.STATE_DESK or theirs & set(among)
        return [of_desk[person.role]] if is_theirs else []

    for shift in shifts:
        for group in groups(shift.volunteer):
            group.shifts.append(Planned(shift.volunteer.name, shift.span))
    for person in present:
        for group in groups(person):
            group.on_duty.add(person.pk)
    made = [_line(of_desk[desk], window, role=str(desk)) for desk in desks]
    return made + [_line(of_district[district.pk], window, district=district) for district in listed]


def _districts_of(people: Collection[int], wanted: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    pairs = Volunteer.districts.through.objects.filter(volunteer__in=people, district__in=wanted)
    for person, district in pairs.values_list("volunteer", "district"):
        found[person].add(district)
    return found


def _line(people: _People, window: Span, **what: object) -> Line:
    planned = tuple(sorted(people.shifts, key=lambda one: (one.span, one.name)))
    return Line(
        planned=planned,
        gaps=tuple(uncovered([one.span for one in planned], window)),
        on_duty=len(people.on_duty),
        is_planned_now=any(one.span.holds(window.start) for one in planned),
        **what,  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Alarm:
    """A line that needs somebody: its first uncovered time in the window, or a shift that runs without its people."""

    line: Line
    first: Span | None


def alarms(found: Iterable[Line], window: Span) -> list[Alarm]:
    """Return the lines that raise an alarm, the soonest hole first."""
    raised = []
    for line in found:
        gaps = line.gaps_within(window)
        if gaps or line.is_deserted:
            raised.append(Alarm(line, gaps[0] if gaps else None))

    def soonest(alarm: Alarm) -> tuple[datetime, bool]:
        at = alarm.first.start if alarm.first and not alarm.line.is_deserted else window.start
        return at, alarm.line.district is not None

    return sorted(raised, key=soonest)
