"""The outbox of replies on X: what may be sent, sending it once, finding out what became of a lost answer.

`due -> sending -> sent | failed | unknown`; `sending` is committed before X is called; an unknown reply is
looked up among our own posts before anything is sent again (docs/decisions/ingest.md).
"""

import logging
import unicodedata
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from districts.models import Volunteer
from requests_app import ingest, policy, reply_limits, x_posts
from requests_app.clock import database_now
from requests_app.models import Event, HelpRequest, IngestCursor, Post, Reply
from requests_app.public_text import trouble_in
from requests_app.reply_limits import NOT_FOUND
from requests_app.states import EventKind, ReplyState, ReplyTrouble
from requests_app.stopping import has_stopped
from requests_app.storable import storable
from requests_app.x_client import Cause, MaybeSent, Refused, XClient, XTrouble

log = logging.getLogger(__name__)

Now = Callable[[], datetime]

TOO_OLD = timedelta(days=7)
SENDING_LASTS = timedelta(minutes=2)
LOOKUP_AFTER = timedelta(seconds=policy.POLICY["replies"]["lookup_after"])
LOOKUP_AGAIN = 2 * LOOKUP_AFTER
LOOKUPS: int = policy.POLICY["replies"]["lookups"]
LAST_LOOKUPS = 4
LOOKUP_PAGES = 5
# Reading's own limits (rate, monthly cap) say nothing about writing.
STOPS_WRITING = {Cause.CREDITS, Cause.AUTH, Cause.ACCESS}


class ReplyNotAllowed(Exception):
    """This reply may not be queued; `reason` is a slug, `until` when it is possible where time alone is in the way."""

    def __init__(self, reason: str, until: datetime | None = None) -> None:
        super().__init__(reason)
        self.reason, self.until = reason, until


def refusal(post: Post, request: HelpRequest, text: str, now: datetime) -> str:
    """Return why this text may not go out as a reply to this post, as a slug; empty when it may."""
    if post.request_id != request.pk:
        return "other_request"
    if post.x_id is None or not post.may_reply or post.copy_of:
        return "may_not_reply"
    if post.erased_at is not None:
        return "target_gone"
    if now - post.posted_at > TOO_OLD:
        return "too_old"
    if has_stopped(post.author_id):
        return ReplyTrouble.STOPPED
    return trouble_in(text, request.code)


def queue_reply(
    post: Post, request: HelpRequest, text: str, by: Volunteer, now: datetime, wording: str = ""
) -> Reply:
    """Put a reply that a person pressed into the outbox. Raises ReplyNotAllowed.

    One per mention; a reply that X refused may be pressed again, reworded. `wording`: the key of the template's wording
    that it began with. The caller wakes the sender.
    """
    text = storable(unicodedata.normalize("NFC", text)).strip()
    reason = refusal(post, request, text, now)
    if reason:
        raise ReplyNotAllowed(reason)
    fields: dict[str, Any] = {
        "request": request,
        "by": by,
        "text": text,
        "wording": wording,
        "next_attempt_at": now,
        "created_at": now,
    }
    with transaction.atomic():
        reply_limits.lock()
        limit = reply_limits.reached(post.author_id, now)
        if limit is not None:
            raise ReplyNotAllowed(limit.reason, limit.until)
        again = Reply.objects.filter(post=post, state=ReplyState.FAILED).exclude(error=NOT_FOUND)
        if again.update(state=ReplyState.DUE, error="", lookups=0, attempts=0, ended_at=None, **fields):
            reply = Reply.objects.get(post=post)
        else:
            try:
                with transaction.atomic():
                    reply = Reply.objects.create(post=post, **fields)
            except IntegrityError as error:
                raise ReplyNotAllowed("already_replied") from error
        Event.objects.create(
            request=request,
            kind=EventKind.REPLIED,
            by=by,
            at=now,
            note=text,
            data={"post": post.pk, "reply": reply.pk},
        )
    return reply


def deliver_due(client: XClient, now_fn: Now, limit: int = 20) -> int:
    """Send what is due and look up what is unknown; return how many ended. Not in a transaction."""
    _give_up_on_stuck(now_fn())
    if _is_closed(client.account.user_id, now_fn()):
        return 0
    settled = 0
    for state, act in ((ReplyState.UNKNOWN, _look_up), (ReplyState.DUE, _send)):
        due = Reply.objects.filter(state=state, next_attempt_at__lte=now_fn()).select_related(
            "post", "request"
        )
        for reply in due.order_by("next_attempt_at", "pk")[:limit]:
            try:
                settled += act(client, reply, now_fn)
            except XTrouble as trouble:
                log.warning("replies: %s", trouble)
                _put_off(state, now_fn() + ingest.pause(trouble, reply.attempts))
                break
    return settled


def _is_closed(account: str, now: datetime) -> bool:
    """Whether X refuses this account as a whole for now. What reading found out holds for writing as well."""
    closed = IngestCursor.objects.filter(
        account=account, blocked_reason__in=STOPS_WRITING, blocked_until__gt=now
    )
    return closed.exists()


def _give_up_on_stuck(now: datetime) -> None:
    """A reply whose sender died may be on X or not."""
    stuck = Reply.objects.filter(state=ReplyState.SENDING, attempted_at__lt=database_now() - SENDING_LASTS)
    stuck.update(state=ReplyState.UNKNOWN, next_attempt_at=now)


