"""The API's routes as functions on the world: strict parameters in, status and JSON out; no sockets here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from . import problems, wire
from . import text as texts
from .auth import Identity
from .limits import Ledger
from .problems import invalid
from .world import Tweet, World, ms_of, snowflake

ID = re.compile(r"[0-9]{1,19}")
WEEK_MS = 7 * 86_400_000
DAY_MS = 86_400_000
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
    """All endpoints; `handle` dispatches on the route's name."""

    def __init__(self, world: World, ledger: Ledger, config: Config, seed: int = 1) -> None:
        self.world = world
        self.ledger = ledger
        self.config = config
        self.secret = f"pages:{seed}".encode()

    def handle(self, call: Call) -> tuple[int, dict[str, Any]]:
        """(status, JSON) of a call; Refusal for every other answer."""
        self._only_known(call)
        self.ledger.check(
            self.world.clock.now_ms(), reads_posts=call.route not in ("me", "create", "delete", "usage")
        )
        return HANDLERS[call.route](self, call)

    # parameters

    def _only_known(self, call: Call) -> None:
        allowed = PARAMS[call.route]
        if self.config.vocabulary == "tweet":
            allowed = [p for p in allowed if p != "post.fields"]
        for name in call.params:
            if name not in allowed:
                raise invalid(
                    f"The query parameter [{name}] is not one of [{','.join(allowed)}]",
                    **{name.replace(".", "__"): call.params[name]},
                )

    def _id(self, value: str, name: str) -> int:
        if not ID.fullmatch(value):
            raise invalid(
                f"The `{name}` query parameter value [{value}] does not match ^[0-9]{{1,19}}$",
                **{name: value},
            )
        return int(value)

    def _optional_id(self, call: Call, name: str) -> int | None:
        return self._id(call.params[name], name) if name in call.params else None

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

    def _open_token(self, call: Call, name: str) -> tuple[int, int, bool] | None:
        token = call.params.get(name)
        if token is None:
            return None
        refused = invalid(f"The `{name}` query parameter value [{token}] is not valid", **{name: token})
        try:
            raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
            boundary, made_s, page, backward = struct.unpack(">QIHB", raw[:15])
        except (ValueError, struct.error):
            raise refused from None
        if raw[19:] != hmac.new(self.secret, raw[:19], hashlib.sha256).digest()[:5] or raw[
            15:19
        ] != self._query_hash(call):
            raise refused
        ttl = self.config.page_token_ttl_s
        if ttl and self.world.clock.now_ms() / 1000 - made_s > ttl:
            raise refused
        return boundary, page, bool(backward)

    def _page(
        self, call: Call, ids: list[int], low: int, *, least: int = 5, owned: bool = False
    ) -> tuple[int, dict[str, Any]]:
        """One page of newest-first ids; the count is taken before what is deleted or hidden falls out."""
        size = self._count(call, least, 100)
        token_name = "next_token" if "next_token" in call.params else "pagination_token"
        opened = self._open_token(call, token_name)
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
        user = self.world.users.get(self._id(value, "id"))
        return None if user is None or user.suspended else user.id

    # reading

    def mentions(self, call: Call) -> tuple[int, dict[str, Any]]:
        user_id = self._visible_user(call.args[0])
        if user_id is None:
            return 200, {"errors": [problems.resource_error(call.args[0], "id", "missing", "user")]}
        ids = self.world.listed(self.world.mentioning.get(user_id, []), self.config.window)
        owned = call.identity.kind == "user" and user_id == call.identity.user_id
        return self._page(call, self._bounded(call, ids), 5, owned=owned)

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
        return self._page(call, self._bounded(call, kept), 5)

    def lookup(self, call: Call) -> tuple[int, dict[str, Any]]:
        if "ids" not in call.params:
            raise invalid("The `ids` query parameter can not be empty", ids="")
        asked = call.params["ids"].split(",")
        if len(asked) > 100:
            raise invalid(
                "The number of values in the `ids` query parameter list [%d] is not between 1 and 100"
                % len(asked)
            )
        return self._looked_up(call, [self._id(v, "ids") for v in dict.fromkeys(asked)], "ids")

    def tweet(self, call: Call) -> tuple[int, dict[str, Any]]:
        status, body = self._looked_up(call, [self._id(call.args[0], "id")], "id")
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
        return self._one_user(call, self._id(call.args[0], "id"), call.args[0], "id")

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
                    f"'{name}' must be a tweet id created after {wire.iso(oldest)[:16]}Z. Please use a '{name}' that is "
                    f"larger than {snowflake(oldest)}",
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
        return self._page(call, self._bounded(call, found), 10, least=10)

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

    # writing

    def create(self, call: Call) -> tuple[int, dict[str, Any]]:
        if call.identity.kind != "user":
            raise problems.unsupported_authentication()
        me = self.world.me
        wish = _read_post(call.body)
        target, quoted = self._target(wish.reply_to), self._target(wish.quote_of)
        if target is not None and not self.world.is_summoned(me.id, target):
            restricted = target.reply_settings != "everyone"
            raise problems.forbidden(problems.ONLY_WHERE_MENTIONED if restricted else problems.NOT_SUMMONED)
        if quoted is not None and not self.world.is_summoned(me.id, quoted):
            raise problems.forbidden(problems.ONLY_WHERE_MENTIONED)
        if self._weight(wish, target) > texts.MAX_WEIGHT:
            raise problems.forbidden(problems.TOO_LONG)
        if len(texts.CASHTAG.findall(wish.text)) > 1:
            raise problems.forbidden(problems.CASHTAGS)
        now = self.world.clock.now_ms()
        said = texts.shorten(wish.text)[0]
        for old_id in reversed(self.world.written.get(me.id, [])):
            old = self.world.tweets[old_id]
            if now - old.created_ms > DAY_MS:
                break
            if not old.deleted and old.text[old.prefix_len :] == said:
                raise problems.forbidden(problems.DUPLICATE)
        tweet = self.world.add_tweet(
            me.username,
            wish.text,
            reply_to=wish.reply_to,
            quote_of=wish.quote_of,
            exclude_reply_user_ids=wish.exclude,
            index_delay_s=self.config.own_delay_s,
            reply_settings=wish.reply_settings,
        )
        if self.config.charge:
            summoned = target is not None and target.author_id != me.id
            kind = (
                "create_with_url"
                if texts.URL.search(wish.text)
                else "create_summoned"
                if summoned
                else "create"
            )
            self.ledger.charge(now, kind)
        call.headers["location"] = f"https://api.twitter.com/2/tweets/{tweet.id}"
        body = wire.Renderer(self.world, wire.Shape(new=self.config.vocabulary == "post")).tweet(tweet)
        return 201, {"data": body}

    def _target(self, tweet_id: int | None) -> Tweet | None:
        if tweet_id is None:
            return None
        if self.world.hidden_because(tweet_id):
            raise problems.forbidden(problems.TARGET_GONE)
        return self.world.tweets[tweet_id]

    def _weight(self, wish: Wish, target: Tweet | None) -> int:
        free = set()
        if target is not None:
            free = {self.world.users[u].username.lower() for u in (target.author_id, *target.mentions)}
        words = wish.text.lstrip().split(" ")
        while words and words[0].startswith("@") and words[0][1:].lower() in free:
            words.pop(0)
        return texts.weighted_length(" ".join(words))

    def delete(self, call: Call) -> tuple[int, dict[str, Any]]:
        if call.identity.kind != "user":
            raise problems.unsupported_authentication()
        tweet = self.world.tweets.get(self._id(call.args[0], "id"))
        if tweet is None or tweet.deleted:
            return 200, {"data": {"deleted": False}}
        if tweet.author_id != self.world.me.id:
            raise problems.forbidden(problems.NOT_PERMITTED)
        self.world.delete(tweet.id)
        if self.config.charge:
            self.ledger.charge(self.world.clock.now_ms(), "delete")
        return 200, {"data": {"deleted": True}}


