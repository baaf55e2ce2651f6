"""The outbox of replies on X: what may be sent, sending it once, finding out what became of a lost answer.

`due -> sending -> sent | failed | unknown`; `sending` is committed before X is called; an unknown reply is
looked up among our own posts before anything is sent again (docs/decisions/ingest.md).
"""

import logging
import re
import unicodedata
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from districts.models import Volunteer
from requests_app import ingest, policy, x_posts
from requests_app.clock import database_now
from requests_app.models import Event, HelpRequest, IngestCursor, Post, Reply
from requests_app.reading.masking import mask
from requests_app.states import EventKind, ReplyState
from requests_app.storable import storable
from requests_app.x_client import Cause, MaybeSent, Refused, XClient, XTrouble

log = logging.getLogger(__name__)

Now = Callable[[], datetime]

LONGEST = 280
URL_WEIGHT = 23
TOO_OLD = timedelta(days=7)
SENDING_LASTS = timedelta(minutes=2)
LOOKUP_AFTER = timedelta(seconds=policy.POLICY["replies"]["lookup_after"])
LOOKUP_AGAIN = 2 * LOOKUP_AFTER
LOOKUPS: int = policy.POLICY["replies"]["lookups"]
LAST_LOOKUPS = 4
LOOKUP_PAGES = 5
NOT_FOUND = "not_found_on_x"
# Reading's own limits (rate, monthly cap) say nothing about writing.
STOPS_WRITING = {Cause.CREDITS, Cause.AUTH, Cause.ACCESS}

# X counts these code points as one and all others as two (twitter-text configuration v3).
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_PICTURE = "[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    f"|{_PICTURE}(?:\u200d{_PICTURE})*"
    "|[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u25fe\u2934\u2935\u3030\u303d\u3297\u3299]\ufe0f"
)
_WEB = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
# Without a scheme too, X makes a link of what looks like a host name.
_HOST = re.compile(
    r"(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|in|org|net|gov|edu|info|co|io|me|ly|app|xyz|link|site|online|page|gl|be)\b",
    re.IGNORECASE,
)


class ReplyNotAllowed(Exception):
    """This reply may not be queued; `reason` is a slug."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def weighted_length(text: str) -> int:
    """Return the length as X counts it: 280 at most; a link 23, an emoji or a CJK letter 2, else 1."""
    text = unicodedata.normalize("NFC", text)
    text, links = _WEB.subn("", text)
    text, emoji = _EMOJI.subn("", text)
    heavy = sum(not any(low <= ord(character) <= high for low, high in LIGHT) for character in text)
    return URL_WEIGHT * links + 2 * emoji + len(text) + heavy


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
    if not re.search(rf"(?<!\w){re.escape(request.code)}(?!\w)", text):
        return "no_code"
    if weighted_length(text) > LONGEST:
        return "too_long"
    if _WEB.search(text) or _HOST.search(text):
        return "link"
    # The code may be all digits: it is no number to dial.
    rest = text.replace(request.code, " code ")
    if mask(rest) != rest:
        return "phone_number"
    return ""


def queue_reply(post: Post, request: HelpRequest, text: str, by: Volunteer, now: datetime) -> Reply:
    """Put a reply that a person pressed into the outbox. Raises ReplyNotAllowed.

    One per mention; a reply that X refused may be pressed again, reworded. The caller wakes the sender.
    """
    text = storable(unicodedata.normalize("NFC", text)).strip()
    reason = refusal(post, request, text, now)
    if reason:
        raise ReplyNotAllowed(reason)
    fields: dict[str, Any] = {"request": request, "by": by, "text": text, "next_attempt_at": now}
    with transaction.atomic():
        again = Reply.objects.filter(post=post, state=ReplyState.FAILED).exclude(error=NOT_FOUND)
        if again.update(state=ReplyState.DUE, error="", lookups=0, attempts=0, ended_at=None, **fields):
            reply = Reply.objects.get(post=post)
        else:
            try:
                with transaction.atomic():
                    reply = Reply.objects.create(post=post, created_at=now, **fields)
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
    taken = Reply.objects.filter(pk=reply.pk, state=ReplyState.DUE, next_attempt_at=reply.next_attempt_at)
    marks = {"state": ReplyState.SENDING, "lease_token": token, "attempted_at": database_now()}
    if not taken.update(attempts=F("attempts") + 1, **marks):
        return False
    try:
        x_id = client.create_reply(reply.text, reply.post.x_id or 0)
    except Refused as refused:
        return _settle(reply.pk, token, state=ReplyState.FAILED, error=refused.reason, ended_at=now_fn())
    except MaybeSent as doubt:
        log.warning("replies: %s may be on X: %s", reply.pk, doubt)
        _settle(reply.pk, token, state=ReplyState.UNKNOWN, next_attempt_at=now_fn() + LOOKUP_AFTER)
        return False
    except XTrouble as trouble:
        until = now_fn() + ingest.pause(trouble, reply.attempts)
        _settle(reply.pk, token, state=ReplyState.DUE, next_attempt_at=until, error=f"waits: {trouble.cause}")
        raise
    return _settle(reply.pk, token, state=ReplyState.SENT, x_id=x_id, error="", ended_at=now_fn())


def _settle(pk: int, token: uuid.UUID, **fields: Any) -> bool:
    """Write what became of a reply: of the attempt with this token only, also when it came late."""
    mine = Reply.objects.filter(pk=pk, lease_token=token, state__in=[ReplyState.SENDING, ReplyState.UNKNOWN])
    return bool(mine.update(**fields))


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
