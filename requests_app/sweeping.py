"""Guarantees progress: finds by the rows alone what no message, worker or person took care of."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from requests_app import policy, returning, triage, watching
from requests_app.models import HelpRequest, Lost
from requests_app.states import RequestState

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=10)
"""How long a woken worker may leave a post due before the sweeper reads it itself."""


@dataclass(frozen=True)
class Swept:
    """What one sweep found and did: posts due, posts that it read itself, requests back in the queue, steps further,
    requests of which nobody has heard for long."""

    due: int = 0
    read_here: int = 0
    returned: int = 0
    escalated: int = 0
    asked_again: int = 0


def sweep(now: datetime, wake: Callable[[], bool]) -> Swept:
    """Wake the readers for what is due; read it here when the broker is away or nobody comes."""
    due, oldest = triage.backlog(now)
    read_here = 0
    if due:
        is_woken = wake()
        if not is_woken or (oldest is not None and oldest < now - PATIENCE):
            read_here = triage.read_due()
    returned = _return_to_queue(now) + returning.sweep(now)
    watching.rank_broken_promises(now)
    return Swept(due, read_here, returned, watching.escalate_due(now), watching.ask_again(now))


def _return_to_queue(now: datetime) -> int:
    """Give back requests whose holder's lease ended or whose set time passed."""
    ended = HelpRequest.objects.filter(state=RequestState.CLAIMED, lease_until__lte=now)
    overslept = HelpRequest.objects.filter(
        state=RequestState.WAITING, wait_until__lte=now - policy.WAITING_GRACE
    )
    returned = 0
    for request in [*ended[:200], *overslept[:200]]:
        try:
            request.end_lease(now)
            returned += 1
        except Lost:
            log.info("request %s was moved by a person just now", request.pk)
    return returned
