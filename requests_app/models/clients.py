"""API clients: who may post and read by key, and what they already asked for."""

import hashlib
import hmac
import secrets
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from districts.models import District


class ApiClient(models.Model):
    """A program with a key. The key is `prefix.secret`; only the secret's SHA-256 is kept (256 random bits)."""

    class Scope(models.TextChoices):
        WRITE = "requests:write", _("Post requests and follow its own")
        READ = "requests:read", _("Read all requests of its districts")

    name = models.CharField(_("name"), max_length=80, unique=True)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    districts = models.ManyToManyField(District, blank=True, verbose_name=_("districts"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def __str__(self) -> str:
        return self.name

    @property
    def is_authenticated(self) -> bool:
        return True

    def renew_key(self) -> str:
        """Give this client a new key and return it: the only time that it can be seen. The caller saves."""
        secret = secrets.token_urlsafe(32)
        self.prefix = secrets.token_hex(6)
        self.key_hash = hashlib.sha256(secret.encode()).hexdigest()
        return f"{self.prefix}.{secret}"

    def accepts(self, secret: str, now: datetime) -> bool:
        """Whether this secret opens the client now: right, not revoked, not expired."""
        is_right = hmac.compare_digest(hashlib.sha256(secret.encode()).hexdigest(), self.key_hash)
        is_alive = self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
        return is_right and is_alive


class IdempotencyRecord(models.Model):
    """What a client's Idempotency-Key was answered with (draft-ietf-httpapi-idempotency-key-header-07)."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="one_answer_per_client_and_key")
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.key}"
