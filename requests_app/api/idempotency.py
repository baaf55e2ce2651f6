"""Answers a repeated POST as it was answered first (draft-ietf-httpapi-idempotency-key-header-07)."""

import json
import re
from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.exceptions import ValidationError

from requests_app.api.errors import Conflict, OtherBody
from requests_app.models import ApiClient, IdempotencyRecord
from requests_app.sealing import keyed_hash

_KEY = re.compile(r"[!-~]{1,200}")
GIVEN_UP_AFTER = timedelta(seconds=60)
"""A record without an answer is older than this only when the process that made it has died."""


def key_of(header: str | None) -> str | None:
    """Return the key of the header, None without one. Raises ValidationError."""
    if header is None:
        return None
    if not _KEY.fullmatch(header):
        raise ValidationError({"Idempotency-Key": ["1 to 200 visible ASCII characters."]})
    return header


def fingerprint(path: str, body: Any) -> str:
    """Return the hash by which two bodies are the same: the JSON's meaning, not its spaces.

    Keyed: a body may be hardly more than a phone number.
    """
    return keyed_hash(json.dumps([path, body], sort_keys=True))


def begin(client: ApiClient, key: str, request_hash: str) -> tuple[IdempotencyRecord, bool]:
    """Return this key's record and whether the work is ours to do; otherwise the record has the answer.

    Raises Conflict (somebody is at it) or OtherBody.
    """
    record, is_new = IdempotencyRecord.objects.get_or_create(
        client=client, key=key, defaults={"request_hash": request_hash}
    )
    if is_new:
        return record, True
    if record.request_hash != request_hash:
        raise OtherBody
    if record.status:
        return record, False
    now = timezone.now()
    abandoned = IdempotencyRecord.objects.filter(
        pk=record.pk, status=0, created_at=record.created_at, created_at__lt=now - GIVEN_UP_AFTER
    )
    if abandoned.update(created_at=now):
        return record, True
    raise Conflict(retry_after=1)


def end(record: IdempotencyRecord, status: int, body: dict[str, Any]) -> None:
    """Keep the answer. It holds codes, states and slugs, never a text or a number."""
    IdempotencyRecord.objects.filter(pk=record.pk).update(status=status, body=body)


def forget(record: IdempotencyRecord) -> None:
    """The work failed: the next try with this key does it."""
    IdempotencyRecord.objects.filter(pk=record.pk, status=0).delete()
