"""Talks to X through Tweepy: pages that were checked, and two kinds of failure instead of Tweepy's many.

Tweepy alone sets no time-out, follows redirects without its keys, sleeps a quarter of an hour inside a call,
raises a dozen classes that are not its own; docs/decisions/ingest.md says what is done about each.
"""

import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import tweepy
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NameResolutionError, NewConnectionError

from requests_app.models import IngestCursor

log = logging.getLogger(__name__)
# At DEBUG these write keys and the texts of posts, whatever level an installation sets.
for name in ("tweepy", "requests_oauthlib", "oauthlib"):
    logging.getLogger(name).setLevel(logging.INFO)

Cause = IngestCursor.Breaker
HOST = "https://api.twitter.com"
TIMEOUTS = (5.0, 30.0)
TOKEN = re.compile(r"[!-~]{1,200}")
TWEET_FIELDS = [
    "attachments",
    "author_id",
    "conversation_id",
    "created_at",
    "display_text_range",
    "edit_controls",
    "entities",
    "geo",
    "in_reply_to_user_id",
    "lang",
    "note_tweet",
    "referenced_tweets",
    "reply_settings",
    "withheld",
]
FIELDS: dict[str, list[str]] = {
    "tweet_fields": TWEET_FIELDS,
    "expansions": ["author_id", "referenced_tweets.id", "geo.place_id", "attachments.media_keys"],
    "place_fields": ["full_name", "country_code", "place_type"],
    "media_fields": ["type", "alt_text"],
}
OWN_FIELDS: dict[str, list[str]] = {
    "tweet_fields": ["author_id", "created_at", "note_tweet", "referenced_tweets"]
}
LIMITS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=24)
CLOCK_IS_OFF = timedelta(seconds=30)

# 403 answers that mean the whole account or app (X's problem types, and the v1 codes that still occur).
ACCESS_TYPES = {"client-forbidden", "unsupported-authentication", "oauth1-permissions", "disallowed-resource"}
ACCESS_CODES = {64, 261, 326, 453}
ACCESS_WORDS = re.compile(r"suspended|locked|app permissions|client-not-enrolled|access level", re.IGNORECASE)
# 403 answers to one reply, by their words: X gives them no type of their own.
DUPLICATE = re.compile(r"duplicate content", re.IGNORECASE)
REFUSALS = [
    ("not_summoned", re.compile(r"have not been mentioned|where you are mentioned", re.IGNORECASE)),
    ("target_gone", re.compile(r"deleted or not visible", re.IGNORECASE)),
    ("too_long", re.compile(r"too long", re.IGNORECASE)),
]


@dataclass(frozen=True)
class Account:
    """The help handle on X with its keys. `api_base` is empty for X itself."""

    user_id: str
    handle: str
    api_base: str = ""
    api_key: str = field(default="", repr=False)
    api_secret: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    access_secret: str = field(default="", repr=False)
    bearer_token: str = field(default="", repr=False)


def account_from_settings() -> Account | None:
    """Return the account that the settings name; None when they hold no keys."""
    if not settings.HAS_X_KEYS:
        return None
    return Account(
        user_id=settings.X_USER_ID,
        handle=settings.X_HANDLE,
        api_base=settings.X_API_BASE,
        api_key=settings.X_API_KEY,
        api_secret=settings.X_API_SECRET,
        access_token=settings.X_ACCESS_TOKEN,
        access_secret=settings.X_ACCESS_SECRET,
        bearer_token=settings.X_BEARER_TOKEN,
    )


class XTrouble(Exception):
    """X did not answer as it should: `cause` is a value of IngestCursor.Breaker.

    `wait` is how long X says to wait, by its own clock; None when it does not say: then the caller backs off.
    """

    def __init__(self, cause: str, detail: str, wait: timedelta | None = None) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause, self.detail, self.wait = str(cause), detail[:280], wait


class BadToken(XTrouble):
    """X does not know the page token that it gave us, or it leads in a circle."""


