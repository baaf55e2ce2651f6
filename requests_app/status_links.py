"""Makes the secret link by which somebody follows a request without an account, and finds the request again."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from districts.models import Volunteer
from requests_app.models import Event, HelpRequest, Lost, NotAllowed
from requests_app.states import HELD, EventKind, RequestState

KEPT_AFTER_CLOSING = timedelta(days=30)
_TOKEN = re.compile(r"([0-9A-HJKMNP-TV-Z]{6})\.([A-Za-z0-9_-]{43})")


def make_link(request: HelpRequest) -> str:
    """Give the request a new link and return its path; an earlier link stops working.

    The token is the case code, by which the row is found, and 256 random bits, of which only the SHA-256 is kept.
    """
    token = f"{request.code.removeprefix('RJ-')}.{secrets.token_urlsafe(32)}"
    request.status_token_hash = _hashed(token)
    HelpRequest.objects.filter(pk=request.pk).update(status_token_hash=request.status_token_hash)
    return reverse("status", args=[token])


def hand_out(request: HelpRequest, by: Volunteer, now: datetime) -> str:
    """Make a link that `by` gives to the family, and write that down. Return its path, which is told this once.

    Raises Lost when somebody else holds the request, for they may have given a link that this would end, and
    NotAllowed for one that became part of another.
    """
    with transaction.atomic():
        fresh = (
            HelpRequest.objects.select_for_update(of=("self",)).select_related("holder").get(pk=request.pk)
        )
        if fresh.state == RequestState.MERGED:
            raise NotAllowed("its link is that of the request that it became part of")
        if fresh.state in HELD and fresh.holder_id != by.pk:
            raise Lost(fresh.holder)
        path = make_link(fresh)
        Event.objects.create(request=fresh, kind=EventKind.LINK_MADE, by=by, at=now)
    return path


def find(token: str, now: datetime) -> HelpRequest | None:
    """Return the request that this link opens; None when it is wrong, replaced, or closed for more than 30 days.

    A merged request is followed to the one that it became part of.
    """
    parts = _TOKEN.fullmatch(token)
    code = f"RJ-{parts[1]}" if parts else "RJ-"
    found = HelpRequest.objects.filter(code=code).select_related("merged_into").first()
    expected = found.status_token_hash if found else ""
    if not hmac.compare_digest(_hashed(token), expected or _hashed("")) or found is None or not expected:
        return None
    for _step in range(5):
        if found.state != RequestState.MERGED or found.merged_into is None:
            break
        found = found.merged_into
    if found.closed_at is not None and found.closed_at < now - KEPT_AFTER_CLOSING:
        return None
    return found


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
