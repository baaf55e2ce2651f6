"""How fresh a lead is: what was confirmed loses half its worth in each half-life of its kind (policy.toml).

Pure rules: the kinds of a lead, when somebody last stood for it, and now.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from requests_app.policy import POLICY

HALF_LIFE = {kind: timedelta(minutes=minutes) for kind, minutes in POLICY["half_life"].items()}
STALE_BELOW: float = POLICY["leads"]["stale_below"]
GONE_BELOW: float = POLICY["leads"]["gone_below"]


def half_life(kinds: Iterable[str]) -> timedelta:
    """The half-life of a lead of these needs: that of what runs out soonest; of no known need, that of "other"."""
    return min((HALF_LIFE[kind] for kind in kinds if kind in HALF_LIFE), default=HALF_LIFE["other"])


def freshness(kinds: Iterable[str], confirmed_at: datetime | None, now: datetime) -> float:
    """From 1 (confirmed this minute) to 0 (nobody stands for it); 0.5 after one half-life."""
    if confirmed_at is None:
        return 0.0
    age = max(timedelta(0), now - confirmed_at)
    return float(0.5 ** (age / half_life(kinds)))


def falls_below(kinds: Iterable[str], confirmed_at: datetime, level: float) -> datetime:
    """The instant at which `freshness` falls to a level: 0.5 is one half-life after it was confirmed."""
    return confirmed_at + half_life(kinds) * math.log2(1 / level)
