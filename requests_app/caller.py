"""Tells from which network address a request came, for limits that a forged header must not escape."""

from django.conf import settings
from django.http import HttpRequest


def caller_address(request: HttpRequest) -> str:
    """Return the caller's network address; behind proxies what the outermost one of ours saw, never what a client claims."""
    count = settings.NUM_PROXIES
    forwarded = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if count and forwarded:
        return forwarded[-min(count, len(forwarded))]
    return str(request.META.get("REMOTE_ADDR", ""))