class Refused(Exception):
    """X refuses this one reply for ever; `reason` is a slug."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MaybeSent(Exception):
    """The reply may be on X or not: look before anything else."""


class _Redirected(Exception):
    """X answered with a redirect, which would drop our keys and turn a POST into a GET."""


@dataclass(frozen=True)
class Page:
    """One page of raw posts, newest first as a rule; `next_token` is empty on the last page.

    `spacing`: how far apart such calls must be for X's limit to last until it is renewed.
    """

    items: list[Any]
    includes: dict[str, Any]
    next_token: str
    server_date: datetime | None
    spacing: timedelta = timedelta(0)


@dataclass(frozen=True)
class Lookup:
    """Posts that are still there, and for the others X's reason (the last part of its problem type)."""

    items: list[Any]
    includes: dict[str, Any]
    missing: dict[str, str]


class XAdapter(HTTPAdapter):
    """Sends what Tweepy addresses to api.twitter.com to `base` instead, with time-outs; follows nothing."""

    def __init__(self, base: str, timeouts: tuple[float, float]) -> None:
        super().__init__(max_retries=0)
        self._base, self._timeouts = base.rstrip("/"), timeouts
        self.last: requests.Response | None = None

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send without proxies of the environment, which would see the keys."""
        asked = str(request.url)
        if self._base:
            parts = urlsplit(asked)
            request.url = self._base + parts.path + (f"?{parts.query}" if parts.query else "")
        kwargs.update(timeout=kwargs.get("timeout") or self._timeouts, proxies={})
        try:
            response = super().send(request, *args, **kwargs)
        finally:
            request.url = asked
        response.url = asked
        if 300 <= response.status_code < 400:
            response.close()
            raise _Redirected
        self.last = response
        return response


class XClient:
    """The calls that we make. One thread at a time; no call sleeps or tries again."""

    def __init__(self, account: Account, timeouts: tuple[float, float] = TIMEOUTS) -> None:
        self.account = account
        self._as_user = bool(account.access_token)
        self._tweepy = tweepy.Client(
            bearer_token=account.bearer_token or None,
            consumer_key=account.api_key or None,
            consumer_secret=account.api_secret or None,
            access_token=account.access_token or None,
            access_token_secret=account.access_secret or None,
            return_type=requests.Response,
            wait_on_rate_limit=False,
        )
        self._adapter = XAdapter(account.api_base, timeouts)
        session = self._tweepy.session
        session.trust_env = False
        session.adapters.clear()
        session.mount(f"{HOST}/", self._adapter)

    def mentions_page(self, *, since_id: int, until_id: int | None = None, token: str = "") -> Page:
        """Return a page of mentions of us with since_id < id < until_id. Raises XTrouble, BadToken."""
        return self._page(
            token,
            lambda: self._tweepy.get_users_mentions(
                self.account.user_id,
                since_id=since_id,
                until_id=until_id,
                pagination_token=token or None,
                max_results=100,
                user_auth=self._as_user,
                **FIELDS,
            ),
        )

    def search_recent(self, query: str, *, since_id: int, until_id: int, token: str = "") -> Page:
        """Return a page of what X's search of the last seven days finds. Raises XTrouble, BadToken."""
        return self._page(
            token,
            lambda: self._tweepy.search_recent_tweets(
                query,
                since_id=since_id,
                until_id=until_id,
                next_token=token or None,
                max_results=100,
                user_auth=self._as_user,
                **FIELDS,
            ),
        )

    def own_posts(self, *, since_id: int, token: str = "") -> Page:
        """Return a page of our own posts after since_id. Raises XTrouble, BadToken."""
        return self._page(
            token,
            lambda: self._tweepy.get_users_tweets(
                self.account.user_id,
                since_id=since_id,
                pagination_token=token or None,
                max_results=100,
                user_auth=self._as_user,
                **OWN_FIELDS,
            ),
        )

    def lookup(self, ids: Sequence[int | str]) -> Lookup:
        """Return which of up to 100 posts are still there. Raises XTrouble."""
        asked = [str(x_id) for x_id in ids]
        answer = self._ask(lambda: self._tweepy.get_tweets(asked, user_auth=self._as_user, **FIELDS))
        body = _object(answer)
        items, errors = body.get("data") or [], body.get("errors") or []
        if not isinstance(items, list) or not isinstance(errors, list):
            raise XTrouble(Cause.TROUBLE, "a lookup without its lists")
        missing = {
            str(error.get("resource_id") or error.get("value")): _problem(error.get("type"))
            for error in errors
            if isinstance(error, dict) and error.get("parameter") in ("ids", "id")
        }
        found = {str(item.get("id")) for item in items if isinstance(item, dict)}
        if not found.union(missing) >= set(asked):
            raise XTrouble(Cause.TROUBLE, "a lookup that leaves posts out")
        return Lookup(
            items, _includes(body), {x_id: why for x_id, why in missing.items() if x_id not in found}
        )

    def me(self) -> dict[str, Any]:
        """Return our own user object. Raises XTrouble."""
        data = _object(self._ask(lambda: self._tweepy.get_me(user_auth=self._as_user))).get("data")
        if not isinstance(data, dict):
            raise XTrouble(Cause.RESOURCE, "X does not say who we are")
        return data

    def create_reply(self, text: str, in_reply_to: int | str) -> str:
        """Post a reply and return its id. Raises XTrouble (nothing was posted), Refused, MaybeSent."""
        if not self._as_user:
            raise XTrouble(Cause.ACCESS, "a bearer token reads alone: set the four keys to reply")
        self._adapter.last = None
        try:
            self._tweepy.create_tweet(text=text, in_reply_to_tweet_id=str(in_reply_to), user_auth=True)
        except _Redirected as error:
            raise XTrouble(Cause.TROUBLE, "X answered with a redirect") from error
        except Exception as error:
            if self._adapter.last is None and _never_sent(error):
                raise XTrouble(Cause.TROUBLE, f"no connection: {type(error).__name__}") from error
        answer = self._adapter.last
        if answer is None or answer.status_code >= 500:
            raise MaybeSent(f"answer {answer.status_code if answer is not None else 'lost'}")
        if 200 <= answer.status_code < 300:
            try:
                return str(int(answer.json()["data"]["id"]))
            except (ValueError, TypeError, KeyError, RuntimeError, requests.RequestException) as error:
                raise MaybeSent("an answer without the new id") from error
        raise _reply_refusal(answer)

    def _page(self, token: str, call: Callable[[], requests.Response]) -> Page:
        answer = self._ask(call, token)
        body = _object(answer)
        items, meta, errors = body.get("data"), body.get("meta"), body.get("errors")
        if items is None and errors:
            raise XTrouble(Cause.RESOURCE, _words(body) or "errors and no data")
        items = [] if items is None else items
        if not isinstance(items, list) or not isinstance(meta, dict):
            raise XTrouble(Cause.TROUBLE, "a page without its list or its meta")
        count, next_token = meta.get("result_count"), meta.get("next_token") or ""
        if type(count) is not int or count != len(items):
            raise XTrouble(Cause.TROUBLE, f"a page says {count!r} posts and holds {len(items)}")
        if not isinstance(next_token, str) or (next_token and not TOKEN.fullmatch(next_token)):
            raise XTrouble(Cause.TROUBLE, "an odd page token")
        if next_token and next_token == token:
            raise BadToken(Cause.TROUBLE, "a page token that leads to itself")
        return Page(items, _includes(body), next_token, _date(answer), _spacing(answer))

    def _ask(self, call: Callable[[], requests.Response], token: str = "") -> requests.Response:
        """Return a 2xx answer; raise XTrouble for everything else, whatever class Tweepy gives it."""
        self._adapter.last = None
        try:
            return call()
        except _Redirected as error:
            raise XTrouble(Cause.TROUBLE, "X answered with a redirect") from error
        except Exception as error:
            # Tweepy dies of odd bodies and headers with classes of its own making; the answer is what counts.
            answer = self._adapter.last
            if answer is None or (not isinstance(error, tweepy.HTTPException) and answer.status_code < 400):
                raise XTrouble(Cause.TROUBLE, f"no answer: {type(error).__name__}") from error
            raise _trouble(answer, token) from error


