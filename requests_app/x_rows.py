"""Puts the posts of a page of X into Post rows: each once, and none so odd that it stops the others."""

import hashlib
import logging
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction

from requests_app import sealing, snowflake, x_posts
from requests_app.models import Post
from requests_app.reading.masking import mask
from requests_app.states import PostState, Source
from requests_app.storable import storable
from requests_app.x_client import Account, Page

log = logging.getLogger(__name__)


class Rows:
    """The posts of one page as rows, prepared outside the transaction; `ids`: every id on it."""

    def __init__(self, page: Page, account: Account, now: datetime) -> None:
        self._account, self._now = account, now
        self._includes = x_posts.Includes(page.includes)
        self._raw: dict[int, dict[str, Any]] = {}
        self._odd: list[Any] = []
        for raw in page.items:
            x_id = x_posts.id_of(raw)
            if x_id is None:
                self._odd.append(raw)
            else:
                self._raw.setdefault(x_id, raw)
        self.ids = set(self._raw)
        wanted = [x_id for x_id, raw in self._raw.items() if x_posts.author_of(raw) != account.user_id]
        known = set(Post.objects.filter(x_id__in=wanted).values_list("x_id", flat=True))
        self.posts = [self._row(x_id) for x_id in sorted(wanted) if x_id not in known]
        self.posts += [self._odd_row(raw) for raw in self._odd]

    def insert(self, *, above: int = 0) -> int:
        """Insert what is not there yet; return how many rows are new. To be called inside a transaction."""
        wanted = [post for post in self.posts if post.x_id is None or post.x_id > above]
        keys = [post.external_id for post in wanted]
        known = set(
            Post.objects.filter(source=Source.X, external_id__in=keys).values_list("external_id", flat=True)
        )
        new = [post for post in wanted if post.external_id not in known]
        try:
            with transaction.atomic():
                Post.objects.bulk_create(new, ignore_conflicts=True)
        except (DataError, IntegrityError, ValueError):
            # One row is not storable: one by one, and of that one what can be.
            for post in new:
                _insert_alone(post)
        return len(new)

    def _row(self, x_id: int) -> Post:
        raw, error = self._raw[x_id], ""
        try:
            said = x_posts.read(raw, x_id, self._includes, self._account.user_id, self._account.handle)
        except Exception as trouble:
            said, error = x_posts.barely(raw, x_id), f"odd post: {type(trouble).__name__}"
            log.error("ingest: post %s is odd: %s", x_id, type(trouble).__name__)
        try:
            return Post(
                source=Source.X,
                external_id=str(x_id),
                x_id=x_id,
                sealed_text=sealing.seal(said.text),
                sealed_quoted=sealing.seal(said.quoted) if said.quoted else b"",
                sealed_raw=sealing.seal(x_posts.raw_json(raw, self._includes)),
                masked_text=storable(mask(said.text)),
                author_id=said.author_id,
                author_handle=storable(said.author_handle)[:40],
                author_name=storable(mask(said.author_name))[:120],
                thread_id=said.thread_id,
                in_reply_to=said.in_reply_to,
                copy_of=said.copy_of,
                quote_of=said.quote_of,
                edit_root=said.edit_root,
                mentions_us=said.mentions_us,
                may_reply=said.may_reply,
                posted_at=said.posted_at,
                received_at=self._now,
                next_attempt_at=self._now,
                last_error=error,
            )
        except Exception as trouble:
            log.error("ingest: post %s cannot be kept as it is: %s", x_id, type(trouble).__name__)
            return self._failed_row(raw, str(x_id), x_id, snowflake.posted_at(x_id), type(trouble).__name__)

    def _odd_row(self, raw: Any) -> Post:
        """An entry without a usable id, under a name made from its content, so that it comes in once."""
        digest = hashlib.sha256(repr(raw).encode("utf-8", "surrogatepass")).hexdigest()
        log.error("ingest: an entry without an id")
        return self._failed_row(raw, f"odd-{digest[:32]}", None, self._now, "no usable id")

    def _failed_row(self, raw: Any, key: str, x_id: int | None, posted_at: datetime, error: str) -> Post:
        text = x_posts.barely(raw, x_id or 0).text if isinstance(raw, dict) else ""
        return Post(
            source=Source.X,
            external_id=key,
            x_id=x_id,
            sealed_text=sealing.seal(text),
            sealed_raw=sealing.seal(x_posts.raw_json(raw, None)),
            masked_text="",
            posted_at=posted_at,
            received_at=self._now,
            next_attempt_at=self._now,
            state=PostState.FAILED,
            last_error=storable(error)[:300],
        )


def _insert_alone(post: Post) -> None:
    try:
        with transaction.atomic():
            Post.objects.bulk_create([post], ignore_conflicts=True)
    except (DataError, IntegrityError, ValueError) as trouble:
        log.error("ingest: post %s cannot be stored as it is: %s", post.external_id, type(trouble).__name__)
        bare = Post(
            source=post.source,
            external_id=post.external_id,
            x_id=post.x_id,
            sealed_text=post.sealed_text,
            sealed_raw=post.sealed_raw,
            masked_text="",
            posted_at=snowflake.posted_at(post.x_id) if post.x_id else post.received_at,
            received_at=post.received_at,
            next_attempt_at=post.received_at,
            state=PostState.FAILED,
            last_error=f"not storable: {type(trouble).__name__}",
        )
        Post.objects.bulk_create([bare], ignore_conflicts=True)
