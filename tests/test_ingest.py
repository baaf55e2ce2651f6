"""Taking mentions in: real Tweepy over HTTP to the simulator, real Postgres."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from requests_app import ingest, ingest_loop, snowflake
from requests_app.ingest import Rules
from requests_app.models import Gap, IngestCursor, LoopLease, Post
from requests_app.x_client import Page, XClient
from requests_app.x_rows import Rows
from tests.desk import ME, Desk, account_of, stored
from tests.xsim.control import Sim

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Sim.in_thread() as sim:
        yield Desk(sim)


def calls(desk: Desk, route: str = "mentions") -> int:
    return len(desk.sim.journal(route))


def test_mention_becomes_one_due_post_with_its_numbers_masked(desk):
    x_id = desk.ask("@RajHelpDesk &amp; oxygen 9829012345")
    result = desk.poll()
    assert (result.new_posts, result.complete, result.trouble) == (1, True, None)
    post = Post.objects.get()
    assert (post.x_id, post.external_id, post.state) == (x_id, str(x_id), "due")
    assert post.author_handle == "ramesh"
    assert "9829012345" not in post.masked_text and "9829012345" in post.text
    assert len(post.masked_text) == len(post.text)
    assert b"9829012345" not in bytes(post.sealed_raw)


def test_polling_again_changes_nothing_and_is_charged_once(desk):
    desk.ask()
    desk.poll()
    spent = desk.sim.ledger()["spent_usd"]
    desk.go(60)
    assert desk.poll().new_posts == 0
    assert (Post.objects.count(), desk.sim.ledger()["spent_usd"]) == (1, spent)


def test_our_own_posts_are_not_read(desk):
    desk.ask("@RajHelpDesk we are here", author="RajHelpDesk")
    assert desk.poll().new_posts == 0


def test_first_start_takes_the_last_hour_and_nothing_older(desk):
    desk.ask("@RajHelpDesk long ago")
    desk.go(3700)
    recent = desk.ask("@RajHelpDesk now")
    desk.poll()
    assert stored() == {recent}
    # A mention from before the floor proves that the list is whole: no gap.
    assert not Gap.objects.exists()


def test_mention_from_before_the_first_start_proves_that_a_long_list_is_whole(desk):
    desk.ask("@RajHelpDesk long ago")
    desk.go(3700)
    desk.ask_many(150)
    desk.poll()
    assert len(stored()) == 150 and not Gap.objects.exists()


def test_first_start_into_a_flood_leaves_a_gap_and_a_quiet_one_does_not(desk):
    desk.sim.config(window=200)
    desk.ask_many(50)
    desk.poll()
    assert not Gap.objects.exists()
    desk.go(60)
    written = desk.ask_many(300)
    desk.poll()
    gap = Gap.objects.get(reason="first start")
    assert all(gap.low_id < x_id < gap.high_id for x_id in set(written) - stored())


def test_how_far_the_first_start_goes_back_can_be_set(desk):
    old = desk.ask("@RajHelpDesk long ago")
    desk.go(3700)
    desk.poll(rules=Rules(first_start=timedelta(hours=3)))
    assert stored() == {old}


def test_cursor_moves_when_the_scan_ends_and_not_before(desk):
    desk.ask_many(250)
    first = desk.poll(max_pages=2)
    assert (first.new_posts, first.complete, first.has_more) == (200, False, True)
    assert desk.cursor.water_mark == desk.cursor.floor
    assert desk.cursor.scan["token"]
    desk.go(30)
    last = desk.poll()
    assert (last.new_posts, last.complete) == (50, True)
    assert desk.cursor.water_mark == max(stored())
    assert desk.cursor.scan is None


def test_an_old_page_token_is_not_used_again(desk):
    desk.ask_many(250)
    desk.poll(max_pages=1)
    desk.sim.config(page_token_ttl_s=300)
    desk.go(900)
    assert desk.poll().complete
    assert len(stored()) == 250
    assert all(entry["status"] == 200 for entry in desk.sim.journal("mentions"))


def test_post_out_of_order_hides_nothing_when_the_page_token_is_refused(desk):
    """A page shows an old id among the newest: going on below it would skip all between."""
    old = desk.ask("@RajHelpDesk old")
    desk.go(1800)
    written = set(desk.ask_many(250))
    stray = str(old + 1)
    desk.ask("@RajHelpDesk stray", extra={"id": stray})
    desk.poll(max_pages=1)
    assert int(stray) in stored()
    desk.sim.fault("400_token", "mentions", page=2)
    desk.poll()
    desk.go(10)
    assert desk.poll().complete
    assert written <= stored()


def test_two_ingesters_never_poll_at_once(desk):
    desk.ask()
    desk.poll()
    other = timezone.now() + timedelta(seconds=60)
    IngestCursor.objects.update(lease_token=uuid.uuid4(), lease_until=other)
    before = calls(desk)
    assert desk.poll().skipped == "busy"
    assert calls(desk) == before


def test_ingesters_at_once_store_each_mention_once(desk):
    written = set(desk.ask_many(350))
    results = []

    def work() -> None:
        client = XClient(desk.account)
        for _turn in range(6):
            results.append(ingest.poll(client, desk.account, desk.now, max_pages=1))
        connection.close()

    threads = [threading.Thread(target=work) for _worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert stored() == written
    assert sum(result.new_posts for result in results) == len(written)


def test_an_ingester_that_lost_its_lease_writes_nothing(desk):
    desk.ask_many(5)

    def taken_over(place: str) -> None:
        if place == "after a page is fetched":
            IngestCursor.objects.update(lease_token=uuid.uuid4())

    result = desk.poll(checkpoint=taken_over)
    assert (result.skipped, result.new_posts, stored()) == ("busy", 0, set())


def test_posts_and_cursor_are_written_together_or_not_at_all(desk):
    desk.ask_many(5)

    def crash(place: str) -> None:
        if place == "inside the transaction":
            raise RuntimeError(place)

    with pytest.raises(RuntimeError):
        desk.poll(checkpoint=crash)
    assert stored() == set()
    assert desk.cursor.water_mark == desk.cursor.floor
    assert desk.poll().new_posts == 5


def test_x_is_not_called_inside_a_transaction(desk):
    desk.ask_many(150)
    seen = []
    desk.poll(checkpoint=lambda place: seen.append((place, connection.in_atomic_block)))
    assert ("inside the transaction", True) in seen
    assert all(not inside for place, inside in seen if place != "inside the transaction")


@pytest.mark.parametrize(
    ("fault", "options", "reason"),
    [
        ("429", {"variant": "future", "reset_in": 600}, "rate"),
        ("429", {"variant": "missing"}, "rate"),
        ("usage_cap", {}, "cap"),
        ("402", {}, "credits"),
        ("401", {}, "auth"),
        ("403", {"text": "not_enrolled"}, "access"),
        ("403", {"text": "suspended"}, "access"),
        ("5xx", {"html": True}, "trouble"),
        ("404", {}, "trouble"),
    ],
)
def test_breaker_opens_by_cause_and_nobody_asks_while_it_is_open(desk, fault, options, reason):
    x_id = desk.ask()
    desk.sim.fault(fault, "mentions", **options)
    assert desk.poll().trouble is not None
    cursor = desk.cursor
    assert (cursor.blocked_reason, cursor.fail_count) == (reason, 1)
    assert cursor.blocked_until > desk.now()
    before = calls(desk)
    assert desk.poll().skipped == "blocked"
    assert calls(desk) == before
    desk.go((cursor.blocked_until - desk.now()).total_seconds() + 1)
    assert desk.poll().complete
    assert (desk.cursor.blocked_reason, desk.cursor.fail_count, stored()) == ("", 0, {x_id})


def test_exhausted_limit_waits_until_x_renews_it(desk):
    desk.sim.fault("429", "mentions", variant="day", day_reset_in=7200)
    desk.poll()
    wait = desk.cursor.blocked_until - desk.now()
    assert timedelta(hours=2) <= wait <= timedelta(hours=2, seconds=5)


def test_handle_that_is_not_shown_is_told_after_three_times(desk):
    desk.sim.fault("errors_only", "mentions", times=3)
    for reason in ("trouble", "trouble", "resource"):
        desk.poll()
        assert desk.cursor.blocked_reason == reason
        desk.go(400)


def test_failures_wait_longer_and_longer(desk):
    desk.sim.fault("5xx", "mentions", times=None)
    waits = []
    for _turn in range(9):
        desk.poll()
        waits.append((desk.cursor.blocked_until - desk.now()).total_seconds())
        desk.go(waits[-1] + 1)
    assert 2 <= waits[0] <= 2.5 and 16 <= waits[3] <= 20 and 300 <= waits[8] <= 375


# --- Odd posts ----------------------------------------------------------------------------------


def test_an_odd_post_does_not_stop_the_page(desk):
    good = desk.ask("@RajHelpDesk good")
    odd = desk.ask(
        "@RajHelpDesk odd", extra={"created_at": 7, "entities": [], "referenced_tweets": "x", "geo": 1}
    )
    empty = desk.ask("@RajHelpDesk", extra={"text": None, "author_id": None, "note_tweet": {"text": 5}})
    result = desk.poll()
    assert (result.complete, stored()) == (True, {good, odd, empty})
    post = Post.objects.get(x_id=odd)
    assert (post.state, post.text) == ("due", "@RajHelpDesk odd")
    assert post.posted_at == snowflake.posted_at(odd)
    assert Post.objects.get(x_id=empty).text == ""


def test_what_postgres_cannot_store_is_replaced_in_the_masked_text_and_kept_in_the_sealed_one(desk):
    raw = {"id": str(snowflake.first_id_at(desk.now())), "text": "a\x00b\ud800c", "author_id": "5"}
    Rows(Page([raw], {}, "", None), desk.account, desk.now()).insert()
    post = Post.objects.get()
    assert (post.masked_text, post.text) == ("a\ufffdb\ufffdc", "a\x00b\ud800c")


def test_an_entry_without_a_usable_id_goes_to_a_person_once(desk):
    desk.ask("@RajHelpDesk x", extra={"id": "12x"})
    good = desk.ask("@RajHelpDesk y")
    desk.poll()
    desk.go(60)
    desk.poll()
    failed = Post.objects.get(state="failed")
    assert (failed.text, failed.last_error, stored()) == ("@RajHelpDesk x", "no usable id", {good})


def test_a_row_that_cannot_be_stored_leaves_the_others_alone_and_goes_to_a_person(desk):
    first = snowflake.first_id_at(desk.now())
    raw = [{"id": str(first + n), "text": f"plea {n}", "author_id": "5"} for n in range(3)]
    rows = Rows(Page(raw, {}, "", None), desk.account, desk.now())
    rows.posts[1].masked_text = "\x00"
    assert rows.insert() == 3
    assert list(Post.objects.order_by("x_id").values_list("state", flat=True)) == ["due", "failed", "due"]
    assert Post.objects.get(state="failed").text == "plea 1"


# --- Gaps ---------------------------------------------------------------------------------------


def overflow(desk: Desk) -> set[int]:
    """A known mention, then more than X's window holds; returns the ids that the window lost."""
    desk.sim.config(window=100)
    for _turn in range(2):
        desk.ask()
        desk.poll()
        desk.go(1800)
    written = desk.ask_many(150, apart_ms=100)
    desk.poll()
    return set(written) - stored()


