"""Taking mentions in: real Tweepy over HTTP to the simulator, real Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from requests_app import ingest, snowflake
from requests_app.models import Gap, IngestCursor, Post
from requests_app.x_client import Account, XClient
from tests.xsim.control import Sim

pytestmark = pytest.mark.django_db(transaction=True)
ME = "1380000000000000001"
START = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)


class Desk:
    """A simulator, a client of it, and the simulator's clock as ours."""

    def __init__(self, sim: Sim) -> None:
        self.sim = sim
        keys = sim.keys
        self.account = Account(
            ME, "RajHelpDesk", sim.url, keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_secret
        )
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

    def ask(self, text: str = "@RajHelpDesk oxygen chahiye Kota", author: str = "ramesh", **traits: Any) -> int:
        return self.sim.add_tweet(author, text, **traits)

    @property
    def cursor(self) -> IngestCursor:
        return IngestCursor.objects.get(account=ME)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Sim.in_thread(handle="RajHelpDesk", user_id=int(ME)) as sim:
        yield Desk(sim)


def stored() -> set[int]:
    return set(Post.objects.values_list("x_id", flat=True))


def test_mention_becomes_one_due_post(desk):
    x_id = desk.ask("@RajHelpDesk &amp; oxygen 9829012345")
    result = desk.poll()
    assert (result.new_posts, result.complete, result.trouble) == (1, True, None)
    post = Post.objects.get()
    assert (post.x_id, post.external_id, post.state, post.author_handle) == (x_id, str(x_id), "due", "ramesh")
    assert "9829012345" not in post.masked_text and "9829012345" in post.text
    assert desk.poll().new_posts == 0
    assert Post.objects.count() == 1
