"""Turns due posts into requests: claims a batch, reads and places each, matches and routes it, in one short transaction.

What a batch promises: a post is finished by the worker that holds its lease token or not at all; a post whose reading
fails is tried again later, alone, and after policy.POST_ATTEMPTS times a person sees it on top of the review list.
"""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import F

from requests_app import matching, policy, stopping
from requests_app.cases import Roster, place
from requests_app.clock import database_now
from requests_app.models import (
    LoopLease,
    Post,
    Reading,
)
from requests_app.reading import READER_VERSION, read, read_many
from requests_app.reading import Reading as Understood
from requests_app.reading.labels import as_labels
from requests_app.stated import said_by
from requests_app.states import (
    PostState,
)

log = logging.getLogger(__name__)


class LateWorker(Exception):
    """The lease ended and somebody else has the post now: nothing may be written."""


# --- The doors ----------------------------------------------------------------------------------------------


def read_due(limit: int = policy.POST_BATCH) -> int:
    """Read one batch of due posts; return how many were taken up. 0 means that nothing is due."""
    token, posts = claim(limit)
    read_ones = _read_batch(posts, token)
    if finish(read_ones, token):
        LoopLease.note_done("reader", database_now())
    return len(posts)


def read_now(post: Post) -> Post:
    """Read this very post in this process, if nobody else is at it; return it fresh. Its failure leaves it due."""
    token = uuid.uuid4()
    with transaction.atomic():
        now = database_now()
        won = (
            Post.objects.due(now)
            .filter(pk=post.pk)
            .update(lease_token=token, lease_until=now + policy.POST_LEASE, attempts=F("attempts") + 1)
        )
    if won:
        post.refresh_from_db()
        understood = _read(post, token)
        if understood is not None:
            finish([(post, understood)], token)
    post.refresh_from_db()
    return post


def claim(limit: int) -> tuple[uuid.UUID, list[Post]]:
    """Take up to `limit` due posts under a fresh lease token, committed at once.

    Posts that were tried before are taken one at a time, so that one that kills its worker takes no others along, and
    in their turn: a flood of fresh ones does not keep them waiting.
    """
    token = uuid.uuid4()
    with transaction.atomic():
        now = database_now()
        due = Post.objects.due(now).order_by("next_attempt_at", "pk").select_for_update(skip_locked=True)
        first = due.only("pk", "attempts").first()
        if first is None or first.attempts:
            keys = [first.pk] if first else []
        else:
            keys = [post.pk for post in due.filter(attempts=0).only("pk")[:limit]]
        taken = Post.objects.filter(pk__in=keys)
        taken.update(lease_token=token, lease_until=now + policy.POST_LEASE, attempts=F("attempts") + 1)
        exhausted = taken.filter(attempts__gt=policy.POST_ATTEMPTS)
        exhausted.update(
            state=PostState.FAILED,
            lease_token=None,
            lease_until=None,
            last_error="reading it stopped the worker",
        )
        return token, list(
            Post.objects.filter(lease_token=token).select_related("client").order_by("posted_at", "pk")
        )


def _read_batch(posts: Sequence[Post], token: uuid.UUID) -> list[tuple[Post, Understood]]:
    """Understand all of these; if one cannot be read, each by itself, so that it costs no other post anything."""
    try:
        readings = read_many([post.text for post in posts], quoted=[post.quoted_text for post in posts])
    except Exception:  # whose fault it is turns out when they are read alone
        alone = [(post, _read(post, token)) for post in posts]
        return [(post, understood) for post, understood in alone if understood is not None]
    return list(zip(posts, readings, strict=True))


def _read(post: Post, token: uuid.UUID) -> Understood | None:
    """Understand the text, outside any transaction; a failure is written down and costs no other post anything."""
    try:
        return read(post.text, quoted=post.quoted_text)
    except Exception as error:  # whatever a text does to the reader, a person must get to see the post
        _failed(post, token, error)
        return None


