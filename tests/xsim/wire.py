"""How posts and people look on the wire: only the fields and expansions asked for, in either vocabulary."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from . import text as texts
from .problems import invalid, resource_error
from .world import Tweet, User, World

TWEET_FIELDS = [
    "article",
    "attachments",
    "author_id",
    "card_uri",
    "community_id",
    "context_annotations",
    "conversation_id",
    "created_at",
    "display_text_range",
    "edit_controls",
    "edit_history_tweet_ids",
    "entities",
    "geo",
    "id",
    "in_reply_to_user_id",
    "lang",
    "media_metadata",
    "non_public_metrics",
    "note_tweet",
    "organic_metrics",
    "possibly_sensitive",
    "promoted_metrics",
    "public_metrics",
    "referenced_tweets",
    "reply_settings",
    "scopes",
    "source",
    "suggested_source_links",
    "text",
    "withheld",
]
USER_FIELDS = [
    "affiliation",
    "confirmed_email",
    "connection_status",
    "created_at",
    "description",
    "entities",
    "id",
    "is_identity_verified",
    "location",
    "most_recent_tweet_id",
    "name",
    "parody",
    "pinned_tweet_id",
    "profile_banner_url",
    "profile_image_url",
    "protected",
    "public_metrics",
    "receives_your_dm",
    "subscription",
    "subscription_type",
    "url",
    "username",
    "verified",
    "verified_followers_count",
    "verified_type",
    "withheld",
]
MEDIA_FIELDS = [
    "alt_text",
    "duration_ms",
    "height",
    "media_key",
    "non_public_metrics",
    "organic_metrics",
    "preview_image_url",
    "promoted_metrics",
    "public_metrics",
    "type",
    "url",
    "variants",
    "width",
]
PLACE_FIELDS = ["contained_within", "country", "country_code", "full_name", "geo", "id", "name", "place_type"]
POLL_FIELDS = ["duration_minutes", "end_datetime", "id", "options", "voting_status"]
EXPANSIONS = [
    "article.cover_media",
    "article.media_entities",
    "attachments.media_keys",
    "attachments.media_source_tweet",
    "attachments.poll_ids",
    "author_id",
    "edit_history_tweet_ids",
    "entities.mentions.username",
    "entities.note.mentions.username",
    "geo.place_id",
    "in_reply_to_user_id",
    "referenced_tweets.id",
    "referenced_tweets.id.author_id",
]
USER_EXPANSIONS = ["affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id"]
NEW_NAMES = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "referenced_tweets.id": "referenced_posts.id",
    "referenced_tweets.id.author_id": "referenced_posts.id.author_id",
}
OLD_NAMES = {new: old for old, new in NEW_NAMES.items()}
RAJASTHAN_BOX = [69.3, 23.0, 78.3, 30.2]


@dataclass(frozen=True)
class Shape:
    """Which fields and expansions one request asked for; `new` is the vocabulary of the answer."""

    tweet: frozenset[str] = frozenset()
    user: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    place: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()
    new: bool = False


def _listed(params: dict[str, str], name: str, allowed: list[str]) -> frozenset[str]:
    if name not in params:
        return frozenset()
    values = params[name].split(",")
    for value in values:
        if value not in allowed:
            listing = ",".join(sorted(allowed))
            raise invalid(
                f"The `{name}` query parameter value [{value}] is not one of [{listing}]",
                **{name.replace(".", "__"): params[name]},
            )
    return frozenset(OLD_NAMES.get(v, v) for v in values)


def read_shape(params: dict[str, str], vocabulary: str, *, users: bool = False) -> Shape:
    """The Shape of a query; Refusal 400 for a value that X does not know. vocabulary: tweet, post or both."""
    post_names = [NEW_NAMES.get(f, f) for f in TWEET_FIELDS]
    asked_new = "post.fields" in params
    if asked_new and "tweet.fields" in params:
        raise invalid("`tweet.fields` and `post.fields` may not be given together")
    _listed(params, "poll.fields", POLL_FIELDS)  # checked only: the world has no polls
    expansions = (
        USER_EXPANSIONS if users else EXPANSIONS + [v for k, v in NEW_NAMES.items() if k in EXPANSIONS]
    )
    return Shape(
        tweet=_listed(params, "post.fields", post_names) or _listed(params, "tweet.fields", TWEET_FIELDS),
        user=_listed(params, "user.fields", USER_FIELDS),
        media=_listed(params, "media.fields", MEDIA_FIELDS),
        place=_listed(params, "place.fields", PLACE_FIELDS),
        expansions=_listed(params, "expansions", expansions),
        new=vocabulary == "post" or (vocabulary == "both" and asked_new),
    )


def iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def place_id(full_name: str) -> str:
    return hashlib.sha1(full_name.encode()).hexdigest()[:16]


class Renderer:
    """Builds the JSON of one answer and remembers which resources it hands out, for the ledger."""

    def __init__(self, world: World, shape: Shape) -> None:
        self.world = world
        self.shape = shape
        self.post_ids: list[int] = []
        self.user_ids: list[int] = []

    def _ids(self, tweet: Tweet) -> dict[str, int]:
        # Every name in the text is somebody whom the world knows: add_tweet made them.
        names = [n.lower() for n in texts.mentioned_names(tweet.text)]
        return {n: self.world.by_name[n] for n in names if n in self.world.by_name}

    def tweet(self, tweet: Tweet) -> dict[str, Any]:
        """One post, with the fields that were asked for and whatever the test laid over it."""
        want = self.shape.tweet
        whole = texts.escape(tweet.text)
        is_long = (
            tweet.retweeted is None
            and texts.weighted_length(tweet.text[tweet.prefix_len :]) > texts.MAX_WEIGHT
        )
        permalink = self.world.permalink(tweet)
        shown = tweet.text
        links = tweet.links
        if is_long:
            shown = tweet.text[: tweet.prefix_len] + texts.cut_long(tweet.text[tweet.prefix_len :], permalink)
            links = {**links, texts.short_url(permalink): permalink}
        text = texts.escape(shown)
        ids = self._ids(tweet)
        full: dict[str, Any] = {
            "author_id": str(tweet.author_id),
            "created_at": iso(tweet.created_ms),
            "conversation_id": str(tweet.conversation_id),
            "display_text_range": [tweet.prefix_len, len(text)],
            "lang": tweet.lang,
            "possibly_sensitive": False,
            "reply_settings": tweet.reply_settings,
            "public_metrics": {
                "retweet_count": 0, "reply_count": 0, "like_count": 0, "quote_count": 0, "bookmark_count": 0,
                "impression_count": 0,
            },
            "edit_controls": {
                "edits_remaining": 6 - len(tweet.history),
                "is_edit_eligible": tweet.replied_to is None and tweet.retweeted is None,
                "editable_until": iso(tweet.created_ms + 3_600_000),
            },
        }  # fmt: skip
        if tweet.in_reply_to_user_id is not None:
            full["in_reply_to_user_id"] = str(tweet.in_reply_to_user_id)
        references = [
            {"type": kind, "id": str(ref)}
            for kind, ref in (
                ("retweeted", tweet.retweeted), ("quoted", tweet.quoted), ("replied_to", tweet.replied_to)
            )
            if ref is not None
        ]  # fmt: skip
        if references:
            full["referenced_tweets"] = references
        marks = texts.entities(text, ids, links)
        if marks:
            full["entities"] = marks
        if is_long:
            note: dict[str, Any] = {"text": whole}
            note_marks = texts.entities(whole, ids, tweet.links)
            if note_marks:
                note["entities"] = note_marks
            full["note_tweet"] = note
        if tweet.place or tweet.point:
            full["geo"] = {}
            if tweet.place:
                full["geo"]["place_id"] = place_id(tweet.place)
            if tweet.point:
                full["geo"]["coordinates"] = {"type": "Point", "coordinates": tweet.point}
        if tweet.media:
            full["attachments"] = {"media_keys": [m["media_key"] for m in tweet.media]}
        if tweet.withheld:
            full["withheld"] = tweet.withheld
        item: dict[str, Any] = {
            "id": str(tweet.id),
            "text": text,
            "edit_history_tweet_ids": [str(i) for i in tweet.history],
            **{k: v for k, v in full.items() if k in want},
            **tweet.extra,
        }
        self.post_ids.append(tweet.id)
        return self._named(item)

    def _named(self, item: dict[str, Any]) -> dict[str, Any]:
        return {NEW_NAMES.get(k, k): v for k, v in item.items()} if self.shape.new else item

    def user(self, user: User) -> dict[str, Any]:
        full = {
            "created_at": iso(user.created_ms),
            "description": user.description,
            "protected": user.protected,
            "verified": False,
            "public_metrics": {
                "followers_count": 0,
                "following_count": 0,
                "tweet_count": 0,
                "listed_count": 0,
            },
        }
        self.user_ids.append(user.id)
        return {
            "id": str(user.id),
            "name": user.name,
            "username": user.username,
            **{k: v for k, v in full.items() if k in self.shape.user},
        }

    def _media(self, media: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in media.items() if k in {"media_key", "type"} | self.shape.media}

    def _place(self, full_name: str) -> dict[str, Any]:
        full = {
            "name": full_name.split(",")[0],
            "country": "India",
            "country_code": "IN",
            "place_type": "city",
            "geo": {"type": "Feature", "bbox": RAJASTHAN_BOX, "properties": {}},
        }
        chosen = {k: v for k, v in full.items() if k in self.shape.place}
        return {"id": place_id(full_name), "full_name": full_name, **chosen}

    def body(self, tweets: list[Tweet]) -> dict[str, Any]:
        """data, includes and errors for a list of visible posts; `data` is missing when the list is empty."""
        body: dict[str, Any] = {}
        if tweets:
            body["data"] = [self.tweet(t) for t in tweets]
        includes, errors = self._includes(tweets)
        if includes:
            body["includes"] = includes
        if errors:
            body["errors"] = errors
        return body

    def _includes(self, tweets: list[Tweet]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        asked = self.shape.expansions
        users: dict[int, None] = {}
        posts: dict[int, None] = {}
        errors: dict[int, dict[str, Any]] = {}
        for tweet in tweets:
            if "author_id" in asked:
                users[tweet.author_id] = None
            if "in_reply_to_user_id" in asked and tweet.in_reply_to_user_id is not None:
                users[tweet.in_reply_to_user_id] = None
            if {"entities.mentions.username", "entities.note.mentions.username"} & asked:
                users.update(dict.fromkeys(self._ids(tweet).values()))
            if "edit_history_tweet_ids" in asked:
                posts.update(dict.fromkeys(i for i in tweet.history if i != tweet.id))
            if not {"referenced_tweets.id", "referenced_tweets.id.author_id"} & asked:
                continue
            for reference in (tweet.retweeted, tweet.quoted, tweet.replied_to):
                if reference is None:
                    continue
                reason = self.world.hidden_because(reference)
                if reason:
                    errors[reference] = resource_error(str(reference), "referenced_tweets.id", reason)
                    continue
                posts[reference] = None
                if "referenced_tweets.id.author_id" in asked:
                    users[self.world.tweets[reference].author_id] = None
        includes: dict[str, Any] = {}
        if users:
            includes["users"] = [self.user(self.world.users[u]) for u in users]
        if posts:
            name = "posts" if self.shape.new else "tweets"
            includes[name] = [self.tweet(self.world.tweets[p]) for p in posts]
        if "geo.place_id" in asked and any(t.place for t in tweets):
            includes["places"] = [self._place(p) for p in dict.fromkeys(t.place for t in tweets if t.place)]
        if "attachments.media_keys" in asked and any(t.media for t in tweets):
            includes["media"] = [self._media(m) for t in tweets for m in t.media]
        return includes, list(errors.values())
