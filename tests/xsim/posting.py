"""The writing endpoints: POST and DELETE of posts, with the rules by which X refuses a post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import problems, wire
from . import text as texts
from .endpoints import ID, Api, Call
from .problems import invalid
from .world import Tweet

DAY_MS = 86_400_000
BODY_KEYS = {
    "card_uri", "community_id", "direct_message_deep_link", "edit_options", "for_super_followers_only", "geo",
    "made_with_ai", "media", "nullcast", "paid_partnership", "poll", "quote_tweet_id", "reply",
    "reply_settings",
    "share_with_followers", "text",
}  # fmt: skip
MODELLED_KEYS = {"text", "reply", "quote_tweet_id", "reply_settings", "made_with_ai"}
REPLY_KEYS = {"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"}


@dataclass(frozen=True)
class Wish:
    """A read body of POST /2/tweets."""

    text: str
    reply_to: int | None
    quote_of: int | None
    exclude: tuple[int, ...]
    reply_settings: str


def create(api: Api, call: Call) -> tuple[int, dict[str, Any]]:
    if call.identity.kind != "user":
        raise problems.unsupported_authentication()
    me = api.world.me
    wish = _read_post(call.body)
    target, quoted = _target(api, wish.reply_to), _target(api, wish.quote_of)
    if target is not None and not api.world.is_summoned(me.id, target):
        restricted = target.reply_settings != "everyone"
        raise problems.forbidden(problems.ONLY_WHERE_MENTIONED if restricted else problems.NOT_SUMMONED)
    if quoted is not None and not api.world.is_summoned(me.id, quoted):
        raise problems.forbidden(problems.ONLY_WHERE_MENTIONED)
    if _weight(api, wish, target) > texts.MAX_WEIGHT:
        raise problems.forbidden(problems.TOO_LONG)
    if len(texts.CASHTAG.findall(wish.text)) > 1:
        raise problems.forbidden(problems.CASHTAGS)
    now = api.world.clock.now_ms()
    said = texts.shorten(wish.text)[0]
    for old_id in reversed(api.world.written.get(me.id, [])):
        old = api.world.tweets[old_id]
        if now - old.created_ms > DAY_MS:
            break
        if not old.deleted and old.text[old.prefix_len :] == said:
            raise problems.forbidden(problems.DUPLICATE)
    tweet = api.world.add_tweet(
        me.username,
        wish.text,
        reply_to=wish.reply_to,
        quote_of=wish.quote_of,
        exclude_reply_user_ids=wish.exclude,
        index_delay_s=api.config.own_delay_s,
        reply_settings=wish.reply_settings,
    )
    if api.config.charge:
        summoned = target is not None and target.author_id != me.id
        kind = (
            "create_with_url" if texts.URL.search(wish.text) else "create_summoned" if summoned else "create"
        )
        api.ledger.charge(now, kind)
    call.headers["location"] = f"https://api.twitter.com/2/tweets/{tweet.id}"
    body = wire.Renderer(api.world, wire.Shape(new=api.config.vocabulary == "post")).tweet(tweet)
    return 201, {"data": body}


def _target(api: Api, tweet_id: int | None) -> Tweet | None:
    if tweet_id is None:
        return None
    if api.world.hidden_because(tweet_id):
        raise problems.forbidden(problems.TARGET_GONE)
    return api.world.tweets[tweet_id]


def _weight(api: Api, wish: Wish, target: Tweet | None) -> int:
    free = set()
    if target is not None:
        free = {api.world.users[u].username.lower() for u in (target.author_id, *target.mentions)}
    words = wish.text.lstrip().split(" ")
    while words and words[0].startswith("@") and words[0][1:].lower() in free:
        words.pop(0)
    return texts.weighted_length(" ".join(words))


def delete(api: Api, call: Call) -> tuple[int, dict[str, Any]]:
    if call.identity.kind != "user":
        raise problems.unsupported_authentication()
    tweet = api.world.tweets.get(api.read_id(call.args[0], "id"))
    if tweet is None or tweet.deleted:
        return 200, {"data": {"deleted": False}}
    if tweet.author_id != api.world.me.id:
        raise problems.forbidden(problems.NOT_PERMITTED)
    api.world.delete(tweet.id)
    if api.config.charge:
        api.ledger.charge(api.world.clock.now_ms(), "delete")
    return 200, {"data": {"deleted": True}}


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
