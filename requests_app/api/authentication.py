"""Finds the API client of a key; a wrong, revoked, expired or unknown key all look the same."""

import hashlib
import hmac
import re
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from requests_app.models import ApiClient

_KEY = re.compile(r"([0-9a-f]{12})\.([A-Za-z0-9_-]{20,100})")
_NOTED_EVERY = timedelta(minutes=1)
_NOBODY = hashlib.sha256(b"").hexdigest()


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key prefix.secret`; cookies are never looked at, so CSRF has nothing to ride on."""

    def authenticate(self, request: Request) -> tuple[ApiClient, None] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"api-key":
            return None
        found = _KEY.fullmatch(words[1].decode("latin-1")) if len(words) == 2 else None
        if found is None:
            raise AuthenticationFailed
        prefix, secret = found.groups()
        now = timezone.now()
        client = ApiClient.objects.filter(prefix=prefix).first()
        if client is None:
            hmac.compare_digest(hashlib.sha256(secret.encode()).hexdigest(), _NOBODY)
            raise AuthenticationFailed
        if not client.accepts(secret, now):
            raise AuthenticationFailed
        if client.last_used_at is None or client.last_used_at < now - _NOTED_EVERY:
            stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTED_EVERY)
            ApiClient.objects.filter(stale, pk=client.pk).update(last_used_at=now)
        return client, None

    def authenticate_header(self, request: Request) -> str:
        return 'Api-Key realm="helpdesk"'


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the schema names the key."""

    target_class = "requests_app.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The word Api-Key, a space, and the key: `Authorization: Api-Key prefix.secret`.",
        }
