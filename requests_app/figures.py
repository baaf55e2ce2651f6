"""Counts what the state's leadership asks: is anybody being left alone? Pure queries in, plain values out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q
from django.db.models.functions import TruncHour
from django.utils.translation import gettext_lazy as _

from districts.models import District, Role, Volunteer
from districts.needs import NeedKind
from requests_app.models import Gap, HelpRequest, IngestCursor, LoopLease, Post, Reply
from requests_app.models.request_lists import HelpRequestQuerySet
from requests_app.states import HELD, OPEN, Outcome, PostState, ReplyState, RequestState

HELPED = (Outcome.HELPED, Outcome.HELPED_BY_OTHERS, Outcome.PARTLY_HELPED)
PERIODS = {
    "24h": timedelta(hours=24),
    "48h": timedelta(hours=48),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
PERIOD_NAMES = {"24h": _("24 hours"), "48h": _("48 hours"), "7d": _("7 days"), "30d": _("30 days")}
PERIOD = "48h"
HOURS = 48
QUIET_AFTER = timedelta(minutes=2)
"""A loop that has not beaten for so long is shown as silent; loops beat every few seconds."""


@dataclass(frozen=True)
class Figure:
    """A headline number and what it was a period earlier; None where there is nothing to count."""

    name: str
    value: int | None
    before: int | None
    more_is_worse: bool

    @property
    def change(self) -> int | None:
        return None if self.value is None or self.before is None else self.value - self.before

    @property
    def is_worse(self) -> bool:
        return bool(self.change) and (self.change > 0) == self.more_is_worse  # type: ignore[operator]


@dataclass(frozen=True)
class DistrictLine:
    """One district: what is open, what is late, who is there."""

    code: int
    name: str
    name_en: str
    col: int
    row: int
    open: int
    overdue: int
    uncontacted: int
    on_duty: int
    oldest: datetime | None


@dataclass(frozen=True)
class NeedLine:
    """One need: how many requests are in each open state, and how many were closed in the period."""

    kind: str
    label: str
    states: tuple[int, ...]
    closed: int

    @property
    def open(self) -> int:
        return sum(self.states)


@dataclass(frozen=True)
class DutyLine:
    """A person on duty, with what they hold."""

    name: str
    role: str
    districts: tuple[str, ...]
    load: int
    capacity: int
    since: datetime | None

    @property
    def is_full(self) -> bool:
        return self.load >= self.capacity


@dataclass(frozen=True)
class HourLine:
    at: datetime
    opened: int
    closed: int


@dataclass(frozen=True)
class LoopLine:
    name: str
    beat_at: datetime | None
    last_done_at: datetime | None
    is_silent: bool


@dataclass(frozen=True)
class Health:
    """How the intake does. `oldest_due` is since when the oldest unread post waits."""

    cursors: list[IngestCursor]
    open_gaps: int
    lost_gaps: int
    due: int
    oldest_due: datetime | None
    failed: int
    replies_stuck: int
    loops: list[LoopLine]


def headline(rows: HelpRequestQuerySet, now: datetime, period: timedelta) -> list[Figure]:
    """The six figures at the top. What was open earlier is told from the times that a request carries today."""
    then = now - period
    opened = _opened(rows, then, now)
    opened_before = _opened(rows, then - period, then)
    helped = rows.filter(outcome__in=HELPED, closed_at__gt=then, closed_at__lte=now)
    helped_before = rows.filter(outcome__in=HELPED, closed_at__gt=then - period, closed_at__lte=then)
    was_open = rows.filter(
        Q(state__in=OPEN) | Q(state=RequestState.CLOSED, closed_at__gt=then), opened_at__lte=then
    )
    was_alone = was_open.filter(Q(first_contact_at=None) | Q(first_contact_at__gt=then))
    return [
        Figure("open", rows.open().count(), was_open.count(), True),
        Figure("overdue", rows.overdue(now).count(), was_alone.filter(contact_due_at__lt=then).count(), True),
        Figure("uncontacted", rows.open().filter(first_contact_at=None).count(), was_alone.count(), True),
        Figure("helped", helped.count(), helped_before.count(), False),
        Figure(
            "to_contact",
            _median(opened, "first_contact_at"),
            _median(opened_before, "first_contact_at"),
            True,
        ),
        Figure("to_help", _median(helped, "closed_at"), _median(helped_before, "closed_at"), True),
    ]


def _opened(rows: HelpRequestQuerySet, after: datetime, until: datetime) -> HelpRequestQuerySet:
    return rows.filter(opened_at__gt=after, opened_at__lte=until)


def _median(rows: HelpRequestQuerySet, end: str) -> int | None:
    """Whole minutes from opening to `end`, of the rows that have it; None when none has."""
    ended = rows.filter(**{f"{end}__isnull": False})
    count = ended.count()
    if not count:
        return None
    took = ExpressionWrapper(F(end) - F("opened_at"), output_field=DurationField())
    times = ended.annotate(took=took).order_by("took").values_list("took", flat=True)
    middle = list(times[(count - 1) // 2 : count // 2 + 1])
    return round(sum(middle, timedelta()).total_seconds() / len(middle) / 60)


def by_district(rows: HelpRequestQuerySet, districts: list[District], now: datetime) -> list[DistrictLine]:
    """One line for each of these districts, the most troubled first."""
    late = Q(first_contact_at=None, contact_due_at__lt=now)
    counts: dict[int, Any] = {
        line["district"]: line
        for line in rows.open()
        .filter(district__isnull=False)
        .order_by()
        .values("district")
        .annotate(
            open=Count("pk"),
            overdue=Count("pk", filter=late),
            uncontacted=Count("pk", filter=Q(first_contact_at=None)),
            oldest=Min("opened_at", filter=Q(first_contact_at=None)),
        )
    }
    there = dict(
        Volunteer.objects.on_duty()
        .filter(districts__isnull=False)
        .order_by()
        .values_list("districts")
        .annotate(people=Count("pk"))
    )
    lines = [
        _line(district, counts.get(district.pk, {}), there.get(district.pk, 0)) for district in districts
    ]
    return sorted(lines, key=lambda line: (-line.overdue, -line.uncontacted, -line.open, line.name))


def _line(district: District, counted: dict[str, Any], on_duty: int) -> DistrictLine:
    return DistrictLine(
        code=district.pk,
        name=district.name,
        name_en=district.name_en,
        col=district.tile_col,
        row=district.tile_row,
        open=counted.get("open", 0),
        overdue=counted.get("overdue", 0),
        uncontacted=counted.get("uncontacted", 0),
        on_duty=on_duty,
        oldest=counted.get("oldest"),
    )


def by_need(rows: HelpRequestQuerySet, now: datetime, period: timedelta) -> list[NeedLine]:
    """One line for each kind of need; a request with two needs counts in both."""
    counted = {
        (line["needs__kind"], line["state"]): line["requests"]
        for line in rows.open()
        .order_by()
        .values("needs__kind", "state")
        .annotate(requests=Count("pk", distinct=True))
    }
    closed = dict(
        rows.filter(state=RequestState.CLOSED, closed_at__gt=now - period)
        .order_by()
        .values_list("needs__kind")
        .annotate(requests=Count("pk", distinct=True))
    )
    return [
        NeedLine(
            kind, str(label), tuple(counted.get((kind, state), 0) for state in OPEN), closed.get(kind, 0)
        )
        for kind, label in NeedKind.choices
    ]


def on_duty(districts: list[District] | None) -> list[DutyLine]:
    """Who is on duty (in these districts; None: everywhere), the fullest first."""
    people = Volunteer.objects.on_duty()
    if districts is not None:
        people = people.filter(pk__in=Volunteer.objects.filter(districts__in=districts).values("pk"))
    loaded = people.annotate(load=Count("held", filter=Q(held__state__in=HELD))).prefetch_related("districts")
    lines = [
        DutyLine(
            name=person.name,
            role=person.get_role_display(),
            districts=tuple(district.name for district in person.districts.all()),
            load=person.load,
            capacity=person.capacity,
            since=person.duty_changed_at,
        )
        for person in loaded
    ]
    return sorted(lines, key=lambda line: (line.load / max(line.capacity, 1), line.name), reverse=True)


def longest_waiting(rows: HelpRequestQuerySet, count: int = 10) -> list[HelpRequest]:
    """The open requests that nobody has called, oldest first."""
    return list(rows.open().filter(first_contact_at=None).for_cards().order_by("opened_at", "pk")[:count])


def further(rows: HelpRequestQuerySet) -> list[tuple[str, int]]:
    """How many open requests stand at each desk to which they were taken, and of how many nobody has heard for long."""
    return [
        ("lead", rows.escalated_to(Role.LEAD).count()),
        ("state_desk", rows.escalated_to(Role.STATE_DESK).count()),
        ("silent", rows.to_ask_again().count()),
    ]


def trend(rows: HelpRequestQuerySet, now: datetime) -> list[HourLine]:
    """How many requests came in and were closed in each of the last 48 hours, oldest first."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    first = this_hour - timedelta(hours=HOURS - 1)
    came, went = _per_hour(rows, "opened_at", first), _per_hour(rows, "closed_at", first)
    hours = [first + timedelta(hours=number) for number in range(HOURS)]
    return [HourLine(hour, came.get(hour, 0), went.get(hour, 0)) for hour in hours]