def test_more_than_the_window_holds_is_written_down_as_a_gap(desk):
    lost = overflow(desk)
    gap = Gap.objects.get(reason="no known mention was met")
    assert len(lost) == 50
    assert all(gap.low_id < x_id < gap.high_id for x_id in lost)
    assert gap.state == "open"


def test_gap_is_filled_by_the_search_and_closed_when_late_mentions_can_have_come(desk):
    lost = overflow(desk)
    assert desk.fill_gaps().new_posts == 50
    assert not lost - stored()
    assert Gap.objects.filter(state="open").exists()
    before = calls(desk, "search")
    desk.fill_gaps()
    assert calls(desk, "search") == before
    desk.go(1000)
    desk.fill_gaps()
    assert set(Gap.objects.values_list("state", flat=True)) == {"backfilled"}


def test_gap_that_the_search_no_longer_reaches_is_for_a_person(desk):
    overflow(desk)
    desk.go(8 * 86_400)
    assert desk.fill_gaps().new_posts == 0
    assert set(Gap.objects.values_list("state", flat=True)) == {"unrecoverable"}


def test_gap_that_the_search_reaches_in_part_is_split(desk):
    moment = desk.now()
    low, high = snowflake.first_id_at(moment - timedelta(days=8)), snowflake.first_id_at(moment)
    gap = Gap.objects.create(account=ME, low_id=low, high_id=high, reason="test", opened_at=moment)
    desk.go(3600)
    desk.fill_gaps()
    gap.refresh_from_db()
    lost = Gap.objects.get(state="unrecoverable")
    assert (gap.state, lost.low_id, lost.high_id) == ("backfilled", low, gap.low_id + 1)