def _failed(post: Post, token: uuid.UUID, error: Exception) -> None:
    """Set the next attempt, or show the post to a person. The message names the error's type, never the text."""
    log.warning("post %s could not be read: %s", post.pk, type(error).__name__)
    is_last = post.attempts >= policy.POST_ATTEMPTS
    Post.objects.filter(pk=post.pk, state=PostState.DUE, lease_token=token).update(
        state=PostState.FAILED if is_last else PostState.DUE,
        lease_token=None,
        lease_until=None,
        last_error=type(error).__name__[:300],
        next_attempt_at=policy.post_retry_at(database_now(), post.attempts),
    )


# --- A batch, one short transaction ----------------------------------------------------------------------------


def finish(batch: Sequence[tuple[Post, Understood]], token: uuid.UUID) -> int:
    """Write all that follows from the readings, in one transaction; return how many posts were finished.

    When one of them cannot be written the batch is undone and each is written alone, so that the one that fails is
    tried again later and costs its neighbours nothing. A post that somebody else finished is left as it is.
    """
    if not batch:
        return 0
    try:
        with transaction.atomic():
            LoopLease.hold_matching()
            now, roster = database_now(), Roster()
            for post, understood in batch:
                _finish(post, token, understood, now, roster)
            write_readings(batch, now)
    except (
        OperationalError
    ) as error:  # the lock was not to be had, a deadlock: nothing is wrong with the posts
        log.warning("%s posts are put back: %s", len(batch), type(error).__name__)
        _put_back(token)
        return 0
    except Exception as error:  # the same promise as in _read
        if len(batch) > 1:
            return sum(finish([one], token) for one in batch)
        if isinstance(error, LateWorker):
            log.info("post %s was finished by somebody else", batch[0][0].pk)
        else:
            _failed(batch[0][0], token, error)
        return 0
    return len(batch)


def _put_back(token: uuid.UUID) -> None:
    """Leave what this lease holds for a moment later, one at a time. Raises OperationalError: the lease ends then."""
    Post.objects.filter(state=PostState.DUE, lease_token=token).update(
        lease_token=None, lease_until=None, next_attempt_at=policy.post_retry_at(database_now(), 1)
    )


def _finish(post: Post, token: uuid.UUID, understood: Understood, now: datetime, roster: "Roster") -> None:
    said = said_by(post, understood)
    words = matching.fingerprint(post.text)
    outcome, request, lead = place(post, said, words, now, roster)
    written = Post.objects.filter(pk=post.pk, state=PostState.DUE, lease_token=token).update(
        state=PostState.READ,
        outcome=outcome,
        request=request,
        lead=lead,
        fingerprint=words,
        read_at=now,
        lease_token=None,
        lease_until=None,
        last_error="",
    )
    if not written:
        raise LateWorker
    stopping.hear(post)


def write_readings(batch: Sequence[tuple[Post, Understood]], now: datetime) -> None:
    """Keep what this version of the reader understood, without the numbers; one row per post and version."""
    Reading.objects.bulk_create(
        [
            Reading(
                post=post,
                version=READER_VERSION,
                kind=understood.kind,
                confidence=understood.confidence,
                data=_without_numbers(as_labels(understood)),
                read_at=now,
            )
            for post, understood in batch
        ],
        update_conflicts=True,
        unique_fields=["post", "version"],
        update_fields=["kind", "confidence", "data", "read_at"],
    )


def _without_numbers(labels: dict[str, Any]) -> dict[str, Any]:
    evidence = [
        {**item, "label": "", "words": ""} if item["field"] == "phones" else item
        for item in labels["evidence"]
    ]
    kept = {name: value for name, value in labels.items() if name not in {"id", "confidence", "phones"}}
    return {**kept, "evidence": evidence}


def backlog(now: datetime) -> tuple[int, datetime | None]:
    """How many posts are due now, and since when the oldest of them waits; for the sweeper and the monitor."""
    due = Post.objects.due(now)
    oldest = due.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first()
    return due.count(), oldest