def _trouble(answer: requests.Response, token: str = "") -> XTrouble:
    """What an answer that is no 2xx means (the table of docs/decisions/ingest.md)."""
    status, body = answer.status_code, _body(answer)
    detail = f"{status} {_words(body)}".strip()
    if status == 429:
        if _problem(body.get("type")) == "usage-capped" or body.get("title") == "UsageCapExceeded":
            return XTrouble(Cause.CAP, detail)
        return XTrouble(Cause.RATE, detail, _limit_wait(answer))
    if status == 402:
        return XTrouble(Cause.CREDITS, detail)
    if status == 401:
        there = _date(answer)
        skew = abs(there.timestamp() - time.time()) if there else 0
        if skew > CLOCK_IS_OFF.total_seconds():
            detail += f" (our clock is off by {skew:.0f} s)"
        return XTrouble(Cause.AUTH, detail)
    if status == 403 and _is_access(body):
        return XTrouble(Cause.ACCESS, detail)
    if status in {403, 404}:
        return XTrouble(Cause.RESOURCE, detail)
    if status == 400 and token:
        return BadToken(Cause.TROUBLE, detail)
    return XTrouble(Cause.TROUBLE, detail)


def _reply_refusal(answer: requests.Response) -> Exception:
    """What a 3xx or 4xx answer to a reply means."""
    body = _body(answer)
    words = _words(body)
    if answer.status_code == 403 and not _is_access(body):
        if DUPLICATE.search(words):
            return MaybeSent("X has this text already")
        for reason, pattern in REFUSALS:
            if pattern.search(words):
                return Refused(reason)
        return Refused("forbidden")
    if answer.status_code == 400:
        return Refused("bad_request")
    return _trouble(answer)


