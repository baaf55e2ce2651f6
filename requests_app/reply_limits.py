"""Counts our replies on X against [replies] of policy.toml: so many to one author a day, so many an hour in all.

What counts is what went out or may have gone out, and what is about to. To be called under `lock()`: two presses at
once, or two senders, must not both take the last place.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from requests_app.models import LoopLease, Reply
from requests_app.policy import POLICY
from requests_app.states import ReplyState, ReplyTrouble

PER_AUTHOR: int = POLICY["replies"]["per_author_a_day"]
PER_HOUR: int = POLICY["replies"]["per_hour"]
NOT_FOUND = ReplyTrouble.NOT_FOUND.value
"""The error of a reply that X never showed: it may be there all the same."""

UNDER_WAY = (ReplyState.SENDING, ReplyState.UNKNOWN)


@dataclass(frozen=True)
class Limit:
    """A limit that is reached, as a slug, and when the next reply is possible."""

    reason: str
    until: datetime


def lock() -> None:
    """Let one process at a time count and write, until the transaction ends."""
    LoopLease.lock("replies")


def reached(author_id: str, now: datetime, *, queued: bool = True) -> Limit | None:
    """Return the limit that one more reply would break, or None. `queued`: count what waits to be sent as well."""
    waits = Q(state__in=[ReplyState.DUE, *UNDER_WAY] if queued else UNDER_WAY)
    of_author = Q(post__author_id=author_id) if author_id else Q(pk=None)
    day = _until(of_author, waits, PER_AUTHOR, timedelta(days=1), now)
    if day is not None:
        return Limit(ReplyTrouble.AUTHOR_LIMIT, day)
    hour = _until(Q(), waits, PER_HOUR, timedelta(hours=1), now)
    return Limit(ReplyTrouble.HOUR_LIMIT, hour) if hour is not None else None


def _until(whose: Q, waits: Q, most: int, length: timedelta, now: datetime) -> datetime | None:
    """When fewer than `most` fall into the window again; None where that is so now."""
    went = Q(state=ReplyState.SENT) | Q(state=ReplyState.FAILED, error=NOT_FOUND)
    ended = list(
        Reply.objects.filter(whose, went, ended_at__gt=now - length)
        .order_by("ended_at")
        .values_list("ended_at", flat=True)
    )
    too_many = len(ended) + Reply.objects.filter(whose, waits).count() - most + 1
    if too_many <= 0:
        return None
    last = ended[too_many - 1] if too_many <= len(ended) else None
    return (last or now) + length


def used_lately(now: datetime) -> dict[str, int]:
    """Return how often each wording was pressed in the last day, by its key."""
    keys = Reply.objects.filter(created_at__gt=now - timedelta(days=1)).exclude(wording="")
    counted: dict[str, int] = {}
    for key in keys.values_list("wording", flat=True):
        counted[key] = counted.get(key, 0) + 1
    return counted