def test_search_goes_on_where_it_stopped(desk):
    desk.ask_many(160)
    low, high = snowflake.first_id_at(desk.now() - timedelta(hours=1)), snowflake.first_id_at(desk.now())
    Gap.objects.create(account=ME, low_id=low, high_id=high, reason="test", opened_at=desk.now())
    assert desk.fill_gaps(max_pages=1).new_posts == 100
    assert Gap.objects.get().token
    assert desk.fill_gaps().new_posts == 60


def test_failed_search_leaves_the_gap_open(desk):
    overflow(desk)
    desk.sim.fault("5xx", "search")
    assert desk.fill_gaps().trouble is not None
    assert desk.fill_gaps().skipped == "" and Gap.objects.filter(state="open").exists()


# --- The daily deep scan ------------------------------------------------------------------------


def test_mention_that_came_hours_late_is_found_by_the_daily_scan(desk):
    desk.ask_many(5)
    desk.poll()
    desk.go(1)
    late = desk.ask("@RajHelpDesk late", index_delay_s=6 * 3600)
    for _hour in range(23):
        desk.go(3600)
        desk.ask_many(3)
        desk.poll()
    assert late not in stored()
    desk.go(3599)
    desk.poll()
    assert late in stored()
    assert Gap.objects.exclude(reason="first start").count() == 0


