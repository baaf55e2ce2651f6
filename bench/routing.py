"""Plays a day of requests through the real routing, escalation and clocks, beside random assignment; writes docs/routing.md.

    python -m bench.routing [--requests 10000] [--seed 7] [--write docs/routing.md]

Nothing is stored: people, calls and the clock are made up here, the decisions are `routing.route`, `escalating.watch` and
`policy`. People work in three shifts, take one request at a time, do not always reach the family at the first call, look
away from their phone for a while, and some leave without a word, which the sweeper finds at its next round. At night one
district has nobody at all. "Unseen" is a request that waits with no person on duty to whom it was suggested, who holds it,
or at whose desk it stands.
"""

import argparse
import heapq
import itertools
import os
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

import django

django.setup()

from districts.models import Role  # noqa: E402
from requests_app import escalating, policy, routing  # noqa: E402
from requests_app.states import CallOutcome  # noqa: E402

START = datetime(2026, 5, 1, 6, tzinfo=UTC)
DAY = timedelta(hours=24)
DRAIN = timedelta(hours=6)
SWEEP = timedelta(seconds=3)
MINUTE = timedelta(minutes=1)
SHARES = (30, 20, 14, 10, 9, 8, 6, 3)
"""How many of a hundred requests come from each district; the people are spread alike."""
NIGHTLESS = 7
"""The district that has nobody on duty at night."""
SHIFTS = ((0, 8, 64), (8, 16, 64), (16, 24, 26))
"""From hour, to hour (after the start), volunteers in the whole state."""
LEADS = (2, 14)
NEEDS = ("oxygen", "beds", "medicines", "plasma", "food")
URGENCIES = (("critical", 15), ("high", 35), ("normal", 50))
BUSY_HOURS = (5, 9, 10, 9, 8, 7, 6, 6, 6, 6, 7, 8, 9, 9, 8, 6, 4, 3, 2, 1, 1, 1, 2, 3)
CALL, WORK = 1.0, 5.0
"""Minutes until a call is through, and on average until the volunteer is free again."""
REACHED = 0.85
ROUTED, ON_DUTY, ANYBODY = "routing", "random on duty", "random"
WAYS = (ROUTED, ON_DUTY, ANYBODY)
AWAY = timedelta(minutes=25)
VANISHES = 0.05


@dataclass(eq=False)
class Worker:
    """A person of the day. `own`: what they were suggested and what they try again, by number."""

    pk: int
    role: str
    district: int
    since: datetime
    until: datetime
    needs: frozenset[str] = frozenset()
    away: tuple[datetime, datetime] = (START, START)
    leaves: datetime | None = None
    is_on_duty: bool = False
    is_busy: bool = False
    given: set[int] = field(default_factory=set)
    tries: set[int] = field(default_factory=set)
    taken: int = 0

    def person(self, hand: int) -> routing.Person:
        places = frozenset({self.district})
        load = len(self.given) + len(self.tries) + hand
        return routing.Person(self.pk, self.role, places, frozenset(), self.needs, 8, load, taken=self.taken)


@dataclass(eq=False)
class Case:
    """A request of the day, with the columns that the clocks go by."""

    number: int
    district: int
    urgency: str
    need: str
    opened: datetime
    suggested: Worker | None = None
    holder: Worker | None = None
    desk: str = ""
    passed: set[int] = field(default_factory=set)
    known_by: set[int] = field(default_factory=set)
    others: int = 0
    tries: int = 0
    again: datetime | None = None
    wait_until: datetime | None = None
    contacted: datetime | None = None
    unseen_since: datetime | None = None
    unseen: timedelta = timedelta()

    @property
    def due(self) -> datetime:
        return policy.first_contact_due(self.opened, self.urgency)

    @property
    def rank(self) -> datetime:
        return policy.rank_at(self.opened, self.urgency)

    def ask(self, *also: Worker | None) -> routing.Ask:
        passed = frozenset(self.passed | {worker.pk for worker in also if worker})
        return routing.Ask(
            self.district, None, frozenset({self.need}), passed=passed, known_by=frozenset(self.known_by)
        )


