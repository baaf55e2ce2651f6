"""The fault switches: which call they hit, and what they make of its answer."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import problems
from .problems import Refusal

FORBIDDEN_TEXTS = {
    "duplicate": problems.DUPLICATE,
    "not_summoned": problems.NOT_SUMMONED,
    "only_where_mentioned": problems.ONLY_WHERE_MENTIONED,
    "target_gone": problems.TARGET_GONE,
    "not_permitted": problems.NOT_PERMITTED,
}
V1_FORBIDDEN = {
    "access_level": (453, "You currently have access to a subset of X API V2 endpoints only."),
    "locked": (326, "To protect our users, this account is temporarily locked."),
    "suspended": (64, "Your account is suspended and is not permitted to access this feature."),
}
HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
# The kinds that replace the answer; the rest below change one, disturb its transport or move the world.
REFUSALS = {"400_token", "401", "401_code", "402", "403", "404", "409", "429", "usage_cap", "5xx", "500_list"}
MUTATIONS = {
    "errors_null", "errors_only", "partial_errors", "html_200", "bad_utf8", "bad_count", "token_loop",
    "duplicates", "disorder", "no_meta", "no_data", "no_millis", "no_text", "no_includes", "missing_include",
    "unknown_fields",
}  # fmt: skip
TRANSPORT = {"truncated", "bad_gzip", "slow_header", "drip", "hang", "reset", "redirect", "date_skew"}
WORLD = {"delete_tweets", "new_tweets", "advance"}
KINDS = REFUSALS | MUTATIONS | TRANSPORT | WORLD


@dataclass
class Fault:
    """One switch.

    kind: one of KINDS; route: a route's name or `*`; times: hits before it is used up, None for ever;
    nth: first matching call that it hits; page: only this page of a listing; probability: 0..1;
    when: `before` (the call has no effect, costs nothing) or `after` (the effect stands, the answer is lost);
    options: what the kind needs, listed in README.md.
    """

    kind: str
    route: str = "*"
    times: int | None = 1
    nth: int = 1
    page: int | None = None
    probability: float = 1.0
    when: str = "before"
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(sorted(KINDS))}")
        if self.when not in ("before", "after"):
            raise ValueError("when is `before` or `after`")


class Switchboard:
    """The switched-on faults; at most one hits a call."""

    def __init__(self, seed: int = 1) -> None:
        self.faults: list[Fault] = []
        self.random = random.Random(seed)

    def pick(self, route: str, page: int) -> Fault | None:
        for fault in self.faults:
            if fault.route not in ("*", route) or (fault.page is not None and fault.page != page):
                continue
            if fault.times is not None and fault.hits >= fault.times:
                continue
            fault.seen += 1
            if fault.seen < fault.nth or self.random.random() >= fault.probability:
                continue
            fault.hits += 1
            return fault
        return None


def refusal(fault: Fault, now_s: int) -> Refusal | None:
    """The error answer of a fault of REFUSALS, else None; `now_s` is the virtual time."""
    made = _REFUSE.get(fault.kind)
    return made(fault.options, now_s) if made else None


def _unauthorized(options: dict[str, Any], now_s: int) -> Refusal:
    found = problems.unauthorized()
    found.rate = bool(options.get("rate_headers", False))
    return found


def _forbidden(options: dict[str, Any], now_s: int) -> Refusal:
    text = options.get("text", "not_permitted")
    if text == "not_enrolled":
        return problems.not_enrolled()
    if text in V1_FORBIDDEN:
        code, message = V1_FORBIDDEN[text]
        return Refusal(403, {"errors": [{"code": code, "message": message}]})
    return problems.forbidden(FORBIDDEN_TEXTS.get(text, text))


def _too_many(options: dict[str, Any], now_s: int) -> Refusal:
    found = problems.too_many()
    if options.get("v1_body"):
        found.body = {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}
    variant = options.get("variant", "future")
    reset = str(now_s + int(options.get("reset_in", 900)))
    exhausted = {"x-rate-limit-limit": "300", "x-rate-limit-remaining": "0"}
    headers: dict[str, dict[str, str]] = {
        "future": {**exhausted, "x-rate-limit-reset": reset},
        "past": {**exhausted, "x-rate-limit-reset": str(now_s - 600)},
        "missing": {},
        "non_numeric": {**exhausted, "x-rate-limit-reset": "soon"},
        "remaining": {**exhausted, "x-rate-limit-remaining": "250", "x-rate-limit-reset": reset},
        "day": {
            **exhausted,
            "x-rate-limit-remaining": "99",
            "x-rate-limit-reset": reset,
            "x-user-limit-24hour-limit": "100",
            "x-user-limit-24hour-remaining": "0",
            "x-user-limit-24hour-reset": str(now_s + int(options.get("day_reset_in", 40_000))),
        },
        "retry_after": {"retry-after": str(int(options.get("reset_in", 60)))},
    }
    if variant not in headers:
        raise ValueError(f"unknown 429 variant {variant!r}; known: {', '.join(headers)}")
    found.headers = headers[variant]
    found.rate = False
    return found


def _capped(options: dict[str, Any], now_s: int) -> Refusal:
    found = problems.usage_capped()
    found.headers = {"x-rate-limit-limit": "40000", "x-rate-limit-remaining": "39999"}
    found.rate = False
    return found


def _server_error(options: dict[str, Any], now_s: int) -> Refusal:
    status = int(options.get("status", 503))
    titles = {
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Timeout",
    }
    body: Any = (
        HTML if options.get("html") else problems.plain(status, titles.get(status, "Service Unavailable"))
    )
    return Refusal(status, body, rate=False)


_REFUSE: dict[str, Callable[[dict[str, Any], int], Refusal]] = {
    "400_token": lambda o, n: problems.invalid("The `pagination_token` query parameter value is not valid"),
    "401": _unauthorized,
    "401_code": lambda o, n: problems.unauthorized(
        int(o.get("code", 89)), o.get("message", "Invalid or expired token")
    ),
    "402": lambda o, n: problems.no_credits(),
    "403": _forbidden,
    "404": lambda o, n: Refusal(404, None, rate=False),
    "409": lambda o, n: Refusal(409, problems.plain(409, "Conflict")),
    "429": _too_many,
    "usage_cap": _capped,
    "5xx": _server_error,
    "500_list": lambda o, n: Refusal(500, [], rate=False),
}


def mutate(fault: Fault, body: dict[str, Any], sent_token: str | None, before: dict[str, Any] | None) -> Any:
    """The answer body after a fault of MUTATIONS; bytes are sent as they are.

    sent_token: the page token of this request; before: the last item of the page before this one, if any.
    """
    body = json.loads(json.dumps(body))
    data = body.get("data")
    items: list[dict[str, Any]] = data if isinstance(data, list) else [data] if data else []
    kind, meta = fault.kind, body.get("meta", {})
    if kind == "errors_null":
        body["errors"] = None
    elif kind == "errors_only":
        body = {
            "errors": [problems.resource_error("0", "id", fault.options.get("reason", "missing"), "user")]
        }
    elif kind == "partial_errors":
        body["errors"] = [problems.resource_error("456", "referenced_tweets.id", "missing")]
    elif kind == "html_200":
        return HTML
    elif kind == "bad_utf8":
        return json.dumps(body, ensure_ascii=False).encode().replace(b'"text": "', b'"text": "\xff\xfe')
    elif kind == "bad_count":
        meta["result_count"] = meta.get("result_count", 0) + int(fault.options.get("by", 1))
    elif kind == "token_loop" and sent_token is not None:
        meta["next_token"] = sent_token
    elif kind == "duplicates" and items and before is not None:
        body["data"] = [before, *items]
        meta["result_count"] = len(items) + 1
    elif kind == "disorder":
        items.reverse()
    elif kind == "no_meta":
        body.pop("meta", None)
    elif kind == "no_data":
        body.pop("data", None)
    elif kind == "no_millis":
        for item in items[:1]:
            if "created_at" in item:
                item["created_at"] = item["created_at"].partition(".")[0] + "Z"
    elif kind == "no_text":
        for item in items[:1]:
            item.pop("text", None)
    elif kind == "no_includes":
        body.pop("includes", None)
    elif kind == "missing_include":
        for objects in body.get("includes", {}).values():
            del objects[:1]
    elif kind == "unknown_fields":
        body["trace"] = {"new": True}
        for item in items:
            item["brand_new_field"] = {"nested": [1, None]}
    return body