def _is_access(body: dict[str, Any]) -> bool:
    codes = {error.get("code") for error in _errors(body)} | {body.get("code")}
    return (
        _problem(body.get("type")) in ACCESS_TYPES
        or body.get("reason") == "client-not-enrolled"
        or any(code in ACCESS_CODES for code in codes if isinstance(code, int))
        or bool(ACCESS_WORDS.search(_words(body)))
    )


def _limit_wait(answer: requests.Response) -> timedelta | None:
    """How long until every exhausted limit is renewed, by X's clock; None when the headers do not say."""
    date = _date(answer)
    there = date.timestamp() if date else time.time()
    waits = []
    for name in LIMITS:
        reset = _number(answer, f"{name}-reset")
        if _number(answer, f"{name}-remaining") == 0 and reset is not None and there < reset < there + 10**6:
            waits.append(timedelta(seconds=reset - there))
    return min(max(*waits, SHORTEST_WAIT), LONGEST_WAIT) if waits else None


def _spacing(answer: requests.Response) -> timedelta:
    date, reset = _date(answer), _number(answer, "x-rate-limit-reset")
    remaining = _number(answer, "x-rate-limit-remaining")
    if date is None or reset is None or remaining is None:
        return timedelta(0)
    left = min(max(reset - date.timestamp(), 0), 900)
    return timedelta(seconds=left / max(remaining, 1))


def _never_sent(error: BaseException) -> bool:
    """Whether the connection was not even made, so that nothing can have been posted."""
    if isinstance(
        error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.InvalidSchema
    ):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectionError) and isinstance(
        reason, NewConnectionError | NameResolutionError
    )


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except (ValueError, RuntimeError) as error:
        raise XTrouble(Cause.TROUBLE, "an answer that is no JSON") from error
    if not isinstance(body, dict):
        raise XTrouble(Cause.TROUBLE, "an answer that is no JSON object")
    return body


def _body(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of a failure, or an empty one: it may be HTML, a list or nothing."""
    try:
        body = answer.json()
    except (ValueError, RuntimeError, requests.RequestException):
        return {}
    return body if isinstance(body, dict) else {}


def _errors(body: dict[str, Any]) -> list[dict[str, Any]]:
    errors = body.get("errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _words(body: dict[str, Any]) -> str:
    """The titles and sentences of a problem body, in one line."""
    parts = [body.get("title"), body.get("detail"), body.get("reason")]
    for error in _errors(body):
        parts += [error.get("message"), error.get("detail"), error.get("title")]
    return " - ".join(dict.fromkeys(part for part in parts if isinstance(part, str) and part))[:240]


def _problem(uri: Any) -> str:
    """The last part of a problem type: X writes it under two hosts."""
    return uri.rsplit("/", 1)[-1] if isinstance(uri, str) else ""


def _includes(body: dict[str, Any]) -> dict[str, Any]:
    includes = body.get("includes")
    return includes if isinstance(includes, dict) else {}


def _date(answer: requests.Response) -> datetime | None:
    try:
        date = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError, TypeError):
        return None
    return date if date.tzinfo else None


def _number(answer: requests.Response, name: str) -> int | None:
    value = answer.headers.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else None