@dataclass
class Day:
    """What a day came to. Minutes everywhere; `evenness` is the work of the busiest over the mean, per group of equals."""

    name: str
    requests: int
    uncontacted: int
    longest_unseen: float
    unseen: int
    to_off_duty: int
    evenness: list[float]
    waits: dict[str, list[float]]
    in_time: float
    steps: Counter[str]


def people(rng: random.Random, scale: float) -> list[Worker]:
    """The same people for both ways: volunteers and leads of each district, and the state desk."""
    workers: list[Worker] = []

    def add(role: str, district: int, start: float, end: float, needs: frozenset[str] = frozenset()) -> None:
        since, until = START + timedelta(hours=start), START + timedelta(hours=end)
        worker = Worker(len(workers) + 1, role, district, since, until, needs)
        if role == Role.VOLUNTEER:
            looks_away = since + rng.random() * (until - since - AWAY)
            worker.away = (looks_away, looks_away + AWAY)
            if rng.random() < VANISHES:
                worker.leaves = since + (0.2 + 0.7 * rng.random()) * (until - since)
        workers.append(worker)

    for district, share in enumerate(SHARES):
        for number, (start, end, count) in enumerate(SHIFTS):
            if district == NIGHTLESS and number == 2:
                continue
            here = max(2, round(count * share * scale / 100))
            for place in range(here):
                takes = frozenset({"oxygen", "beds"}) if place % 6 == 5 else frozenset()
                add(Role.VOLUNTEER, district, start, end, takes)
        add(Role.LEAD, district, *LEADS)
    for _number in range(max(2, round(8 * scale))):
        add(Role.STATE_DESK, -1, 0, 48)
    return workers


def cases(rng: random.Random, count: int) -> list[Case]:
    hours = rng.choices(range(24), BUSY_HOURS, k=count)
    times = sorted(START + timedelta(hours=hour + rng.random()) for hour in hours)
    names, weights = zip(*URGENCIES, strict=True)
    return [
        Case(
            number,
            rng.choices(range(len(SHARES)), SHARES)[0],
            rng.choices(names, weights)[0],
            rng.choice(NEEDS),
            opened,
        )
        for number, opened in enumerate(times)
    ]


