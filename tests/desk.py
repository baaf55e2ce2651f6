"""What tests of the road to X hold: a simulator, a client of it, and the simulator's clock as ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from requests_app import ingest, replies
from requests_app.models import IngestCursor, Post
from requests_app.x_client import Account, XClient
from tests.xsim.control import Sim

ME = "1380000000000000001"
HANDLE = "RajHelpDesk"
START = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)


def account_of(sim: Sim, **changes: str) -> Account:
    keys = {
        "api_key": sim.keys.consumer_key,
        "api_secret": sim.keys.consumer_secret,
        "access_token": sim.keys.access_token,
        "access_secret": sim.keys.access_secret,
    }
    return Account(ME, HANDLE, **{"api_base": sim.url, **keys, **changes})


class Desk:
    """Time stands still unless `go` is called."""

    def __init__(self, sim: Sim) -> None:
        self.sim = sim
        self.account = account_of(sim)
        self.client = XClient(self.account)
        self.time = START
        self.go(0)

    def now(self) -> datetime:
        return self.time

    def go(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.sim.clock(now=self.time.timestamp(), stop=True)

    def poll(self, **options: Any) -> ingest.PollResult:
        return ingest.poll(self.client, self.account, self.now, **options)

    def fill_gaps(self, **options: Any) -> ingest.PollResult:
        return ingest.fill_gaps(self.client, self.account, self.now, **options)

    def deliver(self) -> int:
        return replies.deliver_due(self.client, self.now)

    def ask(self, text: str = "@RajHelpDesk oxygen chahiye", author: str = "ramesh", **traits: Any) -> int:
        return self.sim.add_tweet(author, text, **traits)

    def ask_many(self, count: int, *, apart_ms: int = 50, **traits: Any) -> list[int]:
        """So many mentions, written up to now."""
        end = int(self.time.timestamp() * 1000)
        wishes = [
            {
                "author": f"person{n}",
                "text": f"@RajHelpDesk bed {n}",
                "at_ms": end - apart_ms * (count - n),
                **traits,
            }
            for n in range(count)
        ]
        return self.sim.add_tweets(wishes)

    @property
    def cursor(self) -> IngestCursor:
        return IngestCursor.objects.get(account=ME)


def stored() -> set[int]:
    return set(Post.objects.filter(x_id__isnull=False).values_list("x_id", flat=True))
