"""Takes the mentions of us on X into Post rows: none lost, none doubled, what may be missing written down.

A scan goes from the newest mention down to ids that are known, page by page; its end moves the water mark.
Why it is done in this way, and how it was tested: docs/decisions/ingest.md.
"""

import logging
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from requests_app import snowflake
from requests_app.clock import database_now
from requests_app.models import Gap, IngestCursor, Post
from requests_app.states import Source
from requests_app.storable import storable
from requests_app.x_client import Account, BadToken, Cause, Page, XClient, XTrouble
from requests_app.x_rows import Rows

log = logging.getLogger(__name__)

Now = Callable[[], datetime]
Checkpoint = Callable[[str], None]

LEASE = timedelta(minutes=2)
TOKEN_LIVES = timedelta(minutes=10)
TOKEN_FAILURES = 2
SEARCH_REACHES = timedelta(days=6, hours=23)
RESOURCE_FAILURES = 3
NO_PAGES_AT_ONCE = 8


@dataclass(frozen=True)
class Rules:
    """How far a scan goes back and when the water mark moves. Only the defaults are safe.

    `overlap`: how late X may show a mention; `water_mark_moves`: "scan_end" or "page"; `sentinels`: whether a
    scan must meet a known mention to count as whole; `first_start`: how old a mention the first scan takes.
    """

    overlap: timedelta = timedelta(minutes=15)
    water_mark_moves: str = "scan_end"
    sentinels: bool = True
    first_start: timedelta = timedelta(minutes=60)
    deep_every: timedelta = timedelta(hours=24)
    deep_overlap: timedelta = timedelta(hours=24)


SAFE = Rules()


@dataclass(frozen=True)
class PollResult:
    """What one call brought. `complete`: a scan ended; `skipped`: "busy" (another is at it) or "blocked".

    `spacing`: how far apart polls must be for X's limit to last.
    """

    new_posts: int = 0
    complete: bool = False
    trouble: XTrouble | None = None
    skipped: str = ""
    spacing: timedelta = timedelta(0)

    @property
    def has_more(self) -> bool:
        """Whether a scan is open that could go on at once."""
        return not (self.complete or self.trouble or self.skipped)


class LeaseLost(Exception):
    """Another ingester took over; what this one was about to write is not written."""


def poll(
    client: XClient,
    account: Account,
    now_fn: Now,
    *,
    max_pages: int = NO_PAGES_AT_ONCE,
    rules: Rules = SAFE,
    checkpoint: Checkpoint | None = None,
) -> PollResult:
    """Begin or go on with a scan, up to so many pages. Raises only what the database raises.

    `checkpoint` is called with the name of each place where a crash is survived; tests crash there.
    """
    return _Scanner(client, account, now_fn, rules, checkpoint).run(max_pages)