class Play:
    """One day by one of WAYS: the real rules, or each request for good to a random volunteer of its district."""

    def __init__(self, count: int, seed: int, way: str) -> None:
        self.rng = random.Random(seed)
        self.workers = people(self.rng, count / 10_000)
        self.cases = cases(self.rng, count)
        self.way, self.is_routed = way, way == ROUTED
        self.by_pk = {worker.pk: worker for worker in self.workers}
        self.on_duty: dict[int, list[Worker]] = defaultdict(list)
        self.at_desk: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.heap: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self.order = itertools.count()
        self.to_off_duty, self.steps = 0, Counter[str]()

    def at(self, when: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self.heap, (when, next(self.order), act))

    def run(self) -> None:
        for worker in self.workers:
            self.at(worker.since, lambda now, worker=worker: self.comes(worker, now))
            self.at(worker.leaves or worker.until, lambda now, worker=worker: self.goes(worker, now))
        for case in self.cases:
            self.at(case.opened, lambda now, case=case: self.opens(case, now))
        while self.heap:
            when, _order, act = heapq.heappop(self.heap)
            if when > START + DAY + DRAIN:
                break
            act(when)
        for case in self.cases:
            self.audit(case, START + DAY + DRAIN, is_over=True)

    # --- People ---------------------------------------------------------------------------------------------

    def comes(self, worker: Worker, now: datetime) -> None:
        worker.is_on_duty = True
        self.on_duty[worker.district].append(worker)
        for number in worker.given:
            self.audit(self.cases[number], now)
        self.picks(worker, now)
        if worker.away[1] > now:
            self.at(worker.away[1], lambda then: self.picks(worker, then))

    def goes(self, worker: Worker, now: datetime) -> None:
        """Off duty at the end of the shift by a press; gone without one, found at the next sweep."""
        worker.is_on_duty = False
        self.on_duty[worker.district].remove(worker)
        mine = [case for case in self.cases if case.holder is worker or case.suggested is worker]
        for case in mine:
            self.audit(case, now)
        if self.is_routed:
            self.at(now + SWEEP if worker.leaves else now, lambda then: self.returns(worker, then))

    def returns(self, worker: Worker, now: datetime) -> None:
        for number in sorted(worker.given | worker.tries):
            case = self.cases[number]
            if case.holder is worker or case.suggested is worker:
                case.holder = case.wait_until = None
                self.suggest(case, now, worker)
        held = [case for case in self.cases if case.holder is worker and case.contacted is None]
        for case in held:
            case.holder = None
            self.suggest(case, now, worker)
        worker.given.clear()
        worker.tries.clear()

    def there(self, district: int) -> list[routing.Person]:
        return [worker.person(int(worker.is_busy)) for worker in self.on_duty[district]]

    # --- Requests --------------------------------------------------------------------------------------------

    def opens(self, case: Case, now: datetime) -> None:
        if self.is_routed:
            self.suggest(case, now)
            return
        everybody = [
            one for one in self.workers if one.role == Role.VOLUNTEER and one.district == case.district
        ]
        on_duty = [one for one in everybody if one.is_on_duty] if self.way == ON_DUTY else []
        self.give(case, self.rng.choice(on_duty or everybody), now)

    def suggest(self, case: Case, now: datetime, gone: Worker | None = None) -> None:
        """As models.watched.suggestion does it."""
        way = routing.route(case.ask(gone), self.there(case.district))
        case.desk = escalating.higher(case.desk, way.desk)
        again = max(case.due, now + policy.escalation_gap(case.urgency)) if gone else case.due
        case.again = None if case.desk == Role.STATE_DESK else again
        self.give(case, self.by_pk.get(way.suggested or 0), now)
        self.watches(case)

    def give(self, case: Case, worker: Worker | None, now: datetime) -> None:
        if case.suggested is not None:
            case.suggested.given.discard(case.number)
        case.suggested = worker
        if case.desk:
            self.at_desk[case.desk][case.district].add(case.number)
        if worker is not None:
            self.to_off_duty += not worker.is_on_duty
            worker.given.add(case.number)
        self.audit(case, now)
        if worker is not None:
            self.picks(worker, now)
        if case.desk == Role.STATE_DESK:
            for one in self.on_duty[-1]:
                self.picks(one, now)

    def watches(self, case: Case) -> None:
        if case.again is not None:
            when = case.again
            self.at(when, lambda now: self.escalates(case, when, now))

    def escalates(self, case: Case, when: datetime, now: datetime) -> None:
        """As models.requests.escalate does it."""
        if case.contacted is not None or case.again != when:
            return
        standing = escalating.Standing(
            ask=case.ask(case.suggested),
            urgency=case.urgency,
            contact_due_at=case.due,
            outcome_due_at=policy.outcome_due(case.opened, case.urgency),
            desk=case.desk,
            others=case.others,
            holder=case.holder.pk if case.holder else None,
            has_tried=case.tries > 0,
        )
        watched = escalating.watch(standing, self.there(case.district), now)
        case.again = watched.again
        if watched.step is not None:
            self.steps[watched.step.name] += 1
            case.others += watched.step.name == "volunteer"
            case.desk = watched.step.desk
            if case.holder is None:
                if case.suggested is not None:
                    case.passed.add(case.suggested.pk)
                self.give(case, self.by_pk.get(watched.step.suggested or 0), now)
        self.watches(case)

    # --- Work -------------------------------------------------------------------------------------------------

    def picks(self, worker: Worker, now: datetime) -> None:
        """Take the most urgent of what is one's own; else what stands at the desk that one may see."""
        if worker.is_busy or not worker.is_on_duty or worker.away[0] <= now < worker.away[1]:
            return
        due = [self.cases[number] for number in worker.tries if (self.cases[number].wait_until or now) <= now]
        own = due or [self.cases[number] for number in worker.given]
        if not own and self.is_routed:
            own = self.open_at_desks(worker)
        if own:
            self.takes(worker, min(own, key=lambda case: (case.rank, case.number)), now)

    def open_at_desks(self, worker: Worker) -> list[Case]:
        places = range(len(SHARES)) if worker.role == Role.STATE_DESK else [worker.district]
        desks = [Role.STATE_DESK] if worker.role == Role.STATE_DESK else [Role.LEAD, Role.STATE_DESK]
        found = []
        for desk in desks:
            for place in places:
                waiting = self.at_desk[desk][place]
                gone = {n for n in waiting if self.cases[n].holder or self.cases[n].contacted}
                waiting -= gone
                found += [self.cases[number] for number in waiting]
        return found

    def takes(self, worker: Worker, case: Case, now: datetime) -> None:
        if case.suggested is not None:
            case.suggested.given.discard(case.number)
        worker.tries.discard(case.number)
        worker.taken += case.holder is not worker
        worker.is_busy, case.suggested, case.holder, case.wait_until = True, None, worker, None
        case.known_by.add(worker.pk)
        if case.again is not None:
            case.again = max(case.again, now + policy.escalation_gap(case.urgency))
            self.watches(case)
        self.audit(case, now)
        self.at(now + timedelta(minutes=CALL), lambda then: self.calls(worker, case, then))

    def calls(self, worker: Worker, case: Case, now: datetime) -> None:
        if case.holder is worker and self.rng.random() < REACHED:
            case.contacted = now
            self.audit(case, now, is_over=True)
            work = min(self.rng.expovariate(1 / WORK), 20)
            self.at(now + timedelta(minutes=work), lambda then: self.is_free(worker, then))
            return
        if case.holder is worker:
            case.tries += 1
            again = policy.next_try(now, CallOutcome.NO_ANSWER, case.tries) or now
            case.wait_until = again
            worker.tries.add(case.number)
            self.at(again, lambda then: self.picks(worker, then))
        self.is_free(worker, now)

    def is_free(self, worker: Worker, now: datetime) -> None:
        worker.is_busy = False
        self.picks(worker, now)

    # --- The auditor ----------------------------------------------------------------------------------------------

    def is_seen(self, case: Case) -> bool:
        person = case.holder or case.suggested
        if person is not None and person.is_on_duty:
            return True
        if case.desk == Role.LEAD:
            return any(one.role == Role.LEAD for one in self.on_duty[case.district])
        return case.desk == Role.STATE_DESK and bool(self.on_duty[-1])

    def audit(self, case: Case, now: datetime, *, is_over: bool = False) -> None:
        is_seen = is_over or case.contacted is not None or self.is_seen(case)
        if is_seen and case.unseen_since is not None:
            case.unseen, case.unseen_since = max(case.unseen, now - case.unseen_since), None
        elif not is_seen and case.unseen_since is None:
            case.unseen_since = now