def _per_hour(rows: HelpRequestQuerySet, name: str, first: datetime) -> dict[datetime, int]:
    in_hours = (
        rows.filter(**{f"{name}__gte": first}).annotate(hour=TruncHour(name, tzinfo=first.tzinfo)).order_by()
    )
    return dict(in_hours.values_list("hour").annotate(count=Count("pk")))


def health(now: datetime) -> Health:
    """Whether mentions come in and are read: the cursors, the gaps, the unread, the loops."""
    due = Post.objects.filter(state=PostState.DUE)
    return Health(
        cursors=list(IngestCursor.objects.order_by("account")),
        open_gaps=Gap.objects.filter(state=Gap.State.OPEN).count(),
        lost_gaps=Gap.objects.filter(state=Gap.State.UNRECOVERABLE).count(),
        due=due.count(),
        oldest_due=due.aggregate(oldest=Min("received_at"))["oldest"],
        failed=Post.objects.filter(state=PostState.FAILED).count(),
        replies_stuck=Reply.objects.filter(state__in=[ReplyState.UNKNOWN, ReplyState.FAILED]).count(),
        loops=[
            LoopLine(
                loop.name,
                loop.beat_at,
                loop.last_done_at,
                loop.beat_at is not None and loop.beat_at < now - QUIET_AFTER,
            )
            for loop in LoopLease.objects.exclude(beat_at=None).order_by("name")
        ],
    )
