"""The simulated world: a clock that can be turned, people, posts, and who can see which of them when."""

from __future__ import annotations

import bisect
import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from . import text as texts

EPOCH_MS = 1_288_834_974_657
DEFAULT_MAX_TWEETS = 20_000


def snowflake(ms: int, seq: int = 0) -> int:
    return ((ms - EPOCH_MS) << 22) | seq


def ms_of(tweet_id: int) -> int:
    return (tweet_id >> 22) + EPOCH_MS


def username_id(username: str) -> int:
    """The stable numeric id of a user name: ten digits."""
    digest = hashlib.sha256(username.lower().encode()).digest()
    return 1_000_000_000 + int.from_bytes(digest[:6], "big") % 8_999_999_999


class Clock:
    """Virtual time in ms: real time plus an offset, or stopped."""

    def __init__(self, stopped_at_ms: int | None = None) -> None:
        self.offset_ms = 0
        self.stopped_at_ms = stopped_at_ms

    def now_ms(self) -> int:
        if self.stopped_at_ms is not None:
            return self.stopped_at_ms
        return int(time.time() * 1000) + self.offset_ms

    def advance(self, ms: int) -> None:
        if self.stopped_at_ms is not None:
            self.stopped_at_ms += ms
        else:
            self.offset_ms += ms

    def stop(self, at_ms: int | None = None) -> None:
        self.stopped_at_ms = self.now_ms() if at_ms is None else at_ms

    def run(self) -> None:
        if self.stopped_at_ms is not None:
            self.offset_ms = self.stopped_at_ms - int(time.time() * 1000)
            self.stopped_at_ms = None


@dataclass(slots=True)
class User:
    id: int
    username: str
    name: str
    protected: bool = False
    suspended: bool = False
    created_ms: int = 1_300_000_000_000
    description: str = ""


@dataclass(slots=True)
class Tweet:
    """One post; `text` is whole and unescaped, links already short; times in ms."""

    id: int
    author_id: int
    text: str
    created_ms: int
    conversation_id: int
    listed_ms: int  # when timelines and search begin to show it
    replied_to: int | None = None
    in_reply_to_user_id: int | None = None
    quoted: int | None = None
    retweeted: int | None = None
    prefix_len: int = 0  # code points of the automatic @names in front
    mentions: list[int] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    lang: str = "und"
    place: str | None = None
    point: list[float] | None = None
    media: list[dict[str, Any]] = field(default_factory=list)
    reply_settings: str = "everyone"
    withheld: dict[str, Any] | None = None
    history: list[int] = field(default_factory=list)
    superseded: bool = False
    deleted: bool = False
    extra: dict[str, Any] = field(default_factory=dict)  # raw fields laid over the rendered post