def simulate(count: int, seed: int, way: str) -> Day:
    """Play a day of so many requests; people in proportion."""
    play = Play(count, seed, way)
    play.run()
    waits: dict[str, list[float]] = defaultdict(list)
    for case in play.cases:
        if case.contacted is not None:
            waits[case.urgency].append((case.contacted - case.opened) / MINUTE)
    groups: dict[object, list[int]] = defaultdict(list)
    for worker in play.workers:
        if worker.role == Role.VOLUNTEER and worker.leaves is None:
            groups[worker.district, worker.since, worker.needs].append(worker.taken)
    fair = [max(group) / statistics.mean(group) for group in groups.values() if len(group) > 1 and sum(group)]
    return Day(
        name=way,
        requests=count,
        uncontacted=sum(case.contacted is None for case in play.cases),
        longest_unseen=max((case.unseen for case in play.cases), default=timedelta()) / MINUTE,
        unseen=sum(case.unseen > MINUTE for case in play.cases),
        to_off_duty=play.to_off_duty,
        evenness=sorted(fair),
        waits=dict(waits),
        in_time=statistics.mean(
            case.contacted is not None and case.contacted <= case.due for case in play.cases
        ),
        steps=play.steps,
    )


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def table(days: list[Day]) -> str:
    """The whole table, Markdown, one column per way."""
    lines: list[tuple[str, Callable[[Day], str]]] = [
        ("requests over the day", lambda day: f"{day.requests:,}"),
        ("longest time that one was unseen, minutes", lambda day: f"{day.longest_unseen:.2f}"),
        ("unseen for more than a minute", lambda day: f"{day.unseen:,}"),
        ("given to somebody off duty", lambda day: f"{day.to_off_duty:,}"),
        ("work of the busiest over the mean, worst group of equals", lambda day: f"{day.evenness[-1]:.2f}"),
        ("the same, median group", lambda day: f"{statistics.median(day.evenness):.2f}"),
        ("first call within its promise", lambda day: f"{day.in_time:.1%}"),
        ("not reached six hours after the day", lambda day: f"{day.uncontacted:,}"),
    ]
    for urgency in ("critical", "high", "normal"):
        lines += [
            (
                f"minutes to first contact, {urgency}: median",
                lambda day, urgency=urgency: f"{statistics.median(day.waits[urgency]):.1f}",
            ),
            (
                f"minutes to first contact, {urgency}: 95 of 100 within",
                lambda day, urgency=urgency: f"{percentile(day.waits[urgency], 0.95):.1f}",
            ),
        ]
    lines += [
        (f"steps to: {name.replace('_', ' ')}", lambda day, name=name: f"{day.steps[name]:,}")
        for name in ("volunteer", "lead", "state_desk")
    ]
    head = f"| | {' | '.join(day.name for day in days)} |\n|---|{'---:|' * len(days)}\n"
    return head + "".join(f"| {words} | {' | '.join(cell(day) for day in days)} |\n" for words, cell in lines)