def _put_off(state: ReplyState, until: datetime) -> None:
    """Leave X alone: what is due in this state waits."""
    Reply.objects.filter(state=state, next_attempt_at__lt=until).update(next_attempt_at=until)


def _send(client: XClient, reply: Reply, now_fn: Now) -> bool:
    """Send one reply. Raises XTrouble after putting it back; nothing was posted then."""
    token = uuid.uuid4()
    if has_stopped(reply.post.author_id):
        return _fail(reply, _still_due(reply), ReplyTrouble.STOPPED, now_fn())
    if not _take(reply, token, now_fn()):
        return False
    try:
        x_id = client.create_reply(reply.text, reply.post.x_id or 0)
    except Refused as refused:
        return _fail(reply, _mine(reply.pk, token), refused.reason, now_fn())
    except MaybeSent as doubt:
        log.warning("replies: %s may be on X: %s", reply.pk, doubt)
        _settle(reply.pk, token, state=ReplyState.UNKNOWN, next_attempt_at=now_fn() + LOOKUP_AFTER)
        return False
    except XTrouble as trouble:
        until = now_fn() + ingest.pause(trouble, reply.attempts)
        _settle(reply.pk, token, state=ReplyState.DUE, next_attempt_at=until, error=f"waits: {trouble.cause}")
        raise
    return _settle(reply.pk, token, state=ReplyState.SENT, x_id=x_id, error="", ended_at=now_fn())


def _still_due(reply: Reply) -> QuerySet[Reply]:
    return Reply.objects.filter(
        pk=reply.pk, state=ReplyState.DUE, next_attempt_at=reply.next_attempt_at
    ).order_by()


def _take(reply: Reply, token: uuid.UUID, now: datetime) -> bool:
    """Mark a reply as being sent, or put it off while a limit is reached: it may have waited among many others."""
    marks = {"state": ReplyState.SENDING, "lease_token": token, "attempted_at": database_now()}
    with transaction.atomic():
        reply_limits.lock()
        limit = reply_limits.reached(reply.post.author_id, now, queued=False)
        if limit is not None:
            _still_due(reply).update(next_attempt_at=limit.until, error=f"waits: {limit.reason}")
            return False
        return bool(_still_due(reply).update(attempts=F("attempts") + 1, **marks))


def _mine(pk: int, token: uuid.UUID) -> QuerySet[Reply]:
    """The attempt with this token, also when its answer came late."""
    return Reply.objects.filter(pk=pk, lease_token=token, state__in=[ReplyState.SENDING, ReplyState.UNKNOWN])


def _settle(pk: int, token: uuid.UUID, **fields: Any) -> bool:
    """Write what became of an attempt."""
    return bool(_mine(pk, token).update(**fields))


def _fail(reply: Reply, row: QuerySet[Reply], reason: str, now: datetime) -> bool:
    """End a reply that cannot be sent, and say so in the history."""
    with transaction.atomic():
        if not row.update(state=ReplyState.FAILED, error=reason, ended_at=now):
            return False
        Event.objects.create(
            request_id=reply.request_id,
            kind=EventKind.REPLY_REFUSED,
            at=now,
            data={"post": reply.post_id, "reply": reply.pk, "reason": reason},
        )
    return True


def _look_up(client: XClient, reply: Reply, now_fn: Now) -> bool:
    """Find out whether an unknown reply is on X. Raises XTrouble; nothing is known then."""
    x_id = _find(client, reply)
    row = Reply.objects.filter(
        pk=reply.pk, state=ReplyState.UNKNOWN, lookups=reply.lookups, lease_token=reply.lease_token
    )
    if x_id is None:
        row.update(next_attempt_at=now_fn() + LOOKUP_AGAIN)
        return False
    if x_id:
        return bool(row.update(state=ReplyState.SENT, x_id=x_id, error="", ended_at=now_fn()))
    lookups = reply.lookups + 1
    if lookups == LOOKUPS:
        # X knows nothing of it: once more. Should it have been late after all, X refuses the same text twice.
        row.update(lookups=lookups, state=ReplyState.DUE, next_attempt_at=now_fn(), lease_token=None)
        return False
    if lookups < LOOKUPS + LAST_LOOKUPS:
        # It is not sent again, so there is time: 2, 4, 8, 16 minutes.
        wait = LOOKUP_AGAIN * 2 ** max(0, lookups - LOOKUPS)
        row.update(lookups=lookups, next_attempt_at=now_fn() + wait)
        return False
    fields = {"state": ReplyState.FAILED, "error": NOT_FOUND, "ended_at": now_fn()}
    return bool(row.update(lookups=lookups, **fields))


def _find(client: XClient, reply: Reply) -> str | None:
    """Return the id of this reply on X; empty when it is not there; None when there is too much to read."""
    token = ""
    for _page in range(LOOKUP_PAGES):
        page = client.own_posts(since_id=reply.post.x_id or 0, token=token)
        for raw in page.items:
            x_id = x_posts.id_of(raw)
            if x_id is not None and _is_ours(raw, reply):
                return str(x_id)
        token = page.next_token
        if not token:
            return ""
    return None


def _is_ours(raw: dict[str, Any], reply: Reply) -> bool:
    is_answer = x_posts.references(raw).get("replied_to") == reply.post.external_id
    return is_answer and reply.request.code in x_posts.whole_text(raw)
