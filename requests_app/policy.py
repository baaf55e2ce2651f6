"""The team's policy as values: clocks, leases, next tries and thresholds, read once from policy.toml."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def _load() -> dict[str, dict[str, Any]]:
    """Return policy.toml with the values of settings.POLICY_FILE, where that is set, laid over it."""
    with (Path(__file__).parent / "policy.toml").open("rb") as file:
        policy = tomllib.load(file)
    if settings.POLICY_FILE:
        try:
            with Path(settings.POLICY_FILE).open("rb") as file:
                changes = tomllib.load(file)
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ImproperlyConfigured(f"POLICY_FILE: cannot read {settings.POLICY_FILE}: {error}") from error
        for section, values in changes.items():
            for name, value in values.items() if isinstance(values, dict) else [("", values)]:
                if type(policy.get(section, {}).get(name)) is not type(value):
                    raise ImproperlyConfigured(
                        f"POLICY_FILE: {section}.{name} = {value!r} is not a known rule."
                    )
                policy[section][name] = value
    return policy


POLICY = _load()

CLAIM_LEASE = timedelta(minutes=POLICY["lease"]["claim"])
WAITING_GRACE = timedelta(minutes=POLICY["lease"]["waiting_grace"])
POST_LEASE = timedelta(seconds=POLICY["posts"]["lease"])
POST_ATTEMPTS: int = POLICY["posts"]["attempts"]
POST_BATCH: int = POLICY["posts"]["batch"]
REVEALS_PER_HOUR: int = POLICY["reveals"]["per_hour"]


def first_contact_due(opened_at: datetime, urgency: str) -> datetime:
    """When somebody must have called at the latest."""
    return opened_at + timedelta(minutes=POLICY["first_contact"][urgency])


def rank_at(opened_at: datetime, urgency: str) -> datetime:
    """The instant by which the queue is ordered, earliest first.

    It never changes while a request waits, so an index orders the queue; an old normal request overtakes a new
    critical one after the difference of their head starts, so nothing starves.
    """
    return opened_at - timedelta(minutes=POLICY["head_start"][urgency])


def next_try(now: datetime, outcome: str, tries: int) -> datetime | None:
    """When to call again after the `tries`-th fruitless call in a row (1 is the first); None: no set time."""
    steps = POLICY["retry"].get(outcome)
    if not steps:
        return None
    return now + timedelta(minutes=steps[min(tries, len(steps)) - 1])


def post_retry_at(now: datetime, attempts: int) -> datetime:
    """When a post whose reading failed is tried again."""
    steps = POLICY["posts"]["retry"]
    return now + timedelta(seconds=steps[min(max(attempts, 1), len(steps)) - 1])