# --- The loop -----------------------------------------------------------------------------------


def test_loop_wakes_the_readers_after_new_posts(desk):
    desk.sim.clock(now=timezone.now().timestamp(), run=True)
    desk.ask()
    woken = []
    ingest_loop.run(
        desk.account, every=1, stop=threading.Event(), wake=lambda: woken.append(stored()), once=True
    )
    assert woken == [stored()] and len(stored()) == 1
    lease = LoopLease.objects.get(name="ingester")
    assert lease.token is None and lease.last_done_at is not None


def test_fast_loop_keeps_below_x_limit(desk):
    """A turn every 20 ms would use up X's 300 calls at once: the headers set the pace."""
    desk.sim.clock(now=timezone.now().timestamp(), run=True)
    stop = threading.Event()
    timer = threading.Timer(1.5, stop.set)
    timer.start()
    ingest_loop.run(desk.account, every=0.02, stop=stop, wake=lambda: None)
    assert 1 <= calls(desk) <= 2


def test_second_copy_of_the_loop_does_nothing(desk):
    LoopLease.take("ingester", uuid.uuid4(), timezone.now(), timedelta(minutes=1))
    ingest_loop.run(desk.account, every=1, stop=threading.Event(), wake=lambda: None, once=True)
    assert calls(desk) == 0


def test_poll_without_a_network_ends_in_trouble(desk):
    account = account_of(desk.sim, api_base="http://127.0.0.1:9")
    result = ingest.poll(XClient(account), account, desk.now)
    assert result.trouble is not None and desk.cursor.blocked_reason == "trouble"