@dataclass(frozen=True)
class Wish:
    """A read body of POST /2/tweets."""

    text: str
    reply_to: int | None
    quote_of: int | None
    exclude: tuple[int, ...]
    reply_settings: str


BODY_KEYS = {
    "card_uri", "community_id", "direct_message_deep_link", "edit_options", "for_super_followers_only", "geo",
    "made_with_ai", "media", "nullcast", "paid_partnership", "poll", "quote_tweet_id", "reply", "reply_settings",
    "share_with_followers", "text",
}  # fmt: skip
MODELLED_KEYS = {"text", "reply", "quote_tweet_id", "reply_settings", "made_with_ai"}
REPLY_KEYS = {"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"}


def _body_id(value: Any, where: str) -> int:
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise invalid(f"$.{where}: does not match the regex pattern ^[0-9]{{1,19}}$")
    return int(value)


def _read_post(body: Any) -> Wish:
    if not isinstance(body, dict):
        raise invalid("$: the request body is not a JSON object")
    for key in body:
        if key not in BODY_KEYS:
            raise invalid(
                f"$.{key}: is not defined in the schema and the schema does not allow additional properties"
            )
        if key not in MODELLED_KEYS:
            raise invalid(f"$.{key}: is not simulated")
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        raise invalid("One of `text` or `media` must be given and not be empty")
    settings = body.get("reply_settings", "everyone")
    if settings not in ("everyone", "following", "mentionedUsers", "subscribers", "verified"):
        raise invalid("$.reply_settings: does not have a value in the enumeration")
    reply = body.get("reply", {})
    if not isinstance(reply, dict) or set(reply) - REPLY_KEYS:
        raise invalid(
            "$.reply: is not defined in the schema and the schema does not allow additional properties"
        )
    if reply and "in_reply_to_tweet_id" not in reply:
        raise invalid("$.reply.in_reply_to_tweet_id: is missing but it is required")
    quote = body.get("quote_tweet_id")
    return Wish(
        text=text,
        reply_to=_body_id(reply["in_reply_to_tweet_id"], "reply.in_reply_to_tweet_id") if reply else None,
        quote_of=None if quote is None else _body_id(quote, "quote_tweet_id"),
        exclude=tuple(
            _body_id(v, "reply.exclude_reply_user_ids") for v in reply.get("exclude_reply_user_ids", [])
        ),
        reply_settings=settings,
    )


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
    "create": Api.create,
    "delete": Api.delete,
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
    """(route name, path arguments); name is None for an unknown path and `""` for a known path, wrong method."""
    known_path = False
    for wanted, pattern, name in ROUTES:
        match = pattern.fullmatch(path)
        if match and wanted == method:
            return name, match.groups()
        known_path = known_path or match is not None
    return ("" if known_path else None), ()
