"""Seals phone numbers and original texts, and makes the keyed hash by which a number is found again.

Fernet (AES-128-CBC with HMAC-SHA256) through `cryptography`; settings.SEAL_KEYS holds the keys, newest first.
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class Unreadable(Exception):
    """A sealed value was made with a key that is not in SEAL_KEYS, or it is damaged."""


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(
            f"SEAL_KEYS: every key must be 32 bytes in URL-safe base64: {error}"
        ) from error


def seal(text: str) -> bytes:
    """Return the text sealed with the newest key. Any str is accepted, lone surrogates too."""
    return _box(tuple(settings.SEAL_KEYS)).encrypt(text.encode("utf-8", "surrogatepass"))


def unseal(sealed: bytes | memoryview) -> str:
    """Return the text that was sealed; empty for an erased (empty) value. Raises Unreadable."""
    token = bytes(sealed)
    if not token:
        return ""
    try:
        return _box(tuple(settings.SEAL_KEYS)).decrypt(token).decode("utf-8", "surrogatepass")
    except InvalidToken as error:
        raise Unreadable("no key in SEAL_KEYS opens this value") from error


def reseal(sealed: bytes | memoryview) -> bytes:
    """Return the same text sealed with the newest key; an erased value stays empty. Raises Unreadable."""
    token = bytes(sealed)
    if not token:
        return b""
    try:
        return _box(tuple(settings.SEAL_KEYS)).rotate(token)
    except InvalidToken as error:
        raise Unreadable("no key in SEAL_KEYS opens this value") from error


def keyed_hash(value: str) -> str:
    """Return 64 hex digits: HMAC-SHA256 of the value under PHONE_HASH_KEY.

    A plain hash of an Indian mobile number is undone by trying all of them; this one needs the key.
    """
    return hmac.new(settings.PHONE_HASH_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()
