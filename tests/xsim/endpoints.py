"""The reading endpoints as functions on the world: strict parameters in, status and JSON out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import problems, wire
from . import text as texts
from .auth import Identity
from .limits import Ledger
from .problems import invalid
from .world import Tweet, World, ms_of, snowflake

ID = re.compile(r"[0-9]{1,19}")
WEEK_MS = 7 * 86_400_000


@dataclass
class Config:
    """The switches that a test may turn through /_sim/config."""

    vocabulary: str = "both"  # tweet: old names only; post: new names whatever is asked; both: as asked
    window: int = 800
    own_delay_s: float = 0.0  # until a created post stands in /users/:id/tweets
    page_token_ttl_s: float = 0.0  # 0: for ever
    charge: bool = True


@dataclass
class Call:
    """One request as the endpoints see it, and what they say about it for the journal."""

    route: str
    args: tuple[str, ...]
    params: dict[str, str]
    body: Any
    identity: Identity
    page: int = 1
    headers: dict[str, str] = field(default_factory=dict)


class Api:
    """The reading endpoints, one method each; posting.py has the others and routes.py the way to them."""

    def __init__(self, world: World, ledger: Ledger, config: Config, seed: int = 1) -> None:
        self.world = world
        self.ledger = ledger
        self.config = config
        self.secret = f"pages:{seed}".encode()

    # parameters

    def read_id(self, value: str, name: str) -> int:
        if not ID.fullmatch(value):
            raise invalid(
                f"The `{name}` query parameter value [{value}] does not match ^[0-9]{{1,19}}$",
                **{name: value},
            )
        return int(value)

    def _optional_id(self, call: Call, name: str) -> int | None:
        return self.read_id(call.params[name], name) if name in call.params else None

    def _count(self, call: Call, low: int, high: int) -> int:
        value = call.params.get("max_results", "10")
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            message = f"The `max_results` query parameter value [{value}] is not between {low} and {high}"
            raise invalid(message, max_results=value)
        return int(value)

    def _moment(self, call: Call, name: str) -> int | None:
        value = call.params.get(name)
        if value is None:
            return None
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z", value):
            raise invalid(
                f"The `{name}` query parameter value [{value}] is not a valid RFC3339 time", **{name: value}
            )
        return int(datetime.fromisoformat(value).timestamp() * 1000)

    def _renderer(self, call: Call, *, users: bool = False) -> wire.Renderer:
        return wire.Renderer(self.world, wire.read_shape(call.params, self.config.vocabulary, users=users))

    # pages

    def _query_hash(self, call: Call) -> bytes:
        fixed = {
            k: v for k, v in call.params.items() if k not in ("pagination_token", "next_token", "max_results")
        }
        return hashlib.sha256(repr((call.route, call.args, sorted(fixed.items()))).encode()).digest()[:4]

    def _token(self, call: Call, boundary: int, page: int, backward: bool) -> str:
        made_s = self.world.clock.now_ms() // 1000
        packed = struct.pack(">QIHB", boundary, made_s, page, backward) + self._query_hash(call)
        mac = hmac.new(self.secret, packed, hashlib.sha256).digest()[:5]
        return base64.b32encode(packed + mac).decode().lower().rstrip("=")

    def open_token(self, call: Call, name: str) -> tuple[int, int, bool] | None:
        token = call.params.get(name)
        if token is None:
            return None
        refused = invalid(f"The `{name}` query parameter value [{token}] is not valid", **{name: token})
        try:
            raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
            boundary, made_s, page, backward = struct.unpack(">QIHB", raw[:15])
        except (ValueError, struct.error):
            raise refused from None
        query, mac = raw[15:19], raw[19:]
        if mac != hmac.new(self.secret, raw[:19], hashlib.sha256).digest()[:5]:
            raise refused
        if query != self._query_hash(call):
            raise refused
        ttl = self.config.page_token_ttl_s
        if ttl and self.world.clock.now_ms() / 1000 - made_s > ttl:
            raise refused
        return boundary, page, bool(backward)

    def _page(
        self, call: Call, ids: list[int], *, least: int = 5, owned: bool = False
    ) -> tuple[int, dict[str, Any]]:
        """One page of newest-first ids; the count is taken before what is deleted or hidden falls out."""
        size = self._count(call, least, 100)
        token_name = "next_token" if "next_token" in call.params else "pagination_token"
        opened = self.open_token(call, token_name)
        renderer = self._renderer(call)
        if opened is not None and opened[2]:
            newer = [i for i in ids if i > opened[0]]
            chosen, page = newer[-size:], opened[1]
            has_newer = len(newer) > size
        else:
            rest = ids if opened is None else [i for i in ids if i < opened[0]]
            chosen, page = rest[:size], 1 if opened is None else opened[1]
            has_newer = opened is not None
        call.page = page
        has_older = bool(chosen) and any(i < chosen[-1] for i in ids)
        visible = [self.world.tweets[i] for i in chosen if self.world.hidden_because(i) is None]
        body = renderer.body(visible)
        meta: dict[str, Any] = {"result_count": len(visible)}
        if visible:
            meta["newest_id"] = str(visible[0].id)
            meta["oldest_id"] = str(visible[-1].id)
        if has_older:
            meta["next_token"] = self._token(call, chosen[-1], page + 1, False)
        if has_newer and chosen:
            meta["previous_token"] = self._token(call, chosen[0], max(1, page - 1), True)
        body["meta"] = meta
        self._charge(renderer, owned=owned)
        return 200, body

    def _charge(self, renderer: wire.Renderer, *, owned: bool = False) -> None:
        if not self.config.charge:
            return
        now = self.world.clock.now_ms()
        for post in renderer.post_ids:
            self.ledger.charge(now, "owned_read" if owned else "post_read", post)
        for user in renderer.user_ids:
            self.ledger.charge(now, "user_read", user)

    def _bounded(self, call: Call, ids: list[int]) -> list[int]:
        since, until = self._optional_id(call, "since_id"), self._optional_id(call, "until_id")
        start, end = self._moment(call, "start_time"), self._moment(call, "end_time")
        if since is None and start is not None:
            since = snowflake(start) - 1
        if until is None and end is not None:
            until = snowflake(end)
        return [i for i in ids if (since is None or i > since) and (until is None or i < until)]

    def _visible_user(self, value: str) -> int | None:
        user = self.world.users.get(self.read_id(value, "id"))
        return None if user is None or user.suspended else user.id

    # reading

    def mentions(self, call: Call) -> tuple[int, dict[str, Any]]:
        user_id = self._visible_user(call.args[0])
        if user_id is None:
            return 200, {"errors": [problems.resource_error(call.args[0], "id", "missing", "user")]}
        ids = self.world.listed(self.world.mentioning.get(user_id, []), self.config.window)
        owned = call.identity.kind == "user" and user_id == call.identity.user_id
        return self._page(call, self._bounded(call, ids), owned=owned)

    def user_tweets(self, call: Call) -> tuple[int, dict[str, Any]]:
        user_id = self._visible_user(call.args[0])
        if user_id is None:
            return 200, {"errors": [problems.resource_error(call.args[0], "id", "missing", "user")]}
        ids = self.world.listed(self.world.written.get(user_id, []), 3_200)
        unwanted = set(call.params.get("exclude", "").split(",")) - {""}
        if unwanted - {"replies", "retweets"}:
            raise invalid(
                "The `exclude` query parameter value is not one of [replies,retweets]",
                exclude=call.params["exclude"],
            )
        kept = [
            i
            for i in ids
            if not ("replies" in unwanted and self.world.tweets[i].replied_to is not None)
            and not ("retweets" in unwanted and self.world.tweets[i].retweeted is not None)
        ]
        return self._page(call, self._bounded(call, kept))

    def lookup(self, call: Call) -> tuple[int, dict[str, Any]]:
        if "ids" not in call.params:
            raise invalid("The `ids` query parameter can not be empty", ids="")
        asked = call.params["ids"].split(",")
        if len(asked) > 100:
            raise invalid(
                f"The number of values [{len(asked)}] in the `ids` query parameter is not between 1 and 100"
            )
        return self._looked_up(call, [self.read_id(v, "ids") for v in dict.fromkeys(asked)], "ids")

    def tweet(self, call: Call) -> tuple[int, dict[str, Any]]:
        status, body = self._looked_up(call, [self.read_id(call.args[0], "id")], "id")
        if "data" in body:
            body["data"] = body["data"][0]
        return status, body

    def _looked_up(self, call: Call, ids: list[int], parameter: str) -> tuple[int, dict[str, Any]]:
        renderer = self._renderer(call)
        reasons = {i: self.world.hidden_because(i) for i in ids}
        body = renderer.body([self.world.tweets[i] for i in ids if reasons[i] is None])
        errors = [problems.resource_error(str(i), parameter, r) for i, r in reasons.items() if r]
        if errors:
            body["errors"] = errors + body.get("errors", [])
        self._charge(renderer)
        return 200, body

    def me(self, call: Call) -> tuple[int, dict[str, Any]]:
        if call.identity.kind != "user":
            raise problems.unsupported_authentication()
        return self._one_user(call, self.world.me.id, "", "id")

    def user(self, call: Call) -> tuple[int, dict[str, Any]]:
        return self._one_user(call, self.read_id(call.args[0], "id"), call.args[0], "id")

    def user_by_name(self, call: Call) -> tuple[int, dict[str, Any]]:
        if not re.fullmatch(r"[A-Za-z0-9_]{1,15}", call.args[0]):
            raise invalid(
                f"The `username` query parameter value [{call.args[0]}] does not match ^[A-Za-z0-9_]{{1,15}}$"
            )
        return self._one_user(
            call, self.world.by_name.get(call.args[0].lower(), -1), call.args[0], "username"
        )

    def _one_user(self, call: Call, user_id: int, shown: str, parameter: str) -> tuple[int, dict[str, Any]]:
        renderer = self._renderer(call, users=True)
        user = self.world.users.get(user_id)
        if user is None or user.suspended:
            reason = "missing" if user is None else "forbidden"
            return 200, {"errors": [problems.resource_error(shown, parameter, reason, "user")]}
        body = {"data": renderer.user(user)}
        self._charge(renderer)
        return 200, body

    def search(self, call: Call) -> tuple[int, dict[str, Any]]:
        """Recent search with @name, to:, from:, conversation_id: and -is:retweet, all of which must hold."""
        query = call.params.get("query", "")
        if not 1 <= len(query) <= 512:
            raise invalid("The `query` query parameter must be between 1 and 512 characters", query=query)
        now = self.world.clock.now_ms()
        oldest = now - WEEK_MS
        for name in ("since_id", "until_id"):
            bound = self._optional_id(call, name)
            if bound is not None and ms_of(bound) < oldest:
                raise invalid(
                    f"'{name}' must be a tweet id created after {wire.iso(oldest)[:16]}Z. "
                    f"Please use a '{name}' that is larger than {snowflake(oldest)}",
                    **{name: str(bound)},
                )
        for name in ("start_time", "end_time"):
            moment = self._moment(call, name)
            if moment is not None and not oldest <= moment <= now - 10_000:
                raise invalid(
                    f"'{name}' must be on or after {wire.iso(oldest)[:16]}Z and 10 seconds before now"
                )
            if moment is not None and "since_id" in call.params:
                raise invalid("Invalid use of since_id in conjunction with start_time or end_time")
        if call.params.get("sort_order", "recency") not in ("recency", "relevancy"):
            raise invalid("The `sort_order` query parameter value is not one of [recency,relevancy]")
        tests = [self._search_test(word) for word in query.split()]
        recent = sorted(i for i in self.world.tweets if ms_of(i) >= oldest)
        ids = self.world.listed(recent, len(recent))
        found = [i for i in ids if all(test(self.world.tweets[i]) for test in tests)]
        return self._page(call, self._bounded(call, found), least=10)

    def _search_test(self, word: str) -> Callable[[Tweet], bool]:
        by_name = self.world.by_name
        if word == "-is:retweet":
            return lambda t: t.retweeted is None
        if word.startswith("@") and texts.MENTION.fullmatch(word):
            named = by_name.get(word[1:].lower())
            # Search by keyword has brought no retweets since 2026-05-04.
            return lambda t: named in t.mentions and t.retweeted is None
        name, colon, value = word.partition(":")
        if colon and name == "to":
            return lambda t: t.in_reply_to_user_id == by_name.get(value.lstrip("@").lower(), -1)
        if colon and name == "from":
            return lambda t: t.author_id == by_name.get(value.lstrip("@").lower(), -1)
        if colon and name == "conversation_id" and ID.fullmatch(value):
            return lambda t: t.conversation_id == int(value)
        raise invalid(
            f"There were errors processing your request: no viable alternative at input '{word}'", query=word
        )

    def usage(self, call: Call) -> tuple[int, dict[str, Any]]:
        if call.identity.kind != "app":
            raise problems.unsupported_authentication()
        figures = self.ledger.figures()
        return 200, {
            "data": {
                "project_cap": str(figures["cap"]),
                "project_usage": str(figures["month_reads"]),
                "project_id": "1",
                "cap_reset_day": 1,
            }
        }