class _Scanner:
    """One run: holds the lease's token, which every write checks."""

    def __init__(
        self, client: XClient, account: Account, now_fn: Now, rules: Rules, checkpoint: Checkpoint | None
    ) -> None:
        self.client, self.account, self.now_fn, self.rules = client, account, now_fn, rules
        self.at = checkpoint or (lambda place: None)
        self.token = uuid.uuid4()
        self.new_posts = 0

    def run(self, max_pages: int) -> PollResult:
        refused = self._take_lease()
        if refused:
            return PollResult(skipped=refused)
        try:
            return self._scan(max_pages)
        except LeaseLost:
            log.warning("ingest: another ingester took over")
            return PollResult(self.new_posts, skipped="busy")
        except XTrouble as trouble:
            self._block(trouble)
            return PollResult(self.new_posts, trouble=trouble)
        finally:
            self.at("before the lease is given back")
            self._mine().update(lease_token=None, lease_until=None)

    # --- The lease ------------------------------------------------------------------------------------

    def _take_lease(self) -> str:
        """Take the account's row; return why not, or nothing."""
        now = self.now_fn()
        floor = snowflake.first_id_at(now - self.rules.first_start)
        key = self.account.user_id
        IngestCursor.objects.bulk_create(
            [IngestCursor(account=key, floor=floor, water_mark=floor, last_deep_scan_at=now)],
            ignore_conflicts=True,
        )
        moment = database_now()
        free = Q(lease_until=None) | Q(lease_until__lt=moment)
        open_now = Q(blocked_until=None) | Q(blocked_until__lte=now)
        row = IngestCursor.objects.filter(account=key)
        if row.filter(free, open_now).update(lease_token=self.token, lease_until=moment + LEASE):
            return ""
        return "busy" if row.filter(open_now).exists() else "blocked"

    def _mine(self) -> Any:
        return IngestCursor.objects.filter(account=self.account.user_id, lease_token=self.token)

    def _cursor(self) -> IngestCursor:
        """The row, locked until the transaction ends. Raises LeaseLost."""
        row = self._mine().select_for_update().first()
        if row is None:
            raise LeaseLost
        return row

    def _block(self, trouble: XTrouble) -> None:
        """Write down why X is not asked until when; the scan stays as it is."""
        with transaction.atomic():
            cursor = self._mine().select_for_update().first()
            if cursor is None:
                return
            cause = trouble.cause
            if cause == Cause.RESOURCE and cursor.fail_count + 1 < RESOURCE_FAILURES:
                cause = str(Cause.TROUBLE)
            cursor.blocked_until = self.now_fn() + pause(trouble, cursor.fail_count)
            cursor.blocked_reason = cause
            cursor.fail_count += 1
            cursor.last_error = storable(str(trouble))[:300]
            cursor.requests_made += 1
            cursor.save(
                update_fields=["blocked_until", "blocked_reason", "fail_count", "last_error", "requests_made"]
            )
        log.warning("ingest: %s (%s in a row)", trouble, cursor.fail_count)

    # --- The scan -------------------------------------------------------------------------------------

    def _scan(self, max_pages: int) -> PollResult:
        scan = self._open_scan()
        self.at("after the scan is opened")
        for _page in range(max_pages):
            if scan["token"] and self.now_fn() - datetime.fromisoformat(scan["token_at"]) > TOKEN_LIVES:
                scan["token"], scan["until"] = "", scan["resume"]
            try:
                page = self.client.mentions_page(
                    since_id=scan["since"], until_id=scan["until"], token=scan["token"]
                )
            except BadToken as trouble:
                self._drop_token(scan)
                raise trouble
            self.at("after a page is fetched")
            ended = self._store(page, scan)
            self.at("after a page is stored")
            if ended:
                return PollResult(self.new_posts, complete=True, spacing=page.spacing)
        return PollResult(self.new_posts)

    def _open_scan(self) -> dict[str, Any]:
        """Return the open scan, or write down a new one."""
        now = self.now_fn()
        with transaction.atomic():
            cursor = self._cursor()
            if cursor.scan:
                return dict(cursor.scan)
            is_deep = (
                cursor.last_deep_scan_at is not None
                and now - cursor.last_deep_scan_at >= self.rules.deep_every
            )
            known = self._sentinels(cursor.water_mark, self.rules.overlap)
            since = lowest = min(known) - 1 if known else cursor.floor
            if not known:
                # Asked a little deeper: a mention from before the floor proves that the list reaches down to it.
                since = max(0, cursor.floor - snowflake.id_span(self.rules.first_start))
            elif is_deep:
                deeper = self._sentinels(cursor.water_mark, self.rules.deep_overlap)
                since = min(deeper) - 1 if deeper else min(since, cursor.floor)
            if not self.rules.sentinels:
                since = max(cursor.floor, cursor.water_mark - snowflake.id_span(self.rules.overlap))
                known, lowest = [], since
            scan = {
                "since": since,
                "until": None,
                "token": "",
                "token_at": now.isoformat(),
                "sentinels": known,
                "lowest": lowest,
                "met": False,
                "high": 0,
                "low": 0,
                "resume": None,
                "bad_tokens": 0,
                "pages": 0,
                "is_deep": is_deep,
                "started_at": now.isoformat(),
            }
            self._mine().update(scan=scan)
        return scan

    def _sentinels(self, water_mark: int, overlap: timedelta) -> list[int]:
        """The newest known mentions that are older than X may be late; deleted ones cannot be met again."""
        bound = water_mark - snowflake.id_span(overlap)
        known = Post.objects.filter(x_id__lte=bound, source=Source.X, erased_at=None).order_by("-x_id")
        return [x_id for x_id in known.values_list("x_id", flat=True)[:3] if x_id is not None]

    def _drop_token(self, scan: dict[str, Any]) -> None:
        """Go on below what was seen, without the token; after a second failure begin again from the top."""
        scan["bad_tokens"] += 1
        scan["token"], scan["until"] = "", scan["resume"]
        is_over = scan["bad_tokens"] >= TOKEN_FAILURES
        if not self._mine().update(scan=None if is_over else scan):
            raise LeaseLost

    def _store(self, page: Page, scan: dict[str, Any]) -> bool:
        """Write the posts of a page and how far the scan is, together; return whether the scan ended."""
        now = self.now_fn()
        rows = Rows(page, self.account, now)
        ids = sorted(rows.ids)
        step = dict(scan)
        step["pages"] += 1
        if ids:
            step["high"] = max(step["high"], ids[-1])
            step["low"] = min(step["low"] or ids[0], ids[0])
            # The middle, not the end: a post that X shows too early must not hide those between.
            step["resume"] = ids[len(ids) // 2]
            step["met"] = step["met"] or not rows.ids.isdisjoint(step["sentinels"])
        step["token"], step["token_at"] = page.next_token, now.isoformat()
        ended = not page.next_token
        if ended and step["pages"] == 1 and not step["sentinels"]:
            # One page, a single look: X's window holds eight, so nothing can have fallen out of it meanwhile.
            step["met"] = True
        with transaction.atomic():
            cursor = self._cursor()
            new = rows.insert(above=cursor.floor)
            self.at("inside the transaction")
            if ended:
                self._end_scan(cursor, step, now)
            if ended or self.rules.water_mark_moves == "page":
                cursor.water_mark = max(cursor.water_mark, step["high"])
            cursor.scan = None if ended else step
            cursor.lease_until = database_now() + LEASE
            cursor.blocked_until, cursor.blocked_reason, cursor.fail_count, cursor.last_error = (
                None,
                "",
                0,
                "",
            )
            cursor.last_server_date = page.server_date or cursor.last_server_date
            cursor.requests_made += 1
            cursor.posts_read += len(page.items)
            if new and ids:
                newest = snowflake.posted_at(ids[-1])
                cursor.last_mention_at = max(newest, cursor.last_mention_at or newest)
            cursor.save()
        scan.clear()
        scan.update(step)
        self.new_posts += new
        return ended

    def _end_scan(self, cursor: IngestCursor, scan: dict[str, Any], now: datetime) -> None:
        cursor.last_complete_at = now
        if scan["is_deep"]:
            cursor.last_deep_scan_at = now
        if self.rules.sentinels and scan["low"] and not scan["met"] and scan["low"] > scan["lowest"] + 1:
            gap = Gap(
                account=cursor.account,
                low_id=scan["lowest"],
                high_id=scan["low"],
                reason="no known mention was met" if scan["sentinels"] else "first start",
                opened_at=now,
            )
            Gap.objects.bulk_create([gap], ignore_conflicts=True)


def pause(trouble: XTrouble, failures: int) -> timedelta:
    """How long X is left alone after this failure, when so many came before it in a row."""
    jitter = 1 + random.random() / 4
    if trouble.wait is not None:
        return trouble.wait + timedelta(seconds=random.uniform(0, 3))
    steps = min(failures, 12)
    seconds = {
        Cause.RATE: min(60 * 2**steps, 900),
        Cause.CAP: 3600,
        Cause.CREDITS: 600,
        Cause.AUTH: 300,
        Cause.ACCESS: 900,
    }.get(Cause(trouble.cause), min(2 * 2**steps, 300))
    return timedelta(seconds=seconds * jitter)


# --- Gaps -----------------------------------------------------------------------------------------


def fill_gaps(
    client: XClient, account: Account, now_fn: Now, *, max_pages: int = NO_PAGES_AT_ONCE, rules: Rules = SAFE
) -> PollResult:
    """Search X for what may be missing, oldest gap first; what search no longer reaches is for a person.

    A mention may be late in the search too, so a gap counts as searched only by a search begun when its
    newest id was older than the overlap. `complete`: nothing is left to do now.
    """
    now = now_fn()
    cursor = IngestCursor.objects.filter(account=account.user_id).first()
    if cursor is not None and cursor.blocked_until and cursor.blocked_until > now:
        return PollResult(skipped="blocked")
    new, query = 0, f"@{account.handle} -is:retweet"
    for gap in Gap.objects.filter(account=account.user_id, state=Gap.State.OPEN).order_by("opened_at", "pk"):
        is_settled = snowflake.posted_at(gap.high_id) + rules.overlap <= now
        if gap.attempts and not gap.token and not is_settled:
            continue
        if not gap.token and not _clamp(gap, now):
            continue
        while max_pages > 0:
            max_pages -= 1
            try:
                page = client.search_recent(
                    query,
                    since_id=gap.low_id,
                    until_id=gap.high_id,
                    token=gap.token,
                )
            except XTrouble as trouble:
                log.warning("ingest: the search for gap %s failed: %s", gap.pk, trouble)
                _gap_row(gap).update(token="", attempts=F("attempts") + 1)
                return PollResult(new, trouble=trouble)
            rows = Rows(page, account, now)
            with transaction.atomic():
                found = rows.insert(above=gap.low_id)
                changes: dict[str, Any] = {"token": page.next_token, "found": F("found") + found}
                if not gap.token:
                    changes["attempts"] = F("attempts") + 1
                if not page.next_token and is_settled:
                    changes |= {"state": Gap.State.BACKFILLED, "ended_at": now}
                if not _gap_row(gap).update(**changes):
                    transaction.set_rollback(True)
                    return PollResult(new, skipped="busy")
            new += found
            gap.token = page.next_token
            if not gap.token:
                break
        else:
            return PollResult(new)
    return PollResult(new, complete=True)


def _gap_row(gap: Gap) -> Any:
    return Gap.objects.filter(pk=gap.pk, state=Gap.State.OPEN, token=gap.token)


def _clamp(gap: Gap, now: datetime) -> bool:
    """Cut off what the search no longer reaches and say so; return whether something is left to search."""
    reach = snowflake.first_id_at(now - SEARCH_REACHES)
    if gap.low_id >= reach:
        return True
    first, last = snowflake.posted_at(gap.low_id), snowflake.posted_at(min(gap.high_id, reach))
    log.error("ingest: mentions between %s and %s may be missing: look on X", first, last)
    if gap.high_id <= reach + 1:
        _gap_row(gap).update(state=Gap.State.UNRECOVERABLE, ended_at=now)
        return False
    with transaction.atomic():
        lost = Gap(
            account=gap.account,
            low_id=gap.low_id,
            high_id=reach + 1,
            reason=gap.reason,
            state=Gap.State.UNRECOVERABLE,
            opened_at=gap.opened_at,
            ended_at=now,
        )
        Gap.objects.bulk_create([lost], ignore_conflicts=True)
        _gap_row(gap).update(low_id=reach)
    gap.low_id = reach
    return True
