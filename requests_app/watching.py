"""Keeps the clocks: takes further what nobody took or called, ranks anew what is overdue, asks again after long silence.

Each is a batch of rows found by an index and moved by compare-and-set, so two sweepers at once do each thing once.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from requests_app.models import HelpRequest, Lost
from requests_app.models.request_lists import HelpRequestQuerySet
from requests_app.states import Attention

log = logging.getLogger(__name__)

BATCH = 200


def escalate_due(now: datetime) -> int:
    """Make the step of every request whose step is due; return how many steps were made."""
    due = HelpRequest.objects.open().filter(escalate_at__lte=now).order_by("escalate_at", "pk")
    return _each(due, lambda request: request.escalate(None, now))


def rank_broken_promises(now: datetime) -> int:
    """Move up what is overdue since the last look; return how many."""
    broken = HelpRequest.objects.open().filter(promise_at__lte=now).order_by("promise_at", "pk")
    return _each(broken, lambda request: request.rank_anew(now))


def ask_again(now: datetime) -> int:
    """Mark what nobody has heard of for long; return how many. What bears another mark is looked at for that anyway."""
    silent = HelpRequest.objects.open().filter(attention=Attention.NONE, recontact_at__lte=now)
    return _each(silent.order_by("recontact_at", "pk"), lambda request: request.go_stale(now))


def _each(rows: HelpRequestQuerySet, move: Callable[[HelpRequest], bool | None]) -> int:
    done = 0
    for request in rows[:BATCH]:
        try:
            done += move(request) is not False
        except Lost:
            log.info("request %s was moved by somebody just now", request.pk)
    return done
