"""Nothing is lost, whatever X, the network and our process do: random runs of the ingester, and guards off.

A run: bursts, mentions that X shows up to eight minutes late, deletions, faults of X, crashes at five places,
turns that were missed. Lost is a mention that X still shows, neither stored nor inside a recorded gap.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from requests_app.ingest import SAFE, Rules
from requests_app.models import Gap, IngestCursor, Post
from tests.desk import ME, Desk, stored
from tests.xsim.control import Sim

pytestmark = pytest.mark.django_db(transaction=True)

FAULTS = [
    ("5xx", {}),
    ("429", {"variant": "missing"}),
    ("html_200", {}),
    ("truncated", {}),
    ("reset", {}),
    ("bad_count", {}),
    ("token_loop", {}),
    ("disorder", {}),
    ("duplicates", {}),
    ("no_data", {}),
]


class Crash(BaseException):
    """The process dies here: nothing after this line runs, no lease is given back."""


@dataclass
class Outcome:
    lost: int
    in_gaps: int
    kept: int
    gaps: int


class Fate:
    """Crashes at one in so many checkpoints; a dead process stays dead."""

    def __init__(self, dice: random.Random, odds: float) -> None:
        self.dice, self.odds, self.is_dead = dice, odds, False

    def __call__(self, place: str) -> None:
        if self.is_dead or self.dice.random() < self.odds:
            self.is_dead = True
            raise Crash(place)


def play(desk: Desk, seed: int, rules: Rules = SAFE, *, bursts: bool = False, window: int = 800) -> Outcome:
    dice = random.Random(seed)
    sim, written, deleted = desk.sim, [], set()
    sim.config(window=window, page_token_ttl_s=400)
    desk.ask_many(3)
    desk.poll(rules=rules)
    for kind, options in FAULTS:
        sim.fault(kind, "mentions", times=None, probability=0.012, **options)
    sim.fault("400_token", "mentions", times=None, probability=0.1, page=2)
    for _turn in range(45):
        count = dice.choice([0, 2, 10, 30, 150]) if bursts else dice.choice([0, 1, 3, 10, 40])
        gap_s = dice.choice([20, 45, 90, 240]) if dice.random() < 0.9 else 1500
        desk.go(gap_s)
        end = int(desk.time.timestamp() * 1000)
        wishes = [
            {
                "author": f"person{dice.randrange(50)}",
                "text": f"@RajHelpDesk plea {dice.random()}",
                "at_ms": end - dice.randrange(gap_s * 1000),
                "index_delay_s": dice.uniform(0, 480) if dice.random() < 0.2 else 0,
            }
            for _number in range(count)
        ]
        written += sim.add_tweets(wishes) if wishes else []
        if written and dice.random() < 0.2:
            deleted.add(gone := dice.choice(written[-30:]))
            sim.delete(gone)
        if dice.random() < 0.25:
            continue
        try:
            desk.poll(max_pages=dice.choice([1, 2, 8]), rules=rules, checkpoint=Fate(dice, 0.06))
        except Crash:
            # The lease of a dead process runs out by the database's clock, which a test does not turn.
            past = timezone.now() - timedelta(seconds=1)
            IngestCursor.objects.filter(account=ME, lease_until__isnull=False).update(lease_until=past)
    sim.clear_faults()
    for _turn in range(6):
        desk.go(400)
        desk.poll(rules=rules)
    kept = stored()
    assert Post.objects.count() == len(kept)
    missing = set(written) - deleted - kept
    gaps = list(Gap.objects.values_list("low_id", "high_id"))
    covered = {x_id for x_id in missing if any(low < x_id < high for low, high in gaps)}
    return Outcome(len(missing - covered), len(covered), len(kept), len(gaps))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Sim.in_thread() as sim:
        yield Desk(sim)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_mention_is_lost_or_doubled(desk, seed):
    outcome = play(desk, seed)
    assert (outcome.lost, outcome.in_gaps) == (0, 0)
    assert outcome.kept > 200


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_what_x_no_longer_shows_lies_inside_a_recorded_gap(desk, seed):
    outcome = play(desk, seed, bursts=True, window=160)
    assert outcome.lost == 0
    assert outcome.in_gaps > 0


def test_without_overlap_late_mentions_are_lost(desk):
    assert play(desk, 1, Rules(overlap=timedelta(0))).lost > 0


@pytest.mark.parametrize(("moves", "is_lost"), [("scan_end", False), ("page", True)])
def test_a_scan_begun_again_reads_all_again_because_its_end_alone_moves_the_water_mark(desk, moves, is_lost):
    """After an hour's outage two pages are in; then X refuses its page tokens twice: from the top again."""
    rules = Rules(water_mark_moves=moves)
    desk.ask_many(3)
    desk.poll(rules=rules)
    desk.go(3600)
    written = set(desk.ask_many(360, apart_ms=10_000))
    desk.poll(rules=rules, max_pages=2)
    for page in (3, 2):
        desk.sim.fault("400_token", "mentions", page=page)
        assert desk.poll(rules=rules).trouble is not None
        desk.go(10)
    while not desk.poll(rules=rules).complete:
        desk.go(10)
    assert bool(written - stored()) == is_lost


def test_without_sentinels_a_full_window_goes_unnoticed(desk):
    assert play(desk, 4, Rules(sentinels=False), bursts=True, window=160).lost > 0
