"""What a call costs: rate windows with their headers, and the pay-per-use ledger with credit and cap."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .auth import Identity
from .problems import no_credits, too_many, usage_capped

WINDOW_S = 900
DAY_S = 86_400
# (app, user) per 15 minutes, docs of 2026-08-22.
RATES: dict[str, tuple[int, int]] = {
    "mentions": (450, 300),
    "user_tweets": (10_000, 900),
    "lookup": (3_500, 5_000),
    "tweet": (450, 900),
    "search": (450, 300),
    "me": (75, 75),
    "user": (300, 900),
    "user_by_name": (300, 900),
    "create": (100, 100),
    "delete": (50, 50),
    "usage": (50, 50),
}
POSTS_PER_DAY = 10_000
# Prices in micro-dollars.
PRICE = {
    "post_read": 5_000,
    "owned_read": 1_000,
    "user_read": 10_000,
    "create": 15_000,
    "create_with_url": 200_000,
    "create_summoned": 10_000,
    "delete": 10_000,
}


class Windows:
    """Fixed windows per (identity, route) on the virtual clock; the last call's figures make the headers."""

    def __init__(self) -> None:
        self.limits: dict[str, int] = {}
        self.posts_per_day = POSTS_PER_DAY
        self._used: dict[tuple[str, str], tuple[int, int]] = {}  # -> (reset in unix s, used)

    def limit(self, identity: Identity, route: str) -> int:
        if route in self.limits:
            return self.limits[route]
        app, user = RATES[route]
        return app if identity.kind == "app" else user

    def _state(self, key: tuple[str, str], now_s: int, length_s: int) -> tuple[int, int]:
        reset, used = self._used.get(key, (0, 0))
        return (now_s + length_s, 0) if reset <= now_s else (reset, used)

    def take(self, identity: Identity, route: str, now_s: int) -> None:
        """Count one call; Refusal 429 when the window is used up."""
        windows = [((identity.kind, route), WINDOW_S, self.limit(identity, route))]
        if route == "create":
            windows.append((("day", route), DAY_S, self.posts_per_day))
        for key, length, limit in windows:
            reset, used = self._state(key, now_s, length)
            if used >= limit:
                self._used[key] = (reset, used)
                raise too_many()
        for key, length, _ in windows:
            reset, used = self._state(key, now_s, length)
            self._used[key] = (reset, used + 1)

    def headers(self, identity: Identity, route: str, now_s: int) -> dict[str, str]:
        limit = self.limit(identity, route)
        reset, used = self._state((identity.kind, route), now_s, WINDOW_S)
        found = {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(0, limit - used)),
            "x-rate-limit-reset": str(reset),
        }
        if route == "create":
            reset, used = self._state(("day", route), now_s, DAY_S)
            for who in ("app", "user"):
                found[f"x-{who}-limit-24hour-limit"] = str(self.posts_per_day)
                found[f"x-{who}-limit-24hour-remaining"] = str(max(0, self.posts_per_day - used))
                found[f"x-{who}-limit-24hour-reset"] = str(reset)
        return found


class Ledger:
    """Money in micro-dollars: a resource is charged once per UTC day; post reads fill the month's cap."""

    def __init__(self, credit_usd: float = 1_000.0, cap: int = 3_000_000) -> None:
        self.credit = int(credit_usd * 1_000_000)
        self.cap = cap
        self.spent = 0
        self.counts: dict[str, int] = {}
        self.repeats = 0
        self.month = ""
        self.month_reads = 0
        self._day = ""
        self._charged: set[tuple[str, int]] = set()

    def check(self, now_ms: int, *, reads_posts: bool) -> None:
        """Refusal 402 without credit, 429 usage-capped at the cap."""
        self._turn(now_ms)
        if self.credit <= 0:
            raise no_credits()
        if reads_posts and self.month_reads >= self.cap:
            raise usage_capped()

    def _turn(self, now_ms: int) -> None:
        day = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y-%m-%d")
        if day != self._day:
            self._day = day
            self._charged.clear()
        if day[:7] != self.month:
            self.month = day[:7]
            self.month_reads = 0

    def charge(self, now_ms: int, kind: str, resource: int | None = None) -> None:
        """One resource (an id, None for an act) of a kind named in PRICE."""
        self._turn(now_ms)
        if resource is not None:
            key = ("user" if kind == "user_read" else "post", resource)
            if key in self._charged:
                self.repeats += 1
                return
            self._charged.add(key)
            if kind != "user_read":
                self.month_reads += 1
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.spent += PRICE[kind]
        self.credit -= PRICE[kind]

    def figures(self) -> dict[str, Any]:
        """What /_sim/ledger shows; money in USD."""
        reads = sum(self.counts.get(k, 0) for k in ("post_read", "owned_read"))
        return {
            "credit_usd": self.credit / 1_000_000,
            "spent_usd": self.spent / 1_000_000,
            "counts": dict(self.counts),
            "repeats_free": self.repeats,
            "month_reads": self.month_reads,
            "cap": self.cap,
            "usd_per_1000_reads": self.spent / 1_000 / reads if reads else None,
        }
