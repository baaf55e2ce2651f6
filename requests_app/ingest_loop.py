"""Keeps the road to X going: polls it, searches the gaps, wakes the readers and sends left-over replies, until told to stop."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from requests_app import ingest, loops, replies
from requests_app.clock import database_now
from requests_app.x_client import Account, XClient

log = logging.getLogger(__name__)

ROUNDS_AT_ONCE = 5


def run(
    account: Account,
    *,
    every: float,
    stop: threading.Event,
    wake: Callable[[], object],
    once: bool = False,
    rules: ingest.Rules = ingest.SAFE,
) -> None:
    """Run the loop; a second copy waits. `every` in seconds; `wake` is called when new posts are there."""
    worker = _Round(account, stop, wake, rules)
    loops.run("ingester", worker.run, every, stop, once=once)


class _Round:
    """One turn of the loop, and when the gaps may be searched again."""

    def __init__(
        self, account: Account, stop: threading.Event, wake: Callable[[], object], rules: ingest.Rules
    ) -> None:
        self.account, self.stop, self.wake, self.rules = account, stop, wake, rules
        self.client = XClient(account)
        self.polls_from: datetime | None = None
        self.gaps_from: datetime | None = None
        self.gap_failures = 0

    def run(self) -> None:
        if self.polls_from is not None and database_now() < self.polls_from:
            return
        for _round in range(ROUNDS_AT_ONCE):
            result = ingest.poll(self.client, self.account, database_now, rules=self.rules)
            self._tell("mentions", result)
            if not result.has_more or self.stop.is_set():
                break
        self.polls_from = database_now() + result.spacing
        # The worker sends what is pressed at once; here what no message told of, and what X must be asked about.
        replies.deliver_due(self.client, database_now)
        if result.complete and (self.gaps_from is None or database_now() >= self.gaps_from):
            self._fill_gaps()

    def _fill_gaps(self) -> None:
        result = ingest.fill_gaps(self.client, self.account, database_now, rules=self.rules)
        self._tell("gaps", result)
        self.gaps_from = None
        if result.trouble is not None:
            wait = ingest.pause(result.trouble, self.gap_failures)
            self.gaps_from = database_now() + min(wait, timedelta(hours=1))
        self.gap_failures = self.gap_failures + 1 if result.trouble is not None else 0

    def _tell(self, what: str, result: ingest.PollResult) -> None:
        if result.new_posts:
            log.info("%s: %s new posts", what, result.new_posts)
            self.wake()
