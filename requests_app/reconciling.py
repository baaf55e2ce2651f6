"""The promises as queries: each counts what must never be there. All zero, or a person must look.

Not counted here: one row per (source, id), one line per need, one holder, one reply per mention; the tables refuse those.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from requests_app.models import Event, HelpRequest, Post, Reading, Reply
from requests_app.states import HELD, OPEN, EventKind, PostOutcome, PostState, ReplyState, RequestState

LATE = timedelta(minutes=2)
OUTBOX_LATE = timedelta(minutes=5)
UNREAD_LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    """How many rows break one promise. `name` is a slug; 0 is well."""

    name: str
    count: int


def reconcile(now: datetime, since: datetime | None = None) -> list[Finding]:
    """Count the breaches of every promise at this time.

    With `since`, promises that need a look at every row are checked for rows that came in after it only, by an index:
    so a page may ask each minute. The command looks at all.
    """
    findings = []
    for name, rows in PROMISES.items():
        found = rows(now)
        if since is not None and name in SCANS:
            arrived = "received_at" if found.model is Post else "opened_at"
            found = found.filter(**{f"{arrived}__gte": since})
        findings.append(Finding(name, found.count()))
    return findings


def _unplaced(now: datetime) -> QuerySet[Post]:
    """Read posts that no list shows: no request, no lead, and not noise."""
    return Post.objects.filter(state=PostState.READ, request=None, lead=None).exclude(
        outcome=PostOutcome.NOISE
    )


def _lease_over(now: datetime) -> QuerySet[Post]:
    """Due posts whose worker's lease ended long ago and that nobody took again."""
    return Post.objects.filter(state=PostState.DUE, lease_until__lt=now - LATE)


def _unread(now: datetime) -> QuerySet[Post]:
    """Posts whose next attempt has been due for long."""
    return Post.objects.filter(state=PostState.DUE, next_attempt_at__lt=now - UNREAD_LATE)


def _read_without_reading(now: datetime) -> QuerySet[Post]:
    """Read posts without what was understood; a person may have opened a request for one that could not be read."""
    corrected = Q(corrections__field="kind")
    reading = Exists(Reading.objects.filter(post=OuterRef("pk")))
    return Post.objects.filter(~reading, state=PostState.READ, erased_at=None).exclude(corrected)


def _held_without_end(now: datetime) -> QuerySet[HelpRequest]:
    """Held requests whose lease or waiting time ended long ago, or was never set."""
    claimed = Q(state=RequestState.CLAIMED) & (Q(lease_until=None) | Q(lease_until__lt=now - LATE))
    waiting = Q(state=RequestState.WAITING) & (
        Q(wait_until=None) | Q(wait_until__lt=now - timedelta(minutes=15))
    )
    return HelpRequest.objects.filter(claimed | waiting)


def _without_history(now: datetime) -> QuerySet[HelpRequest]:
    """Requests whose opening is not written down."""
    opened = Exists(Event.objects.filter(request=OuterRef("pk"), kind=EventKind.OPENED))
    return HelpRequest.objects.filter(~opened)


def _held_by_nobody_active(now: datetime) -> QuerySet[HelpRequest]:
    return HelpRequest.objects.filter(state__in=HELD, holder__is_active=False)


def _without_post(now: datetime) -> QuerySet[HelpRequest]:
    """Open requests that stand for no post; the consultation beside a request has its parent's."""
    told = Exists(Post.objects.filter(request=OuterRef("pk")))
    return HelpRequest.objects.filter(~told, state__in=OPEN, parent=None)


def _outbox_late(now: datetime) -> QuerySet[Reply]:
    """Replies that were to be sent and were not tried for long."""
    waiting = [ReplyState.DUE, ReplyState.SENDING, ReplyState.UNKNOWN]
    return Reply.objects.filter(state__in=waiting, next_attempt_at__lt=now - OUTBOX_LATE)


PROMISES: dict[str, "Callable[[datetime], QuerySet[Post] | QuerySet[HelpRequest] | QuerySet[Reply]]"] = {
    "read_but_nowhere": _unplaced,
    "lease_over": _lease_over,
    "unread_too_long": _unread,
    "read_without_reading": _read_without_reading,
    "held_without_end": _held_without_end,
    "held_by_disabled": _held_by_nobody_active,
    "without_history": _without_history,
    "without_post": _without_post,
    "reply_late": _outbox_late,
}
SCANS = frozenset({"read_but_nowhere", "read_without_reading", "without_history", "without_post"})
"""Promises about every row that there is; the others look at open rows by an index."""