ABOUT = """# How a day of requests is spread

Written by `make bench-routing` (bench/routing.py, seed {seed}, {seconds:.0f} s on one core). People, calls and the clock are made
up; the decisions are the program's own: `routing.route`, `escalating.watch`, `policy.toml`. "routing" is the program,
"random" gives each request for good to a random volunteer of its district, "random on duty" to one who is on duty just then
(where nobody is, to any); both take nothing further.

{table}
A request is unseen while no person on duty holds it or was suggested it, and it stands at no desk where somebody is on
duty. What is left in the first column is the sweeper's round of {sweep:.0f} s after somebody left without a word. Equals are
volunteers of one district, one shift and the same needs who did not leave early; work is what each of them took. One call
in {one_in:.0f} reaches nobody and is tried again after the policy's minutes, which no routing can shorten; one district has nobody on
duty at night.
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    began = time.perf_counter()
    days = [simulate(options.requests, options.seed, way) for way in WAYS]
    took = time.perf_counter() - began
    shown = table(days)
    print(shown)
    print(f"{took:.1f} s")
    if options.write:
        words = ABOUT.format(
            seed=options.seed,
            seconds=took,
            table=shown,
            sweep=SWEEP.total_seconds(),
            one_in=1 / (1 - REACHED),
        )
        options.write.write_text(words)


if __name__ == "__main__":
    main()
