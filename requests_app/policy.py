"""The team's policy as values: clocks, leases, next tries and thresholds, read once from policy.toml."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from requests_app.states import Attention


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

STATE_DESK = "state_desk"
CLAIM_LEASE = timedelta(minutes=POLICY["lease"]["claim"])
READING_LEASE = timedelta(minutes=POLICY["lease"]["reading"])
WAITING_GRACE = timedelta(minutes=POLICY["lease"]["waiting_grace"])
POST_LEASE = timedelta(seconds=POLICY["posts"]["lease"])
POST_ATTEMPTS: int = POLICY["posts"]["attempts"]
POST_BATCH: int = POLICY["posts"]["batch"]
REVEALS_PER_HOUR: int = POLICY["reveals"]["per_hour"]


def first_contact_due(opened_at: datetime, urgency: str) -> datetime:
    """When somebody must have called at the latest."""
    return opened_at + timedelta(minutes=POLICY["first_contact"][urgency])


def outcome_due(opened_at: datetime, urgency: str) -> datetime:
    """When it must be known at the latest what became of it."""
    return opened_at + timedelta(minutes=POLICY["outcome"][urgency])


def follow_up_at(taken_at: datetime, urgency: str) -> datetime:
    """When somebody asks an official what came of it."""
    return taken_at + timedelta(minutes=POLICY["officials"][urgency])


def broken_promise(
    now: datetime, contacted_at: datetime | None, contact_due_at: datetime, outcome_due_at: datetime | None
) -> bool:
    """Whether an open request's first call or its outcome is overdue."""
    is_uncalled = contacted_at is None and contact_due_at <= now
    return is_uncalled or (outcome_due_at is not None and outcome_due_at <= now)


def next_promise(
    now: datetime, contacted_at: datetime | None, contact_due_at: datetime, outcome_due_at: datetime | None
) -> datetime | None:
    """When the next promise to an open request breaks, unless somebody keeps it; None: none is left."""
    ahead = [] if contacted_at is not None else [contact_due_at]
    ahead += [] if outcome_due_at is None else [outcome_due_at]
    return min((due for due in ahead if due > now), default=None)


def rank_at(
    waiting_since: datetime, urgency: str, *, is_broken: bool = False, attention: str = Attention.NONE
) -> datetime:
    """The instant by which the queue is ordered, earliest first: urgency, waiting, broken promises, asking again.

    It changes only with one of these inputs, so it is stored, and an index orders the queue. Every head start and every
    step back is a set number of minutes: whoever waits longer than the largest difference stands before all who came
    later, so nothing starves. What is said to be solved stands behind those who wait; what is said to have ended in a
    death stands at the end.
    """
    behind = POLICY["behind"].get(attention)
    if behind is not None:
        return waiting_since + timedelta(minutes=behind)
    ahead = POLICY["head_start"][urgency]
    ahead += POLICY["head_start"]["promise_broken"] if is_broken else 0
    ahead += POLICY["head_start"]["ask_again"] if attention == Attention.STALE else 0
    return waiting_since - timedelta(minutes=ahead)


def first_clocks(
    now: datetime, urgency: str, attention: str = Attention.NONE, desk: str = ""
) -> dict[str, datetime | None]:
    """Return the fields of a request that begins to wait now: its rank, its promises and when the clock looks at it."""
    due = first_contact_due(now, urgency)
    return {
        "waiting_since": now,
        "rank_at": rank_at(now, urgency, attention=attention),
        "contact_due_at": due,
        "outcome_due_at": outcome_due(now, urgency),
        "promise_at": due,
        "recontact_at": ask_again_at(now),
        "escalate_at": None if desk == STATE_DESK else due,
    }


def escalation_gap(urgency: str) -> timedelta:
    """How long each step of the escalation has before the next."""
    return timedelta(minutes=POLICY["escalation"][urgency])


def ask_again_at(now: datetime) -> datetime:
    """When "is help still needed?" is to be asked, unless the family is heard of before."""
    return now + timedelta(hours=POLICY["recontact"]["after_hours"])


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
