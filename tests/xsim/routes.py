"""Which path is which endpoint, and which query parameters each one knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import posting
from .endpoints import Api, Call
from .problems import invalid

FIELDS = [
    "tweet.fields",
    "post.fields",
    "user.fields",
    "media.fields",
    "place.fields",
    "poll.fields",
    "expansions",
]
USER_ONLY = ["user.fields", "tweet.fields", "post.fields", "expansions"]
BOUNDS = ["since_id", "until_id", "start_time", "end_time", "max_results", "pagination_token"]


Handler = Callable[[Api, Call], tuple[int, dict[str, Any]]]
HANDLERS: dict[str, Handler] = {
    "mentions": Api.mentions,
    "user_tweets": Api.user_tweets,
    "lookup": Api.lookup,
    "tweet": Api.tweet,
    "me": Api.me,
    "user": Api.user,
    "user_by_name": Api.user_by_name,
    "search": Api.search,
    "usage": Api.usage,
    "create": posting.create,
    "delete": posting.delete,
}
PARAMS: dict[str, list[str]] = {
    "mentions": BOUNDS + FIELDS,
    "user_tweets": [*BOUNDS, "exclude", *FIELDS],
    "lookup": ["ids", *FIELDS],
    "tweet": FIELDS,
    "me": USER_ONLY,
    "user": USER_ONLY,
    "user_by_name": USER_ONLY,
    "search": ["query", "next_token", "sort_order", *BOUNDS, *FIELDS],
    "usage": ["days", "usage.fields"],
    "create": [],
    "delete": [],
}
ROUTES: list[tuple[str, re.Pattern[str], str]] = [
    ("GET", re.compile(r"/2/users/me"), "me"),
    ("GET", re.compile(r"/2/users/by/username/([^/]+)"), "user_by_name"),
    ("GET", re.compile(r"/2/users/([^/]+)/mentions"), "mentions"),
    ("GET", re.compile(r"/2/users/([^/]+)/tweets"), "user_tweets"),
    ("GET", re.compile(r"/2/users/([^/]+)"), "user"),
    ("GET", re.compile(r"/2/tweets/search/recent"), "search"),
    ("GET", re.compile(r"/2/tweets"), "lookup"),
    ("POST", re.compile(r"/2/tweets"), "create"),
    ("GET", re.compile(r"/2/tweets/([^/]+)"), "tweet"),
    ("DELETE", re.compile(r"/2/tweets/([^/]+)"), "delete"),
    ("GET", re.compile(r"/2/usage/tweets"), "usage"),
]


def find_route(method: str, path: str) -> tuple[str | None, tuple[str, ...]]:
    """(route name, path arguments); the name is None for an unknown path, `""` for a wrong method."""
    known_path = False
    for wanted, pattern, name in ROUTES:
        match = pattern.fullmatch(path)
        if match and wanted == method:
            return name, match.groups()
        known_path = known_path or match is not None
    return ("" if known_path else None), ()


def handle(api: Api, call: Call) -> tuple[int, dict[str, Any]]:
    """(status, JSON) of a call; Refusal for every other answer."""
    _only_known(api, call)
    api.ledger.check(
        api.world.clock.now_ms(), reads_posts=call.route not in ("me", "create", "delete", "usage")
    )
    return HANDLERS[call.route](api, call)


def _only_known(api: Api, call: Call) -> None:
    allowed = PARAMS[call.route]
    if api.config.vocabulary == "tweet":
        allowed = [p for p in allowed if p != "post.fields"]
    for name in call.params:
        if name not in allowed:
            raise invalid(
                f"The query parameter [{name}] is not one of [{','.join(allowed)}]",
                **{name.replace(".", "__"): call.params[name]},
            )
