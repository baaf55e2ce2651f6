"""Turns a raw post of X, in either of X's vocabularies (tweet, post), into the values that we keep of it."""

import html
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from requests_app import snowflake

ID = re.compile(r"[0-9]{1,19}")
_LEADING_NAMES = re.compile(r"(?:@\w{1,15}\s+)*@\w{1,15}(?=\s|$)\s*", re.ASCII)


@dataclass(frozen=True)
class XPost:
    """What one post on X says. `text` is whole (a long post's, a retweet's original), unescaped once."""

    x_id: int
    text: str
    posted_at: datetime
    quoted: str = ""
    author_id: str = ""
    author_handle: str = ""
    author_name: str = ""
    thread_id: str = ""
    in_reply_to: str = ""
    copy_of: str = ""
    quote_of: str = ""
    edit_root: str = ""
    mentions_us: bool = False
    may_reply: bool = False


class Includes:
    """The objects that came beside a page, by id. X leaves out what was deleted or is protected."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.users = _by(raw.get("users"), "id")
        self.posts = _by(raw.get("tweets"), "id") | _by(raw.get("posts"), "id")
        self.places = _by(raw.get("places"), "id")
        self.media = _by(raw.get("media"), "media_key")

    def of(self, raw: dict[str, Any]) -> dict[str, Any]:
        """What of it belongs to this post, to be kept with it."""
        attachments, geo = raw.get("attachments"), raw.get("geo")
        keys = attachments.get("media_keys") if isinstance(attachments, dict) else None
        place = geo.get("place_id") if isinstance(geo, dict) else None
        found = {
            "users": [self.users.get(_id(raw.get("author_id")))],
            "posts": [self.posts.get(reference) for reference in references(raw).values()],
            "places": [self.places.get(str(place))],
            "media": [self.media.get(str(key)) for key in (keys if isinstance(keys, list) else [])],
        }
        kept = {name: [item for item in items if item] for name, items in found.items()}
        return {name: items for name, items in kept.items() if items}


def id_of(raw: Any) -> int | None:
    """Return the id of a raw post; None when it has none that could be stored."""
    value = raw.get("id") if isinstance(raw, dict) else None
    if not isinstance(value, str) or not ID.fullmatch(value) or int(value) > snowflake.LARGEST:
        return None
    return int(value)


def author_of(raw: dict[str, Any]) -> str:
    return _id(raw.get("author_id"))


def references(raw: dict[str, Any]) -> dict[str, str]:
    """Return {"retweeted" | "quoted" | "replied_to": id}."""
    listed = raw.get("referenced_tweets") or raw.get("referenced_posts")
    found = {}
    for reference in listed if isinstance(listed, list) else []:
        if (
            isinstance(reference, dict)
            and isinstance(reference.get("type"), str)
            and _id(reference.get("id"))
        ):
            found[reference["type"]] = _id(reference["id"])
    return found


def raw_json(raw: Any, includes: Includes | None) -> str:
    """Return the raw post and what belongs to it as JSON, to be sealed."""
    beside = includes.of(raw) if includes is not None and isinstance(raw, dict) else {}
    return json.dumps({"post": raw, "includes": beside})


def barely(raw: dict[str, Any], x_id: int) -> XPost:
    """Return what can be said of a post in which something is odd: its words, and its time from its id."""
    return XPost(x_id, whole_text(raw), snowflake.posted_at(x_id), author_id=author_of(raw))


def read(raw: dict[str, Any], x_id: int, includes: Includes, our_id: str, our_handle: str) -> XPost:
    """Return what the post says. An odd part is left out, never guessed; an odd time is taken from the id."""
    refers = references(raw)
    copy_of, quote_of = refers.get("retweeted", ""), refers.get("quoted", "")
    original, quoted = includes.posts.get(copy_of), includes.posts.get(quote_of)
    author_id = author_of(raw)
    author = includes.users.get(author_id, {})
    mentions_us = not copy_of and _names_us(raw, our_id, our_handle)
    quotes_us = bool(quoted) and author_of(quoted or {}) == our_id
    settings = raw.get("reply_settings")
    # Whoever restricts replies still lets those reply whom the post names.
    is_open = settings is None or settings == "everyone"
    history = raw.get("edit_history_tweet_ids") or raw.get("edit_history_post_ids")
    root = _id(history[0]) if isinstance(history, list) and history else ""
    return XPost(
        x_id=x_id,
        text=whole_text(original) if original and whole_text(original) else whole_text(raw),
        posted_at=_time(raw.get("created_at"), x_id),
        quoted=whole_text(quoted) if quoted and not copy_of else "",
        author_id=author_id,
        author_handle=_line(author.get("username")),
        author_name=_line(author.get("name")),
        thread_id=_id(raw.get("conversation_id")),
        in_reply_to=refers.get("replied_to", ""),
        copy_of=copy_of,
        quote_of=quote_of,
        edit_root=root or str(x_id),
        mentions_us=mentions_us,
        may_reply=bool(author_id)
        and author_id != our_id
        and not copy_of
        and (mentions_us or (quotes_us and is_open)),
    )


def _by(items: Any, key: str) -> dict[str, dict[str, Any]]:
    if not isinstance(items, list):
        return {}
    return {str(item[key]): item for item in items if isinstance(item, dict) and item.get(key) is not None}


def _id(value: Any) -> str:
    return value if isinstance(value, str) and ID.fullmatch(value) else ""


def _line(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _note(raw: dict[str, Any]) -> dict[str, Any]:
    note = raw.get("note_tweet") or raw.get("note_post")
    return note if isinstance(note, dict) else {}


def whole_text(raw: dict[str, Any]) -> str:
    """The full text: of a long post `text` is only the beginning."""
    text = _line(_note(raw).get("text")) or _line(raw.get("text"))
    return html.unescape(text)


def _time(value: Any, x_id: int) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return snowflake.posted_at(x_id)


def _names_us(raw: dict[str, Any], our_id: str, our_handle: str) -> bool:
    """Whether the author wrote our name: the names that X puts in front of a reply are nobody's words."""
    text = _line(raw.get("text"))
    note = _note(raw)
    prefix = text[: _prefix_length(raw, text)]
    whole = _line(note.get("text")) or text
    typed = whole[len(prefix) :] if whole.startswith(prefix) else whole
    names = {our_handle.casefold()} | _our_names(raw, our_id) | _our_names(note, our_id)
    pattern = "|".join(re.escape(name) for name in sorted(names) if name)
    return bool(pattern) and bool(
        re.search(rf"(?<![\w@])[@＠](?:{pattern})(?!\w)", typed, re.IGNORECASE | re.ASCII)
    )


def _prefix_length(raw: dict[str, Any], text: str) -> int:
    shown = raw.get("display_text_range")
    is_reply = "replied_to" in references(raw)
    if isinstance(shown, list) and len(shown) == 2 and type(shown[0]) is int and 0 <= shown[0] <= len(text):
        return shown[0] if is_reply else 0
    leading = _LEADING_NAMES.match(text) if is_reply else None
    return leading.end() if leading else 0


def _our_names(holder: dict[str, Any], our_id: str) -> set[str]:
    """The names under which X itself says that we are meant: the handle may have been renamed."""
    entities = holder.get("entities")
    mentions = entities.get("mentions") if isinstance(entities, dict) else None
    return {
        _line(mention.get("username")).casefold()
        for mention in (mentions if isinstance(mentions, list) else [])
        if isinstance(mention, dict) and mention.get("id") == our_id
    }