class World:
    """All people and posts. Not locked: the caller holds one lock around each use."""

    def __init__(
        self,
        me_id: int,
        handle: str,
        *,
        clock: Clock | None = None,
        seed: int = 1,
        max_tweets: int = DEFAULT_MAX_TWEETS,
    ) -> None:
        self.clock = clock or Clock()
        self.random = random.Random(seed)
        self.max_tweets = max_tweets
        self.users: dict[int, User] = {}
        self.by_name: dict[str, int] = {}
        self.tweets: dict[int, Tweet] = {}
        self.mentioning: dict[int, list[int]] = {}
        self.written: dict[int, list[int]] = {}
        self.late_share = 0.0
        self.late_max_s = 0.0
        self.retweets_in_mentions = True
        self.on_change: Callable[[dict[str, Any]], None] = lambda change: None
        self.me = self.add_user(handle, user_id=me_id)

    # people

    def add_user(
        self, username: str, *, name: str | None = None, user_id: int | None = None, **traits: Any
    ) -> User:
        """The user of that name, made if new; `name` and the traits (protected, suspended, ...) are set."""
        known = self.by_name.get(username.lower())
        if known is not None and user_id in (None, known):
            user = self.users[known]
            changed = bool(traits) or (name is not None and name != user.name)
            if name is not None:
                user.name = name
        else:
            new_id = username_id(username) if user_id is None else user_id
            while user_id is None and new_id in self.users:
                new_id += 1
            user = User(id=new_id, username=username, name=name or username)
            self.users[new_id] = user
            self.by_name[username.lower()] = new_id
            changed = True
        for key, value in traits.items():
            setattr(user, key, value)
        if changed:
            self.on_change({"user": asdict(user)})
        return user

    def rename(self, user_id: int, username: str) -> None:
        user = self.users[user_id]
        self.by_name.pop(user.username.lower(), None)
        user.username = username
        self.by_name[username.lower()] = user_id
        self.on_change({"user": asdict(user)})

    # posts

    def add_tweet(
        self,
        author: str,
        text: str = "",
        *,
        name: str | None = None,
        at_ms: int | None = None,
        tweet_id: int | None = None,
        reply_to: int | None = None,
        quote_of: int | None = None,
        retweet_of: int | None = None,
        index_delay_s: float | None = None,
        exclude_reply_user_ids: tuple[int, ...] = (),
        **traits: Any,
    ) -> Tweet:
        """Put one post into the world; KeyError when a post that it refers to is unknown."""
        user = self.add_user(author, name=name)
        created = self.clock.now_ms() if at_ms is None else at_ms
        new_id = snowflake(created) if tweet_id is None else tweet_id
        while new_id in self.tweets:
            new_id += 1
        raw, links = texts.shorten(text)
        prefix = ""
        target = self.tweets[reply_to] if reply_to is not None else None
        if target is not None:
            prefix = self._reply_prefix(user, target, raw, exclude_reply_user_ids)
        if quote_of is not None:
            quoted = self.tweets[quote_of]
            link = self.permalink(quoted)
            raw = f"{raw} {texts.short_url(link)}".strip()
            links[texts.short_url(link)] = link
        raw = prefix + raw
        names = texts.mentioned_names(raw)
        mentioned = [self.add_user(n).id for n in names]
        if retweet_of is not None:
            original = self.tweets[retweet_of]
            raw = texts.retweet_text(self.users[original.author_id].username, original.text)
            links = dict(original.links)
            mentioned = list(dict.fromkeys([original.author_id, *original.mentions]))
        tweet = Tweet(
            id=new_id,
            author_id=user.id,
            text=raw,
            created_ms=ms_of(new_id),
            conversation_id=target.conversation_id if target is not None else new_id,
            listed_ms=created + int(1000 * self._index_delay(index_delay_s)),
            replied_to=reply_to,
            in_reply_to_user_id=target.author_id if target is not None else None,
            quoted=quote_of,
            retweeted=retweet_of,
            prefix_len=len(prefix),
            mentions=mentioned,
            links=links,
            history=[new_id],
        )
        for key, value in traits.items():
            setattr(tweet, key, value)
        self.put(tweet)
        return tweet

    def put(self, tweet: Tweet) -> None:
        self.tweets[tweet.id] = tweet
        bisect.insort(self.written.setdefault(tweet.author_id, []), tweet.id)
        for user_id in tweet.mentions:
            if tweet.retweeted is None or self.retweets_in_mentions:
                bisect.insort(self.mentioning.setdefault(user_id, []), tweet.id)
        if len(self.tweets) > self.max_tweets:
            self._forget_oldest(self.max_tweets // 10)
        self.on_change({"tweet": asdict(tweet)})

    def delete(self, tweet_id: int) -> None:
        """Deleting any version of an edited post deletes the chain."""
        for version in self.tweets[tweet_id].history:
            self.tweets[version].deleted = True
        self.on_change({"deleted": tweet_id})

    def edit(self, tweet_id: int, text: str) -> Tweet:
        """A new version under a new id; the older one leaves the timelines."""
        old = self.tweets[tweet_id]
        new = self.add_tweet(self.users[old.author_id].username, text, conversation_id=old.conversation_id)
        if old.conversation_id != old.id:
            new.conversation_id = old.conversation_id
        chain = [*old.history, new.id]
        for version in chain:
            self.tweets[version].history = chain
            self.tweets[version].superseded = version != new.id
            self.on_change({"tweet": asdict(self.tweets[version])})
        return new

    def _reply_prefix(self, user: User, target: Tweet, text: str, exclude: tuple[int, ...]) -> str:
        present = {n.lower() for n in texts.mentioned_names(text)}
        names = []
        for user_id in dict.fromkeys([target.author_id, *target.mentions]):
            other = self.users[user_id]
            if user_id != user.id and user_id not in exclude and other.username.lower() not in present:
                names.append(f"@{other.username} ")
        return "".join(names)

    def _index_delay(self, given_s: float | None) -> float:
        if given_s is not None:
            return given_s
        if self.late_share and self.random.random() < self.late_share:
            return self.random.uniform(0, self.late_max_s)
        return 0.0

    def _forget_oldest(self, count: int) -> None:
        for old_id in sorted(self.tweets)[:count]:
            old = self.tweets.pop(old_id)
            for index in (
                self.written.get(old.author_id, []),
                *(self.mentioning.get(u, []) for u in old.mentions),
            ):
                at = bisect.bisect_left(index, old_id)
                if at < len(index) and index[at] == old_id:
                    del index[at]

    # what can be seen

    def permalink(self, tweet: Tweet) -> str:
        return f"https://twitter.com/{self.users[tweet.author_id].username}/status/{tweet.id}"

    def hidden_because(self, tweet_id: int) -> str | None:
        """None when anybody may see the post, otherwise `missing` or `forbidden`."""
        tweet = self.tweets.get(tweet_id)
        if tweet is None or tweet.deleted:
            return "missing"
        author = self.users[tweet.author_id]
        if author.suspended or (author.protected and author.id != self.me.id):
            return "forbidden"
        return None

    def listed(self, ids: list[int], window: int) -> list[int]:
        """The newest `window` ids that timelines show now, newest first; deleted ones still count."""
        now = self.clock.now_ms()
        found: list[int] = []
        for tweet_id in reversed(ids):
            tweet = self.tweets[tweet_id]
            if tweet.listed_ms <= now and not tweet.superseded:
                found.append(tweet_id)
                if len(found) == window:
                    break
        return found

    def is_summoned(self, user_id: int, tweet: Tweet) -> bool:
        """May the user reply to or quote this post: is it theirs, does its author name or quote them?"""
        if tweet.author_id == user_id:
            return True
        typed = {n.lower() for n in texts.mentioned_names(tweet.text[tweet.prefix_len :])}
        if tweet.retweeted is None and self.users[user_id].username.lower() in typed:
            return True
        quoted = self.tweets.get(tweet.quoted) if tweet.quoted is not None else None
        return quoted is not None and quoted.author_id == user_id
